{#-
    BigQuery. Its `timestamp` is an instant: the package's times are of the type datetime. `trim` alone takes away white space of
    every kind, so a blank is named wherever the blank alone is meant.
-#}

{% macro bigquery___engine() %}
    {{- return('bigquery') -}}
{% endmacro %}

{#- A backslash escapes, and a line ends no literal. -#}
{% macro bigquery___text_literal(text) %}
    {{- return("'" ~ text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r") ~ "'") -}}
{% endmacro %}

{#- Escaped as in a literal. -#}
{% macro bigquery___quoted(column) %}
    {{- return(adapter.quote(column.replace("\\", "\\\\").replace("`", "\\`"))) -}}
{% endmacro %}

{% macro bigquery___type_double() %}
    {{- return('float64') -}}
{% endmacro %}

{#- The number itself is cast, since its text may be shorter; of text with blanks around it the text. -#}
{% macro bigquery___double(expression) %}
    {{- return(reverse_etl._double_of_text(
        "trim(cast(" ~ expression ~ " as string), ' ')",
        "safe_cast(" ~ expression ~ " as float64), safe_cast(number_text as float64)"
    )) -}}
{% endmacro %}

{% macro bigquery___type_time() %}
    {{- return('datetime') -}}
{% endmacro %}

{% macro bigquery___utc_now() %}
    {{- return("datetime(current_timestamp(), 'UTC')") -}}
{% endmacro %}

{#- The text of each type reads as ISO, an instant's with its offset. -#}
{% macro bigquery___utc_timestamp(expression) %}
    {%- set instant = reverse_etl._iso_instant("any_time") -%}
    {{- return(reverse_etl._with_value(
        "trim(cast(" ~ expression ~ " as string), ' ')", 'any_time', "datetime(safe_cast(" ~ instant ~ " as timestamp), 'UTC')"
    )) -}}
{% endmacro %}

{#- %Y would write the year 1 as 1. -#}
{% macro bigquery___utc_text(timestamp) %}
    {{- return("format_datetime('%E4Y-%m-%dT%H:%M:%SZ', " ~ timestamp ~ ")") -}}
{% endmacro %}

{% macro bigquery___whole_second(timestamp) %}
    {{- return("datetime_trunc(" ~ timestamp ~ ", second)") -}}
{% endmacro %}

{% macro bigquery___later(part, number, timestamp) %}
    {{- return("datetime_add(" ~ timestamp ~ ", interval " ~ number ~ " " ~ part ~ ")") -}}
{% endmacro %}

{% macro bigquery___seconds_between(earlier, later) %}
    {{- return("datetime_diff(" ~ later ~ ", " ~ earlier ~ ", second)") -}}
{% endmacro %}

{% macro bigquery___local_to_utc(timestamp, zone) %}
    {{- return(reverse_etl._local_to_utc_by(
        timestamp, "datetime(timestamp(<time>, " ~ zone ~ "), 'UTC')", "datetime(timestamp(<time>, 'UTC'), " ~ zone ~ ")"
    )) -}}
{% endmacro %}

{#- The text of an instant states its zone. -#}
{% macro bigquery___is_zoned_type(expression) %}
    {{- return('false') -}}
{% endmacro %}

{% macro bigquery___text_of_text(expression) %}
    {{- return("trim(cast(" ~ expression ~ " as string), ' ')") -}}
{% endmacro %}

{% macro bigquery___present_text(text) %}
    {{- return("case when trim(" ~ text ~ ", ' ') = '' or " ~ text ~ " is null then '' else " ~ text ~ " end") -}}
{% endmacro %}

{% macro bigquery___trimmed(text) %}
    {{- return("trim(" ~ text ~ ", " ~ reverse_etl._text_literal(reverse_etl._white_space()) ~ ")") -}}
{% endmacro %}

{% macro bigquery___matches(expression, pattern) %}
    {{- return("regexp_contains(" ~ expression ~ ", " ~ reverse_etl._text_literal(pattern) ~ ")") -}}
{% endmacro %}

{% macro bigquery___replace_matches(text, pattern, replacement) %}
    {{- return(
        "regexp_replace(" ~ text ~ ", " ~ reverse_etl._text_literal(pattern) ~ ", " ~ reverse_etl._text_literal(replacement) ~ ")"
    ) -}}
{% endmacro %}

{% macro bigquery___first_match(text, pattern) %}
    {{- return("regexp_extract(" ~ text ~ ", " ~ reverse_etl._text_literal('(?i)' ~ pattern) ~ ")") -}}
{% endmacro %}

{% macro bigquery___has_forbidden_character(text) %}
    {{- return(reverse_etl._matches(text, '[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x{FFFE}\\x{FFFF}]')) -}}
{% endmacro %}

{% macro bigquery___without_accents(text) %}
    {{- return("normalize(" ~ reverse_etl._replace_matches("normalize(" ~ text ~ ", NFD)", '[\u0300-\u036f]', '') ~ ", NFC)") -}}
{% endmacro %}

{% macro bigquery___sha256_hex(text) %}
    {{- return("to_hex(sha256(" ~ text ~ "))") -}}
{% endmacro %}

{#- A subquery over an array of one value reads no table, so nothing has to be joined. -#}
{% macro bigquery___with_value(value, name, body) %}
    {{- return("(select " ~ body ~ " from unnest([" ~ value ~ "]) as " ~ name ~ ")") -}}
{% endmacro %}

{% macro bigquery___keeps_ctes() %}
    {{- return(false) -}}
{% endmacro %}

{#- Beside the ledger: each statement is a session of its own, which sees no temporary tables of another. -#}
{% macro bigquery___step_table(ledger, identifier) %}
    {{- return(ledger.incorporate(path={'identifier': identifier}) | string) -}}
{% endmacro %}

{% macro bigquery___step_table_kind() %}
    {{- return('table') -}}
{% endmacro %}

{% macro bigquery___keeps_inserts(relation) %}
    {{- return(true) -}}
{% endmacro %}
