{#- A select of typed nulls, the shape of a step whose rows a unit test gives. Arguments: columns, a dict of column to type. -#}
{% macro typed(columns) %}
select
    {%- for column, type in columns.items() %}
    cast(null as {{ type }}) as {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
{% endmacro %}

{#- The columns of an attempt with its outcome. -#}
{% macro attempt_columns() %}
    {%- set text, number, double = dbt.type_string(), dbt.type_bigint(), reverse_etl._type_double() -%}
    {{- return(dict(
        dict.fromkeys(reverse_etl._identity_columns(true) + ['operation', 'record_key', 'click_id', 'hashed_email', 'hashed_phone',
            'currency', 'attribution_model', 'adjustment_time', 'outcome', 'error_code', 'message', 'tracking_id'], text),
        **dict(
            dict.fromkeys(['run_seq', 'seq', 'batch', 'settles', 'code'], number),
            value=double, attribution_credit=double, answered_at=dbt.type_timestamp()
        )
    )) -}}
{% endmacro %}
