{#- The warehouse's clock, as a timestamp without zone in UTC. -#}
{% macro _utc_now() %}
    {{- return(adapter.dispatch('_utc_now', 'reverse_etl')()) -}}
{% endmacro %}

{% macro default___utc_now() %}
    {{ reverse_etl._unsupported_engine('_utc_now') }}
{% endmacro %}

{% macro duckdb___utc_now() %}
    {{- return("(current_timestamp at time zone 'UTC')") -}}
{% endmacro %}

{#- clock_timestamp, not current_timestamp: the latter stands still inside a transaction. -#}
{% macro postgres___utc_now() %}
    {{- return("(clock_timestamp() at time zone 'UTC')") -}}
{% endmacro %}
