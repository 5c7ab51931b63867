{#- Rules of the conversion name; those of characters and presence serve other texts too. -#}

{#- White space alone is no name. -#}
{% macro _rule_conversion_name_missing(column) %}
    {{- return(reverse_etl._is_white_space(column)) -}}
{% endmacro %}

{#- No text, or one of white space of any kind alone. -#}
{% macro _is_white_space(column) %}
    {%- set other = '[^' ~ reverse_etl._white_space() ~ ']' -%}
    {{- return("(not " ~ reverse_etl._matches(reverse_etl._text_or_empty(column), other) ~ ")") -}}
{% endmacro %}

{#- Characters are code points here: what is over 100 of them is over the limit in any other counting too. -#}
{% macro _rule_conversion_name_too_long(column) %}
    {{- return("(length(" ~ reverse_etl._text_or_empty(column) ~ ") > 100)") -}}
{% endmacro %}

{#- A character that no XML message can carry. Also for the attribution model, the other free text. -#}
{% macro _rule_forbidden_character(column) %}
    {{- return("(" ~ reverse_etl._has_forbidden_character(reverse_etl._text_or_empty(column)) ~ ")") -}}
{% endmacro %}

{#- A column as text that is never null. -#}
{% macro _text_or_empty(column) %}
    {{- return("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '')") -}}
{% endmacro %}
