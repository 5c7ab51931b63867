{#-
    A phone number as the SHA-256 that Microsoft matches, 64 hexadecimal digits in lower case.
    Brought to E.164 before it is hashed: `+`, country code, number, 7 to 15 digits in all, and the `+` is hashed too.
    White space, brackets, dashes, slashes and periods are dropped, a leading `00` is read as `+`, and the `(0)` that
    some write after the country code goes. Anything else, such as letters or an extension, makes it null.

    A number without a country code is null unless `default_country_code` is given (1, 49, '+44'). Then the prefix
    that is dialled within the country goes: a leading 1 before 10 digits for code 1, else one leading 0; Italy (39)
    keeps its 0.
    What is 64 hexadecimal digits already is a hash, and is not hashed again but only brought to lower case.
-#}
{% macro hashed_phone(expression, default_country_code=none) %}
    {%- do reverse_etl._check_engine() -%}
    {#- a column of numbers gives texts such as 14255551234.0 -#}
    {%- set whole = reverse_etl._replace_matches('given_phone', '^([0-9]{7,})[.]0+$', '\\1') -%}
    {%- set bare = reverse_etl._replace_matches(
        reverse_etl._replace_matches(whole, '^([+][0-9]+|00[0-9]+)[(]0[)]', '\\1'), '[()./-]', ''
    ) -%}
    {%- set number = reverse_etl._replace_matches(bare, '^00', '+') -%}
    {%- if default_country_code is not none -%}
        {%- set code = default_country_code | string | trim -%}
        {%- set code = code[1:] if code.startswith('+') else code -%}
        {%- if not modules.re.match('^[1-9][0-9]{0,2}$', code) -%}
            {{ exceptions.raise_compiler_error(
                "reverse_etl: default_country_code of hashed_phone is a country code of 1 to 3 digits, such as 49, and was"
                ~ " given '" ~ default_country_code ~ "'."
            ) }}
        {%- endif -%}
        {%- if code == '1' -%}
            {%- set number = reverse_etl._replace_matches(number, '^1([0-9]{10})$', '\\1') -%}
        {%- elif code != '39' -%}
            {%- set number = reverse_etl._replace_matches(number, '^0', '') -%}
        {%- endif -%}
        {%- set number = reverse_etl._replace_matches(number, '^([0-9])', '+' ~ code ~ '\\1') -%}
    {%- endif -%}
    {%- set hashed -%}
        case
            when {{ reverse_etl._matches('phone_number', '^[+][1-9][0-9]{6,14}$') }}
                then {{ reverse_etl._sha256_hex('phone_number') }}
        end
    {%- endset -%}
    {%- set given -%}
        case
            when {{ reverse_etl._matches('given_phone', '^[0-9a-fA-F]{64}$') }} then lower(given_phone)
            else {{ reverse_etl._with_value(number, 'phone_number', hashed) }}
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value(
        reverse_etl._without_white_space("cast(" ~ expression ~ " as " ~ reverse_etl._type_text() ~ ")"), 'given_phone', given
    )) -}}
{% endmacro %}
