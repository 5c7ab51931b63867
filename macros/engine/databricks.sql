{#- Databricks, whose SQL is Spark's: dbt takes spark.sql for what does not stand here. -#}

{% macro databricks___engine() %}
    {{- return('databricks') -}}
{% endmacro %}

{#- A warehouse of SQL knows only settings of its own, and its literals escape by backslashes unless they are raw. -#}
{% macro databricks___session_settings(profile) %}
    {{- return('') -}}
{% endmacro %}

{#- A table is of Delta unless it says otherwise, and dbt may not have looked. -#}
{% macro databricks___keeps_inserts(relation) %}
    {{- return(relation.is_delta or relation.is_iceberg or relation.metadata is none) -}}
{% endmacro %}
