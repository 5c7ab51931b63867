{#-
    The CTEs that give a class to each identity which the ledger holds as taken or in doubt and which stands in no
    sendable source row, ending in `ledger_side`.
    What left the source is gone only while the source still reaches as far back, and not within a day of the 90 days:
    a view over the last 30 days takes nothing back as it rolls on.
    Arguments: scope, run_seq, now as for the plan.
-#}
{% macro _plan_ledger_side(scope, run_seq, now) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set in_this_run = "run_seq = " ~ reverse_etl._literal(run_seq if run_seq is not none else -1) -%}
absent as (
    select *
    from compared
    where not in_source and status in ('counted', 'in_doubt', 'maybe')
),

keys_in_source as (
    select
        source_rows.record_key,
        max(case when source_rows.invalid_reasons = '' then 1 else 0 end) as stands
    from source_rows
    inner join (select distinct ledger_record_key from absent where ledger_record_key <> '') as absent_keys
        on source_rows.record_key = absent_keys.ledger_record_key
    group by source_rows.record_key
),

identities_in_source as (
    select distinct {{ reverse_etl._listed(keys, 'source_rows') }}
    from source_rows
    inner join absent on {{ reverse_etl._same(keys, 'source_rows', 'absent') }}
),

decided_absent as (
    select
        absent.*,
        case
            when status = 'in_doubt' and conversion_time < {{ reverse_etl._literal(reverse_etl._days_before(now, 90)) }} then 'expired:conversion_time_too_old,'
            when status = 'in_doubt' and {{ in_this_run }} then 'in_doubt:unanswered_this_run'
            when status = 'in_doubt' then 'in_doubt:send'
            when status = 'maybe' then 'held:maybe_taken'
            when retract_in_doubt then 'held:retract_in_doubt'
            when restate_in_doubt then 'held:restate_in_doubt'
            when present_invalid then 'held:row_invalid_now'
            when keys_in_source_stands = 1 then 'held:moved'
            when keys_in_source_stands = 0 then 'held:row_invalid_now'
            when conversion_time < {{ reverse_etl._literal(reverse_etl._days_before(now, 89)) }} or conversion_time < (select oldest_open_row from bounds)
                then 'aged_out:'
            else 'held:gone'
        end as decision
    from (
        select
            absent.*,
            present.conversion_name is not null as present_invalid,
            keys_in_source.stands as keys_in_source_stands
        from absent
        left join identities_in_source as present on {{ reverse_etl._same(keys, 'absent', 'present') }}
        left join keys_in_source on absent.ledger_record_key = keys_in_source.record_key
    ) as absent
),

ledger_side as (
    select
        'ledger' as side,
        split_part(decision, ':', 1) as class,
        case when decision like '%:send' then '' else split_part(decision, ':', 2) end as reason,
        case when decision like '%:send' then 'send' end as operation,
        conversion_name,
        conversion_time,
        {%- for column in reverse_etl._payload_columns() %}
        ledger_{{ column }} as {{ column }},
        {%- endfor %}
        false as first_attempt,
        false as untouched,
        code,
        error_code,
        message,
        tracking_id,
        true as known_before
    from decided_absent
)
{% endmacro %}

{#- UTC text of a number of days before another UTC text. -#}
{% macro _days_before(utc_text, days) %}
    {%- set moment = modules.datetime.datetime.strptime(utc_text[:19], '%Y-%m-%dT%H:%M:%S') -%}
    {{- return((moment - modules.datetime.timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')) -}}
{% endmacro %}
