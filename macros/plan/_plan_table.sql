{#-
    Statements on the table that holds a push's plan.
    Arguments: plan, the table's name in full; select_sql, the plan's select.
-#}
{% macro _create_plan_table(plan, select_sql) %}
    create table {{ plan }} as
    select * from ({{ select_sql }}) as planned
    order by seq
{% endmacro %}

{% macro _drop_plan_table(plan) %}
    drop table if exists {{ plan }}
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
    A plan in short: rows per class and reason, with up to `samples` rows of each.
    Arguments: rows, a relation or a select in brackets.
-#}
{% macro _plan_summary(rows, samples) %}
    select
        side,
        class,
        reason,
        coalesce(operation, '') as operation,
        rows_in_all,
        record_key,
        conversion_name,
        conversion_time,
        code,
        error_code,
        goes_at,
        refused_at,
        known_identities,
        unseen_repeats
    from (
        select
            planned.*,
            sum(row_count) over (partition by side, class, reason, operation) as rows_in_all,
            row_number() over (
                partition by side, class, reason, operation
                order by seq, conversion_time, record_key
            ) as nth
        from {{ rows }} as planned
    ) as counted
    where nth <= {{ samples if samples > 0 else 1 }}
    order by side desc, class, reason, nth
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
