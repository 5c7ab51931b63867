{{ config(
    materialized='incremental',
    full_refresh=false,
    on_schema_change='append_new_columns',
    incremental_strategy=reverse_etl._adds_columns().incremental_strategy,
    unique_key=reverse_etl._adds_columns().unique_key,
    pre_hook="{{ reverse_etl._no_clone() }}",
) }}
{{ reverse_etl._append_only() }}
{%- set text = reverse_etl._type_text() -%}
{{ reverse_etl._no_rows([
    ['destination', text],
    ['environment', text],
    ['account_id', text],
    ['sync', text],
    ['run_seq', dbt.type_bigint()],
    ['batch', dbt.type_bigint()],
    ['seq_from', dbt.type_bigint()],
    ['seq_to', dbt.type_bigint()],
    ['outcome', text],
    ['settles', dbt.type_boolean()],
    ['code', dbt.type_int()],
    ['error_code', text],
    ['message', text],
    ['tracking_id', text],
    ['recorded_at', reverse_etl._type_time()],
]) }}
