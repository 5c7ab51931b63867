{#-
    Why a row is where it is: the source rows and conversions that a key names, each with its class in the plan of now.
    The plan is made of the whole source, since a row's class depends on the other rows of its key and on how far back
    the source reaches. What it has no line of its own for is given one here: rows exactly as they were accepted, and
    conversions that have left the source and of which nothing is sent.
    Arguments: source, tables, scope and unique_key as for the plan; planned, its rows, made with_repeats: a relation or a select in
    brackets; kind and value of the key; limit, on the rows.
    Rows: those of the source first. Columns: place (source | ledger, which is no source row), class (of the plan, or
    `absent`: not in the source, and not counted), reason, the row as it is now or else as it was sent, with the first 8
    characters of click id and hashes (`?` where they are malformed), when what waits may go, its identity to ask for its attempts with, the ledger's word on that (null: it
    never left) with the refusal that this rests on, and in each row rows_in_all.
-#}
{% macro _explain_rows(source, tables, scope, unique_key, planned, kind, value, limit) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set columns = ['conversion_name', 'conversion_time'] + reverse_etl._payload_columns() -%}
with {{ reverse_etl._asked(source, tables, scope, unique_key, planned, kind, value) }},

planned_items as (
    select
        'source' as place,
        asked_plan.class,
        asked_plan.reason,
        asked_plan.goes_at,
        {%- for column in columns %}
        case when now_row.nth = 1 then now_row.{{ column }} else asked_plan.{{ column }} end as {{ column }},
        {%- endfor %}
        asked_plan.identifier_key
    from asked_plan
    left join rows_to_send as now_row
        on {{ reverse_etl._same(keys, 'asked_plan', 'now_row') }} and now_row.nth = 1 and asked_plan.operation is not null
    where
        asked_plan.side = 'source'
        -- what is broken has blanks in common with what else is broken: it is shown where it was asked for itself
        and (asked_plan.class <> 'invalid' or ({{ reverse_etl._named_by(kind, value, 'asked_plan') }}))
),

unchanged_items as (
    select
        'source' as place,
        'unchanged' as class,
        '' as reason,
        '' as goes_at,
        {{ reverse_etl._listed(columns, 'asked_source') }},
        asked_source.identifier_key
    from asked_source
    left join (
        select distinct {{ reverse_etl._listed(keys) }}
        from asked_plan
        where side = 'source'
    ) as planned on {{ reverse_etl._same(keys, 'asked_source', 'planned') }}
    where planned.conversion_name is null
),

ledger_items as (
    select
        'ledger' as place,
        coalesce(
            asked_plan.class,
            case states.status when 'accepted' then 'aged_out' when 'in_doubt' then 'expired' when 'maybe_taken' then 'held' else 'absent' end
        ) as class,
        coalesce(
            asked_plan.reason,
            case states.status when 'in_doubt' then 'in_doubt_too_old' when 'maybe_taken' then 'maybe_taken' else '' end
        ) as reason,
        coalesce(asked_plan.goes_at, '') as goes_at,
        {{ reverse_etl._named(['conversion_name', 'conversion_time'], 'asked_ledger') }},
        {%- for column in reverse_etl._payload_columns() %}
        case when states.status is null then asked_ledger.{{ column }} else states.{{ column }} end as {{ column }},
        {%- endfor %}
        asked_ledger.identifier_key as identifier_key
    from asked_ledger
    left join asked_states as states on {{ reverse_etl._same(keys, 'asked_ledger', 'states') }}
    left join asked_plan on {{ reverse_etl._same(keys, 'asked_ledger', 'asked_plan') }} and asked_plan.side = 'ledger'
    left join (
        select distinct {{ reverse_etl._listed(keys) }}
        from asked_source
    ) as present on {{ reverse_etl._same(keys, 'asked_ledger', 'present') }}
    where asked_plan.class is not null or present.conversion_name is null
),

items as (
    select * from planned_items
    union all
    select * from unchanged_items
    union all
    select * from ledger_items
),

