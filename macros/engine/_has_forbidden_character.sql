{#- Does a text hold a character that XML 1.0 has no way to write: a control character, or U+FFFE, U+FFFF? -#}
{% macro _has_forbidden_character(text) %}
    {{- return(adapter.dispatch('_has_forbidden_character', 'reverse_etl')(text)) -}}
{% endmacro %}

{% macro default___has_forbidden_character(text) %}
    {{ reverse_etl._unsupported_engine('_has_forbidden_character') }}
{% endmacro %}

{% macro duckdb___has_forbidden_character(text) %}
    {{- return(reverse_etl._matches(text, '[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x{FFFE}\\x{FFFF}]')) -}}
{% endmacro %}

{#- A Postgres text cannot hold character 0. -#}
{% macro postgres___has_forbidden_character(text) %}
    {{- return(reverse_etl._matches(text, '[\\u0001-\\u0008\\u000B\\u000C\\u000E-\\u001F\\uFFFE\\uFFFF]')) -}}
{% endmacro %}
