{{ config(materialized='view') }}
{%- set tables = {
    'ledger': ref('reverse_etl_ledger'),
    'receipts': ref('reverse_etl_receipts'),
    'runs': ref('reverse_etl_runs'),
} %}

with days as (
    {{ reverse_etl._attribution_days(tables, ref('reverse_etl_attribution_reports'), none) }}
)

select * from days
