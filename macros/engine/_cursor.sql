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

{#-
    It lives as long as the transaction, and needs no right beyond reading. The transaction is begun here: once dbt has
    committed by a statement, its driver takes the next one for already begun.
-#}
{% macro postgres___declare_cursor(select_sql) %}
    {{- return("begin; declare reverse_etl_rows no scroll cursor for " ~ select_sql) -}}
{% endmacro %}

{% macro _fetch_cursor(rows) %}
    {{- return("fetch forward " ~ rows ~ " from reverse_etl_rows") -}}
{% endmacro %}
