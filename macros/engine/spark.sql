{#-
    Spark 4. Its own `timestamp` is an instant, which shows in the session's zone: the package's times are timestamp_ntz, and no
    macro here looks at that zone.
-#}

{% macro spark___engine() %}
    {{- return('spark') -}}
{% endmacro %}

{#- Backslashes must escape in literals, whatever the cluster has set. -#}
{% macro spark___session_settings(profile) %}
    {{- return('set spark.sql.parser.escapedStringLiterals = false') -}}
{% endmacro %}

{#- A backslash escapes. Spark puts its settings and the environment in the place of ${...}, in literals too, unless it is parted. -#}
{% macro spark___text_literal(text) %}
    {{- return("'" ~ text.replace("\\", "\\\\").replace("'", "\\'").replace("${", "$\\{") ~ "'") -}}
{% endmacro %}

{% macro spark___type_double() %}
    {{- return('double') -}}
{% endmacro %}

{#- Text is looked at first: the cast would take 1d, 0x1p3, and 12 with a line break, as Java does. -#}
{% macro spark___double(expression) %}
    {%- set value = "(" ~ expression ~ ")" -%}
    {%- set text = "trim(cast(" ~ value ~ " as string))" -%}
    {%- set number = '(?i)^([-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?|[-+]?inf(inity)?|nan)$' -%}
    {{- return(
        "case when typeof(" ~ value ~ ") <> 'string' or " ~ reverse_etl._matches(text, number) ~ " then try_cast(" ~ value ~ " as double) end"
    ) -}}
{% endmacro %}

{% macro spark___type_time() %}
    {{- return('timestamp_ntz') -}}
{% endmacro %}

{% macro spark___utc_now() %}
    {{- return(reverse_etl._spark_instant('current_timestamp()')) -}}
{% endmacro %}

{#- A `timestamp` as a time in UTC, whatever the session's zone. -#}
{% macro _spark_instant(timestamp) %}
    {{- return("timestampadd(microsecond, unix_micros(" ~ timestamp ~ "), timestamp_ntz'1970-01-01 00:00:00')") -}}
{% endmacro %}

{#- A time with a zone and without seconds is none to the cast. -#}
{% macro spark___utc_timestamp(expression) %}
    {%- set text = "trim(cast(any_time as string))" -%}
    {%- set with_seconds = reverse_etl._replace_matches(text, '^(.{16})(?!:)', '\\1:00') -%}
    {%- set sql -%}
        case
            when typeof(any_time) = 'timestamp' then {{ reverse_etl._spark_instant('try_cast(any_time as timestamp_ltz)') }}
            when typeof(any_time) in ('timestamp_ntz', 'date') then try_cast(any_time as timestamp_ntz)
            when not {{ reverse_etl._matches(text, reverse_etl._iso_time_pattern()) }} then null
            when {{ reverse_etl._matches(text, reverse_etl._zone_pattern()) }}
                then {{ reverse_etl._spark_instant("try_cast(" ~ with_seconds ~ " as timestamp_ltz)") }}
            else try_cast({{ text }} as timestamp_ntz)
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value("(" ~ expression ~ ")", 'any_time', sql)) -}}
{% endmacro %}

{#- date_format would go by the session's zone. -#}
{% macro spark___utc_text(timestamp) %}
    {{- return("concat(replace(substr(cast(" ~ timestamp ~ " as string), 1, 19), ' ', 'T'), 'Z')") -}}
{% endmacro %}

{#- So would date_trunc. -#}
{% macro spark___whole_second(timestamp) %}
    {{- return("cast(substr(cast(" ~ timestamp ~ " as string), 1, 19) as timestamp_ntz)") -}}
{% endmacro %}

{% macro spark___later(part, number, timestamp) %}
    {{- return("timestampadd(" ~ part ~ ", " ~ number ~ ", " ~ timestamp ~ ")") -}}
{% endmacro %}

{% macro spark___seconds_between(earlier, later) %}
    {{- return("cast(cast(" ~ later ~ " - " ~ earlier ~ " as interval second) as bigint)") -}}
{% endmacro %}

{#-
    Java takes the later instant where there is none, and the earlier where there are two: the other has the offset of the next
    day, and reads as the same local time.
-#}
{% macro spark___local_to_utc(timestamp, zone) %}
    {%- set later = "convert_timezone(" ~ zone ~ ", 'UTC', a_local_time + interval 1 day) - interval 1 day" -%}
    {%- set sql -%}
        greatest(
            convert_timezone({{ zone }}, 'UTC', a_local_time),
            case when convert_timezone('UTC', {{ zone }}, {{ later }}) = a_local_time then {{ later }} end
        )
    {%- endset -%}
    {{- return(reverse_etl._with_value(timestamp, 'a_local_time', sql)) -}}
{% endmacro %}

{% macro spark___is_zoned_type(expression) %}
    {{- return("typeof(" ~ expression ~ ") = 'timestamp'") -}}
{% endmacro %}

{% macro spark___text_of_text(expression) %}
    {{- return("case when typeof(" ~ expression ~ ") = 'string' then trim(cast(" ~ expression ~ " as string)) else '' end") -}}
{% endmacro %}

{% macro spark___trimmed(text) %}
    {{- return("trim(both " ~ reverse_etl._text_literal(reverse_etl._white_space()) ~ " from " ~ text ~ ")") -}}
{% endmacro %}

{% macro spark___matches(expression, pattern) %}
    {{- return("(" ~ expression ~ " rlike " ~ reverse_etl._spark_pattern(pattern) ~ ")") -}}
{% endmacro %}

{#- A pattern as a literal. To Java `$` matches before a line break at the end, too. -#}
{% macro _spark_pattern(pattern) %}
    {{- return(reverse_etl._text_literal(pattern[:-1] ~ '\\z' if pattern.endswith('$') else pattern)) -}}
{% endmacro %}

{% macro spark___replace_matches(text, pattern, replacement) %}
    {%- set by = reverse_etl._text_literal(replacement.replace('\\1', '$1')) -%}
    {{- return("regexp_replace(" ~ text ~ ", " ~ reverse_etl._spark_pattern(pattern) ~ ", " ~ by ~ ")") -}}
{% endmacro %}

{% macro spark___first_match(text, pattern) %}
    {{- return("regexp_extract(" ~ text ~ ", " ~ reverse_etl._spark_pattern('(?i)' ~ pattern) ~ ", 1)") -}}
{% endmacro %}

{% macro spark___has_forbidden_character(text) %}
    {{- return(reverse_etl._matches(text, '[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF]')) -}}
{% endmacro %}

{#- Spark has no function for it. -#}
{% macro spark___without_accents(text) %}
    {{- return(reverse_etl._without_listed_accents(text)) -}}
{% endmacro %}

{% macro spark___sha256_hex(text) %}
    {{- return("sha2(" ~ text ~ ", 256)") -}}
{% endmacro %}

{% macro spark___with_value(value, name, body) %}
    {{- return("transform(array(" ~ value ~ "), " ~ name ~ " -> " ~ body ~ ")[0]") -}}
{% endmacro %}

{% macro spark___keeps_ctes() %}
    {{- return(false) -}}
{% endmacro %}

{#- Beside the ledger: Spark has no temporary tables, and its temporary views keep nothing. -#}
{% macro spark___step_table(ledger, identifier) %}
    {{- return(ledger.incorporate(path={'identifier': identifier}) | string) -}}
{% endmacro %}

{% macro spark___step_table_kind() %}
    {{- return('table') -}}
{% endmacro %}

{#- A plain table of files loses one of two inserts at once. -#}
{% macro spark___keeps_inserts(relation) %}
    {{- return(relation.is_delta or relation.is_iceberg) -}}
{% endmacro %}
