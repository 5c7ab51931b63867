{#-
    An expression over a value that is worked out once, however often the body names it. SQL has no such thing:
    where macros put expressions into each other, and engines put views into queries, a few mentions on each level
    become thousands of evaluations for each row.
    Arguments: value, an SQL expression; name, by which the body calls it, unlike any other in reach; body, SQL.
-#}
{% macro _with_value(value, name, body) %}
    {{- return(adapter.dispatch('_with_value', 'reverse_etl')(value, name, body)) -}}
{% endmacro %}

{% macro default___with_value(value, name, body) %}
    {{ reverse_etl._unsupported_engine('_with_value') }}
{% endmacro %}

{#- A subquery per row would become a join in DuckDB; a function over a list of one element does not. -#}
{% macro duckdb___with_value(value, name, body) %}
    {{- return("list_transform([" ~ value ~ "], lambda " ~ name ~ ": " ~ body ~ ")[1]") -}}
{% endmacro %}

{#- `offset 0` keeps Postgres from putting the value back into the body. -#}
{% macro postgres___with_value(value, name, body) %}
    {{- return("(select " ~ body ~ " from (select " ~ value ~ " as " ~ name ~ " offset 0) as of_" ~ name ~ ")") -}}
{% endmacro %}

{#-
    The word that makes an engine work out a CTE once, row by row, instead of putting its expressions into each place
    that names a column of it. Nothing where an engine has no such word: it only saves time.
-#}
{% macro _materialized() %}
    {{- return(adapter.dispatch('_materialized', 'reverse_etl')()) -}}
{% endmacro %}

{% macro default___materialized() %}
    {{- return('') -}}
{% endmacro %}

{% macro duckdb___materialized() %}
    {{- return('materialized ') -}}
{% endmacro %}

{% macro postgres___materialized() %}
    {{- return('materialized ') -}}
{% endmacro %}

{#- The word for the opposite: that an engine reads a CTE anew for each reader. -#}
{% macro _not_materialized() %}
    {{- return(adapter.dispatch('_not_materialized', 'reverse_etl')()) -}}
{% endmacro %}

{% macro default___not_materialized() %}
    {{- return('') -}}
{% endmacro %}

{% macro duckdb___not_materialized() %}
    {{- return('not materialized ') -}}
{% endmacro %}

{% macro postgres___not_materialized() %}
    {{- return('not materialized ') -}}
{% endmacro %}
