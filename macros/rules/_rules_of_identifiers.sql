{#- Rules of the click id and of the hashed e-mail address and phone number. -#}

{#- Microsoft finds the click by one of the three; without any there is nothing to find it by. -#}
{% macro _rule_click_id_or_hash_missing(click_id, hashed_email, hashed_phone) %}
    {{- return("(" ~ click_id ~ " = '' and " ~ hashed_email ~ " = '' and " ~ hashed_phone ~ " = '')") -}}
{% endmacro %}

{#- 32 hexadecimal digits, or the same with the dashes of a GUID; in any case. -#}
{% macro _rule_click_id_malformed(text) %}
    {%- set pattern = '^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})$' -%}
    {{- return(reverse_etl._present_but_not(text, pattern)) -}}
{% endmacro %}

{#- SHA-256 as 64 hexadecimal digits in lower case. -#}
{% macro _rule_hash_malformed(text) %}
    {{- return(reverse_etl._present_but_not(text, '^[0-9a-f]{64}$')) -}}
{% endmacro %}

{#- A text that is there and does not match. Absent breaks no rule of shape. -#}
{% macro _present_but_not(text, pattern) %}
    {{- return("(" ~ text ~ " <> '' and not " ~ reverse_etl._matches(text, pattern) ~ ")") -}}
{% endmacro %}
