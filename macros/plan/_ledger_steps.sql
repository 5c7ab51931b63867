{#-
    The steps of the plan that look at the ledger, in their order. Arguments of each: as for the steps of the source.
-#}

{#- A row is one of the ledger, with the key of its identity. -#}
{% macro _step_ledger_rows(plan, at) %}
{{ reverse_etl._ledger_rows(plan.tables, plan.scope) }}
{% endmacro %}

{#- A row is an answer to a range of attempts. -#}
{% macro _step_answers(plan, at) %}
{{ reverse_etl._answers(plan.tables, plan.scope) }}
{% endmacro %}

{#- A row is a run that a later one shut out. -#}
{% macro _step_fences(plan, at) %}
{{ reverse_etl._fences(plan.tables, plan.scope) }}
{% endmacro %}

{#- A row is the number of an attempt that is no first send which was accepted, or does not count. -#}
{% macro _step_uneven_attempts(plan, at) %}
{{ reverse_etl._uneven_attempts(reverse_etl._tables_at(plan, at), plan.scope, reverse_etl._recent(plan, at)) }}
{% endmacro %}

{#- A row is an attempt of a conversion that has more to tell than one send which was accepted. -#}
{% macro _step_eventful_attempts(plan, at) %}
{{ reverse_etl._eventful_attempts(reverse_etl._tables_at(plan, at), plan.scope, at.uneven_attempts, reverse_etl._recent(plan, at)) }}
{% endmacro %}

{#- A row is an attempt that is all there is of its conversion, and was accepted. Most are: each reader finds its own. -#}
{% macro _step_plain_attempts(plan, at) %}
{{ reverse_etl._plain_attempts(reverse_etl._tables_at(plan, at), plan.scope, at.eventful_attempts, at.uneven_attempts) }}
{% endmacro %}

{#- A row is a conversion that has more to tell, with its state. -#}
{% macro _step_states(plan, at) %}
{{ reverse_etl._fold(at.eventful_attempts, plan.scope, plan.quiet_runs) }}
{% endmacro %}

{#-
    A row is a conversion of the ledger that needs a closer look: it has more to tell than one accepted send, or its source row
    does not stand exactly as it was accepted, or it stands in none.
-#}
{% macro _step_known(plan, at) %}
{%- set seen -%}
    select attempts.*
    from {{ at.ledger_rows }} as attempts
    inner join (
        select distinct known_run_seq, known_seq
        from {{ at.matched_rows }} as matched_rows
    ) as numbers
        on attempts.run_seq = numbers.known_run_seq and attempts.seq = numbers.known_seq
{%- endset -%}
{{ reverse_etl._with_facts(plan, reverse_etl._accepted_at_once(plan, at, seen) ~ "
    union all
    select " ~ reverse_etl._listed(reverse_etl._state_columns(plan.scope)) ~ "
    from " ~ at.states ~ " as states") }}
{% endmacro %}

{#-
    A row is a number of conversions of a goal that were accepted at once, in this run or before, and need no closer look:
    `as_accepted` in the source, or `out_of_reach`, older than all of it. They are counted from the ledger, the other side of the
    source's own count.
-#}
{% macro _step_plain_counts(plan, at) %}
{%- set days_90 = reverse_etl._literal(reverse_etl._days_before(plan.now, plan.max_age_days)) -%}
select
    case
        when plain.conversion_time < (select oldest_time from {{ at.source_reach }}) then 'out_of_reach'
        else 'as_accepted'
    end as place,
    plain.run_seq = {{ plan.run_seq }} as in_this_run,
    plain.conversion_name as conversion_name,
    count(*) as row_count,
    min(case when plain.conversion_time >= {{ days_90 }} then plain.conversion_time end) as oldest_time
from (
    {{ reverse_etl._plain_attempts(
        reverse_etl._tables_at(plan, at), plan.scope, at.eventful_attempts, at.uneven_attempts,
        without="select known_run_seq as run_seq, known_seq as seq from " ~ at.matched_rows ~ " where known_seq is not null",
        columns=['run_seq', 'conversion_name', 'conversion_time']
    ) }}
    and {{ reverse_etl._recent(plan, at) }}
) as plain
group by place, in_this_run, conversion_name
{% endmacro %}

{#-
    A row is a conversion that was taken, or may have been, and stands in no row that could be sent; with `place`, what became
    of its row:
    - row_invalid_now: it is invalid; or one without a key may be its own
    - past_90_days
    - other_account: it, or its key, stands in a row that names another account now, or none
    - moved: its key stands on what is sent now, and that says as much
    - refused_already: the same, and says the value that was refused for this
    - not_replaced: its key stands on another conversion which is not sent now, or is another row's
    - counts_once: moved or gone, and its click (or hashes) stands in another row to its goal, which counts one conversion of it
    - aged_out: the source no longer reaches as far back in its goal, or it was forgotten
    - gone
    What left the source is gone only while the source still reaches as far back, and not within a day of the 90 days: a view
    over the last 30 days takes nothing back as it rolls on.
-#}
{% macro _step_absent(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
{%- set blank = reverse_etl._identifier_key("''", "''", "''") -%}
{%- set once = plan.goals.once if plan.goals else [] -%}
{%- set days_90 = reverse_etl._literal(reverse_etl._days_before(plan.now, plan.max_age_days)) -%}
{%- set days_89 = reverse_etl._literal(reverse_etl._days_before(plan.now, plan.max_age_days - 1)) -%}
with invalid_keys as (
    -- of rows that are invalid now, which may have none
    select distinct record_key
    from {{ at.open_rows }} as open_rows
    where invalid_reasons <> ''
),

open_keys as (
    -- keys that stand on a row which is invalid, does not count, or counts as the conversion of another that duplicates it or
    -- is invalid
    select
        record_key,
        min(case when invalid_reasons = '' then 1 else 0 end) as stands
    from {{ at.open_rows }} as open_rows
    where
        invalid_reasons <> ''
        or (
            record_key <> ''
            and not (
                is_counted
                and (sent_under = record_key or (copy = 1 and sent_under not in (select record_key from invalid_keys)))
            )
        )
    group by record_key
),

sent_keys as (
    select
        record_key,
        conversion_name,
        conversion_time,
        source_value,
        source_currency
    from (
        select
            source_record_key as record_key,
            conversion_name,
            conversion_time,
            source_value,
            source_currency,
            row_number() over (partition by source_record_key order by conversion_time, conversion_name) as nth
        from {{ at.source_decisions }} as decisions
        where source_record_key <> '' and class in ('new', 'deferred') and operation in ('send', 'repeat')
    ) as sent
    where nth = 1
),

-- how far back the source reaches in each goal; one stray row past 90 days must not make it look older
reach as (
    select
        conversion_name,
        min(oldest_time) as oldest_time
    from (
        select conversion_name, oldest_time from {{ at.plain_counts }} as plain_counts where place = 'as_accepted'
        union all
        select conversion_name, conversion_time as oldest_time
        from {{ at.open_rows }} as open_rows
        where copy = 1 and expired_reasons = ''
    ) as times
    group by conversion_name
),

whole_reach as (
    select coalesce(min(oldest_time), '') as oldest_time
    from reach
),

{%- if once %}

clicks as (
    -- and hashes without one, of rows to goals that count one conversion of each
    select distinct conversion_name, identifier_key
    from {{ at.keyed_rows }} as source_rows
    where identifier_key <> {{ blank }} and {{ reverse_etl._named_in('conversion_name', once) }}
),
{%- endif %}

-- rows that may be those of any conversion: they have no key, and are invalid, or have lost their click or account, too
keyless as (
    select
        (
            select count(*)
            from {{ at.open_rows }} as open_rows
            where
                record_key = ''
                and expired_reasons = ''
                and (invalid_reasons <> ''{{ " or (click_id = '' and not is_counted)" if plan.unique_key }})
        )
        {%- if plan.elsewhere %}
        + (
            select count(*)
            from {{ at.rows_elsewhere }} as elsewhere
            where record_key = '' and account_id = ''
            {%- if not plan.unique_key %} and (conversion_time = '' or identifier_key = {{ blank }}) {%- endif %}
        )
        {%- endif %} as row_count
),

absent as (
    select
        known.*,
        false as was_out_of_reach
    from {{ at.known }} as known
    left join {{ at.open_rows }} as open_rows
        on {{ reverse_etl._same(keys, 'known', 'open_rows') }} and open_rows.copy = 1
    where
        open_rows.copy is null
        and (
            {{ reverse_etl._is_known('known.status') }}
            or (
                known.status = 'retracted' and known.corrected_this_run
                and known.adjusted = 'retract' and known.adjusted_outcome = 'accepted'
            )
        )
    union all
    -- older than all of the source: aged out, unless its key stands there, or no source row says how far back it reaches
    select
        beyond.*,
        true as was_out_of_reach
    from (
        {{ reverse_etl._with_facts(plan, reverse_etl._accepted_at_once(plan, at, (
            "select attempts.* from " ~ at.plain_attempts ~ " as attempts"
            ~ " where attempts.conversion_time >= " ~ days_90
            ~ " and attempts.conversion_time < (select oldest_time from " ~ at.source_reach ~ ")"
            ~ " and (attempts.record_key in (select record_key from open_keys where record_key <> '')"
            ~ " or (select oldest_time from whole_reach) = ''"
            ~ (reverse_etl._or_elsewhere('attempts', at) if plan.elsewhere else "") ~ ")"
        ))) }}
    ) as beyond
),

invalid_now as (
    select distinct {{ reverse_etl._listed(keys) }}
    from {{ at.open_rows }} as open_rows
    where invalid_reasons <> ''
)

select
    {{ reverse_etl._named(
        reverse_etl._state_columns(plan.scope) + ['sent_this_run', 'corrected_this_run', 'accepted_lately', 'was_out_of_reach'], 'absent'
    ) }},
    absent.conversion_time < {{ days_90 }} as past_90_days,
    case
        when substr(absent.click_id, 1, 10) = 'forgotten_' then 'aged_out'
        when invalid_now.conversion_name is not null then 'row_invalid_now'
        when absent.conversion_time < {{ days_90 }} then 'past_90_days'
        {%- if plan.elsewhere %}
        when identity_elsewhere.conversion_name is not null or key_elsewhere.record_key is not null then 'other_account'
        {%- endif %}
        when
            open_keys.stands = 1 and sent_keys.record_key is not null
            and (absent.value is null or sent_keys.source_value is not null)
            and (absent.currency = '' or sent_keys.source_currency <> '')
            then case
                when
                    sent_keys.source_value = absent.restate_refused_value
                    and sent_keys.source_currency = absent.restate_refused_currency
                    then 'refused_already'
                {%- if once %}
                when clicks.conversion_name is not null then 'counts_once'
                {%- endif %}
                else 'moved'
            end
        when open_keys.stands = 1 and absent.record_key <> '' then 'not_replaced'
        when open_keys.stands = 0 and absent.record_key <> '' then 'row_invalid_now'
        when absent.conversion_time < {{ days_89 }} or absent.conversion_time < coalesce(reach.oldest_time, whole_reach.oldest_time)
            then 'aged_out'
        when keyless.row_count > 0 then 'row_invalid_now'
        {%- if once %}
        when clicks.conversion_name is not null then 'counts_once'
        {%- endif %}
        else 'gone'
    end as place,
    sent_keys.conversion_name as moves_to_name,
    sent_keys.conversion_time as moves_to_time
from absent
cross join whole_reach
cross join keyless
left join reach on absent.conversion_name = reach.conversion_name
left join invalid_now on {{ reverse_etl._same(keys, 'absent', 'invalid_now') }}
left join open_keys on absent.record_key = open_keys.record_key
left join sent_keys on absent.record_key = sent_keys.record_key
{%- if once %}
left join clicks on absent.conversion_name = clicks.conversion_name and absent.identifier_key = clicks.identifier_key
{%- endif %}
{%- if plan.elsewhere %}
left join (select distinct {{ reverse_etl._listed(keys) }} from {{ at.rows_elsewhere }} as elsewhere) as identity_elsewhere
    on {{ reverse_etl._same(keys, 'absent', 'identity_elsewhere') }}
left join (select distinct record_key from {{ at.wanting_elsewhere }} as elsewhere where record_key <> '') as key_elsewhere
    on absent.record_key = key_elsewhere.record_key
{%- endif %}
{% endmacro %}

{#- A row is such a conversion with what is decided of it: the number of the rule, class, reason, operation. -#}
{% macro _step_ledger_decisions(plan, at) %}
with facts as (
    select
        absent.*,
        corrected_this_run and adjusted = 'retract' as retracted_this_run,
        retract_in_doubt and not past_90_days and place not in ('aged_out', 'counts_once') as retract_can_be_repeated,
        -- it stays, and no row says its value: the one that was tried is repeated
        status = 'accepted' and restate_in_doubt and not retract_in_doubt
        and place in ('row_invalid_now', 'other_account', 'refused_already', 'counts_once', 'not_replaced') and not past_90_days as restate_can_be_repeated,
        restate_tried_value = restate_refused_value and restate_tried_currency = restate_refused_currency as value_was_refused,
        place in ('moved', 'gone') and not retract_in_doubt as can_be_retracted
    from {{ at.absent }} as absent
)

{{ reverse_etl._by_first_rule('facts', reverse_etl._ledger_decisions(), plan.adjustments) }}
{% endmacro %}

{#- The tables with the steps beside them that the attempts are read with. -#}
{% macro _tables_at(plan, at) %}
    {{- return(dict(plan.tables, ledger_rows=at.ledger_rows, answers=at.answers, fences=at.fences)) -}}
{% endmacro %}

{#- The condition that an attempt is looked at: a day more than Microsoft takes, and older only where the source itself is. -#}
{% macro _recent(plan, at) %}
    {{- return(
        "(attempts.conversion_time >= " ~ reverse_etl._literal(reverse_etl._days_before(plan.now, plan.max_age_days + 1))
        ~ " or attempts.conversion_time >= (select oldest_time from " ~ at.source_reach ~ "))"
    ) -}}
{% endmacro %}

{#-
    The states of conversions with what the decisions ask of them beside. Arguments: rows, a select of the columns of
    `_state_columns`.
-#}
{% macro _with_facts(plan, rows) %}
    select
        found.*,
        run_seq = {{ plan.run_seq }} as sent_this_run,
        coalesce(adjusted_run_seq = {{ plan.run_seq }}, false) as corrected_this_run,
        {{ reverse_etl._accepted_lately(plan) }} as accepted_lately
    from (
        {{ rows }}
    ) as found
{%- endmacro %}

{#-
    Attempts that were accepted at once, in the columns of `_state_columns`. When that was is read only where a
    correction has to wait for it. Arguments: rows, a select of attempts.
-#}
{% macro _accepted_at_once(plan, at, rows) %}
    select
        {{- reverse_etl._state_of_plain(
            plan.scope, 'plain',
            'coalesce(one_row.answered_at, many_rows.answered_at)' if plan.delay_hours
            else "cast(null as " ~ reverse_etl._type_time() ~ ")"
        ) }}
    from (
        {{ rows }}
    ) as plain
    {%- if plan.delay_hours %}
    {{ reverse_etl._with_answers('plain', at.answers, reverse_etl._scope_keys(plan.scope)) }}
    {%- endif %}
{%- endmacro %}

{#- The columns of `known` beside identity, payload and status. -#}
{% macro _fact_columns() %}
    {{- return([
        'lifted', 'restate_in_doubt', 'retract_in_doubt', 'retract_refused', 'may_still_arrive', 'last_adjustment_time', 'accepted_at',
        'answered_at', 'adjusted', 'adjusted_outcome', 'adjusted_value', 'adjusted_currency', 'restate_refused_value', 'restate_refused_currency',
        'code', 'error_code', 'message', 'tracking_id', 'sent_this_run', 'corrected_this_run', 'accepted_lately'
    ]) -}}
{% endmacro %}

{#- The condition that a conversion was accepted so lately that Microsoft may not find it yet to correct it. -#}
{% macro _accepted_lately(plan) %}
    {%- if not plan.delay_hours -%} {{- return("false") -}} {%- endif -%}
    {%- set since = reverse_etl._timestamp_literal(reverse_etl._days_before(plan.now, plan.delay_hours / 24)) -%}
    {{- return("accepted_at is not null and accepted_at > " ~ since) -}}
{% endmacro %}
