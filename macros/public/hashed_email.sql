{#-
    An e-mail address as the SHA-256 that Microsoft matches, 64 hexadecimal digits in lower case.
    Normalised by Microsoft's rules before it is hashed: no white space, no accents, lower case, nothing from a `+` up
    to the `@`, no periods before the `@` (of any domain, unlike Google's rule: do not share the column). `mailto:` and
    angle brackets around it are none of it.
    Null where it is no address: without exactly one `@`, without a period after it, beginning or ending with a
    period, with nothing left before the `@`, or with what divides addresses or encloses them: `<>:,;()"`, behind
    the `@` also `?/`.
    What is 64 hexadecimal digits already is a hash, and is not hashed again but only brought to lower case.
-#}
{% macro hashed_email(expression) %}
    {%- set normalised = "lower(" ~ reverse_etl._without_accents(reverse_etl._without_white_space('given_email')) ~ ")" -%}
    {%- set bare = reverse_etl._replace_matches(normalised, '^<?(mailto:)?|>$', '') -%}
    {%- set hashed -%}
        case
            when {{ reverse_etl._matches('address', '^[^@.<>:,;()"][^@<>:,;()"]*@[^@<>:,;()"?/]*[.][^@<>:,;()"?/]*[^@.<>:,;()"?/]$') }}
                then {{ reverse_etl._sha256_hex(
                    "replace(split_part(address, '@', 1), '.', '') || '@' || split_part(address, '@', 2)"
                ) }}
        end
    {%- endset -%}
    {%- set given -%}
        case
            when {{ reverse_etl._matches('given_email', '^[0-9a-fA-F]{64}$') }} then lower(given_email)
            else {{ reverse_etl._with_value(
                reverse_etl._replace_matches(bare, '[+][^@]*@', '@'), 'address', hashed
            ) }}
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value(
        "trim(cast(" ~ expression ~ " as " ~ dbt.type_string() ~ "))", 'given_email', given
    )) -}}
{% endmacro %}

{#- A text without any white space, Unicode's and what has no width included, which hide in what people copy. -#}
{% macro _without_white_space(text) %}
    {%- set blanks = '[ \\t\\n\\r\\f\\v\u0085\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]' -%}
    {{- return(reverse_etl._replace_matches(text, blanks, '')) -}}
{% endmacro %}
