{#-
    Snowflake. Its parameters of sessions are the user's, and dbt sets none: no macro here looks at the session's zone or at its
    formats. What an expression is of shows in a variant.
-#}

{% macro snowflake___engine() %}
    {{- return('snowflake') -}}
{% endmacro %}

{#- The package's own literals are cast as the engine reads ISO times. -#}
{% macro snowflake___session_settings(profile) %}
    {{- return("alter session set timestamp_input_format = 'AUTO'") -}}
{% endmacro %}

{#- A backslash escapes. What some take for the end of a line is escaped, too. -#}
{% macro snowflake___text_literal(text) %}
    {%- set literal = namespace(text=text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n").replace("\r", "\\r")) -%}
    {%- for ending, escaped in [('\t', '\\t'), ('\f', '\\f'), ('\v', '\\u000b'), ('\u0085', '\\u0085'), ('\u2028', '\\u2028'), ('\u2029', '\\u2029')] -%}
        {%- set literal.text = literal.text.replace(ending, escaped) -%}
    {%- endfor -%}
    {{- return("'" ~ literal.text ~ "'") -}}
{% endmacro %}

{% macro snowflake___type_double() %}
    {{- return('double') -}}
{% endmacro %}

{#- Text would cut the last digits of a double. -#}
{% macro snowflake___double(expression) %}
    {{- return("coalesce(as_double(to_variant(" ~ expression ~ ")), " ~ reverse_etl._double_of_text(
        "trim(to_varchar(" ~ expression ~ "))", 'try_to_double(number_text)', 'inf'
    ) ~ ")") -}}
{% endmacro %}

{% macro snowflake___type_time() %}
    {{- return('timestamp_ntz') -}}
{% endmacro %}

{% macro snowflake___utc_now() %}
    {{- return('sysdate()') -}}
{% endmacro %}

{% macro snowflake___utc_timestamp(expression) %}
    {%- set sql -%}
        coalesce(
            as_timestamp_ntz(to_variant(any_time)),
            {{ reverse_etl._snowflake_in_utc('as_timestamp_tz(to_variant(any_time))') }},
            {{ reverse_etl._snowflake_in_utc('as_timestamp_ltz(to_variant(any_time))') }},
            cast(as_date(to_variant(any_time)) as timestamp_ntz),
            {{ reverse_etl._snowflake_in_utc(
                "try_to_timestamp_tz(" ~ reverse_etl._iso_instant("trim(as_varchar(to_variant(any_time)))") ~ ", 'AUTO')"
            ) }}
        )
    {%- endset -%}
    {{- return(reverse_etl._with_value(expression, 'any_time', sql)) -}}
{% endmacro %}

{#- A timestamp with a zone as a time in UTC. -#}
{% macro _snowflake_in_utc(timestamp) %}
    {{- return("cast(convert_timezone('UTC', " ~ timestamp ~ ") as timestamp_ntz)") -}}
{% endmacro %}

{% macro snowflake___utc_text(timestamp) %}
    {{- return("to_char(" ~ timestamp ~ ", 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')") -}}
{% endmacro %}

{% macro snowflake___whole_second(timestamp) %}
    {{- return("date_trunc('second', " ~ timestamp ~ ")") -}}
{% endmacro %}

{% macro snowflake___later(part, number, timestamp) %}
    {{- return("dateadd('" ~ part ~ "', " ~ number ~ ", " ~ timestamp ~ ")") -}}
{% endmacro %}

{% macro snowflake___seconds_between(earlier, later) %}
    {{- return("datediff('second', " ~ earlier ~ ", " ~ later ~ ")") -}}
{% endmacro %}

{% macro snowflake___local_to_utc(timestamp, zone) %}
    {{- return(reverse_etl._local_to_utc_by(
        timestamp, "convert_timezone(" ~ zone ~ ", 'UTC', <time>)", "convert_timezone('UTC', " ~ zone ~ ", <time>)"
    )) -}}
{% endmacro %}

{% macro snowflake___is_zoned_type(expression) %}
    {{- return("coalesce(typeof(to_variant(" ~ expression ~ ")) in ('TIMESTAMP_LTZ', 'TIMESTAMP_TZ'), false)") -}}
{% endmacro %}

{% macro snowflake___text_of_text(expression) %}
    {{- return("coalesce(trim(as_varchar(to_variant(" ~ expression ~ "))), '')") -}}
{% endmacro %}

{% macro snowflake___trimmed(text) %}
    {{- return("trim(" ~ text ~ ", " ~ reverse_etl._text_literal(reverse_etl._white_space()) ~ ")") -}}
{% endmacro %}

{#- regexp_like would anchor the pattern at both ends. -#}
{% macro snowflake___matches(expression, pattern) %}
    {{- return("(regexp_instr(" ~ expression ~ ", " ~ reverse_etl._snowflake_pattern(pattern) ~ ") > 0)") -}}
{% endmacro %}

{#- A pattern as a literal. POSIX has no backslashes for control characters. -#}
{% macro _snowflake_pattern(pattern) %}
    {%- set plain = namespace(text=pattern) -%}
    {%- for escaped, character in [('\\t', '\t'), ('\\n', '\n'), ('\\r', '\r'), ('\\f', '\f'), ('\\v', '\v')] -%}
        {%- set plain.text = plain.text.replace(escaped, character) -%}
    {%- endfor -%}
    {{- return(reverse_etl._text_literal(plain.text)) -}}
{% endmacro %}

{% macro snowflake___replace_matches(text, pattern, replacement) %}
    {{- return(
        "regexp_replace(" ~ text ~ ", " ~ reverse_etl._snowflake_pattern(pattern) ~ ", " ~ reverse_etl._text_literal(replacement) ~ ")"
    ) -}}
{% endmacro %}

{#- Every group counts: POSIX knows none that do not. -#}
{% macro snowflake___first_match(text, pattern) %}
    {%- set group = 1 + pattern.count('(?:') -%}
    {{- return(
        "regexp_substr(" ~ text ~ ", " ~ reverse_etl._snowflake_pattern(pattern.replace('(?:', '(')) ~ ", 1, 1, 'ie', " ~ group ~ ")"
    ) -}}
{% endmacro %}

{% macro snowflake___has_forbidden_character(text) %}
    {{- return("(translate(" ~ text ~ ", '" ~ reverse_etl._forbidden_characters() ~ "\\0', '') <> " ~ text ~ ")") -}}
{% endmacro %}

{% macro snowflake___without_accents(text) %}
    {{- return(reverse_etl._without_listed_accents(text)) -}}
{% endmacro %}

{% macro snowflake___sha256_hex(text) %}
    {{- return("sha2(" ~ text ~ ", 256)") -}}
{% endmacro %}

{#- What a lambda gives is a variant, and a subquery may not name a column from outside. -#}
{% macro snowflake___with_value(value, name, body) %}
    {{- return(reverse_etl._written_out(value, name, body)) -}}
{% endmacro %}

{#- It may, and says nowhere when. -#}
{% macro snowflake___keeps_ctes() %}
    {{- return(false) -}}
{% endmacro %}

{#- The adapter keeps its session, and no other session sees its temporary tables. -#}
{% macro snowflake___step_table(ledger, identifier) %}
    {{- return(ledger.incorporate(path={'identifier': identifier}) | string) -}}
{% endmacro %}

{% macro snowflake___step_table_kind() %}
    {{- return('temporary table') -}}
{% endmacro %}

{% macro snowflake___keeps_inserts(relation) %}
    {{- return(true) -}}
{% endmacro %}
