{#-
    A value from Python as an SQL literal. The only place where text from outside enters SQL.
    Arguments: none, a boolean, a number or a text.
-#}
{% macro _literal(value) %}
    {%- if value is none -%} {{- return('null') -}}
    {%- elif value is boolean -%} {{- return('true' if value else 'false') -}}
    {%- elif value is number -%} {{- return(value | string) -}}
    {%- else -%} {{- return(reverse_etl._text_literal(value | string)) -}}
    {%- endif -%}
{% endmacro %}

{#- Text in quotes, escaped as the engine reads it. -#}
{% macro _text_literal(text) %}
    {{- return(adapter.dispatch('_text_literal', 'reverse_etl')(text)) -}}
{% endmacro %}

{% macro default___text_literal(text) %}
    {{ reverse_etl._unsupported_engine('_text_literal') }}
{% endmacro %}

{#- In both a backslash is a plain character, and a doubled quote is a quote. -#}
{% macro duckdb___text_literal(text) %}
    {{- return("'" ~ text.replace("'", "''") ~ "'") -}}
{% endmacro %}

{% macro postgres___text_literal(text) %}
    {{- return("'" ~ text.replace("'", "''") ~ "'") -}}
{% endmacro %}
