{#-
    Statements on the table that holds a push's plan.
    Arguments: plan, the table's name in full; select_sql, the plan's select.
-#}
{% macro _create_plan_table(plan, select_sql) %}
    {{- reverse_etl._create_table_as('table', plan, "select * from (" ~ select_sql ~ ") as planned\norder by seq") -}}
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
    A plan in short: rows per class and reason with up to `samples` rows of each group. What is sent is grouped by goal and
    currency, too, with its sums: value as it would be, counted as it counts now; the values of other rows say nothing.
    Arguments: rows, a relation or a select in brackets.
-#}
{% macro _plan_summary(rows, samples) %}
{%- set group = "partition by side, class, reason, operation, goal, currency, counted_currency" -%}
    select
        side,
        class,
        reason,
        coalesce(operation, '') as operation,
        goal,
        rows_in_all,
        sum_of_value,
        rows_with_value,
        sum_of_counted,
        rows_with_counted,
        seq,
        record_key,
        conversion_name,
        conversion_time,
        value,
        currency,
        counted_value,
        counted_currency,
        moves_to_name,
        moves_to_time,
        code,
        error_code,
        goes_at,
        refused_at,
        known_identities,
        unseen_repeats
    from (
        select
            grouped.*,
            sum(row_count) over ({{ group }}) as rows_in_all,
            sum(value) over ({{ group }}) as sum_of_value,
            count(value) over ({{ group }}) as rows_with_value,
            sum(counted_value) over ({{ group }}) as sum_of_counted,
            count(counted_value) over ({{ group }}) as rows_with_counted,
            row_number() over ({{ group }} order by seq, conversion_time, record_key) as nth
        from (
            select
                side,
                class,
                reason,
                operation,
                case when is_sent then conversion_name else '' end as goal,
                case when is_sent then currency else '' end as currency,
                case when is_sent then counted_currency else '' end as counted_currency,
                seq, record_key, conversion_name, conversion_time, value, counted_value, moves_to_name, moves_to_time,
                code, error_code, goes_at, refused_at, row_count, known_identities, unseen_repeats
            from (
                select
                    planned.*,
                    operation is not null or class = 'replace' as is_sent
                from {{ rows }} as planned
            ) as planned
        ) as grouped
    ) as counted
    where nth <= {{ samples if samples > 0 else 1 }}
    order by side desc, class, reason, goal, currency, counted_currency, nth
{% endmacro %}

{#- The rows of a plan that the destination refused, and that are held for that. -#}
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
    where class = 'held' and reason in ('rejected_unchanged', 'maybe_taken')
    order by error_code, reason, conversion_time, record_key
{% endmacro %}
