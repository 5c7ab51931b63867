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
    ['claim_id', text],
    ['event', text],
    ['fenced_run_seq', dbt.type_bigint()],
    ['fenced_seq', dbt.type_bigint()],
    ['happened_at', reverse_etl._type_time()],
    ['host', text],
    ['pid', dbt.type_bigint()],
    ['pid_space', text],
    ['target', text],
    ['package_version', text],
    ['counts', text],
    ['tests', text],
]) }}
