{#-
    What the source's rows ask of their goals, in numbers of rows per conversion name; only rows that a push could send,
    now or once they need not wait. Rows as they were accepted are among them.
    Arguments: source, a relation; now, UTC text; max_age_days, of the destination; click_time, its column or none; windows, a list of [name, minutes]: the
    names whose goals have a known conversion window, each once.
    Columns: conversion_name, source_rows, hashes_only (no click id), attributed, valued, repeated_clicks (conversions of a
    click after its first), late (later after the click than the goal's window; null where there is no click time).
-#}
{% macro _demands(source, now, max_age_days, click_time, windows) %}
{%- set rules = reverse_etl._rules(reverse_etl._timestamp_literal(now), max_age_days, click_time is not none) -%}
with source_rows as (
    {{ reverse_etl._source_rows(source, none, click_time) }}
),

sendable as (
    select
        conversion_name,
        {{ reverse_etl._click_key('click_id') }} as click_key,
        conversion_time as time_key,
        attribution_model <> '' or attribution_credit is not null as is_attributed,
        value is not null as is_valued,
        {{ reverse_etl._rule_later_than_window('conversion_at', 'click_at', 'window_minutes') if windows else 'false' }} as is_late
    from source_rows
    {%- if windows %}
    left join (
        {%- for name, minutes in windows %}
        select {{ reverse_etl._literal(name) }} as goal_name, {{ minutes }} as window_minutes
        {{ "union all" if not loop.last }}
        {%- endfor %}
    ) as goals
        on goals.goal_name = source_rows.conversion_name
    {%- endif %}
    where
        {%- for rule in rules if rule.standing in ('invalid', 'expired') %}
        {{ "and " if not loop.first }}not {{ rule.violated }}
        {%- endfor %}
),

conversions as (
    select
        conversion_name,
        click_key,
        time_key,
        count(*) as source_rows,
        sum(case when is_attributed then 1 else 0 end) as attributed,
        sum(case when is_valued then 1 else 0 end) as valued,
        sum(case when is_late then 1 else 0 end) as late
    from sendable
    group by conversion_name, click_key, time_key
)

select
    conversion_name,
    sum(source_rows) as source_rows,
    sum(case when click_key = '' then source_rows else 0 end) as hashes_only,
    sum(attributed) as attributed,
    sum(valued) as valued,
    count(nullif(click_key, '')) - count(distinct nullif(click_key, '')) as repeated_clicks,
    {{ "sum(late)" if click_time else "null" }} as late
from conversions
group by conversion_name
order by conversion_name
{% endmacro %}

{#-
    The same of the rows that a run's plan sends, as far as a goal may refuse them; `replacing`: of those that take the place
    of what it retracts. Arguments: plan, its table.
-#}
{% macro _planned_demands(plan, replacing) %}
    select
        conversion_name,
        count(*) as source_rows,
        sum(case when click_id = '' then 1 else 0 end) as hashes_only,
        sum(case when attribution_credit is not null or attribution_model <> '' then 1 else 0 end) as attributed,
        0 as valued,
        0 as repeated_clicks,
        null as late
    from {{ plan }}
    where {{ "class = 'replace'" if replacing else "operation = 'send'" }}
    group by conversion_name
    order by conversion_name
{% endmacro %}

{#-
    How many conversions of these goals a run's plan retracts while another row of the source has their click, or their hashes
    without one: by goal. Arguments:
    plan, its table; source, a relation; names, those of goals that count one conversion of a click, none: of any goal.
-#}
{% macro _retracted_of_clicks_in_use(plan, source, names) %}
    select
        conversion_name,
        count(*) as row_count
    from (
        select distinct {{ reverse_etl._named(['conversion_name', 'identifier_key', 'conversion_time'], 'retracted') }}
        from (
            select
                conversion_name,
                {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key,
                conversion_time
            from {{ plan }}
            where operation = 'retract' {%- if names is not none %} and {{ reverse_etl._named_in('conversion_name', names) }} {%- endif %}
        ) as retracted
        inner join ({{ reverse_etl._source_rows(source, none) }}) as source_rows
            on retracted.conversion_name = source_rows.conversion_name and retracted.identifier_key = source_rows.identifier_key
        -- at its own time it is no other conversion, and what is in doubt of it goes on
        where retracted.conversion_time <> source_rows.conversion_time
    ) as in_use
    group by conversion_name
    order by conversion_name
{% endmacro %}

{#- The conversion names in a source, a relation. -#}
{% macro _source_names(source) %}
    select distinct {{ reverse_etl._present_text('conversion_name') }} as conversion_name
    from {{ source }}
{% endmacro %}
