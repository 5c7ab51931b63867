{#-
    Stops a build that would empty a table of history: called by each of these models.
    A root-level `+materialized` or `+full_refresh` in the user's project overrides even a model's own config.
-#}
{% macro _append_only() %}
    {%- do reverse_etl._check_engine() -%}
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

{#-
    Stops `dbt clone --full-refresh`, which would put a view of another schema's table in the place of a table of history: a hook
    before each of these models, since a clone never compiles the model itself. An engine that clones tables runs no hook.
-#}
{% macro _no_clone() %}
    {%- if execute and flags.WHICH == 'clone' and (load_cached_relation(this) or this).is_table -%}
        {{ exceptions.raise_compiler_error(
            "reverse_etl keeps what was sent in " ~ this ~ ", and a clone would put another schema's history in its place. It was not"
            ~ " changed. Leave the package out: dbt clone --exclude package:reverse_etl"
        ) }}
    {%- endif -%}
{% endmacro %}
