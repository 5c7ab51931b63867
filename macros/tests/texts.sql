{#- Generic tests of the conversion name and the other free text. -#}

{#- ConversionName is there and not blank. -#}
{% test conversion_name_present(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_conversion_name_missing(reverse_etl._present_text(column_name))) }}
{% endtest %}

{#- ConversionName has at most 100 characters. -#}
{% test conversion_name_length_allowed(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_conversion_name_too_long(reverse_etl._present_text(column_name))) }}
{% endtest %}

{#- A text that is sent as it stands holds only characters that a message can carry. -#}
{% test no_forbidden_characters(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_forbidden_character(reverse_etl._present_text(column_name))) }}
{% endtest %}

{#- Each name is one of the goals given. An error: a name that no goal has loses all its conversions. -#}
{% test known_goal_name(model, column_name, goal_names) %}
{{ config(severity='error') }}
{%- if goal_names is string or not goal_names -%}
    {{ exceptions.raise_compiler_error("reverse_etl: known_goal_name needs goal_names, a list of at least one name.") }}
{%- endif -%}
{%- set literals = [] -%}
{%- for name in goal_names -%} {%- do literals.append(reverse_etl._text_literal(name | string)) -%} {%- endfor -%}
{{ reverse_etl._rows_that_break(
    model,
    "not " ~ reverse_etl._rule_conversion_name_missing(reverse_etl._present_text(column_name))
    ~ " and " ~ reverse_etl._text_or_empty(column_name) ~ " not in (" ~ literals | join(", ") ~ ")"
) }}
{% endtest %}
