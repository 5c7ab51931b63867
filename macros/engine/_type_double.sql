{#- The type of values: a 64-bit float, as Microsoft's. dbt's type_float is 32 bits wide on DuckDB. -#}
{% macro _type_double() %}
    {{- return(adapter.dispatch('_type_double', 'reverse_etl')()) -}}
{% endmacro %}

{% macro default___type_double() %}
    {{- return('double precision') -}}
{% endmacro %}

{% macro bigquery___type_double() %}
    {{- return('float64') -}}
{% endmacro %}

{% macro spark___type_double() %}
    {{- return('double') -}}
{% endmacro %}
