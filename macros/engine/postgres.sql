{#- Postgres. -#}

{% macro postgres___engine() %}
    {{- return('postgres') -}}
{% endmacro %}

{#-
    Backslashes must stay plain characters in literals, whatever a role has set. The plan joins steps of which Postgres knows
    no statistics: it would choose nested loops, which take minutes at ten thousand rows, and compile what runs once.
-#}
{% macro postgres___session_settings(profile) %}
    {{- return('set standard_conforming_strings = on; set enable_nestloop = off; set jit = off') -}}
{% endmacro %}

{#- A backslash is a plain character, and a doubled quote is a quote. -#}
{% macro postgres___text_literal(text) %}
    {{- return("'" ~ text.replace("'", "''") ~ "'") -}}
{% endmacro %}

{% macro postgres___type_double() %}
    {{- return('double precision') -}}
{% endmacro %}

{#-
    Postgres has no cast that gives null, and folds a cast of a constant even in a branch that is never taken: so
    the text is made null before it is cast, and never the cast avoided. Numbers of up to 400 digits and exponents
    of up to 4 fit into numeric, which is then brought within the limits of a double. Beyond them lies infinity, as
    in DuckDB; what is too small to differ from 0 is 0, and the little that a cast would raise on in between is
    brought to where it does not. Nearly all numbers are plain and short, and need none of it: that is looked at first,
    for it takes a tenth of the time.
-#}
{% macro postgres___double(expression) %}
    {%- set plain = "number_text ~ '^[0-9]+([.][0-9]+)?$' and length(number_text) <= 100" -%}
    {%- set special = '^([-+]?inf(inity)?|nan)$' -%}
    {%- set number = '^[-+]?([0-9]{1,255}[0-9]{0,145}([.][0-9]{0,255})?|[.][0-9]{1,255})(e[-+]?[0-9]{1,4})?$' -%}
    {%- set from_number -%}
        case
            when exact_number > 1.7976931348623157e308 then 'infinity'::double precision
            when exact_number < -1.7976931348623157e308 then '-infinity'::double precision
            when abs(exact_number) < 2.5e-324 then 0::double precision
            else (
                sign(exact_number) * greatest(least(abs(exact_number), 1.7976931348623157e308), 2.3e-308)
            )::double precision
        end
    {%- endset -%}
    {%- set sql -%}
        coalesce((case when {{ plain }} then number_text end)::double precision, case
            when number_text ~* '{{ special }}'
                then (case when number_text ~* '{{ special }}' then number_text end)::double precision
            else {{ reverse_etl._with_value(
                "(case when number_text ~* '" ~ number ~ "' then number_text end)::numeric", 'exact_number', from_number
            ) }}
        end)
    {%- endset -%}
    {{- return(reverse_etl._with_value("trim((" ~ expression ~ ")::text)", 'number_text', sql)) -}}
{% endmacro %}

{% macro postgres___type_time() %}
    {{- return('timestamp') -}}
{% endmacro %}

{#- clock_timestamp, not current_timestamp: the latter stands still inside a transaction. -#}
{% macro postgres___utc_now() %}
    {{- return("(clock_timestamp() at time zone 'UTC')") -}}
{% endmacro %}

{#-
    The latest date is beyond the latest timestamp: a date far ahead is brought back to where it is no less wrong.
    Decimals that a timestamp has no room for are cut from text first: a cast would round the second up.
-#}
{% macro postgres___utc_timestamp(expression) %}
    {%- set text = "trim(any_time::text)" -%}
    {%- set cut = "regexp_replace(" ~ text ~ ", '([.][0-9]{6})[0-9]+', '\\1')" -%}
    {%- set sql -%}
        case
            when pg_typeof(any_time) = 'timestamp with time zone'::regtype
                then any_time::timestamptz at time zone 'UTC'
            when pg_typeof(any_time) = 'timestamp without time zone'::regtype
                then any_time::timestamp
            when pg_typeof(any_time) = 'date'::regtype
                then least(any_time::date, '10000-01-01'::date)::timestamp
            when not {{ reverse_etl._matches(text, reverse_etl._iso_time_pattern()) }} then null
            when {{ reverse_etl._matches(text, reverse_etl._zone_pattern()) }}
                then ({{ cut }})::timestamptz at time zone 'UTC'
            else ({{ cut }})::timestamp
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value(expression, 'any_time', sql)) -}}
{% endmacro %}

{% macro postgres___utc_text(timestamp) %}
    {{- return("to_char(" ~ timestamp ~ ", 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')") -}}
{% endmacro %}

{% macro postgres___whole_second(timestamp) %}
    {{- return("date_trunc('second', " ~ timestamp ~ ")") -}}
{% endmacro %}

{% macro postgres___later(part, number, timestamp) %}
    {{- return(dbt.dateadd(part, number, timestamp)) -}}
{% endmacro %}

{% macro postgres___seconds_between(earlier, later) %}
    {{- return(dbt.datediff(earlier, later, 'second')) -}}
{% endmacro %}

{#- Of two instants it takes the later. -#}
{% macro postgres___local_to_utc(timestamp, zone) %}
    {{- return("timezone('UTC', timezone(" ~ zone ~ ", " ~ timestamp ~ "))") -}}
{% endmacro %}

{% macro postgres___is_zoned_type(expression) %}
    {{- return("pg_typeof(" ~ expression ~ ") = 'timestamp with time zone'::regtype") -}}
{% endmacro %}

{% macro postgres___text_of_text(expression) %}
    {{- return("trim(cast(" ~ expression ~ " as text))") -}}
{% endmacro %}

{% macro postgres___present_text(text) %}
    {{- return("case when trim(" ~ text ~ ") = '' or " ~ text ~ " is null then '' else " ~ text ~ " end") -}}
{% endmacro %}

{% macro postgres___trimmed(text) %}
    {{- return("trim(" ~ text ~ ", '" ~ reverse_etl._white_space() ~ "')") -}}
{% endmacro %}

{% macro postgres___matches(expression, pattern) %}
    {{- return("(" ~ expression ~ " ~ '" ~ pattern ~ "')") -}}
{% endmacro %}

{% macro postgres___replace_matches(text, pattern, replacement) %}
    {{- return("regexp_replace(" ~ text ~ ", '" ~ pattern ~ "', '" ~ replacement ~ "', 'g')") -}}
{% endmacro %}

{% macro postgres___first_match(text, pattern) %}
    {{- return("substring(" ~ text ~ " from '(?i)" ~ pattern ~ "')") -}}
{% endmacro %}

{#- A Postgres text cannot hold character 0. -#}
{% macro postgres___has_forbidden_character(text) %}
    {{- return(reverse_etl._matches(text, '[\\u0001-\\u0008\\u000B\\u000C\\u000E-\\u001F\\uFFFE\\uFFFF]')) -}}
{% endmacro %}

{#- The extension unaccent would need a right to create it; taking a letter apart and dropping the marks does not. -#}
{% macro postgres___without_accents(text) %}
    {{- return("normalize(regexp_replace(normalize(" ~ text ~ ", nfd), '[\\u0300-\\u036F]', '', 'g'), nfc)") -}}
{% endmacro %}

{% macro postgres___sha256_hex(text) %}
    {{- return("encode(sha256(convert_to(" ~ text ~ ", 'UTF8')), 'hex')") -}}
{% endmacro %}

{#- `offset 0` keeps Postgres from putting the value back into the body. -#}
{% macro postgres___with_value(value, name, body) %}
    {{- return("(select " ~ body ~ " from (select " ~ value ~ " as " ~ name ~ " offset 0) as of_" ~ name ~ ")") -}}
{% endmacro %}

{% macro postgres___keeps_ctes() %}
    {{- return(true) -}}
{% endmacro %}

{% macro postgres___materialized(once) %}
    {{- return('materialized ' if once else 'not materialized ') -}}
{% endmacro %}

{#- The adapter keeps its session, and no other session sees its temporary tables. -#}
{% macro postgres___step_table(ledger, identifier) %}
    {{- return('pg_temp.' ~ identifier) -}}
{% endmacro %}

{% macro postgres___step_table_kind() %}
    {{- return('temporary table') -}}
{% endmacro %}

{% macro postgres___keeps_inserts(relation) %}
    {{- return(true) -}}
{% endmacro %}

{#-
    It lives as long as the transaction, and needs no right beyond reading. The transaction is begun here: once dbt has
    committed by a statement, its driver takes the next one for already begun.
-#}
{% macro postgres___declare_cursor(select_sql) %}
    {{- return("begin; declare reverse_etl_rows no scroll cursor for " ~ select_sql) -}}
{% endmacro %}

{% macro postgres___fetch_cursor(rows) %}
    {{- return("fetch forward " ~ rows ~ " from reverse_etl_rows") -}}
{% endmacro %}

{% macro postgres___locked_file(relation) %}
    {{- return('') -}}
{% endmacro %}
