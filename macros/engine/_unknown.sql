{#-
    What an engine's file gives and no other, so that dbt can load the package on a warehouse without a file, and say which it
    knows: before any macro runs it looks for one of each name that is dispatched.
-#}

{% macro default___double() %} {{- reverse_etl._lacks('_double', varargs) -}} {% endmacro %}
{% macro default___first_match() %} {{- reverse_etl._lacks('_first_match', varargs) -}} {% endmacro %}
{% macro default___has_forbidden_character() %} {{- reverse_etl._lacks('_has_forbidden_character', varargs) -}} {% endmacro %}
{% macro default___is_zoned_type() %} {{- reverse_etl._lacks('_is_zoned_type', varargs) -}} {% endmacro %}
{% macro default___keeps_ctes() %} {{- reverse_etl._lacks('_keeps_ctes', varargs) -}} {% endmacro %}
{% macro default___keeps_inserts() %} {{- reverse_etl._lacks('_keeps_inserts', varargs) -}} {% endmacro %}
{% macro default___later() %} {{- reverse_etl._lacks('_later', varargs) -}} {% endmacro %}
{% macro default___local_to_utc() %} {{- reverse_etl._lacks('_local_to_utc', varargs) -}} {% endmacro %}
{% macro default___matches() %} {{- reverse_etl._lacks('_matches', varargs) -}} {% endmacro %}
{% macro default___replace_matches() %} {{- reverse_etl._lacks('_replace_matches', varargs) -}} {% endmacro %}
{% macro default___seconds_between() %} {{- reverse_etl._lacks('_seconds_between', varargs) -}} {% endmacro %}
{% macro default___sha256_hex() %} {{- reverse_etl._lacks('_sha256_hex', varargs) -}} {% endmacro %}
{% macro default___step_table() %} {{- reverse_etl._lacks('_step_table', varargs) -}} {% endmacro %}
{% macro default___step_table_kind() %} {{- reverse_etl._lacks('_step_table_kind', varargs) -}} {% endmacro %}
{% macro default___text_literal() %} {{- reverse_etl._lacks('_text_literal', varargs) -}} {% endmacro %}
{% macro default___text_of_text() %} {{- reverse_etl._lacks('_text_of_text', varargs) -}} {% endmacro %}
{% macro default___trimmed() %} {{- reverse_etl._lacks('_trimmed', varargs) -}} {% endmacro %}
{% macro default___type_double() %} {{- reverse_etl._lacks('_type_double', varargs) -}} {% endmacro %}
{% macro default___type_time() %} {{- reverse_etl._lacks('_type_time', varargs) -}} {% endmacro %}
{% macro default___utc_now() %} {{- reverse_etl._lacks('_utc_now', varargs) -}} {% endmacro %}
{% macro default___utc_text() %} {{- reverse_etl._lacks('_utc_text', varargs) -}} {% endmacro %}
{% macro default___utc_timestamp() %} {{- reverse_etl._lacks('_utc_timestamp', varargs) -}} {% endmacro %}
{% macro default___whole_second() %} {{- reverse_etl._lacks('_whole_second', varargs) -}} {% endmacro %}
{% macro default___with_value() %} {{- reverse_etl._lacks('_with_value', varargs) -}} {% endmacro %}
{% macro default___without_accents() %} {{- reverse_etl._lacks('_without_accents', varargs) -}} {% endmacro %}

{#- Stops where a warehouse has no file, or its file lacks a macro. -#}
{% macro _lacks(name, given) %}
    {%- do reverse_etl._check_engine() -%}
    {{ exceptions.raise_compiler_error("The macros for " ~ adapter.type() ~ " lack " ~ adapter.type() ~ "__" ~ name ~ ".") }}
{% endmacro %}
