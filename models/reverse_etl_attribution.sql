{{ config(materialized='view') }}
{#- Rendered, since a build with --empty would put a select of nothing into the place of each relation. -#}
{%- set tables = {
    'ledger': ref('reverse_etl_ledger').render(),
    'receipts': ref('reverse_etl_receipts').render(),
    'runs': ref('reverse_etl_runs').render(),
} %}

with days as (
    {{ reverse_etl._attribution_days(tables, ref('reverse_etl_attribution_reports').render(), none) }}
)

select * from days
