{#-
    The source rows of a plan in groups; each has how many rows, and the sum of the values that could be sent.
    Arguments: rows, those of a plan made with_repeats: a relation or a select in brackets; oldest and before, UTC texts.
    Columns: class, reason, code and error_code of a refusal; currency, blank where it is none; accepted (1: the conversion
    counts at the destination, or did until its correction in doubt); expiring (1: it never counted and still could, and its
    time lies between `oldest` and `before`; rows without an identifier, as deals that no ad brought, never could); rows_in_all, sum_of_value, rows_with_value, oldest.
-#}
{% macro _report_rows(rows, oldest, before) %}
    {%- set keys = ['class', 'reason', 'code', 'error_code', 'currency', 'accepted', 'expiring'] -%}
    {%- set no_currency = reverse_etl._rule_currency_code_malformed('planned.currency') -%}
    select
        {{ reverse_etl._listed(keys) }},
        sum(row_count) as rows_in_all,
        sum(value) as sum_of_value,
        count(value) as rows_with_value,
        min(conversion_time) as oldest
    from (
        select
            planned.class as class,
            coalesce(planned.reason, '') as reason,
            planned.code as code,
            coalesce(planned.error_code, '') as error_code,
            case when {{ no_currency }} then '' else coalesce(planned.currency, '') end as currency,
            case when {{ reverse_etl._within('planned.value', '0', '999999999999') }} and not {{ no_currency }} then planned.value end as value,
            case when planned.status = 'accepted' then 1 else 0 end as accepted,
            case
                when planned.status in ('none', 'rejected', 'deferred')
                    and planned.class in ('new', 'deferred', 'held', 'invalid', 'waiting')
                    and coalesce(planned.reason, '') <> 'key_sent_before'
                    and coalesce(planned.reason, '') not like '%click_id_or_hash_missing%'
                    and planned.conversion_time >= {{ reverse_etl._literal(oldest) }}
                    and planned.conversion_time < {{ reverse_etl._literal(before) }}
                    then 1
                else 0
            end as expiring,
            planned.conversion_time as conversion_time,
            planned.row_count as row_count
        from {{ rows }} as planned
        where planned.side = 'source'
    ) as source_rows
    group by {{ reverse_etl._listed(keys) }}
    order by {{ reverse_etl._listed(keys) }}
{% endmacro %}

{#- What counts at the destination, by goal, day of conversion and currency. Argument: first_day, a date as text. -#}
{% macro _report_conversions(tables, scope, first_day) %}
{%- set columns = 'conversion_name, conversion_time, value, currency' -%}
{%- set since = "conversion_time >= " ~ reverse_etl._literal(first_day) -%}
with {{ reverse_etl._all_states(tables, scope, condition="attempts." ~ since) }}

select
    conversion_name,
    substr(conversion_time, 1, 10) as conversion_date,
    currency,
    count(*) as conversions,
    sum(value) as sum_of_value,
    count(value) as conversions_with_value
from (
    select {{ columns }} from plain where {{ since }}
    union all
    select {{ columns }} from states where status = 'accepted'
) as counted
group by conversion_name, substr(conversion_time, 1, 10), currency
order by conversion_name, conversion_date, currency
{% endmacro %}

{#- The condition that an attempt, `alias`, was made on a day or later. -#}
{% macro _report_since(first_day, alias) -%}
    {{ alias }}.recorded_at >= cast({{ reverse_etl._literal(first_day) }} as {{ reverse_etl._type_time() }})
{%- endmacro %}

{#- What the destination refused, each try of it, by day in UTC, operation and code. Arguments: as for the conversions. -#}
{% macro _report_refusals(tables, scope, first_day) %}
    select
        cast(recorded_at as date) as upload_date,
        operation,
        code,
        error_code,
        count(*) as attempts
    from (
        {{ reverse_etl._attempts(tables, scope, condition=reverse_etl._report_since(first_day, 'attempts')) }}
    ) as attempts
    where outcome = 'rejected'
    group by cast(recorded_at as date), operation, code, error_code
    order by upload_date, operation, code, error_code
{% endmacro %}

{#-
    The corrections that were accepted since a day, by operation, goal and currency, with the sums of what counted before each
    and of what has counted since; a retraction has no value of its own.
-#}
{% macro _report_corrections(tables, scope, first_day) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set corrected -%}
    inner join (
        select distinct {{ reverse_etl._listed(keys, 'ledger') }}
        from (
            {{ reverse_etl._ledger_rows(tables, scope) }}
        ) as ledger
        where ledger.operation in ('restate', 'retract') and {{ reverse_etl._report_since(first_day, 'ledger') }}
    ) as corrected on {{ reverse_etl._same(keys, 'attempts', 'corrected') }}
{%- endset -%}
with attempts as (
    {{ reverse_etl._attempts(tables, scope, joined=corrected) }}
),

once as (
    {{ reverse_etl._attempts_once('attempts', scope) }}
),

taken as (
    select
        {{ reverse_etl._listed(keys + ['operation', 'value', 'currency', 'recorded_at']) }},
        row_number() over (partition by {{ reverse_etl._listed(keys) }} order by place) as nth
    from once
    where outcome = 'accepted'
)

select
    correction.operation as operation,
    correction.conversion_name as conversion_name,
    coalesce(earlier.currency, '') as currency_before,
    correction.currency as currency,
    count(*) as conversions,
    sum(earlier.value) as sum_before,
    count(earlier.value) as conversions_with_value_before,
    sum(correction.value) as sum_of_value,
    count(correction.value) as conversions_with_value
from taken as correction
left join taken as earlier
    on {{ reverse_etl._same(keys, 'correction', 'earlier') }} and correction.nth = earlier.nth + 1
where correction.operation in ('restate', 'retract') and {{ reverse_etl._report_since(first_day, 'correction') }}
group by correction.operation, correction.conversion_name, coalesce(earlier.currency, ''), correction.currency
order by correction.operation, correction.conversion_name, currency_before, correction.currency
{% endmacro %}
