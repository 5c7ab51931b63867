{{ config(materialized='view') }}

select
    {{ reverse_etl._listed(reverse_etl._scope_columns()) }},
    run_seq,
    min(case when event = 'open' then happened_at end) as started_at,
    max(case when event in ('open', 'heartbeat') then happened_at end) as last_heard_at,
    max(case when event = 'close' then happened_at end) as ended_at,
    max(case when event = 'close' then counts end) as counts,
    max(host) as host,
    max(pid) as pid,
    max(target) as target,
    max(package_version) as package_version
from {{ ref('reverse_etl_runs').render() }}
where event <> 'fence'
group by {{ reverse_etl._listed(reverse_etl._scope_columns()) }}, run_seq
having max(case when event = 'open' then 1 else 0 end) = 1
