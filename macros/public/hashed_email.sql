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
    {%- do reverse_etl._check_engine() -%}
    {%- set normalised = reverse_etl._lower(reverse_etl._without_accents('given_email')) -%}
    {%- set bare = reverse_etl._replace_matches(normalised, '^<?(mailto:)?|>$', '') -%}
    {%- set hashed -%}
        case
            when {{ reverse_etl._matches('address', '^[^@.<>:,;()"][^@<>:,;()"]*@[^@<>:,;()"?/]*[.][^@<>:,;()"?/]*[^@.<>:,;()"?/]$') }}
                then {{ reverse_etl._sha256_hex(dbt.concat([
                    "replace(" ~ dbt.split_part('address', "'@'", 1) ~ ", '.', '')", "'@'", dbt.split_part('address', "'@'", 2)
                ])) }}
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
        reverse_etl._without_white_space("cast(" ~ expression ~ " as " ~ reverse_etl._type_text() ~ ")"), 'given_email', given
    )) -}}
{% endmacro %}
