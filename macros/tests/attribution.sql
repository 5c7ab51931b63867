{#- A generic test of what the destination made of what was sent. -#}

{#-
    Of each goal at least `min_rate` of the conversions was attributed, over the uploads of the last days. It stands on a
    source model, and reads the view `reverse_etl_attribution`, which `reverse-etl attribution` fills. A day counts once
    it was fetched `settle_hours` after its end, since reports come late. A goal counts from `min_conversions` on. What
    was not fetched is not judged. Gives one row per goal that falls short.
-#}
{% test match_rate_at_least(model, min_rate, sync=none, days=14, min_conversions=50, settle_hours=24) %}
{{ config(severity='warn') }}
{%- if min_rate is not number or min_rate < 0 or min_rate > 1 -%}
    {{ exceptions.raise_compiler_error("reverse_etl: match_rate_at_least needs min_rate, a number from 0 to 1.") }}
{%- endif -%}
{%- if execute and sync is not none and sync not in graph.exposures.values() | map(attribute='name') | list -%}
    {{ exceptions.raise_compiler_error("reverse_etl: match_rate_at_least has sync: " ~ sync ~ ", and no exposure of this name is there.") }}
{%- endif -%}
{%- set midnight = "cast(upload_date as " ~ reverse_etl._type_time() ~ ")" %}
with settled as (
    select *
    from {{ ref('reverse_etl', 'reverse_etl_attribution').render() }}
    where fetched_at >= {{ reverse_etl._later('hour', 24 + settle_hours, midnight) }}
        and {{ midnight }} >= {{ reverse_etl._later('day', -days, reverse_etl._utc_now()) }}
        {%- if sync is not none %}
        and sync = {{ reverse_etl._literal(sync) }}
        {%- endif %}
),

goals as (
    select
        {{ reverse_etl._listed(reverse_etl._scope_columns()) }},
        conversion_name,
        min(upload_date) as first_day,
        max(upload_date) as last_day,
        sum(attributed) as attributed,
        sum(unattributed) as unattributed
    from settled
    group by {{ reverse_etl._listed(reverse_etl._scope_columns()) }}, conversion_name
),

final as (
    select *
    from goals
    where attributed + unattributed >= {{ min_conversions }}
        and attributed < {{ min_rate }} * (attributed + unattributed)
)

select * from final
{% endtest %}
