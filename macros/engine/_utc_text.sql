{#- A timestamp without zone in UTC as text: 2026-11-25T10:00:00Z, whole seconds, cut and not rounded. -#}
{% macro _utc_text(timestamp) %}
    {{- return(adapter.dispatch('_utc_text', 'reverse_etl')(timestamp)) -}}
{% endmacro %}

{% macro default___utc_text(timestamp) %}
    {{ reverse_etl._unsupported_engine('_utc_text') }}
{% endmacro %}

{% macro duckdb___utc_text(timestamp) %}
    {{- return("strftime(" ~ timestamp ~ ", '%Y-%m-%dT%H:%M:%SZ')") -}}
{% endmacro %}

{% macro postgres___utc_text(timestamp) %}
    {{- return("to_char(" ~ timestamp ~ ", 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')") -}}
{% endmacro %}
