{{ config(
    materialized='incremental',
    full_refresh=false,
    on_schema_change='append_new_columns',
    incremental_strategy=reverse_etl._adds_columns().incremental_strategy,
    unique_key=reverse_etl._adds_columns().unique_key,
    indexes=reverse_etl._ledger_indexes(),
    pre_hook="{{ reverse_etl._no_clone() }}",
) }}
{{ reverse_etl._append_only() }}
{{ reverse_etl._no_rows(reverse_etl._ledger_columns()) }}
