{#- A timestamp without zone that stands in a named time zone, as one in UTC. The zone is an SQL expression. -#}
{% macro _local_to_utc(timestamp, zone) %}
    {{- return(adapter.dispatch('_local_to_utc', 'reverse_etl')(timestamp, zone)) -}}
{% endmacro %}

{% macro default___local_to_utc(timestamp, zone) %}
    {{ reverse_etl._unsupported_engine('_local_to_utc') }}
{% endmacro %}

{#- Both engines take the later of two instants where a local time names two, or none; the tests hold them to it. -#}
{% macro duckdb___local_to_utc(timestamp, zone) %}
    {{- return("timezone('UTC', timezone(" ~ zone ~ ", " ~ timestamp ~ "))") -}}
{% endmacro %}

{% macro postgres___local_to_utc(timestamp, zone) %}
    {{- return("timezone('UTC', timezone(" ~ zone ~ ", " ~ timestamp ~ "))") -}}
{% endmacro %}
