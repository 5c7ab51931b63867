{{ config(
    materialized='incremental',
    full_refresh=false,
    on_schema_change='append_new_columns',
    pre_hook="{{ reverse_etl._no_clone() }}",
) }}
{{ reverse_etl._append_only() }}
{%- set text = dbt.type_string() -%}
{{ reverse_etl._no_rows([
    ['destination', text],
    ['environment', text],
    ['account_id', text],
    ['sync', text],
    ['run_seq', dbt.type_bigint()],
    ['seq', dbt.type_bigint()],
    ['batch', dbt.type_bigint()],
    ['operation', text],
    ['conversion_name', text],
    ['click_id', text],
    ['hashed_email', text],
    ['hashed_phone', text],
    ['conversion_time', text],
    ['record_key', text],
    ['value', reverse_etl._type_double()],
    ['currency', text],
    ['attribution_credit', reverse_etl._type_double()],
    ['attribution_model', text],
    ['adjustment_time', text],
    ['first_attempt', dbt.type_boolean()],
    ['recorded_at', dbt.type_timestamp()],
]) }}
