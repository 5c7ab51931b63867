{#-
    What is done with each record, as data: two ordered lists of rules, of which the first that fits decides. From them come
    the plan's SQL and docs/decisions.md. A rule is [when, class, reason, operation, needs, why]:
    - when: a condition on the columns of `source_decisions` or `ledger_decisions`;
    - class and reason, as plan and report show them; a reason that ends in `_reasons` is the column with the broken rules;
    - operation: what is sent. Blank: nothing. send: the row as it stands. repeat: what may have left, with the ledger's bytes.
      restate, retract: corrections;
    - needs: the kind of correction that the sync's `adjustments` must allow; else the rule is passed over;
    - why: what the rule protects. ▲ marks those that were switched off in a model of the protocol, whereupon something was lost
      or counted twice.
-#}

{#- Of source rows. Status is what the ledger says of the row's conversion; `none`: nothing was ever taken, or may have been. -#}
{% macro _source_decisions() %}
    {%- set again = 'It would be refused again, and what became of the first try stays open.' -%}
    {%- set accepted = "status = 'accepted'" -%}
    {%- set changed = accepted ~ " and not same_value" -%}
    {%- set tried = "status in ('accepted', 'maybe_taken') and tried_this_run" -%}
    {%- set retracting = "status in ('accepted', 'maybe_taken') and retract_in_doubt" -%}
    {%- set restating = accepted ~ " and restate_in_doubt" -%}
    {{- return([
        ["invalid_reasons <> '' and (expired_reasons = '' or invalid_reasons like '%conversion_time_out_of_range%')",
            'invalid', 'invalid_reasons', '', '', 'One that is too old is expired: to correct it would not help, but for its time.'],
        ["copy > 1", 'duplicate', 'same_identity', '', '', 'The first counts, and the service ignores others without a word.'],

        ["status = 'none' and expired_reasons <> ''", 'expired', 'expired_reasons', '', '', ''],
        ["status = 'none' and waiting_reasons <> ''", 'waiting', 'waiting_reasons', '', '', ''],
        ["status = 'none' and refusable_reasons <> ''", 'held', 'refusable_reasons', '', '', 'Only with `hold_refusable`.'],
        ["status = 'none' and counts_elsewhere", 'held', 'other_account', '', '', '▲ It would count in two accounts.'],
        ["status = 'none'", 'new', '', 'send', '', ''],

        ["status = 'in_doubt' and expired_reasons <> ''", 'expired', 'in_doubt_too_old', '', '', 'No answer can settle it any more.'],
        ["status = 'in_doubt' and sent_this_run", 'in_doubt', 'unanswered_this_run', '', '', 'A run tries nothing twice.'],
        ["status = 'in_doubt'", 'in_doubt', '', 'repeat', '',
            '▲ The first try may count: other bytes, or none, would leave it so.'],

        ["status in ('retracted', 'maybe_taken', 'rejected', 'deferred') and expired_reasons <> ''", 'expired', 'expired_reasons', '', '', ''],
        ["status = 'retracted'", 'held', 'retracted', '', '', '▲ What was retracted is ignored from then on.'],

        [tried ~ " and adjusted_outcome is null", 'in_doubt', 'unanswered_this_run', '', '', 'A run tries nothing twice.'],
        [tried ~ " and adjusted_outcome = 'deferred'", 'deferred', 'deferred_this_run', '', '', ''],
        [tried ~ " and adjusted_outcome = 'accepted'", 'accepted', 'restated', '', '', ''],
        [tried ~ " and adjusted = 'restate' and restate_in_doubt", 'held', 'restate_in_doubt', '', '', ''],
        [tried, 'rejected', '', '', '', ''],
        ["status = 'maybe_taken' and corrected_this_run", 'held', 'maybe_taken', '', '', ''],

        [accepted ~ " and retract_in_doubt and expired_reasons <> ''", 'held', 'retract_in_doubt', '', '', ''],
        [retracting ~ " and retract_refused and status = 'accepted'", 'held', 'retract_refused', '', 'retract', again],
        [retracting ~ " and retract_refused", 'held', 'maybe_taken', '', 'retract', 'A `retry` would lift the first refusal as well.'],
        [retracting ~ " and may_still_arrive", 'waiting', 'quiet', '', 'retract', '▲ A call under way would come after this one.'],
        [retracting, 'retract', 'retract_in_doubt', 'retract', 'retract', '▲ It may be retracted, and the row cannot bring it back.'],
        [accepted ~ " and retract_in_doubt", 'held', 'retract_in_doubt', '', '', ''],

        [restating ~ " and (expired_reasons <> '' or source_value is null)", 'held', 'restate_in_doubt', '', '', ''],
        [restating ~ " and value_was_refused", 'held', 'rejected_unchanged', '', 'restate', again],
        [restating ~ " and may_still_arrive", 'waiting', 'quiet', '', 'restate', '▲ A call under way would come after this one.'],
        [restating, 'restate', 'restate_in_doubt', 'restate', 'restate', '▲ Which value counts is unknown: even an equal one is sent.'],
        [restating, 'held', 'restate_in_doubt', '', '', ''],

        [accepted ~ " and not same_attribution", 'held', 'attribution_changed', '', '', 'No correction has such a field.'],
        [changed ~ " and source_value is null", 'held', 'value_missing', '', '', 'A restatement needs a value.'],
        [changed ~ " and source_currency = '' and ledger_currency <> ''", 'held', 'currency_missing', '', '',
            'It would count in the currency of the goal.'],
        [changed ~ " and expired_reasons <> ''", 'expired', 'expired_reasons', '', '', ''],
        [changed ~ " and value_was_refused", 'held', 'rejected_unchanged', '', '', 'It would be refused again.'],
        [changed ~ " and accepted_lately", 'waiting', 'accepted_recently', '', 'restate', 'The service may not find it yet.'],
        [changed ~ " and may_still_arrive", 'waiting', 'quiet', '', 'restate', '▲ A call under way would come after this one.'],
        [changed, 'restate', 'value_changed', 'restate', 'restate', ''],
        [changed, 'held', 'value_changed', '', '', ''],

        [accepted ~ " and sent_this_run", 'accepted', '', '', '', ''],
        [accepted ~ " and not same_hashes", 'unchanged', 'hashes_differ', '', '', 'Beside a click id the hashes make no other conversion.'],
        [accepted, 'unchanged', '', '', '', ''],

        ["status = 'maybe_taken' and not lifted", 'held', 'maybe_taken', '', '',
            '▲ That a repeat was refused does not prove that the first try was.'],
        ["status = 'rejected' and same_in_all and sent_this_run", 'rejected', '', '', '', ''],
        ["status in ('deferred', 'maybe_taken') and sent_this_run", 'deferred', 'deferred_this_run', '', '', 'A run tries nothing twice.'],
        ["status in ('deferred', 'rejected') and counts_elsewhere", 'held', 'other_account', '', '', '▲ It would count in two accounts.'],
        ["status = 'rejected' and same_in_all", 'held', 'rejected_unchanged', '', '', 'It would be refused again.'],
        ["waiting_reasons <> ''", 'waiting', 'waiting_reasons', '', '', ''],
        ["refusable_reasons <> ''", 'held', 'refusable_reasons', '', '', 'Only with `hold_refusable`.'],
        ["status = 'deferred'", 'deferred', '', 'send', '', ''],
        ["status = 'maybe_taken'", 'deferred', '', 'repeat', '', '▲ `retry` lets it go once more, with the bytes of the first try.'],
        ["status = 'rejected'", 'new', '', 'send', '', ''],
    ]) -}}
{% endmacro %}

{#- Of conversions that the ledger holds as taken or in doubt and that stand in no row which could be sent. -#}
{% macro _ledger_decisions() %}
    {%- set again = 'It would be refused again, and what became of the first try stays open.' -%}
    {%- set retracted = "retracted_this_run" -%}
    {%- set restated = "restate_can_be_repeated and corrected_this_run" -%}
    {{- return([
        ["status = 'in_doubt' and past_90_days", 'expired', 'in_doubt_too_old', '', '', 'No answer can settle it any more.'],
        ["status = 'in_doubt' and sent_this_run", 'in_doubt', 'unanswered_this_run', '', '', 'A run tries nothing twice.'],
        ["status = 'in_doubt'", 'in_doubt', '', 'repeat', '',
            '▲ The first try may count, also where its row is gone: settled, it can be retracted.'],

        [retracted ~ " and adjusted_outcome is null", 'in_doubt', 'unanswered_this_run', '', '', 'A run tries nothing twice.'],
        [retracted ~ " and adjusted_outcome = 'deferred'", 'deferred', 'deferred_this_run', '', '', ''],
        [retracted ~ " and adjusted_outcome = 'rejected'", 'rejected', '', '', '', ''],
        [retracted, 'retracted', '', '', '', ''],

        ["retract_can_be_repeated and retract_refused and status = 'accepted'", 'held', 'retract_refused', '', 'retract', again],
        ["retract_can_be_repeated and retract_refused", 'held', 'maybe_taken', '', 'retract',
            'A `retry` would lift the first refusal as well.'],
        ["retract_can_be_repeated and may_still_arrive", 'waiting', 'quiet', '', 'retract',
            '▲ A call under way would come after this one.'],
        ["retract_can_be_repeated", 'retract', 'retract_in_doubt', 'retract', 'retract', '▲ Until it is settled nothing of its key goes.'],

        [restated ~ " and adjusted_outcome is null", 'in_doubt', 'unanswered_this_run', '', 'restate', 'A run tries nothing twice.'],
        [restated ~ " and adjusted_outcome = 'deferred'", 'deferred', 'deferred_this_run', '', 'restate', ''],
        [restated ~ " and adjusted_outcome = 'rejected'", 'rejected', '', '', 'restate', ''],
        ["restate_can_be_repeated and value_was_refused", 'held', 'rejected_unchanged', '', 'restate', again],
        ["restate_can_be_repeated and may_still_arrive", 'waiting', 'quiet', '', 'restate',
            '▲ A call under way would come after this one.'],
        ["restate_can_be_repeated", 'restate', 'restate_in_doubt', 'restate', 'restate', 'No row says its value: the one that was tried is repeated.'],

        ["can_be_retracted and retract_refused and status = 'accepted'", 'held', 'retract_refused', '', 'retract',
            'It would be refused again.'],
        ["can_be_retracted and retract_refused", 'held', 'maybe_taken', '', 'retract', 'A `retry` would lift the first refusal as well.'],
        ["can_be_retracted and status = 'accepted' and accepted_lately", 'waiting', 'accepted_recently', '', 'retract',
            'The service may not find it yet.'],
        ["can_be_retracted and may_still_arrive", 'waiting', 'quiet', '', 'retract', '▲ A call under way would come after this one.'],
        ["can_be_retracted and status = 'maybe_taken'", 'retract', 'maybe_taken', 'retract', 'retract', ''],
        ["can_be_retracted and place = 'moved'", 'move', 'moved', 'retract', 'retract',
            '▲ Only where the other conversion of its key is sent: else nothing would count any more.'],
        ["can_be_retracted and restate_in_doubt", 'retract', 'restate_in_doubt', 'retract', 'retract', ''],
        ["can_be_retracted", 'retract', 'gone', 'retract', 'retract', ''],

        ["place = 'other_account'", 'held', 'other_account', '', '', '▲ A goal that both accounts share takes it nowhere any more.'],
        ["status = 'maybe_taken'", 'held', 'maybe_taken', '', '', ''],
        ["retract_in_doubt", 'held', 'retract_in_doubt', '', '', ''],
        ["restate_in_doubt", 'held', 'restate_in_doubt', '', '', ''],
        ["place = 'row_invalid_now'", 'held', 'row_invalid_now', '', '', '▲ Its row is there, and a mistake in it is no wish to retract.'],
        ["place in ('past_90_days', 'aged_out')", 'aged_out', '', '', '', 'What rolls out of the source was not taken back.'],
        ["place = 'refused_already'", 'held', 'rejected_unchanged', '', '',
            'Its replacement would be refused as the restatement was, and nothing would count any more.'],
        ["place = 'counts_once'", 'held', 'counts_once', '', '',
            'Its goal counts one conversion of a click, and may count no other once this is retracted.'],
        ["place in ('moved', 'not_replaced')", 'held', 'moved', '', '', ''],
        ["place = 'gone'", 'held', 'gone', '', '', ''],
    ]) -}}
{% endmacro %}

{#- The rows of a relation with the first rule that fits: its number, class, reason and operation. -#}
{% macro _by_first_rule(facts, rules, adjustments) %}
select
    ruled.*,
    {{- reverse_etl._by_rule(rules) }}
from (
    select
        {{ facts }}.*,
        {{- reverse_etl._first_rule(rules, adjustments) }} as rule
    from {{ facts }}
) as ruled
{%- endmacro %}

{#-
    The number of the first rule that fits. A rule that is passed over keeps its number: docs/decisions.md and every plan
    speak of the same. Arguments: rules; adjustments, what is allowed.
-#}
{% macro _first_rule(rules, adjustments) %}
    case
        {%- for rule in rules %}
        {%- if not rule[4] or rule[4] in adjustments %}
        when {{ rule[0] }} then {{ loop.index }}
        {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}

{#- The columns class, reason and operation that a rule's number stands for. -#}
{% macro _by_rule(rules) %}
    {%- for column in ['class', 'reason', 'operation'] %}
    {%- set place = loop.index %}
    {%- set numbers = {} %}
    {%- for rule in rules %} {%- do numbers.setdefault(rule[place], []).append(loop.index) %} {%- endfor %}
    case
        {%- for value, of_rules in numbers.items() if value %}
        when rule in ({{ of_rules | join(", ") }}) then {{ value if value.endswith('_reasons') else "'" ~ value ~ "'" }}
        {%- endfor %}
        else ''
    end as {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
