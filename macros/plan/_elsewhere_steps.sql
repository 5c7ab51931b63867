{#-
    The steps of the plan that look at the other accounts of a sync whose source rows name their accounts; a plan of any other
    sync has none of them. A row that changes its account goes on counting where it was accepted, and is sent to no other: to
    take it back in one account and send it to another would take two ledgers at once, and a goal that both accounts share takes
    nothing again that was retracted.
    Arguments of each: as for the steps of the source. `plan.elsewhere`, a dict, or none: source, a relation with the rows that
    name another account, or none; account_column, a column of it; accounts, those that are no other ones: the plan's own, and
    the name that the local sandbox has where none is set.
-#}

{#- A row is a source row that names another account, or none, with what its conversion is found again by. -#}
{% macro _step_rows_elsewhere(plan, at) %}
select account_id, record_key, {{ reverse_etl._listed(reverse_etl._identity_columns(plan.scope)) }}
from (
    {{ reverse_etl._keyed_rows("(" ~ reverse_etl._clean_rows(
        plan.elsewhere.source, plan.unique_key, account_column=plan.elsewhere.account_column
    ) ~ ")") }}
) as keyed_rows
{% endmacro %}

{#-
    A row is a conversion of another account, and the conversion of a source row here that is the same, or has the key that it was
    sent under; `by_key` is that key, and blank for the same conversion.
-#}
{% macro _step_sent_elsewhere(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
{%- set own = [] -%}
{%- for account in plan.elsewhere.accounts -%} {%- do own.append(reverse_etl._literal(account)) -%} {%- endfor -%}
{%- for by_key, same in [
    ["''", reverse_etl._same(keys, 'rows_here', 'sent')],
    ["sent.record_key", "rows_here.record_key = sent.record_key and sent.record_key <> ''"]
] %}
select distinct
    {{ by_key }} as by_key,
    {%- for column in keys %}
    rows_here.{{ column }} as {{ column }}_here,
    {%- endfor %}
    {{ reverse_etl._named(['account_id'] + keys, 'sent') }}
from {{ at.matched_rows }} as rows_here
inner join (
    {{ reverse_etl._ledger_rows(plan.tables, reverse_etl._scope_of_sync(plan)) }}
) as sent
    on {{ same }}
where rows_here.in_source and sent.account_id not in ({{ own | join(", ") }})
{{ "union all" if not loop.last }}
{%- endfor %}
{% endmacro %}

{#-
    A row is a conversion of another account that was taken or may have been, and `counts`, that it was not retracted: of those,
    of the rows that have one of them, and of the rows there whose conversion or key something here was sent as.
-#}
{% macro _step_states_elsewhere(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
{%- set there = ['account_id'] + keys -%}
{%- set of_sync = reverse_etl._scope_of_sync(plan) -%}
with looked_for as (
    select {{ reverse_etl._listed(there) }}
    from {{ at.sent_elsewhere }} as sent_elsewhere
    {%- for columns in [['record_key'], keys] %}
    union all
    select {{ reverse_etl._listed(there, 'rows_elsewhere') }}
    from {{ at.rows_elsewhere }} as rows_elsewhere
    inner join (
        select distinct {{ reverse_etl._listed(columns) }}
        from {{ at.ledger_rows }} as ledger
        {%- if columns == ['record_key'] %}
        where record_key <> ''
        {%- endif %}
    ) as sent_here
        on {{ reverse_etl._same(columns, 'rows_elsewhere', 'sent_here') }}
    {%- endfor %}
    union all
    select {{ reverse_etl._listed(there, 'rows_elsewhere') }}
    from {{ at.rows_elsewhere }} as rows_elsewhere
    inner join {{ at.sent_elsewhere }} as sent_elsewhere on {{ reverse_etl._same(keys, 'rows_elsewhere', 'sent_elsewhere') }}
),

attempts as (
    {{ reverse_etl._attempts(plan.tables, of_sync, joined=(
        "inner join (select distinct " ~ reverse_etl._listed(there) ~ " from looked_for) as looked_for"
        ~ " on " ~ reverse_etl._same(there, 'attempts', 'looked_for')
    ), columns=there + ['run_seq', 'seq', 'batch', 'operation']) }}
),

states as (
    {{ reverse_etl._brief_fold('attempts', of_sync) }}
)

select {{ reverse_etl._listed(there) }}, {{ reverse_etl._is_known('known_status') }} as counts
from states
where {{ reverse_etl._is_known('known_status') }} or known_status = 'retracted'
{% endmacro %}

{#-
    A row is a conversion of the source that counts in another account, or may, and stands in no row of that account; nor, where
    only the key is the same, in a row of another key in any account, which does not count by itself.
-#}
{% macro _step_counted_elsewhere(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
{%- set there = ['account_id'] + keys -%}
select distinct
    {%- for column in keys %}
    sent.{{ column }}_here as {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
from {{ at.sent_elsewhere }} as sent
inner join {{ at.states_elsewhere }} as states on {{ reverse_etl._same(there, 'sent', 'states') }}
left join {{ at.rows_elsewhere }} as standing on {{ reverse_etl._same(there, 'sent', 'standing') }}
left join (
    select {{ reverse_etl._listed(keys) }}, record_key
    from {{ at.wanting_elsewhere }} as wanting_elsewhere
    union all
    select {{ reverse_etl._named(keys + ['record_key'], 'rows_here') }}
    from {{ at.matched_rows }} as rows_here
    left join {{ at.known }} as known
        on {{ reverse_etl._same(keys, 'rows_here', 'known') }} and {{ reverse_etl._is_known('known.status') }}
    where rows_here.in_source and known.conversion_name is null
) as others
    on {{ reverse_etl._same(keys, 'sent', 'others') }} and sent.by_key <> '' and sent.by_key <> others.record_key
where states.counts and standing.account_id is null and others.conversion_name is null
{% endmacro %}

{#- A row is a source row that names another account, or none, and does not count by itself there. -#}
{% macro _step_wanting_elsewhere(plan, at) %}
{%- set columns = ['account_id'] + reverse_etl._identity_columns(plan.scope) -%}
select {{ reverse_etl._named(['record_key'] + columns[1:], 'rows_elsewhere') }}
from {{ at.rows_elsewhere }} as rows_elsewhere
left join {{ at.states_elsewhere }} as states
    on {{ reverse_etl._same(columns, 'rows_elsewhere', 'states') }} and states.counts
where states.account_id is null
{% endmacro %}

{#- The rows here, and those elsewhere that do not count by themselves there, with the columns of their identity and their key. -#}
{% macro _rows_of_all(keys, at) -%}
    (
        select {{ reverse_etl._listed(keys) }}, record_key
        from {{ at.keyed_rows }} as rows_here
        union all
        select {{ reverse_etl._listed(keys) }}, record_key
        from {{ at.wanting_elsewhere }} as wanting_elsewhere
    )
{%- endmacro %}

{#- The scope of the plan's sync without its account: its steps tell the accounts apart. -#}
{% macro _scope_of_sync(plan) %}
    {%- set scope = dict(plan.scope) -%}
    {%- do scope.pop('account_id') -%}
    {{- return(scope) -}}
{% endmacro %}

{#-
    Goes on a condition: or an attempt, or its key, may stand in a row that names another account. The identity is written as one
    text, which is no more than a sieve: two of them may have the same.
-#}
{% macro _or_elsewhere(attempts, at) %}
    {%- set identity = dbt.concat(['conversion_name', "' '", 'identifier_key', "' '", 'conversion_time']) -%}
    {{- return(
        " or (" ~ attempts ~ ".record_key <> '' and " ~ attempts ~ ".record_key in (select record_key from " ~ at.wanting_elsewhere ~ " as elsewhere))"
        ~ " or " ~ identity ~ " in (select " ~ identity ~ " from " ~ at.rows_elsewhere ~ " as elsewhere)"
    ) -}}
{% endmacro %}
