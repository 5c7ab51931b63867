{#- A column as text in which blank and absent are one: the empty text. -#}
{% macro _present_text(expression) %}
    {%- set text = "cast(" ~ expression ~ " as " ~ dbt.type_string() ~ ")" -%}
    {{- return("case when trim(" ~ text ~ ") = '' or " ~ text ~ " is null then '' else " ~ text ~ " end") -}}
{% endmacro %}
