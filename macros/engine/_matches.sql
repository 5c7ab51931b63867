{#- Does a text match a regular expression anywhere? Anchor it with ^ and $ where all of it must. -#}
{% macro _matches(expression, pattern) %}
    {{- return(adapter.dispatch('_matches', 'reverse_etl')(expression, pattern)) -}}
{% endmacro %}

{% macro default___matches(expression, pattern) %}
    {{ reverse_etl._unsupported_engine('_matches') }}
{% endmacro %}

{% macro duckdb___matches(expression, pattern) %}
    {{- return("regexp_matches(" ~ expression ~ ", '" ~ pattern ~ "')") -}}
{% endmacro %}

{% macro postgres___matches(expression, pattern) %}
    {{- return("(" ~ expression ~ " ~ '" ~ pattern ~ "')") -}}
{% endmacro %}
