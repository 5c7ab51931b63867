{#-
    The ledger's indexes, as dbt's config has them: where Postgres keeps only the least and the greatest value of some blocks of
    rows. Rows come in the order of runs and, nearly, of conversions, so a read of one run or of the last 90 days skips the rest.
    Elsewhere there are none: DuckDB keeps such values by itself, and an index of its own would hold each row.
-#}
{% macro _ledger_indexes() %}
    {%- if adapter.type() != 'postgres' -%} {{- return([]) -}} {%- endif -%}
    {{- return([{'columns': ['run_seq'], 'type': 'brin'}, {'columns': ['conversion_time'], 'type': 'brin'}]) -}}
{% endmacro %}
