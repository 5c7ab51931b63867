{#-
    ClickHouse, from 26 on. The profile must send the settings of docs/warehouses.md with each statement: without them a join that
    finds nothing gives blanks, and a column that is computed hides the one of the same name. Every time is an instant there, which
    its column shows in a zone.
-#}

{% macro clickhouse___engine() %}
    {{- return('clickhouse') -}}
{% endmacro %}

{#- A backslash escapes. -#}
{% macro clickhouse___text_literal(text) %}
    {{- return("'" ~ text.replace("\\", "\\\\").replace("'", "\\'") ~ "'") -}}
{% endmacro %}

{% macro clickhouse___quoted(column) %}
    {{- return("`" ~ column.replace("\\", "\\\\").replace("`", "\\`") ~ "`") -}}
{% endmacro %}

{% macro clickhouse___type_text() %}
    {{- return('Nullable(String)') -}}
{% endmacro %}

{% macro clickhouse___length(text) %}
    {{- return("lengthUTF8(" ~ text ~ ")") -}}
{% endmacro %}

{% macro clickhouse___lower(text) %}
    {{- return("lowerUTF8(" ~ text ~ ")") -}}
{% endmacro %}

{% macro clickhouse___type_double() %}
    {{- return('Nullable(Float64)') -}}
{% endmacro %}

{% macro clickhouse___double(expression) %}
    {%- set text = "trim(cast(" ~ expression ~ " as Nullable(String)))" -%}
    {{- return(reverse_etl._double_of_text(text, "toFloat64OrNull(number_text)")) -}}
{% endmacro %}

{% macro clickhouse___type_time() %}
    {{- return("Nullable(DateTime64(6, 'UTC'))") -}}
{% endmacro %}

{% macro clickhouse___utc_now() %}
    {{- return("now64(6, 'UTC')") -}}
{% endmacro %}

{% macro clickhouse___utc_timestamp(expression) %}
    {%- set text = reverse_etl._iso_instant("trim(cast(any_time as Nullable(String)))") -%}
    {%- set sql -%}
        case
            when toTypeName(any_time) like '%String%' then parseDateTime64BestEffortOrNull({{ text }}, 6, 'UTC')
            else accurateCastOrNull(any_time, 'DateTime64(6, \'UTC\')')
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value(expression, 'any_time', sql)) -}}
{% endmacro %}

{% macro clickhouse___utc_text(timestamp) %}
    {{- return("formatDateTime(" ~ timestamp ~ ", '%Y-%m-%dT%H:%i:%SZ', 'UTC')") -}}
{% endmacro %}

{% macro clickhouse___whole_second(timestamp) %}
    {{- return("toStartOfSecond(" ~ timestamp ~ ")") -}}
{% endmacro %}

{% macro clickhouse___later(part, number, timestamp) %}
    {{- return("add" ~ part | capitalize ~ "s(" ~ timestamp ~ ", " ~ number ~ ")") -}}
{% endmacro %}

{% macro clickhouse___seconds_between(earlier, later) %}
    {{- return("dateDiff('second', " ~ earlier ~ ", " ~ later ~ ")") -}}
{% endmacro %}

{% macro clickhouse___local_to_utc(timestamp, zone) %}
    {{- return(reverse_etl._local_to_utc_by(
        timestamp,
        "toTimeZone(toDateTime64(toString(<time>), 6, " ~ zone ~ "), 'UTC')",
        "toDateTime64(toString(toTimeZone(<time>, " ~ zone ~ ")), 6, 'UTC')"
    )) -}}
{% endmacro %}

