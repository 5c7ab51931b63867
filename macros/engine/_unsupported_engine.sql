{#- Stops on a warehouse that a dispatched macro has no implementation for: a wrong guess could lose rows. -#}
{% macro _unsupported_engine(macro_name) %}
    {{ exceptions.raise_compiler_error(
        "reverse_etl: the macro " ~ macro_name ~ " has no implementation for '" ~ adapter.type()
        ~ "' yet. DuckDB and Postgres are supported; a macro named " ~ adapter.type() ~ "__" ~ macro_name
        ~ " in your project adds it."
    ) }}
{% endmacro %}
