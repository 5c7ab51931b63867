{#- What the tool sets for its own connection before anything else; blank where nothing is needed. -#}
{% macro _session_settings() %}
    {{- return(adapter.dispatch('_session_settings', 'reverse_etl')()) -}}
{% endmacro %}

{% macro default___session_settings() %}
    {{- return('') -}}
{% endmacro %}

{#-
    Backslashes must stay plain characters in literals, whatever a role has set. The plan joins steps of which Postgres knows
    no statistics: it would choose nested loops, which take minutes at ten thousand rows, and compile what runs once.
-#}
{% macro postgres___session_settings() %}
    {{- return('set standard_conforming_strings = on; set enable_nestloop = off; set jit = off') -}}
{% endmacro %}
