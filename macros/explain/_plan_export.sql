{#- How many rows of a source name each goal; rows that name none are left out. -#}
{% macro _source_goals(source) %}
    select
        conversion_name,
        count(*) as rows_in_all
    from {{ source }}
    where {{ reverse_etl._present_text('conversion_name') }} <> ''
    group by conversion_name
{% endmacro %}

{#-
    Every line of a plan for those who own the records, in an order to work by. No click id and no hash is in it.
    Arguments: rows, a select in brackets.
-#}
{% macro _plan_export(rows) %}
    select
        unseen_repeats,
        side,
        class,
        reason,
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
        row_count
    from {{ rows }} as planned
    order by side desc, class, reason, conversion_time, record_key
{% endmacro %}
