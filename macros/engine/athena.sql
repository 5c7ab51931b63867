{#-
    Athena, engine version 3, whose queries are Trino's: each macro that is not here in full is Trino's. Tables are Iceberg's, since
    Hive's hold no microseconds and no update; its statements that make nothing of a select have Hive's quotes.
-#}

{% macro athena___engine() %}
    {{- return('athena') -}}
{% endmacro %}

{#- The location is new for each table: one that holds files already is refused. -#}
{% macro athena___create_table_as(kind, table, select_sql) %}
    {%- set place = (target.s3_data_dir or target.s3_staging_dir).rstrip('/') ~ '/reverse_etl/' -%}
    {%- set location = place ~ (table | string).split('.')[-1].replace('"', '') ~ '/' ~ modules.datetime.datetime.now().timestamp() -%}
    {{- return(
        "create table " ~ table ~ " with (table_type = 'ICEBERG', is_external = false, location = '" ~ location ~ "') as\n" ~ select_sql
    ) -}}
{% endmacro %}

{% macro athena___drop_table(table) %}
    {{- return("drop table if exists `" ~ (table | string).replace('"', '').split('.')[-2:] | join('`.`') ~ "`") -}}
{% endmacro %}

{% macro athena___keeps_inserts(relation) %}
    {{- return((relation.detailed_table_type or '') | lower == 'iceberg') -}}
{% endmacro %}

{% macro athena___text_literal(text) %} {{- return(reverse_etl.trino___text_literal(text)) -}} {% endmacro %}
{% macro athena___type_double() %} {{- return(reverse_etl.trino___type_double()) -}} {% endmacro %}
{% macro athena___double(expression) %} {{- return(reverse_etl.trino___double(expression)) -}} {% endmacro %}
{% macro athena___type_time() %} {{- return(reverse_etl.trino___type_time()) -}} {% endmacro %}
{% macro athena___utc_now() %} {{- return(reverse_etl.trino___utc_now()) -}} {% endmacro %}
{% macro athena___utc_timestamp(expression) %} {{- return(reverse_etl.trino___utc_timestamp(expression)) -}} {% endmacro %}
{% macro athena___utc_text(timestamp) %} {{- return(reverse_etl.trino___utc_text(timestamp)) -}} {% endmacro %}
{% macro athena___whole_second(timestamp) %} {{- return(reverse_etl.trino___whole_second(timestamp)) -}} {% endmacro %}
{% macro athena___later(part, number, timestamp) %} {{- return(reverse_etl.trino___later(part, number, timestamp)) -}} {% endmacro %}
{% macro athena___seconds_between(earlier, later) %} {{- return(reverse_etl.trino___seconds_between(earlier, later)) -}} {% endmacro %}
{% macro athena___local_to_utc(timestamp, zone) %} {{- return(reverse_etl.trino___local_to_utc(timestamp, zone)) -}} {% endmacro %}
{% macro athena___is_zoned_type(expression) %} {{- return(reverse_etl.trino___is_zoned_type(expression)) -}} {% endmacro %}
{% macro athena___text_of_text(expression) %} {{- return(reverse_etl.trino___text_of_text(expression)) -}} {% endmacro %}
{% macro athena___present_text(text) %} {{- return(reverse_etl.trino___present_text(text)) -}} {% endmacro %}
{% macro athena___trimmed(text) %} {{- return(reverse_etl.trino___trimmed(text)) -}} {% endmacro %}
{% macro athena___matches(expression, pattern) %} {{- return(reverse_etl.trino___matches(expression, pattern)) -}} {% endmacro %}
{% macro athena___replace_matches(text, pattern, replacement) %} {{- return(reverse_etl.trino___replace_matches(text, pattern, replacement)) -}} {% endmacro %}
{% macro athena___first_match(text, pattern) %} {{- return(reverse_etl.trino___first_match(text, pattern)) -}} {% endmacro %}
{% macro athena___has_forbidden_character(text) %} {{- return(reverse_etl.trino___has_forbidden_character(text)) -}} {% endmacro %}
{% macro athena___without_accents(text) %} {{- return(reverse_etl.trino___without_accents(text)) -}} {% endmacro %}
{% macro athena___sha256_hex(text) %} {{- return(reverse_etl.trino___sha256_hex(text)) -}} {% endmacro %}
{% macro athena___with_value(value, name, body) %} {{- return(reverse_etl.trino___with_value(value, name, body)) -}} {% endmacro %}
{% macro athena___keeps_ctes() %} {{- return(reverse_etl.trino___keeps_ctes()) -}} {% endmacro %}
{% macro athena___step_table(ledger, identifier) %} {{- return(reverse_etl.trino___step_table(ledger, identifier)) -}} {% endmacro %}
{% macro athena___step_table_kind() %} {{- return(reverse_etl.trino___step_table_kind()) -}} {% endmacro %}