final as (
    select
        items.place,
        items.class,
        items.reason,
        items.record_key,
        items.conversion_name,
        items.conversion_time,
        -- what is malformed may be an address that is not hashed
        {%- for column, is_malformed in [
            ('click_id', reverse_etl._rule_click_id_malformed('items.click_id')),
            ('hashed_email', reverse_etl._rule_hash_malformed('items.hashed_email')),
            ('hashed_phone', reverse_etl._rule_hash_malformed('items.hashed_phone')),
        ] %}
        case when {{ is_malformed }} and substr(items.{{ column }}, 1, 10) <> 'forgotten_' then '?' else substr(items.{{ column }}, 1, 8) end as {{ column }}_start,
        {%- endfor %}
        items.value,
        items.currency,
        items.attribution_credit,
        items.attribution_model,
        items.identifier_key,
        states.status,
        states.code,
        states.error_code,
        items.goes_at,
        -- of rows that are one conversion, the one that was asked for goes first
        case when {{ reverse_etl._named_by(kind, value, 'items') }} then 0 else 1 end as named_otherwise,
        count(*) over () as rows_in_all
    from items
    left join asked_states as states on {{ reverse_etl._same(keys, 'items', 'states') }}
)

select *
from final
order by case when place = 'source' then 0 else 1 end, named_otherwise, conversion_time, record_key, class
limit {{ limit }}
{% endmacro %}

{#-
    The CTEs that find what a key names: asked_ledger, the newest attempt of each conversion that it names there; asked,
    the identities that it names anywhere; asked_source, all source rows of these; asked_states, what the ledger says of
    them; asked_plan, the plan's lines of them; rows_to_send, the source rows of what would be sent, of which the
    plan may have the bytes of an earlier try instead.
-#}
{% macro _asked(source, tables, scope, unique_key, planned, kind, value) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set columns = ['conversion_name', 'conversion_time'] + reverse_etl._payload_columns() -%}
named_ledger as (
    select *
    from (
        select
            {{ reverse_etl._listed(columns + ['run_seq', 'seq']) }},
            {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key
        from {{ tables.ledger }}
        where {{ reverse_etl._in_scope(scope) }}
    ) as identified
    where {{ reverse_etl._named_by(kind, value, 'identified') }}
),

asked_ledger as (
    select *
    from (
        select
            named_ledger.*,
            row_number() over (partition by {{ reverse_etl._listed(keys) }} order by run_seq desc, seq desc) as nth
        from named_ledger
    ) as numbered
    where nth = 1
),

asked as (
    select distinct {{ reverse_etl._listed(keys) }}
    from (
        select {{ reverse_etl._listed(keys) }} from named_ledger
        union all
        select {{ reverse_etl._listed(keys) }}
        from ({{ reverse_etl._source_rows(source, unique_key) }}) as identified
        where {{ reverse_etl._named_by(kind, value, 'identified') }}
    ) as named
),

asked_source as (
    select identified.*
    from ({{ reverse_etl._source_rows(source, unique_key) }}) as identified
    inner join asked on {{ reverse_etl._same(keys, 'identified', 'asked') }}
),

asked_attempts as (
    {{ reverse_etl._attempts(tables, scope, joined=(
        "inner join asked on " ~ reverse_etl._same(keys, 'attempts', 'asked')
    )) }}
),

asked_states as (
    {{ reverse_etl._fold('asked_attempts', scope) }}
),

asked_plan as (
    select lines.*
    from (
        select
            planned.*,
            {{ reverse_etl._identifier_key('planned.click_id', 'planned.hashed_email', 'planned.hashed_phone') }} as identifier_key
        from {{ planned }} as planned
        where planned.conversion_name is not null
    ) as lines
    inner join asked on {{ reverse_etl._same(keys, 'lines', 'asked') }}
),

rows_to_send as (
    select
        asked_source.*,
        row_number() over (
            partition by {{ reverse_etl._listed(keys, 'asked_source') }}
            order by case when asked_source.record_key = asked_plan.record_key then 0 else 1 end, asked_source.record_key
        ) as nth
    from asked_source
    inner join asked_plan
        on {{ reverse_etl._same(keys, 'asked_source', 'asked_plan') }}
        and asked_plan.side = 'source' and asked_plan.operation is not null
)
{% endmacro %}
