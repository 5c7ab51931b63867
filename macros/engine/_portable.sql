{#- Expressions made of what the engines give, the same on each of them. -#}

{#- A time as such, from text without zone: 2026-11-25 10:00:00, with decimals or without. -#}
{% macro _time_literal(text) %}
    {{- return("cast(" ~ reverse_etl._literal(text) ~ " as " ~ reverse_etl._type_time() ~ ")") -}}
{% endmacro %}

{#- UTC text as a time. -#}
{% macro _timestamp_literal(utc_text) %}
    {{- return(reverse_etl._time_literal(utc_text[:19] | replace('T', ' '))) -}}
{% endmacro %}

{#- UTC text of a number of days before another UTC text. -#}
{% macro _days_before(utc_text, days) %}
    {%- set moment = modules.datetime.datetime.strptime(utc_text[:19], '%Y-%m-%dT%H:%M:%S') -%}
    {{- return((moment - modules.datetime.timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')) -}}
{% endmacro %}

{#-
    The condition that two numbers are equal or both absent. What stands for an absent one is further from zero than any
    value that a rule lets through.
-#}
{% macro _same_number(left, right) -%}
    coalesce({{ left }}, -1.5e300) = coalesce({{ right }}, -1.5e300)
{%- endmacro %}

{#- A column as text that is never null. -#}
{% macro _text_or_empty(column) %}
    {{- return("coalesce(cast(" ~ column ~ " as " ~ reverse_etl._type_text() ~ "), '')") -}}
{% endmacro %}

{#- A text without any white space, Unicode's and what has no width included, which hide in what people copy. -#}
{% macro _without_white_space(text) %}
    {{- return(reverse_etl._replace_matches(text, reverse_etl._blank_pattern(), '')) -}}
{% endmacro %}

{#- Does an expression state a zone, by its type or in its text? -#}
{% macro _states_zone(expression) %}
    {{- return(
        "(" ~ reverse_etl._is_zoned_type(expression) ~ " or "
        ~ reverse_etl._matches(reverse_etl._text_of_text(expression), reverse_etl._zone_pattern()) ~ ")"
    ) -}}
{% endmacro %}

{#- The same for a zone other than UTC. What a type with zone shows depends on the session, so that is one too. -#}
{% macro _states_other_zone(expression) %}
    {{- return(
        "(" ~ reverse_etl._is_zoned_type(expression) ~ " or "
        ~ reverse_etl._matches(reverse_etl._text_of_text(expression), reverse_etl._zone_pattern()) ~ " and not "
        ~ reverse_etl._matches(reverse_etl._text_of_text(expression), ':[0-9.]+ ?(Z|UTC|[+-]00(:?00)?)$') ~ ")"
    ) -}}
{% endmacro %}

{#- What the table of a step is called in its schema. -#}
{% macro _step_identifier(name) %}
    {{- return('reverse_etl_step_' ~ name) -}}
{% endmacro %}

{#- A table of the rows of a step. Arguments: table, its name; select_sql. -#}
{% macro _create_step_table(table, select_sql) %}
    {{- return(reverse_etl._create_table_as(reverse_etl._step_table_kind(), table, select_sql)) -}}
{% endmacro %}
