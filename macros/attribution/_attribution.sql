{#-
    Records what the destination reported in one answer: every row of it in one insert, so that none is read by half, and at
    one time, which tells which of two answers is the newer.
    Arguments: reports, a relation; scope; fetch_seq and fetch_id, of the fetch; fetched_at, by `_moment`; rows, a list of
    dicts with the table's column names.
-#}
{% macro _insert_attribution(reports, scope, fetch_seq, fetch_id, fetched_at, rows) %}
    {%- set stem = reverse_etl._scope_values(scope) ~ ", " ~ fetch_seq ~ ", " ~ reverse_etl._literal(fetch_id) -%}
    {%- set time = "cast(" ~ reverse_etl._literal(fetched_at) ~ " as " ~ reverse_etl._type_time() ~ ")" -%}
    {%- set columns = ['goal_id', 'conversion_name', 'upload_date', 'reason', 'attributed', 'unattributed'] -%}
    insert into {{ reports }} (
        {{ reverse_etl._scope_columns() | join(", ") }}, fetch_seq, fetch_id, {{ columns | join(", ") }}, fetched_at
    )
    values
    {%- for row in rows %}
    ({{ stem }}, {{ row.goal_id }}, {{ reverse_etl._literal(row.conversion_name) }}, cast({{ reverse_etl._literal(row.upload_date) }} as date),
        {{- " " ~ reverse_etl._literal(row.reason) }}, {{ row.attributed }}, {{ row.unattributed }}, {{ time }})
        {{- "," if not loop.last }}
    {%- endfor %}
{% endmacro %}

{#- The warehouse's time in UTC as text, as exact as it has it. -#}
{% macro _moment() %}
    select cast({{ reverse_etl._utc_now() }} as {{ reverse_etl._type_text() }}) as moment
{% endmacro %}

{#- The number of the next fetch of a scope. Two that begin at once may get the same. -#}
{% macro _next_fetch(reports, scope) %}
    select coalesce(max(fetch_seq), 0) + 1 as fetch_seq
    from {{ reports }}
    where {{ reverse_etl._in_scope(scope) }}
{% endmacro %}

{#- The condition that a row of the ledger, `alias`, is no part of a baseline or the like, of which nothing was sent. -#}
{% macro _is_of_push(tables, scope, alias) -%}
    {{ alias }}.operation <> 'retry'
        and not exists (
            select 1
            from (
                select {{ reverse_etl._listed(reverse_etl._scope_keys(scope) + ['run_seq']) }}
                from {{ tables.runs }}
                where {{ reverse_etl._in_scope(scope) }} and event = 'claim' and counts <> ''
                    -- of two that claimed one number the other is the run
                    and claim_id not in (
                        select claim_id from {{ tables.runs }} where {{ reverse_etl._in_scope(scope) }} and event = 'withdraw'
                    )
            ) as upkeep_runs
            where {{ reverse_etl._same(reverse_etl._scope_keys(scope) + ['run_seq'], 'upkeep_runs', alias) }}
        )
{%- endmacro %}

{#- The first and the last day, in UTC, on which a scope sent anything; nulls where it never did. -#}
{% macro _upload_span(tables, scope) %}
    select
        cast(min(ledger.recorded_at) as date) as first_day,
        cast(max(ledger.recorded_at) as date) as last_day
    from {{ tables.ledger }} as ledger
    where {{ reverse_etl._in_scope(scope, 'ledger') }} and {{ reverse_etl._is_of_push(tables, scope, 'ledger') }}
{% endmacro %}

{#- Names of the goals that a scope sent anything to since a day, a date as text. -#}
{% macro _sent_to(tables, scope, first_day) %}
    select distinct ledger.conversion_name
    from {{ tables.ledger }} as ledger
    where {{ reverse_etl._in_scope(scope, 'ledger') }} and {{ reverse_etl._is_of_push(tables, scope, 'ledger') }}
        and ledger.recorded_at >= cast({{ reverse_etl._literal(first_day) }} as {{ reverse_etl._type_time() }})
    order by ledger.conversion_name
{% endmacro %}

{#-
    What left for the destination, per goal and day in UTC: conversions by their outcome, and corrections. Each try
    counts, as it does on the other side.
    Arguments: tables; scope, or none for all of them; first_day, a date as text to begin with (optional).
-#}
{% macro _uploads(tables, scope, first_day=none) %}
    {%- set sends = {
        'sent': "", 'accepted': " and outcome = 'accepted'", 'rejected': " and outcome = 'rejected'",
        'deferred': " and outcome = 'deferred'", 'in_doubt': " and outcome is null",
    } -%}
    {%- set condition = reverse_etl._is_of_push(tables, scope, 'attempts') -%}
    {%- if first_day is not none -%}
        {%- set condition = condition ~ " and attempts.recorded_at >= cast(" ~ reverse_etl._literal(first_day) ~ " as "
            ~ reverse_etl._type_time() ~ ")" -%}
    {%- endif -%}
    select
        {%- for column in reverse_etl._scope_keys(scope) %}
        {{ column }},
        {%- endfor %}
        conversion_name,
        cast(recorded_at as date) as upload_date,
        {%- for name, of_outcome in sends.items() %}
        sum(case when operation = 'send'{{ of_outcome }} then 1 else 0 end) as {{ name }},
        {%- endfor %}
        sum(case when operation = 'send' then 0 else 1 end) as corrections
    from (
        {{ reverse_etl._attempts(tables, scope, condition=condition) }}
    ) as attempts
    group by {{ (reverse_etl._scope_keys(scope) + ['conversion_name', 'cast(recorded_at as date)']) | join(", ") }}
{% endmacro %}

{#-
    What the newest fetch reports of each goal and day; of two with one number, what was reported last. The rows of an answer
    have all three in common, and so stand or fall together.
    Arguments: reports, a relation; scope, or none; first_day, a date as text to begin with (optional).
-#}
{% macro _reported(reports, scope, first_day=none) %}
    select *
    from (
        select
            reported.*,
            rank() over (
                partition by {{ (reverse_etl._scope_keys(scope) + ['goal_id', 'upload_date']) | join(", ") }}
                order by fetch_seq desc, fetched_at desc, fetch_id desc
            ) as nth
        from {{ reports }} as reported
        where {{ reverse_etl._in_scope(scope, 'reported') }}
            {%- if first_day is not none %}
            and upload_date >= cast({{ reverse_etl._literal(first_day) }} as date)
            {%- endif %}
    ) as ranked
    where nth = 1
{% endmacro %}

{#-
    What was sent and what the destination made of it, per goal and day. What was not reported is null.
    Arguments: tables; reports, a relation; scope, or none; first_day (optional).
-#}
{% macro _attribution_days(tables, reports, scope, first_day=none) %}
{%- set keys = reverse_etl._scope_keys(scope) + ['conversion_name', 'upload_date'] -%}
{%- set ours = ['sent', 'accepted', 'rejected', 'deferred', 'in_doubt', 'corrections'] -%}
    select
        {{ reverse_etl._listed(keys) }},
        {%- for column in ours + ['attributed', 'unattributed'] %}
        {{ column }},
        {%- endfor %}
        cast(attributed as {{ reverse_etl._type_double() }}) / nullif(attributed + unattributed, 0) as match_rate,
        fetched_at
    from (
        select
            {{ reverse_etl._listed(keys) }},
            {%- for column in ours %}
            cast(sum({{ column }}) as {{ dbt.type_bigint() }}) as {{ column }},
            {%- endfor %}
            cast(sum(attributed) as {{ dbt.type_bigint() }}) as attributed,
            cast(sum(unattributed) as {{ dbt.type_bigint() }}) as unattributed,
            min(fetched_at) as fetched_at
        from (
            select
                {{ reverse_etl._listed(keys) }},
                {%- for column in ours %}
                {{ column }},
                {%- endfor %}
                cast(null as {{ dbt.type_bigint() }}) as attributed,
                cast(null as {{ dbt.type_bigint() }}) as unattributed,
                cast(null as {{ reverse_etl._type_time() }}) as fetched_at
            from ({{ reverse_etl._uploads(tables, scope, first_day) }}) as uploads
            union all
            select
                {{ reverse_etl._listed(keys) }},
                {%- for column in ours %}
                0 as {{ column }},
                {%- endfor %}
                attributed,
                unattributed,
                fetched_at
            from ({{ reverse_etl._reported(reports, scope, first_day) }}) as reported
            where reason = ''
        ) as both_sides
        group by {{ reverse_etl._listed(keys) }}
    ) as days
    -- a day on which nothing happened on either side is not worth a row
    where sent + corrections + coalesce(attributed, 0) + coalesce(unattributed, 0) > 0
{% endmacro %}

{#- Why conversions were not attributed, per goal, day and reason. Arguments: as for `_reported`. -#}
{% macro _unattributed(reports, scope, first_day=none) %}
{%- set keys = reverse_etl._scope_keys(scope) + ['conversion_name', 'upload_date', 'reason'] -%}
    select
        {{ reverse_etl._listed(keys) }},
        cast(sum(unattributed) as {{ dbt.type_bigint() }}) as unattributed,
        min(fetched_at) as fetched_at
    from ({{ reverse_etl._reported(reports, scope, first_day) }}) as reported
    where reason <> ''
    group by {{ reverse_etl._listed(keys) }}
{% endmacro %}

{#- The match rate of a scope in numbers: attributed and not, over which days, as of when. No row where nothing was reported. -#}
{% macro _match_totals(reports, scope, first_day) %}
    select
        sum(attributed) as attributed,
        sum(unattributed) as unattributed,
        min(upload_date) as first_day,
        max(upload_date) as last_day,
        {{ reverse_etl._utc_text('min(fetched_at)') }} as fetched_at
    from ({{ reverse_etl._reported(reports, scope, first_day) }}) as reported
    where reason = '' and attributed + unattributed > 0
    having count(*) > 0
{% endmacro %}

{#- `_attribution_days` as the tool reads it: times as text. -#}
{% macro _attribution_lines(tables, reports, scope, first_day) %}
    select
        conversion_name, upload_date, sent, accepted, rejected, deferred, in_doubt, corrections, attributed, unattributed,
        {{ reverse_etl._utc_text('fetched_at') }} as fetched_at
    from ({{ reverse_etl._attribution_days(tables, reports, scope, first_day) }}) as days
    order by conversion_name, upload_date
{% endmacro %}

{#- `_unattributed` by goal, the commonest reason first. -#}
{% macro _unattributed_lines(reports, scope, first_day) %}
    select conversion_name, reason, unattributed
    from (
        select conversion_name, reason, sum(unattributed) as unattributed
        from ({{ reverse_etl._unattributed(reports, scope, first_day) }}) as days
        group by conversion_name, reason
    ) as reasons
    where unattributed > 0
    order by conversion_name, unattributed desc, reason
{% endmacro %}
