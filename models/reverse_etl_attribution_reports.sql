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
    ['fetch_seq', dbt.type_bigint()],
    ['fetch_id', text],
    ['goal_id', dbt.type_bigint()],
    ['conversion_name', text],
    ['upload_date', 'date'],
    ['reason', text],
    ['attributed', dbt.type_bigint()],
    ['unattributed', dbt.type_bigint()],
    ['fetched_at', reverse_etl._type_time()],
]) }}
