{#- Does the warehouse work out a CTE once, however often it is read? One that does not puts its text into each reader. -#}
{% macro _keeps_ctes() %}
    {{- return(adapter.dispatch('_keeps_ctes', 'reverse_etl')()) -}}
{% endmacro %}

{% macro default___keeps_ctes() %}
    {{- return(false) -}}
{% endmacro %}

{% macro duckdb___keeps_ctes() %}
    {{- return(true) -}}
{% endmacro %}

{% macro postgres___keeps_ctes() %}
    {{- return(true) -}}
{% endmacro %}

{#- The name of the table of a step. Arguments: ledger, a relation; name, of the step. -#}
{% macro _step_table(ledger, name) %}
    {{- return(adapter.dispatch('_step_table', 'reverse_etl')(ledger, 'reverse_etl_step_' ~ name)) -}}
{% endmacro %}

{% macro default___step_table(ledger, identifier) %}
    {{ reverse_etl._unsupported_engine('_step_table') }}
{% endmacro %}

{#- Temporary tables: the adapter keeps its session, and no other session sees them. -#}
{% macro duckdb___step_table(ledger, identifier) %}
    {{- return('temp.main.' ~ identifier) -}}
{% endmacro %}

{% macro postgres___step_table(ledger, identifier) %}
    {{- return('pg_temp.' ~ identifier) -}}
{% endmacro %}

{#- A table of the rows of a step. Arguments: table, its name; select_sql. -#}
{% macro _create_step_table(table, select_sql) %}
    {{- return("create " ~ adapter.dispatch('_step_table_kind', 'reverse_etl')() ~ " " ~ table ~ " as\n" ~ select_sql) -}}
{% endmacro %}

{% macro default___step_table_kind() %}
    {{- return('table') -}}
{% endmacro %}

{% macro duckdb___step_table_kind() %}
    {{- return('temporary table') -}}
{% endmacro %}

{% macro postgres___step_table_kind() %}
    {{- return('temporary table') -}}
{% endmacro %}
