{#-
    All that differs from engine to engine. Each macro says what it gives, and macros/engine/<adapter>.sql gives it: one file
    for each engine, that knows nothing of conversions. What most engines share stands here as `default__`. Nothing else is
    dispatched, and all other SQL is portable.
-#}

{#- The engines that have a file. -#}
{% macro _engines() %}
    {{- return(['duckdb', 'postgres', 'spark', 'snowflake', 'bigquery', 'redshift', 'databricks', 'trino', 'athena', 'clickhouse']) -}}
{% endmacro %}

{#- The adapter that a file of implementations was written for. -#}
{% macro _engine() %}
    {{- return(adapter.dispatch('_engine', 'reverse_etl')()) -}}
{% endmacro %}

{#- Of an engine without a file. dbt would take the file of a kindred adapter, such as Postgres's for Redshift. -#}
{% macro default___engine() %}
    {{- return('') -}}
{% endmacro %}

{#- Stops on an engine without a file: a wrong guess could lose rows. -#}
{% macro _check_engine() %}
    {%- if reverse_etl._engine() != adapter.type() -%}
        {{ exceptions.raise_compiler_error(
            "reverse_etl does not know the warehouse '" ~ adapter.type() ~ "' yet: it knows " ~ reverse_etl._engines() | join(', ')
            ~ ", and a file of macros adds another, as docs/adding-a-warehouse.md says."
        ) }}
    {%- endif -%}
{% endmacro %}

{#-
    What the tool sets for its own connection before anything else; blank where nothing is needed.
    Argument: profile, the names of the settings that the user's profile has, in lower case.
-#}
{% macro _session_settings(profile) %}
    {{- return(adapter.dispatch('_session_settings', 'reverse_etl')(profile)) -}}
{% endmacro %}

{% macro default___session_settings(profile) %}
    {{- return('') -}}
{% endmacro %}

{#- What it sets, one after the other, for a statement that is short of the memory that the session has. -#}
{% macro _larger_session_settings(profile) %}
    {{- return(adapter.dispatch('_larger_session_settings', 'reverse_etl')(profile)) -}}
{% endmacro %}

{% macro default___larger_session_settings(profile) %}
    {{- return([]) -}}
{% endmacro %}

{#- Text in quotes, escaped as the engine reads it. -#}
{% macro _text_literal(text) %}
    {{- return(adapter.dispatch('_text_literal', 'reverse_etl')(text)) -}}
{% endmacro %}

{#-
    A value from Python as an SQL literal. The only place where text from outside enters SQL.
    Arguments: none, a boolean, a number or a text.
-#}
{% macro _literal(value) %}
    {%- if value is none -%} {{- return('null') -}}
    {%- elif value is boolean -%} {{- return('true' if value else 'false') -}}
    {%- elif value is number -%} {{- return(value | string) -}}
    {%- else -%} {{- return(adapter.dispatch('_text_literal', 'reverse_etl')(value | string)) -}}
    {%- endif -%}
{% endmacro %}

{#- A column's name in the engine's quotes. dbt puts them around it and looks at nothing inside: there they are doubled. -#}
{% macro _quoted(column) %}
    {{- return(adapter.dispatch('_quoted', 'reverse_etl')(column)) -}}
{% endmacro %}

{% macro default___quoted(column) %}
    {%- set mark = adapter.quote('')[:1] -%}
    {{- return(adapter.quote(column.replace(mark, mark ~ mark))) -}}
{% endmacro %}

{#- The type of texts of any length. -#}
{% macro _type_text() %}
    {{- return(adapter.dispatch('_type_text', 'reverse_etl')()) -}}
{% endmacro %}

{% macro default___type_text() %}
    {{- return(dbt.type_string()) -}}
{% endmacro %}

{#- How many characters a text has. -#}
{% macro _length(text) %}
    {{- return(adapter.dispatch('_length', 'reverse_etl')(text)) -}}
{% endmacro %}

{% macro default___length(text) %}
    {{- return("length(" ~ text ~ ")") -}}
{% endmacro %}

{#- A text in lower case, its letters beyond ASCII too. -#}
{% macro _lower(text) %}
    {{- return(adapter.dispatch('_lower', 'reverse_etl')(text)) -}}
{% endmacro %}

{% macro default___lower(text) %}
    {{- return("lower(" ~ text ~ ")") -}}
{% endmacro %}

{#- The type of values: a 64-bit float, as Microsoft's. dbt's type_float is 32 bits wide on DuckDB. -#}
{% macro _type_double() %}
    {{- return(adapter.dispatch('_type_double', 'reverse_etl')()) -}}
{% endmacro %}

{#- Any number, or text that reads as one, as a double. Null where it is none: this never raises. -#}
{% macro _double(expression) %}
    {{- return(adapter.dispatch('_double', 'reverse_etl')(expression)) -}}
{% endmacro %}

{#- The type of times: a timestamp without zone, of which the package knows that it is in UTC. -#}
{% macro _type_time() %}
    {{- return(adapter.dispatch('_type_time', 'reverse_etl')()) -}}
{% endmacro %}

{#- The warehouse's clock, as such a time; it runs on inside a transaction. -#}
{% macro _utc_now() %}
    {{- return(adapter.dispatch('_utc_now', 'reverse_etl')()) -}}
{% endmacro %}

{#-
    Any timestamp expression as such a time. One with a zone is converted; one without is taken to be UTC already; text is read
    where it is an ISO date and time, its offset honoured, and is null where it is not. This never raises. A plain cast would
    use the session's zone, and DuckDB drops a zone that it cannot read without a word.
-#}
{% macro _utc_timestamp(expression) %}
    {{- return(adapter.dispatch('_utc_timestamp', 'reverse_etl')(expression)) -}}
{% endmacro %}

{#- Such a time as text: 2026-11-25T10:00:00Z, whole seconds, cut and not rounded. -#}
{% macro _utc_text(timestamp) %}
    {{- return(adapter.dispatch('_utc_text', 'reverse_etl')(timestamp)) -}}
{% endmacro %}

{#- Such a time without the decimals of its second. -#}
{% macro _whole_second(timestamp) %}
    {{- return(adapter.dispatch('_whole_second', 'reverse_etl')(timestamp)) -}}
{% endmacro %}

{#- A time later by a number of parts: microsecond, second, minute, hour or day; less than 0 is earlier. -#}
{% macro _later(part, number, timestamp) %}
    {{- return(adapter.dispatch('_later', 'reverse_etl')(part, number, timestamp)) -}}
{% endmacro %}

{#- How many seconds lie between two times. -#}
{% macro _seconds_between(earlier, later) %}
    {{- return(adapter.dispatch('_seconds_between', 'reverse_etl')(earlier, later)) -}}
{% endmacro %}

{#-
    A timestamp without zone that stands in a named time zone, as one in UTC; the later of two instants where a local time names
    two, or none. The zone is an SQL expression.
-#}
{% macro _local_to_utc(timestamp, zone) %}
    {{- return(adapter.dispatch('_local_to_utc', 'reverse_etl')(timestamp, zone)) -}}
{% endmacro %}

{#- Is an expression a timestamp with zone? -#}
{% macro _is_zoned_type(expression) %}
    {{- return(adapter.dispatch('_is_zoned_type', 'reverse_etl')(expression)) -}}
{% endmacro %}

{#- An expression's text, trimmed, if it is text; of other types the engine may spare itself the cast. -#}
{% macro _text_of_text(expression) %}
    {{- return(adapter.dispatch('_text_of_text', 'reverse_etl')(expression)) -}}
{% endmacro %}

{#- A column as text in which blank and absent are one: the empty text. -#}
{% macro _present_text(expression) %}
    {{- return(adapter.dispatch('_present_text', 'reverse_etl')("cast(" ~ expression ~ " as " ~ reverse_etl._type_text() ~ ")")) -}}
{% endmacro %}

{% macro default___present_text(text) %}
    {{- return("case when trim(" ~ text ~ ") = '' or " ~ text ~ " is null then '' else " ~ text ~ " end") -}}
{% endmacro %}

{#- Are two texts others where only one has a blank at its end? Where not, two keys that differ by it alone are one. -#}
{% macro _counts_blanks() %}
    {{- return(adapter.dispatch('_counts_blanks', 'reverse_etl')()) -}}
{% endmacro %}

{% macro default___counts_blanks() %}
    {{- return(true) -}}
{% endmacro %}

{#- A text without white space of any kind around it. -#}
{% macro _trimmed(text) %}
    {{- return(adapter.dispatch('_trimmed', 'reverse_etl')(text)) -}}
{% endmacro %}

{#- Does a text match a regular expression anywhere? Anchor it with ^ and $ where all of it must. -#}
{% macro _matches(expression, pattern) %}
    {{- return(adapter.dispatch('_matches', 'reverse_etl')(expression, pattern)) -}}
{% endmacro %}

{#- Each match of a pattern replaced; \1 in the replacement is the first group. -#}
{% macro _replace_matches(text, pattern, replacement) %}
    {{- return(adapter.dispatch('_replace_matches', 'reverse_etl')(text, pattern, replacement)) -}}
{% endmacro %}

{#- What the first group of a pattern matched, in any case of letters; null or empty where nothing does. -#}
{% macro _first_match(text, pattern) %}
    {{- return(adapter.dispatch('_first_match', 'reverse_etl')(text, pattern)) -}}
{% endmacro %}

{#- Does a text hold a character that XML 1.0 has no way to write: a control character, or U+FFFE, U+FFFF? -#}
{% macro _has_forbidden_character(text) %}
    {{- return(adapter.dispatch('_has_forbidden_character', 'reverse_etl')(text)) -}}
{% endmacro %}

{#- Letters without their accents: é becomes e. Letters of their own, such as ø and ß, stay. -#}
{% macro _without_accents(text) %}
    {{- return(adapter.dispatch('_without_accents', 'reverse_etl')(text)) -}}
{% endmacro %}

{#- SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits in lower case. -#}
{% macro _sha256_hex(text) %}
    {{- return(adapter.dispatch('_sha256_hex', 'reverse_etl')(text)) -}}
{% endmacro %}

{#-
    An expression over a value that is worked out once, however often the body names it. SQL has no such thing:
    where macros put expressions into each other, and engines put views into queries, a few mentions on each level
    become thousands of evaluations for each row.
    Arguments: value, an SQL expression; name, by which the body calls it, unlike any other in reach; body, SQL.
-#}
{% macro _with_value(value, name, body) %}
    {{- return(adapter.dispatch('_with_value', 'reverse_etl')(value, name, body)) -}}
{% endmacro %}

{#- A select list of a relation's columns, each called by its name alone, behind several joins too. -#}
{% macro _named(columns, alias) %}
    {{- return(adapter.dispatch('_named', 'reverse_etl')(columns, alias)) -}}
{% endmacro %}

{% macro default___named(columns, alias) %}
    {{- return(reverse_etl._listed(columns, alias)) -}}
{% endmacro %}

{#- Does the warehouse work out a CTE once, however often it is read? One that does not puts its text into each reader. -#}
{% macro _keeps_ctes() %}
    {{- return(adapter.dispatch('_keeps_ctes', 'reverse_etl')()) -}}
{% endmacro %}

{#-
    What makes `dbt build` add the columns of a later version to a table of history: the strategy and the key of dbt's incremental
    models. They select no rows, so neither ever touches one.
-#}
{% macro _adds_columns() %}
    {{- return(adapter.dispatch('_adds_columns', 'reverse_etl')()) -}}
{% endmacro %}

{% macro default___adds_columns() %}
    {{- return({'incremental_strategy': none, 'unique_key': none}) -}}
{% endmacro %}

{#-
    The word that makes an engine work out a CTE once, row by row, instead of putting its expressions into each place
    that names a column of it; and without `once` the word for the opposite. Blank where an engine has none: it only saves time.
-#}
{% macro _materialized(once=true) %}
    {{- return(adapter.dispatch('_materialized', 'reverse_etl')(once)) -}}
{% endmacro %}

{% macro default___materialized(once) %}
    {{- return('') -}}
{% endmacro %}

{#-
    A select of all rows of a relation and their number in an order, `n`, from 1 on.
    Arguments: relation; order, expressions over its columns.
-#}
{% macro _numbered(relation, order) %}
    {{- return(adapter.dispatch('_numbered', 'reverse_etl')(relation, order)) -}}
{% endmacro %}

{% macro default___numbered(relation, order) -%}
    select
        unnumbered.*,
        row_number() over (
            order by
                {{ order }}
        ) as n
    from {{ relation }} as unnumbered
{%- endmacro %}

{#- The name of the table of a step. Arguments: ledger, a relation; name, of the step. -#}
{% macro _step_table(ledger, name) %}
    {{- return(adapter.dispatch('_step_table', 'reverse_etl')(ledger, reverse_etl._step_identifier(name))) -}}
{% endmacro %}

{#- What kind of table a step's rows become: temporary where the adapter keeps its session. -#}
{% macro _step_table_kind() %}
    {{- return(adapter.dispatch('_step_table_kind', 'reverse_etl')()) -}}
{% endmacro %}

{#- A table of a select's rows. Arguments: kind, as of `_step_table_kind`; table, its name. -#}
{% macro _create_table_as(kind, table, select_sql) %}
    {{- return(adapter.dispatch('_create_table_as', 'reverse_etl')(kind, table, select_sql)) -}}
{% endmacro %}

{% macro default___create_table_as(kind, table, select_sql) %}
    {{- return("create " ~ kind ~ " " ~ table ~ " as\n" ~ select_sql) -}}
{% endmacro %}

{#- Drops a table where it is there. -#}
{% macro _drop_table(table) %}
    {{- return(adapter.dispatch('_drop_table', 'reverse_etl')(table)) -}}
{% endmacro %}

{% macro default___drop_table(table) %}
    {{- return("drop table if exists " ~ table) -}}
{% endmacro %}

{#- Arguments: table; values, the assignments to columns; condition, on the rows. -#}
{% macro _update(table, values, condition) %}
    {{- return(adapter.dispatch('_update', 'reverse_etl')(table, values, condition)) -}}
{% endmacro %}

{% macro default___update(table, values, condition) %}
    {{- return("update " ~ table ~ " set " ~ values ~ " where " ~ condition) -}}
{% endmacro %}

{#-
    Statements for rows that are read in pages, so that no more than a page is held at once: a cursor in the warehouse
    where the driver would fetch every row at once. Blank where it hands them out as they come.
    Arguments: select_sql; rows, of one page.
-#}
{% macro _declare_cursor(select_sql) %}
    {{- return(adapter.dispatch('_declare_cursor', 'reverse_etl')(select_sql)) -}}
{% endmacro %}

{% macro default___declare_cursor(select_sql) %}
    {{- return('') -}}
{% endmacro %}

{#- The next rows of the cursor that was declared; only where the adapter keeps one at the server. -#}
{% macro _fetch_cursor(rows) %}
    {{- return(adapter.dispatch('_fetch_cursor', 'reverse_etl')(rows)) -}}
{% endmacro %}

{% macro default___fetch_cursor(rows) %}
    {{- return('') -}}
{% endmacro %}

{#-
    May several write into a table at once, so that no insert is lost that was committed, and later reads see it? The lease rests
    on it. The same tables take an update, which `forget` needs. Arguments: relation, as dbt found it.
-#}
{% macro _keeps_inserts(relation) %}
    {{- return(adapter.dispatch('_keeps_inserts', 'reverse_etl')(relation)) -}}
{% endmacro %}

{#-
    A select of the path of the file on disk that holds a relation, where the engine lets one process alone open it to write, and
    this one did; blank where the engine has no such files. Arguments: relation.
-#}
{% macro _locked_file(relation) %}
    {{- return(adapter.dispatch('_locked_file', 'reverse_etl')(relation)) -}}
{% endmacro %}

{% macro default___locked_file(relation) %}
    {{- return('') -}}
{% endmacro %}
