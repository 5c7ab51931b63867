{#-
    Statements on the table that holds a push's plan.
    Arguments: plan, the table's name in full; select_sql, the plan's select.
-#}
{% macro _create_plan_table(plan, select_sql) %}
    {{- reverse_etl._create_table_as('table', plan, select_sql) -}}
{% endmacro %}

{% macro _drop_plan_table(plan) %}
    {{- reverse_etl._drop_table(plan) -}}
{% endmacro %}

{#- One page of the rows to send. Arguments: seq_from, seq_to, both included. -#}
{% macro _plan_page(plan, seq_from, seq_to) %}
    select
        seq,
        batch,
        operation,
        conversion_name,
        conversion_time,
        click_id,
        hashed_email,
        hashed_phone,
        value,
        currency,
        attribution_credit,
        attribution_model,
        adjustment_time,
        untouched
    from {{ plan }}
    where seq between {{ seq_from }} and {{ seq_to }}
    order by seq
{% endmacro %}

{#-
    A plan in short: rows per class and reason, and of each group up to `samples` rows. What is sent is grouped by goal and
    currency, too, with its sums: value as it would be, counted as it counts now; the values of other rows say nothing.
    Arguments: rows, a relation or a select in brackets.
-#}
{% macro _plan_summary(rows, samples) %}
{%- set keys = ['side', 'class', 'reason', 'operation', 'goal', 'sum_currency', 'counted_sum_currency'] -%}
{%- set shown = ['seq', 'record_key', 'conversion_name', 'conversion_time', 'value', 'currency', 'counted_value',
    'counted_currency', 'moves_to_name', 'moves_to_time', 'code', 'error_code', 'goes_at', 'refused_at'] -%}
with planned as (
    select
        side,
        class,
        coalesce(reason, '') as reason,
        coalesce(operation, '') as operation,
        case when is_sent then conversion_name else '' end as goal,
        case when is_sent then coalesce(currency, '') else '' end as sum_currency,
        case when is_sent then coalesce(counted_currency, '') else '' end as counted_sum_currency,
        -- what no push sends may have a value that no sum holds
        case when is_sent then value end as sent_value,
        case when is_sent then counted_value end as sent_counted,
        {{ reverse_etl._listed(shown) }},
        row_count,
        known_identities,
        unseen_repeats
    from (
        select
            planned.*,
            operation is not null or class = 'replace' as is_sent
        from {{ rows }} as planned
    ) as planned
),

counted as (
    select
        {{ reverse_etl._listed(keys) }},
        sum(row_count) as rows_in_all,
        sum(sent_value) as sum_of_value,
        count(sent_value) as rows_with_value,
        sum(sent_counted) as sum_of_counted,
        count(sent_counted) as rows_with_counted,
        max(known_identities) as known_identities,
        max(unseen_repeats) as unseen_repeats
    from planned
    group by {{ reverse_etl._listed(keys) }}
)
{%- if samples %},

samples as (
    select {{ reverse_etl._listed(keys + shown) }}
    from (
        select
            planned.*,
            row_number() over (partition by {{ reverse_etl._listed(keys) }} order by seq, conversion_time, record_key) as nth
        from planned
    ) as ordered
    where nth <= {{ samples }}
)

select
    {{ reverse_etl._named(keys + ['rows_in_all', 'sum_of_value', 'rows_with_value', 'sum_of_counted', 'rows_with_counted',
        'known_identities', 'unseen_repeats'], 'counted') }},
    {{ reverse_etl._named(shown, 'samples') }}
from counted
left join samples on {{ reverse_etl._same(keys, 'counted', 'samples') }}
{%- else %}

select * from counted
{%- endif %}
order by counted.side desc, {{ reverse_etl._listed(keys[1:], 'counted') }}
{% endmacro %}

{#- The rows of a plan that the destination refused, or refused to correct, and that are held for that. -#}
{% macro _rejected(rows) %}
    select
        record_key,
        conversion_name,
        conversion_time,
        reason,
        code,
        error_code,
        message,
        tracking_id
    from {{ rows }} as planned
    where class = 'held' and reason in ('rejected_unchanged', 'retract_refused', 'maybe_taken')
    order by error_code, reason, conversion_time, record_key
{% endmacro %}
