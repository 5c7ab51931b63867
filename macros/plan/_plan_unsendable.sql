{#-
    Source rows of which nothing is sent, in the plan's columns.
    Arguments: rows, a CTE; class; reason, an SQL expression; condition.
-#}
{% macro _plan_unsendable(rows, class, reason, condition) %}
    select
        'source' as side,
        '{{ class }}' as class,
        {{ reason }} as reason,
        cast(null as {{ dbt.type_string() }}) as operation,
        conversion_name,
        conversion_time,
        {{ reverse_etl._payload_columns() | join(", ") }},
        false as first_attempt,
        false as untouched,
        cast(null as {{ dbt.type_int() }}) as code,
        cast(null as {{ dbt.type_string() }}) as error_code,
        cast(null as {{ dbt.type_string() }}) as message,
        cast(null as {{ dbt.type_string() }}) as tracking_id,
        false as known_before
    from {{ rows }}
    where {{ condition }}
{% endmacro %}
