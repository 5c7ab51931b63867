{#-
    An e-mail address as the SHA-256 that Microsoft matches, 64 hexadecimal digits in lower case.
    Normalised by Microsoft's rules before it is hashed: no white space, no accents, lower case, nothing from a `+` up
    to the `@`, no periods before the `@` (of any domain, unlike Google's rule: do not share the column).
    Null where it is no address: without exactly one `@`, without a period after it, beginning or ending with a
    period, or with nothing left before the `@`.
    What is 64 hexadecimal digits already is a hash, and is not hashed again but only brought to lower case.
-#}
{% macro hashed_email(expression) %}
    {%- set normalised = "lower(" ~ reverse_etl._without_accents(reverse_etl._without_white_space('given_email')) ~ ")" -%}
    {%- set hashed -%}
        case
            when {{ reverse_etl._matches('address', '^[^@.][^@]*@[^@]*[.][^@]*[^@.]$') }}
                then {{ reverse_etl._sha256_hex(
                    "replace(split_part(address, '@', 1), '.', '') || '@' || split_part(address, '@', 2)"
                ) }}
        end
    {%- endset -%}
    {%- set given -%}
        case
            when {{ reverse_etl._matches('given_email', '^[0-9a-fA-F]{64}$') }} then lower(given_email)
            else {{ reverse_etl._with_value(
                reverse_etl._replace_matches(normalised, '[+][^@]*@', '@'), 'address', hashed
            ) }}
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value(
        "trim(cast(" ~ expression ~ " as " ~ dbt.type_string() ~ "))", 'given_email', given
    )) -}}
{% endmacro %}

{#- A text without any white space, the non-breaking one included, which hides in what people copy. -#}
{% macro _without_white_space(text) %}
    {{- return(reverse_etl._replace_matches("replace(" ~ text ~ ", chr(160), '')", '[ \\t\\n\\r\\f\\v]', '')) -}}
{% endmacro %}
