{#- Rules of the click id and of the hashed e-mail address and phone number. -#}

{#- Microsoft finds the click by one of the three; without any there is nothing to find it by. -#}
{% macro _rule_click_id_or_hash_missing(microsoft_click_id, hashed_email_address, hashed_phone_number) %}
    {%- set texts = [] -%}
    {%- for column in [microsoft_click_id, hashed_email_address, hashed_phone_number] -%}
        {%- do texts.append("(" ~ reverse_etl._present_text(column) ~ ") = ''") -%}
    {%- endfor -%}
    {{- return("(" ~ texts | join(" and ") ~ ")") -}}
{% endmacro %}

{#- 32 hexadecimal digits, or the same with the dashes of a GUID; in any case. -#}
{% macro _rule_click_id_malformed(column) %}
    {%- set pattern = '^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})$' -%}
    {{- return(reverse_etl._present_but_not(column, pattern)) -}}
{% endmacro %}

{#- SHA-256 as 64 hexadecimal digits in lower case. -#}
{% macro _rule_hash_malformed(column) %}
    {{- return(reverse_etl._present_but_not(column, '^[0-9a-f]{64}$')) -}}
{% endmacro %}

{#-
    A text that is there and does not match. Blank is absent, and absent breaks no rule of shape. The pattern is
    tried first, since most rows match and trimming costs as much again.
-#}
{% macro _present_but_not(column, pattern) %}
    {%- set text = reverse_etl._text_or_empty(column) -%}
    {{- return(
        "(case when " ~ reverse_etl._matches(text, pattern) ~ " then false else trim(" ~ text ~ ") <> '' end)"
    ) -}}
{% endmacro %}
