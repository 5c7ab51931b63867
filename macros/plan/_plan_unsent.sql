{#-
    Source rows of which nothing is sent, in the plan's columns, each by itself.
    Arguments: rows, a CTE; class and reason, SQL expressions; condition.
-#}
{% macro _plan_unsent(rows, class, reason, condition) %}
    select
        'source' as side,
        {{ class }} as class,
        {{ reason }} as reason,
        cast(null as {{ dbt.type_string() }}) as operation,
        conversion_name,
        conversion_time,
        {{ reverse_etl._payload_columns() | join(", ") }},
        '' as adjustment_time,
        false as first_attempt,
        false as untouched,
        cast(null as {{ dbt.type_int() }}) as code,
        cast(null as {{ dbt.type_string() }}) as error_code,
        cast(null as {{ dbt.type_string() }}) as message,
        cast(null as {{ dbt.type_string() }}) as tracking_id,
        '' as goes_at,
        '' as refused_at,
        false as known_before,
        1 as row_count
    from {{ rows }}
    where {{ condition }}
{% endmacro %}

{#-
    Rows that need nothing, of conversions that count, as one row of the plan with their number.
    Arguments: rows, a CTE of counts; side; class and count, SQL expressions.
-#}
{% macro _plan_together(rows, side, class, count) %}
    select
        '{{ side }}' as side,
        {{ class }} as class,
        '' as reason,
        cast(null as {{ dbt.type_string() }}) as operation,
        cast(null as {{ dbt.type_string() }}) as conversion_name,
        cast(null as {{ dbt.type_string() }}) as conversion_time,
        cast(null as {{ dbt.type_string() }}) as record_key,
        cast(null as {{ dbt.type_string() }}) as click_id,
        cast(null as {{ dbt.type_string() }}) as hashed_email,
        cast(null as {{ dbt.type_string() }}) as hashed_phone,
        cast(null as {{ reverse_etl._type_double() }}) as value,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ reverse_etl._type_double() }}) as attribution_credit,
        cast(null as {{ dbt.type_string() }}) as attribution_model,
        '' as adjustment_time,
        false as first_attempt,
        false as untouched,
        cast(null as {{ dbt.type_int() }}) as code,
        cast(null as {{ dbt.type_string() }}) as error_code,
        cast(null as {{ dbt.type_string() }}) as message,
        cast(null as {{ dbt.type_string() }}) as tracking_id,
        '' as goes_at,
        '' as refused_at,
        true as known_before,
        {{ count }} as row_count
    from {{ rows }}
    where {{ count }} > 0
{% endmacro %}
