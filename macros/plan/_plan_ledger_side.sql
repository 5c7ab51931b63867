{#-
    The CTEs that give a class to each identity which the ledger holds as taken or in doubt and which stands in no
    sendable source row, ending in `ledger_side`.
    What left the source is gone only while the source still reaches as far back, and not within a day of the 90 days:
    a view over the last 30 days takes nothing back as it rolls on.
    Arguments: tables, scope, run_seq, now as for the plan.
-#}
{% macro _plan_ledger_side(tables, scope, run_seq, now) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set absent_columns = reverse_etl._listed(keys + reverse_etl._payload_columns() + ['run_seq']) -%}
{%- set days_90 = reverse_etl._literal(reverse_etl._days_before(now, 90)) -%}
{%- set days_89 = reverse_etl._literal(reverse_etl._days_before(now, 89)) -%}
{%- set in_this_run = "run_seq = " ~ reverse_etl._literal(run_seq if run_seq is not none else -1) -%}
-- keys that stand on a row which is not accepted yet, or on one that is invalid now
open_keys as (
    select
        open_rows.record_key,
        max(case when open_rows.invalid_reasons = '' then 1 else 0 end) as stands
    from open_rows
    left join known
        on {{ reverse_etl._same(keys, 'open_rows', 'known') }} and known.status = 'counted' and open_rows.invalid_reasons = ''
    where open_rows.record_key <> '' and known.status is null
    group by open_rows.record_key
),

-- older than the oldest source row: aged out, unless its key stands in the source, or no source row says how far back it reaches
out_of_reach as (
    {{ reverse_etl._plain(tables, scope, (
        "attempts.conversion_time >= " ~ days_90 ~ " and attempts.conversion_time < (select oldest_row from source_bounds)"
        ~ " and (attempts.record_key in (select record_key from open_keys) or (select oldest_time from bounds) = '')"
    )) }}
),

absent as (
    select
        {{ reverse_etl._listed(keys) }},
        {%- for column in reverse_etl._payload_columns() %}
        ledger_{{ column }} as {{ column }},
        {%- endfor %}
        status,
        restate_in_doubt,
        retract_in_doubt,
        run_seq,
        code,
        error_code,
        message,
        tracking_id
    from compared
    where not in_source and status in ('counted', 'in_doubt', 'maybe')
    union all
    select
        {{ reverse_etl._listed(keys, 'plain') }},
        {{ reverse_etl._listed(reverse_etl._payload_columns(), 'plain') }},
        'counted' as status,
        false as restate_in_doubt,
        false as retract_in_doubt,
        plain.run_seq,
        cast(null as {{ dbt.type_int() }}) as code,
        cast(null as {{ dbt.type_string() }}) as error_code,
        cast(null as {{ dbt.type_string() }}) as message,
        cast(null as {{ dbt.type_string() }}) as tracking_id
    from (
        select {{ absent_columns }} from plain_seen where not in_source
        union all
        select {{ absent_columns }} from out_of_reach
    ) as plain
),

identities_now_invalid as (
    select distinct {{ reverse_etl._listed(keys) }}
    from open_rows
    where invalid_reasons <> ''
),

decided_absent as (
    select
        absent.*,
        case
            when status = 'in_doubt' and past_90_days then 'expired:in_doubt_too_old'
            when status = 'in_doubt' and {{ in_this_run }} then 'in_doubt:unanswered_this_run'
            when status = 'in_doubt' then 'in_doubt:send'
            when status = 'maybe' then 'held:maybe_taken'
            when retract_in_doubt then 'held:retract_in_doubt'
            when restate_in_doubt then 'held:restate_in_doubt'
            when is_invalid_now then 'held:row_invalid_now'
            when past_90_days then 'aged_out:'
            when key_stands = 1 then 'held:moved'
            when key_stands = 0 then 'held:row_invalid_now'
            when conversion_time < {{ days_89 }} or conversion_time < oldest_time then 'aged_out:'
            else 'held:gone'
        end as decision
    from (
        select
            absent.*,
            absent.conversion_time < {{ days_90 }} as past_90_days,
            invalid_now.conversion_name is not null as is_invalid_now,
            open_keys.stands as key_stands,
            bounds.oldest_time
        from absent
        cross join bounds
        left join identities_now_invalid as invalid_now on {{ reverse_etl._same(keys, 'absent', 'invalid_now') }}
        left join open_keys on absent.record_key = open_keys.record_key
    ) as absent
),

aged_out as (
    select sum(row_count) as row_count
    from (
        select count(*) as row_count from decided_absent where decision = 'aged_out:'
        union all
        select coalesce(sum(row_count), 0) - (select count(*) from out_of_reach) as row_count
        from plain_places
        where place = 'out_of_reach'
    ) as counts
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
        {{ column }},
        {%- endfor %}
        false as first_attempt,
        false as untouched,
        code,
        error_code,
        message,
        tracking_id,
        true as known_before,
        1 as row_count
    from decided_absent
    where decision <> 'aged_out:'
)
{% endmacro %}

{#- UTC text of a number of days before another UTC text. -#}
{% macro _days_before(utc_text, days) %}
    {%- set moment = modules.datetime.datetime.strptime(utc_text[:19], '%Y-%m-%dT%H:%M:%S') -%}
    {{- return((moment - modules.datetime.timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')) -}}
{% endmacro %}

{#- UTC text as a timestamp without zone. -#}
{% macro _timestamp_literal(utc_text) %}
    {{- return("cast(" ~ reverse_etl._literal(utc_text[:19] | replace('T', ' ')) ~ " as timestamp)") -}}
{% endmacro %}
