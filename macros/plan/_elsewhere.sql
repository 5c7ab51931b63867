{#-
    What the plan of one account knows of the others of its sync, where each source row names its own account. A row that
    changes its account goes on counting where it was accepted, and is sent to no other: to take it back in one account and send
    it to another would take two ledgers at once, and a goal that both accounts share takes nothing again that was retracted.
    Both macros take the plan, whose `elsewhere` is a dict, or none for a sync of one account: source, a relation with the rows
    that name another account, or none; account_column, a column of it; accounts, those that are no other ones: the plan's
    own, and the name that the local sandbox has where none is set.
-#}

{#- A row is a source row that names another account, or none, with what its conversion is found again by. -#}
{% macro _rows_elsewhere(plan) %}
    select account_id, record_key, {{ reverse_etl._listed(reverse_etl._identity_columns(plan.scope)) }}
    from (
        {{ reverse_etl._keyed_rows("(" ~ reverse_etl._clean_rows(
            plan.elsewhere.source, plan.unique_key, account_column=plan.elsewhere.account_column
        ) ~ ")") }}
    ) as rows_elsewhere
{%- endmacro %}

{#-
    CTEs, the last of which is `counted_elsewhere`: of some source rows the identities whose conversion, or another one under the
    key of the row, counts in another account or may, and stands in no row of that account. Argument: rows, a relation.
-#}
{% macro _counted_elsewhere(plan, rows) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
{%- set of_sync = dict(plan.scope) -%}
{%- do of_sync.pop('account_id') -%}
{%- set own = [] -%}
{%- for account in plan.elsewhere.accounts -%} {%- do own.append(reverse_etl._literal(account)) -%} {%- endfor -%}
sent_elsewhere as (
    {%- for same in [reverse_etl._same(keys, 'source_rows', 'sent'), "source_rows.record_key = sent.record_key and sent.record_key <> ''"] %}
    select distinct
        {{ reverse_etl._named(keys, 'source_rows') }},
        sent.account_id as sent_account_id,
        {%- for column in keys %}
        sent.{{ column }} as sent_{{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ rows }} as source_rows
    inner join (
        {{ reverse_etl._ledger_rows(plan.tables, of_sync) }}
    ) as sent
        on {{ same }}
    where sent.account_id not in ({{ own | join(", ") }})
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

attempts_elsewhere as (
    {{ reverse_etl._attempts(plan.tables, of_sync, joined=(
        "inner join (select distinct sent_account_id, sent_" ~ keys | join(", sent_") ~ " from sent_elsewhere) as found on "
        ~ reverse_etl._same_as_sent(['account_id'] + keys, 'attempts', 'found')
    ), columns=['account_id'] + keys + ['run_seq', 'seq', 'batch', 'operation']) }}
),

states_elsewhere as (
    {{ reverse_etl._brief_fold('attempts_elsewhere', of_sync) }}
),

rows_elsewhere as (
    {{ reverse_etl._rows_elsewhere(plan) }}
),

counted_elsewhere as (
    select distinct {{ reverse_etl._named(keys, 'sent_elsewhere') }}
    from sent_elsewhere
    inner join states_elsewhere as states
        on {{ reverse_etl._same_as_sent(['account_id'] + keys, 'states', 'sent_elsewhere') }}
    left join rows_elsewhere as standing
        on {{ reverse_etl._same_as_sent(['account_id'] + keys, 'standing', 'sent_elsewhere') }}
    where {{ reverse_etl._is_known('states.known_status') }} and standing.account_id is null
)
{%- endmacro %}

{#-
    Goes on a condition: or the identity of an attempt, or its key, may stand in `rows_elsewhere`. It is written as one text, which is
    no more than a sieve: two identities may have the same.
-#}
{% macro _or_elsewhere(attempts) %}
    {%- set texts = [] -%}
    {%- for column in ['conversion_name', 'identifier_key', 'conversion_time'] -%}
        {%- do texts.extend([column, "' '"]) -%}
    {%- endfor -%}
    {%- set texts = texts[:-1] -%}
    {{- return(
        " or " ~ attempts ~ ".record_key in (select record_key from rows_elsewhere where record_key <> '')"
        ~ " or " ~ dbt.concat(texts) ~ " in (select " ~ dbt.concat(texts) ~ " from rows_elsewhere)"
    ) -}}
{% endmacro %}

{#- The condition that columns are equal to those of `sent_elsewhere`, whose names begin with `sent_`. -#}
{% macro _same_as_sent(columns, alias, sent) %}
    {%- set conditions = [] -%}
    {%- for column in columns -%} {%- do conditions.append(sent ~ ".sent_" ~ column ~ " = " ~ alias ~ "." ~ column) -%} {%- endfor -%}
    {{- return(conditions | join(" and ")) -}}
{% endmacro %}
