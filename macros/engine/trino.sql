{#-
    Trino, on a catalog whose tables can be written to by several and updated, such as Iceberg's. A timestamp has 6 decimals here, as
    Iceberg's has. `trim` alone takes away white space of every kind.
-#}

{% macro trino___engine() %}
    {{- return('trino') -}}
{% endmacro %}

{#- A backslash is a plain character, and a doubled quote is a quote. -#}
{% macro trino___text_literal(text) %}
    {{- return("'" ~ text.replace("'", "''") ~ "'") -}}
{% endmacro %}

{% macro trino___type_double() %}
    {{- return('double') -}}
{% endmacro %}

{#- The number itself is cast, since its text may be shorter; of text with blanks around it the text. -#}
{% macro trino___double(expression) %}
    {{- return(reverse_etl._double_of_text(
        "trim(both ' ' from cast(" ~ expression ~ " as varchar))",
        "try_cast(" ~ expression ~ " as double), try_cast(number_text as double)"
    )) -}}
{% endmacro %}

{% macro trino___type_time() %}
    {{- return('timestamp(6)') -}}
{% endmacro %}

{% macro trino___utc_now() %}
    {{- return("cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6))") -}}
{% endmacro %}

{#- Of a timestamp without zone and a date the text reads as ISO; an instant's names a zone. -#}
{% macro trino___utc_timestamp(expression) %}
    {%- set text = "trim(both ' ' from cast(any_time as varchar))" -%}
    {%- set instant -%}
        case
            when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
            else try_cast({{ reverse_etl._iso_instant(text) }} as timestamp(6) with time zone)
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value(expression, 'any_time', "cast(at_timezone(" ~ instant ~ ", 'UTC') as timestamp(6))")) -}}
{% endmacro %}

{% macro trino___utc_text(timestamp) %}
    {{- return("concat(replace(substr(cast(" ~ timestamp ~ " as varchar), 1, 19), ' ', 'T'), 'Z')") -}}
{% endmacro %}

{% macro trino___whole_second(timestamp) %}
    {{- return("date_trunc('second', " ~ timestamp ~ ")") -}}
{% endmacro %}

{#- date_add knows no part below a millisecond: what is added then, no number below 0, is added to the decimals as they are written. -#}
{% macro trino___later(part, number, timestamp) %}
    {%- if part != 'microsecond' -%} {{- return("date_add('" ~ part ~ "', " ~ number ~ ", " ~ timestamp ~ ")") -}} {%- endif -%}
    {%- set microseconds = "(cast(substr(cast(" ~ timestamp ~ " as varchar), 21, 6) as bigint) + " ~ number ~ ")" -%}
    {%- set second = "cast(date_add('second', " ~ microseconds ~ " / 1000000, " ~ timestamp ~ ") as varchar)" -%}
    {{- return(
        "cast(concat(substr(" ~ second ~ ", 1, 20), lpad(cast(mod(" ~ microseconds ~ ", 1000000) as varchar), 6, '0')) as timestamp(6))"
    ) -}}
{% endmacro %}

{% macro trino___seconds_between(earlier, later) %}
    {{- return("date_diff('second', " ~ earlier ~ ", " ~ later ~ ")") -}}
{% endmacro %}

{% macro trino___local_to_utc(timestamp, zone) %}
    {%- set within = "cast(at_timezone(with_timezone(<time>, {}), {}) as timestamp(6))" -%}
    {{- return(reverse_etl._local_to_utc_by(timestamp, within.format(zone, "'UTC'"), within.format("'UTC'", zone))) -}}
{% endmacro %}

{% macro trino___is_zoned_type(expression) %}
    {{- return("typeof(" ~ expression ~ ") like '%with time zone'") -}}
{% endmacro %}

{% macro trino___text_of_text(expression) %}
    {{- return("trim(both ' ' from cast(" ~ expression ~ " as varchar))") -}}
{% endmacro %}

{% macro trino___present_text(text) %}
    {{- return("case when trim(both ' ' from " ~ text ~ ") = '' or " ~ text ~ " is null then '' else " ~ text ~ " end") -}}
{% endmacro %}

{% macro trino___trimmed(text) %}
    {{- return("trim(both '" ~ reverse_etl._white_space() ~ "' from " ~ text ~ ")") -}}
{% endmacro %}

{% macro trino___matches(expression, pattern) %}
    {{- return("regexp_like(" ~ expression ~ ", " ~ reverse_etl._perl_pattern(pattern) ~ ")") -}}
{% endmacro %}

{% macro trino___replace_matches(text, pattern, replacement) %}
    {%- set by = reverse_etl._text_literal(reverse_etl._dollar_groups(replacement)) -%}
    {{- return("regexp_replace(" ~ text ~ ", " ~ reverse_etl._perl_pattern(pattern) ~ ", " ~ by ~ ")") -}}
{% endmacro %}

{% macro trino___first_match(text, pattern) %}
    {{- return("regexp_extract(" ~ text ~ ", " ~ reverse_etl._perl_pattern('(?i)' ~ pattern) ~ ", 1)") -}}
{% endmacro %}

{% macro trino___has_forbidden_character(text) %}
    {{- return(reverse_etl._matches(text, '[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF]')) -}}
{% endmacro %}

{% macro trino___without_accents(text) %}
    {{- return("normalize(" ~ reverse_etl._replace_matches("normalize(" ~ text ~ ", NFD)", '[\u0300-\u036f]', '') ~ ", NFC)") -}}
{% endmacro %}

{% macro trino___sha256_hex(text) %}
    {{- return("lower(to_hex(sha256(to_utf8(" ~ text ~ "))))") -}}
{% endmacro %}

{% macro trino___with_value(value, name, body) %}
    {{- return("transform(array[" ~ value ~ "], " ~ name ~ " -> " ~ body ~ ")[1]") -}}
{% endmacro %}

{% macro trino___keeps_ctes() %}
    {{- return(false) -}}
{% endmacro %}

{#- Beside the ledger: there are no temporary tables. -#}
{% macro trino___step_table(ledger, identifier) %}
    {{- return(ledger.incorporate(path={'identifier': identifier}) | string) -}}
{% endmacro %}

{% macro trino___step_table_kind() %}
    {{- return('table') -}}
{% endmacro %}

{#- The catalog's connector decides, and dbt does not say which it is: `check --warehouse` shows. -#}
{% macro trino___keeps_inserts(relation) %}
    {{- return(true) -}}
{% endmacro %}
