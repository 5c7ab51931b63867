{#-
    Redshift. dbt takes Postgres's macros for what is missing here, and most of them would fail or mean something else: all stand
    here. Text is read by Perl's regular expressions, and a session's zone is UTC unless a user has another.
-#}

{% macro redshift___engine() %}
    {{- return('redshift') -}}
{% endmacro %}

{#- The clock and an instant's text go by the session's zone. -#}
{% macro redshift___session_settings(profile) %}
    {{- return("set timezone to 'UTC'") -}}
{% endmacro %}

{#- A backslash escapes. -#}
{% macro redshift___text_literal(text) %}
    {{- return("'" ~ text.replace("\\", "\\\\").replace("'", "''") ~ "'") -}}
{% endmacro %}

{% macro redshift___quoted(column) %}
    {{- return(reverse_etl.default___quoted(column)) -}}
{% endmacro %}

{#- `text` is 256 bytes. -#}
{% macro redshift___type_text() %}
    {{- return('varchar(65535)') -}}
{% endmacro %}

{% macro redshift___type_double() %}
    {{- return('double precision') -}}
{% endmacro %}

{% macro redshift___double(expression) %}
    {{- return(reverse_etl._double_of_text("trim(cast(" ~ expression ~ " as varchar(65535)))", 'try_cast(number_text as double precision)')) -}}
{% endmacro %}

{% macro redshift___type_time() %}
    {{- return('timestamp') -}}
{% endmacro %}

{#- When the statement began; sysdate is when the transaction did. -#}
{% macro redshift___utc_now() %}
    {{- return('getdate()') -}}
{% endmacro %}

{#- The text of each type reads as ISO, an instant's with its offset. -#}
{% macro redshift___utc_timestamp(expression) %}
    {%- set instant = reverse_etl._iso_instant("any_time") -%}
    {{- return(reverse_etl._with_value(
        "trim(cast(" ~ expression ~ " as varchar(65535)))", 'any_time', "(try_cast(" ~ instant ~ " as timestamptz) at time zone 'UTC')"
    )) -}}
{% endmacro %}

{% macro redshift___utc_text(timestamp) %}
    {{- return("to_char(" ~ timestamp ~ ", 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')") -}}
{% endmacro %}

{% macro redshift___whole_second(timestamp) %}
    {{- return("date_trunc('second', " ~ timestamp ~ ")") -}}
{% endmacro %}

{% macro redshift___later(part, number, timestamp) %}
    {{- return("dateadd(" ~ part ~ ", " ~ number ~ ", " ~ timestamp ~ ")") -}}
{% endmacro %}

{% macro redshift___seconds_between(earlier, later) %}
    {{- return("datediff(second, " ~ earlier ~ ", " ~ later ~ ")") -}}
{% endmacro %}

{% macro redshift___local_to_utc(timestamp, zone) %}
    {{- return(reverse_etl._local_to_utc_by(
        timestamp, "convert_timezone(" ~ zone ~ ", 'UTC', <time>)", "convert_timezone('UTC', " ~ zone ~ ", <time>)"
    )) -}}
{% endmacro %}

{#- No function tells a type; the text of an instant states its zone. -#}
{% macro redshift___is_zoned_type(expression) %}
    {{- return('false') -}}
{% endmacro %}

{% macro redshift___text_of_text(expression) %}
    {{- return("trim(cast(" ~ expression ~ " as varchar(65535)))") -}}
{% endmacro %}

{% macro redshift___present_text(text) %}
    {{- return(reverse_etl.default___present_text(text)) -}}
{% endmacro %}

{% macro redshift___counts_blanks() %}
    {{- return(false) -}}
{% endmacro %}

{% macro redshift___trimmed(text) %}
    {{- return("trim(both '" ~ reverse_etl._white_space() ~ "' from " ~ text ~ ")") -}}
{% endmacro %}

{#- The parameter p: Perl's. -#}
{% macro redshift___matches(expression, pattern) %}
    {{- return("(regexp_instr(" ~ expression ~ ", " ~ reverse_etl._perl_pattern(pattern) ~ ", 1, 1, 0, 'p') > 0)") -}}
{% endmacro %}

{% macro redshift___replace_matches(text, pattern, replacement) %}
    {%- set by = reverse_etl._text_literal(reverse_etl._dollar_groups(replacement)) -%}
    {{- return("regexp_replace(" ~ text ~ ", " ~ reverse_etl._perl_pattern(pattern) ~ ", " ~ by ~ ", 1, 'p')") -}}
{% endmacro %}

{% macro redshift___first_match(text, pattern) %}
    {{- return("regexp_substr(" ~ text ~ ", " ~ reverse_etl._perl_pattern(pattern) ~ ", 1, 1, 'iep')") -}}
{% endmacro %}

{#- A text cannot hold character 0. -#}
{% macro redshift___has_forbidden_character(text) %}
    {{- return("(translate(" ~ text ~ ", '" ~ reverse_etl._forbidden_characters() ~ "', '') <> " ~ text ~ ")") -}}
{% endmacro %}

{% macro redshift___without_accents(text) %}
    {{- return(reverse_etl._without_listed_accents(text)) -}}
{% endmacro %}

{% macro redshift___sha256_hex(text) %}
    {{- return("sha2(" ~ text ~ ", 256)") -}}
{% endmacro %}

{% macro redshift___with_value(value, name, body) %}
    {{- return(reverse_etl._written_out(value, name, body)) -}}
{% endmacro %}

{#- It may, and says nowhere when. -#}
{% macro redshift___keeps_ctes() %}
    {{- return(false) -}}
{% endmacro %}

{% macro redshift___materialized(once) %}
    {{- return('') -}}
{% endmacro %}

{#- The adapter keeps its session, and no other session sees its temporary tables, which stand in a schema of their own. -#}
{% macro redshift___step_table(ledger, identifier) %}
    {{- return(identifier) -}}
{% endmacro %}

{% macro redshift___step_table_kind() %}
    {{- return('temporary table') -}}
{% endmacro %}

{% macro redshift___create_table_as(kind, table, select_sql) %}
    {{- return(reverse_etl.default___create_table_as(kind, table, select_sql)) -}}
{% endmacro %}

{% macro redshift___drop_table(table) %}
    {{- return(reverse_etl.default___drop_table(table)) -}}
{% endmacro %}

{% macro redshift___keeps_inserts(relation) %}
    {{- return(true) -}}
{% endmacro %}

{#- Its driver holds all rows at once; whether a cursor works with the adapter's transactions is not proved. -#}
{% macro redshift___declare_cursor(select_sql) %}
    {{- return('') -}}
{% endmacro %}

{% macro redshift___fetch_cursor(rows) %}
    {{- return('') -}}
{% endmacro %}

{% macro redshift___locked_file(relation) %}
    {{- return('') -}}
{% endmacro %}
