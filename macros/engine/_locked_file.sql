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
