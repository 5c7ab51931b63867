{#- A column as text in which blank and absent are one: the empty text. -#}
{% macro _present_text(expression) %}
    {{- return(adapter.dispatch('_present_text', 'reverse_etl')("cast(" ~ expression ~ " as " ~ dbt.type_string() ~ ")")) -}}
{% endmacro %}

{% macro default___present_text(text) %}
    {{- return("case when trim(" ~ text ~ ") = '' or " ~ text ~ " is null then '' else " ~ text ~ " end") -}}
{% endmacro %}

{#- Trimming is the dear part, and text that begins with a visible character needs none: it sorts from '!' on. -#}
{% macro duckdb___present_text(text) %}
    {{- return(
        "case when " ~ text ~ " >= '!' then " ~ text ~ " when trim(" ~ text ~ ") = '' or " ~ text ~ " is null then ''"
        ~ " else " ~ text ~ " end"
    ) -}}
{% endmacro %}