{#- One whose column shows it in UTC has the form of a time without zone. -#}
{% macro clickhouse___is_zoned_type(expression) %}
    {{- return("(toTypeName(" ~ expression ~ ") like '%DateTime%' and toTypeName(" ~ expression ~ ") not like '%\\'UTC\\'%')") -}}
{% endmacro %}

{% macro clickhouse___text_of_text(expression) %}
    {{- return(
        "case when toTypeName(" ~ expression ~ ") like '%String%' then trim(cast(" ~ expression ~ " as Nullable(String))) else '' end"
    ) -}}
{% endmacro %}

{% macro clickhouse___trimmed(text) %}
    {{- return("trim(both '" ~ reverse_etl._white_space() ~ "' from " ~ text ~ ")") -}}
{% endmacro %}

{% macro clickhouse___matches(expression, pattern) %}
    {{- return("match(" ~ expression ~ ", " ~ reverse_etl._text_literal(pattern) ~ ")") -}}
{% endmacro %}

{% macro clickhouse___replace_matches(text, pattern, replacement) %}
    {{- return(
        "replaceRegexpAll(" ~ text ~ ", " ~ reverse_etl._text_literal(pattern) ~ ", " ~ reverse_etl._text_literal(replacement) ~ ")"
    ) -}}
{% endmacro %}

{% macro clickhouse___first_match(text, pattern) %}
    {{- return("regexpExtract(" ~ text ~ ", " ~ reverse_etl._text_literal('(?i)' ~ pattern) ~ ", 1)") -}}
{% endmacro %}

{% macro clickhouse___has_forbidden_character(text) %}
    {{- return(reverse_etl._matches(text, '[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x{FFFE}\\x{FFFF}]')) -}}
{% endmacro %}

{% macro clickhouse___without_accents(text) %}
    {%- set marks = reverse_etl._replace_matches("normalizeUTF8NFD(" ~ text ~ ")", '[\u0300-\u036f]', '') -%}
    {{- return("normalizeUTF8NFC(" ~ marks ~ ")") -}}
{% endmacro %}

{% macro clickhouse___sha256_hex(text) %}
    {{- return("lower(hex(SHA256(" ~ text ~ ")))") -}}
{% endmacro %}

{% macro clickhouse___with_value(value, name, body) %}
    {{- return("arrayMap(" ~ name ~ " -> " ~ body ~ ", [" ~ value ~ "])[1]") -}}
{% endmacro %}

{#- Behind several joins it would call some by relation and name. -#}
{% macro clickhouse___named(columns, alias) %}
    {%- set named = [] -%}
    {%- for column in columns -%} {%- do named.append(alias ~ "." ~ column ~ " as " ~ column) -%} {%- endfor -%}
    {{- return(named | join(", ")) -}}
{% endmacro %}

{% macro clickhouse___keeps_ctes() %}
    {{- return(false) -}}
{% endmacro %}

{#- Beside the ledger: a temporary table would last as long as a session, and dbt's statements have one each. -#}
{% macro clickhouse___step_table(ledger, identifier) %}
    {{- return(ledger.incorporate(path={'identifier': identifier}) | string) -}}
{% endmacro %}

{% macro clickhouse___step_table_kind() %}
    {{- return('table') -}}
{% endmacro %}

{% macro clickhouse___create_table_as(kind, table, select_sql) %}
    {{- return("create " ~ kind ~ " " ~ table ~ " engine = MergeTree order by tuple() as\n" ~ select_sql) -}}
{% endmacro %}

{#- The adapter looks for new columns only where there is a key, which `append` does not read. -#}
{% macro clickhouse___adds_columns() %}
    {{- return({'incremental_strategy': 'append', 'unique_key': 'sync'}) -}}
{% endmacro %}

{#- A mutation, which is waited for. -#}
{% macro clickhouse___update(table, values, condition) %}
    {{- return("alter table " ~ table ~ " update " ~ values ~ " where " ~ condition ~ " settings mutations_sync = 2") -}}
{% endmacro %}

{#- On one server. With replicas an insert is seen by all only with insert_quorum and select_sequential_consistency. -#}
{% macro clickhouse___keeps_inserts(relation) %}
    {{- return(true) -}}
{% endmacro %}
