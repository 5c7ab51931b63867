{#- Rules of the conversion name; those of characters and presence serve other texts too. -#}

{#- White space alone is no name. -#}
{% macro _rule_conversion_name_missing(text) %}
    {{- return(reverse_etl._is_white_space(text)) -}}
{% endmacro %}

{#- No text, or one of white space of any kind alone. -#}
{% macro _is_white_space(text) %}
    {{- return("(not " ~ reverse_etl._matches(text, '[^' ~ reverse_etl._white_space() ~ ']') ~ ")") -}}
{% endmacro %}

{#- Characters are code points here: what is over 100 of them is over the limit in any other counting too. -#}
{% macro _rule_conversion_name_too_long(text) %}
    {{- return("(" ~ reverse_etl._length(text) ~ " > 100)") -}}
{% endmacro %}

{#- A character that no XML message can carry. Also for the attribution model, the other free text. -#}
{% macro _rule_forbidden_character(text) %}
    {{- return("(" ~ reverse_etl._has_forbidden_character(text) ~ ")") -}}
{% endmacro %}
