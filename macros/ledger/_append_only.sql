{#-
    Stops a build that would empty a table of history: called by each of these models.
    A root-level `+materialized` or `+full_refresh` in the user's project overrides even a model's own config.
-#}
{% macro _append_only() %}
    {%- if execute and (config.get('materialized') != 'incremental' or config.get('full_refresh') is not false) -%}
        {{ exceptions.raise_compiler_error(
            "reverse_etl keeps what was sent in " ~ model.name ~ ", and this project's settings would empty it: it is configured as"
            ~ " materialized='" ~ config.get('materialized') ~ "', full_refresh=" ~ config.get('full_refresh')
            ~ ". Nothing was changed. In dbt_project.yml, put the setting under your own project's name instead of"
            ~ " directly under `models:`, or add `models: {reverse_etl: {+materialized: incremental, +full_refresh: false}}`"
            ~ " (views over the history need `+materialized: view`)."
        ) }}
    {%- endif -%}
{% endmacro %}
