{{ config(materialized='view') }}

select
    {{ reverse_etl._listed(reverse_etl._scope_columns()) }},
    record_key,
    conversion_name,
    conversion_time,
    status,
    run_seq,
    code,
    error_code,
    message,
    tracking_id
from {{ ref('reverse_etl_records').render() }}
where status in ('rejected', 'maybe_taken')
