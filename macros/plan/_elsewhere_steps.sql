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
    A row is a conversion of the source that counts in another account, or may, or of which another one does that went under the
    key of its row; and that stands in no row of that account.
-#}
{% macro _step_counted_elsewhere(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
{%- set there = ['account_id'] + keys -%}
{%- set of_sync = dict(plan.scope) -%}
{%- do of_sync.pop('account_id') -%}
{%- set own = [] -%}
{%- for account in plan.elsewhere.accounts -%} {%- do own.append(reverse_etl._literal(account)) -%} {%- endfor -%}
with sent as (
    select ledger.*
    from (
        {{ reverse_etl._ledger_rows(plan.tables, of_sync) }}
    ) as ledger
    where ledger.account_id not in ({{ own | join(", ") }})
),

found as (
    {%- for same in [reverse_etl._same(keys, 'rows_here', 'sent'), "rows_here.record_key = sent.record_key and sent.record_key <> ''"] %}
    select distinct
        {%- for column in keys %}
        rows_here.{{ column }} as {{ column }}_here,
        {%- endfor %}
        {{ reverse_etl._named(there, 'sent') }}
    from {{ at.matched_rows }} as rows_here
    inner join sent on {{ same }}
    where rows_here.in_source
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

attempts as (
    {{ reverse_etl._attempts(plan.tables, of_sync, joined=(
        "inner join (select distinct " ~ reverse_etl._listed(there) ~ " from found) as looked_for"
        ~ " on " ~ reverse_etl._same(there, 'attempts', 'looked_for')
    ), columns=there + ['run_seq', 'seq', 'batch', 'operation']) }}
),

states as (
    {{ reverse_etl._brief_fold('attempts', of_sync) }}
)

select distinct
    {%- for column in keys %}
    found.{{ column }}_here as {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
from found
inner join states on {{ reverse_etl._same(there, 'found', 'states') }}
left join {{ at.rows_elsewhere }} as standing on {{ reverse_etl._same(there, 'found', 'standing') }}
where {{ reverse_etl._is_known('states.known_status') }} and standing.account_id is null
{% endmacro %}

{#-
    Goes on a condition: or an attempt, or its key, may stand in a row that names another account. The identity is written as one
    text, which is no more than a sieve: two of them may have the same.
-#}
{% macro _or_elsewhere(attempts, rows_elsewhere) %}
    {%- set identity = dbt.concat(['conversion_name', "' '", 'identifier_key', "' '", 'conversion_time']) -%}
    {{- return(
        " or " ~ attempts ~ ".record_key in (select record_key from " ~ rows_elsewhere ~ " as elsewhere where record_key <> '')"
        ~ " or " ~ identity ~ " in (select " ~ identity ~ " from " ~ rows_elsewhere ~ " as elsewhere)"
    ) -}}
{% endmacro %}
