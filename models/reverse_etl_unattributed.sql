{{ config(materialized='view') }}

with reasons as (
    {{ reverse_etl._unattributed(ref('reverse_etl_attribution_reports').render(), none) }}
)

select * from reasons
