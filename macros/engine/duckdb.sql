{#- DuckDB, and DuckLake. -#}

{% macro duckdb___engine() %}
    {{- return('duckdb') -}}
{% endmacro %}

{#-
    DuckDB has 110 MB a thread, and spills to files beside its own. A plan of some million rows makes do with that; a statement
    that cannot has more, and at last all that DuckDB takes by itself.
-#}
{% macro duckdb___session_settings(profile) %}
    {%- set bounded = 'memory_limit' in profile or 'max_memory' in profile -%}
    {{- return('' if bounded else reverse_etl._memory_of_threads(110)) -}}
{% endmacro %}

{% macro duckdb___larger_session_settings(profile) %}
    {%- set larger = [reverse_etl._memory_of_threads(125), reverse_etl._memory_of_threads(250), 'reset memory_limit'] -%}
    {{- return(larger if reverse_etl._session_settings(profile) else []) -}}
{% endmacro %}

{% macro _memory_of_threads(megabytes) %}
    {{- return("set memory_limit = (current_setting('threads') * " ~ megabytes ~ ") || 'MB'") -}}
{% endmacro %}

{#- A backslash is a plain character, and a doubled quote is a quote. -#}
{% macro duckdb___text_literal(text) %}
    {{- return("'" ~ text.replace("'", "''") ~ "'") -}}
{% endmacro %}

{% macro duckdb___type_double() %}
    {{- return('double precision') -}}
{% endmacro %}

{#- Text is looked at first: the cast would take 1_000, +-1 and 12 with a line break, which no other engine does. -#}
{% macro duckdb___double(expression) %}
    {%- set value = "(" ~ expression ~ ")" -%}
    {%- set no_number = reverse_etl._matches("trim(cast(" ~ value ~ " as varchar))", '[^0-9a-zA-Z.+-]|[+-][+-]') -%}
    {{- return(
        "try_cast(case when typeof(" ~ value ~ ") = 'VARCHAR' and " ~ no_number ~ " then null else " ~ value ~ " end as double)"
    ) -}}
{% endmacro %}

{% macro duckdb___type_time() %}
    {{- return('timestamp') -}}
{% endmacro %}

{% macro duckdb___utc_now() %}
    {{- return("(current_timestamp at time zone 'UTC')") -}}
{% endmacro %}

{#-
    typeof is a constant to the optimizer, so a column of one type pays for one branch. A time with a blank before its zone is none
    to the cast, and before DuckDB 2 one with a zone and without seconds.
-#}
{% macro duckdb___utc_timestamp(expression) %}
    {%- set value = "(" ~ expression ~ ")" -%}
    {%- set text = "trim(cast(" ~ value ~ " as varchar))" -%}
    {%- set zoned = "regexp_replace(regexp_replace(" ~ text ~ ", ' ?(Z|UTC)$', 'Z'), ' ([+-])', '\\1')" -%}
    {%- set sql -%}
        case
            when typeof({{ value }}) = 'TIMESTAMP WITH TIME ZONE'
                then timezone('UTC', try_cast({{ value }} as timestamptz))
            when typeof({{ value }}) = 'VARCHAR'
                then case
                    when not {{ reverse_etl._matches(text, reverse_etl._iso_time_pattern()) }} then null
                    when {{ reverse_etl._matches(text, reverse_etl._zone_pattern()) }}
                        then timezone('UTC', try_cast(regexp_replace({{ zoned }}, '^(.{16})([Z+-])', '\1:00\2') as timestamptz))
                    else try_cast({{ text }} as timestamp)
                end
            else try_cast({{ value }} as timestamp)
        end
    {%- endset -%}
    {{- return(sql) -}}
{% endmacro %}

{% macro duckdb___utc_text(timestamp) %}
    {{- return("strftime(" ~ timestamp ~ ", '%Y-%m-%dT%H:%M:%SZ')") -}}
{% endmacro %}

{% macro duckdb___whole_second(timestamp) %}
    {{- return("date_trunc('second', " ~ timestamp ~ ")") -}}
{% endmacro %}

{% macro duckdb___later(part, number, timestamp) %}
    {{- return(dbt.dateadd(part, number, timestamp)) -}}
{% endmacro %}

{% macro duckdb___seconds_between(earlier, later) %}
    {{- return(dbt.datediff(earlier, later, 'second')) -}}
{% endmacro %}

{#- Of two instants it takes the later. -#}
{% macro duckdb___local_to_utc(timestamp, zone) %}
    {{- return("timezone('UTC', timezone(" ~ zone ~ ", " ~ timestamp ~ "))") -}}
{% endmacro %}

{% macro duckdb___is_zoned_type(expression) %}
    {{- return("typeof(" ~ expression ~ ") = 'TIMESTAMP WITH TIME ZONE'") -}}
{% endmacro %}

{% macro duckdb___text_of_text(expression) %}
    {{- return(
        "case when typeof(" ~ expression ~ ") = 'VARCHAR' then trim(cast(" ~ expression ~ " as varchar)) else '' end"
    ) -}}
{% endmacro %}

{#- Trimming is the dear part, and text that begins with a visible character needs none: it sorts from '!' on. -#}
{% macro duckdb___present_text(text) %}
    {{- return(
        "case when " ~ text ~ " >= '!' then " ~ text ~ " when trim(" ~ text ~ ") <> '' then " ~ text ~ " else '' end"
    ) -}}
{% endmacro %}

{% macro duckdb___trimmed(text) %}
    {{- return("trim(" ~ text ~ ", '" ~ reverse_etl._white_space() ~ "')") -}}
{% endmacro %}

{% macro duckdb___matches(expression, pattern) %}
    {{- return("regexp_matches(" ~ expression ~ ", '" ~ pattern ~ "')") -}}
{% endmacro %}

{% macro duckdb___replace_matches(text, pattern, replacement) %}
    {{- return("regexp_replace(" ~ text ~ ", '" ~ pattern ~ "', '" ~ replacement ~ "', 'g')") -}}
{% endmacro %}

{% macro duckdb___first_match(text, pattern) %}
    {{- return("regexp_extract(" ~ text ~ ", '(?i)" ~ pattern ~ "', 1)") -}}
{% endmacro %}

{% macro duckdb___has_forbidden_character(text) %}
    {{- return(reverse_etl._matches(text, '[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x{FFFE}\\x{FFFF}]')) -}}
{% endmacro %}

{% macro duckdb___without_accents(text) %}
    {{- return("strip_accents(" ~ text ~ ")") -}}
{% endmacro %}

{% macro duckdb___sha256_hex(text) %}
    {{- return("sha256(" ~ text ~ ")") -}}
{% endmacro %}

{#- A subquery per row would become a join; a function over a list of one element does not. -#}
{% macro duckdb___with_value(value, name, body) %}
    {{- return("list_transform([" ~ value ~ "], lambda " ~ name ~ ": " ~ body ~ ")[1]") -}}
{% endmacro %}

{% macro duckdb___keeps_ctes() %}
    {{- return(true) -}}
{% endmacro %}

{% macro duckdb___materialized(once) %}
    {{- return('materialized ' if once else 'not materialized ') -}}
{% endmacro %}

{#-
    What a subquery has put in order stays so. With a window over all of a million rows their plan spills 3.2 GB and takes 12 s,
    so it spills 2.3 GB and takes 9 s.
-#}
{% macro duckdb___numbered(relation, order) -%}
    select
        ordered.*,
        row_number() over () as n
    from (
        select *
        from {{ relation }} as unnumbered
        order by
            {{ order }}
    ) as ordered
{%- endmacro %}

{#- The adapter keeps its session, and no other session sees its temporary tables. -#}
{% macro duckdb___step_table(ledger, identifier) %}
    {{- return('temp.main.' ~ identifier) -}}
{% endmacro %}

{% macro duckdb___step_table_kind() %}
    {{- return('temporary table') -}}
{% endmacro %}

{% macro duckdb___keeps_inserts(relation) %}
    {{- return(true) -}}
{% endmacro %}

{% macro duckdb___declare_cursor(select_sql) %}
    {{- return('') -}}
{% endmacro %}

{% macro duckdb___fetch_cursor(rows) %}
    {{- return('') -}}
{% endmacro %}

{#- An attached Postgres, DuckLake or MotherDuck has a type of its own. -#}
{% macro duckdb___locked_file(relation) %}
    select path
    from duckdb_databases()
    where
        lower(database_name) = lower({{ reverse_etl._literal(relation.database) }})
        and type = 'duckdb'
        and not readonly
        and path is not null
{% endmacro %}
