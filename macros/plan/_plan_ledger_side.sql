{#-
    The CTEs `judged_absent`, a verdict (as for the source side) on each identity which the ledger holds as taken or in doubt
    and which stands in no sendable source row, and `aged_out`, how many of them rolled out of the source.
    What left the source is gone only while the source still reaches as far back, and not within a day of the 90 days:
    a view over the last 30 days takes nothing back as it rolls on.
    What its key stands for now takes its place only where that would be sent: else nothing would count any more.
    Arguments: tables, scope, run_seq, now, adjustments, delay_hours as for the plan.
-#}
{% macro _plan_ledger_side(tables, scope, run_seq, now, adjustments, delay_hours) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set known_columns = reverse_etl._correction_columns() + ['run_seq', 'code', 'error_code', 'message', 'tracking_id'] -%}
{%- set absent_columns = reverse_etl._listed(keys + reverse_etl._payload_columns() + ['run_seq']) -%}
{%- set days_90 = reverse_etl._literal(reverse_etl._days_before(now, 90)) -%}
{%- set days_89 = reverse_etl._literal(reverse_etl._days_before(now, 89)) -%}
{%- set this_run = reverse_etl._literal(run_seq if run_seq is not none else -1) -%}
{%- set restates, retracts = 'restate' in adjustments, 'retract' in adjustments -%}
-- keys that stand on a row which is not accepted yet, or on one that is invalid now
open_keys as (
    select
        open_rows.record_key,
        max(case when open_rows.invalid_reasons = '' then 1 else 0 end) as stands
    from open_rows
    left join known
        on {{ reverse_etl._same(keys, 'open_rows', 'known') }} and known.status = 'counted' and open_rows.invalid_reasons = ''
        {%- if retracts %}
        -- what will be retracted takes nothing's place
        and not known.retract_in_doubt
        {%- endif %}
    where open_rows.record_key <> '' and known.status is null
    group by open_rows.record_key
),

-- older than the oldest source row: aged out, unless its key stands in the source, or no source row says how far back it
-- reaches; few are found, and often none: what is wide is read for those only
out_of_reach_numbers as (
    select distinct run_seq, seq
    from (
        {{ reverse_etl._plain(tables, scope, (
            "attempts.conversion_time >= " ~ days_90 ~ " and attempts.conversion_time < (select oldest_row from source_bounds)"
            ~ " and (attempts.record_key in (select record_key from open_keys) or (select oldest_time from bounds) = '')"
        )) }}
    ) as plain
),

out_of_reach as (
    {{ reverse_etl._with_acceptance(tables, scope, delay_hours, (
        "select attempts.* from (" ~ reverse_etl._ledger_rows(tables, scope) ~ ") as attempts"
        ~ " inner join out_of_reach_numbers as numbers"
        ~ " on " ~ reverse_etl._same(['run_seq', 'seq'], 'attempts', 'numbers')
    )) }}
),

absent as (
    select
        {{ reverse_etl._listed(keys) }},
        {%- for column in reverse_etl._payload_columns() %}
        ledger_{{ column }} as {{ column }},
        {%- endfor %}
        status,
        {{ reverse_etl._listed(known_columns) }}
    from compared
    where
        not in_source
        and (
            status in ('counted', 'in_doubt', 'maybe')
            or (status = 'dead' and adjusted = 'retract' and adjusted_outcome = 'accepted' and adjusted_run_seq = {{ this_run }})
        )
    union all
    select
        {{ reverse_etl._listed(keys) }},
        {{ reverse_etl._listed(reverse_etl._payload_columns()) }},
        status,
        {{ reverse_etl._listed(known_columns) }}
    from (
        select
            {{ reverse_etl._listed(keys, 'plain') }},
            {{ reverse_etl._counted_columns('plain') }}
        from (
            select {{ absent_columns }}, accepted_at from plain_seen where not in_source
            union all
            select {{ absent_columns }}, accepted_at from out_of_reach
        ) as plain
    ) as counted
),

identities_now_invalid as (
    select distinct {{ reverse_etl._listed(keys) }}
    from open_rows
    where invalid_reasons <> ''
),

replaced_keys as (
    select distinct source_record_key as record_key
    from judged
    where source_record_key <> '' and verdict in ('new::send', 'deferred::send', 'deferred::repeat')
),

judged_absent as (
    select
        placed.*,
        case
            when status = 'in_doubt' and past_90_days then 'expired:in_doubt_too_old:'
            when status = 'in_doubt' and run_seq = {{ this_run }} then 'in_doubt:unanswered_this_run:'
            when status = 'in_doubt' then 'in_doubt::repeat'
            when adjusted = 'retract' and adjusted_run_seq = {{ this_run }} then
                case coalesce(adjusted_outcome, 'none')
                    when 'none' then 'in_doubt:unanswered_this_run:'
                    when 'deferred' then 'deferred:deferred_this_run:'
                    when 'rejected' then 'rejected::'
                    else 'retracted::'
                end
            {%- if retracts %}
            when retract_in_doubt and not past_90_days and place <> 'aged_out' then
                case when may_still_arrive then 'waiting:quiet:' else 'retract:retract_in_doubt:retract' end
            {%- endif %}
            {%- if restates %}
            -- it stays, and no row says its value: the one that was tried is repeated
            when
                status = 'counted' and restate_in_doubt and not retract_in_doubt
                and place in ('row_invalid_now', 'not_replaced') and not past_90_days
            then
                case
                    when adjusted_run_seq <> {{ this_run }} or adjusted_outcome = 'accepted' then
                        case when may_still_arrive then 'waiting:quiet:' else 'restate:restate_in_doubt:restate' end
                    when adjusted_outcome is null then 'in_doubt:unanswered_this_run:'
                    when adjusted_outcome = 'deferred' then 'deferred:deferred_this_run:'
                    else 'rejected::'
                end
            {%- endif %}
            {%- if retracts %}
            when place in ('moved', 'gone') and not retract_in_doubt then
                case
                    when retract_refused then 'held:retract_refused:'
                    when status = 'counted' and {{ reverse_etl._accepted_recently(now, delay_hours) }} then 'waiting:accepted_recently:'
                    when may_still_arrive then 'waiting:quiet:'
                    when status = 'maybe' then 'retract:maybe_taken:retract'
                    when place = 'moved' then 'move:moved:retract'
                    when restate_in_doubt then 'retract:restate_in_doubt:retract'
                    else 'retract:gone:retract'
                end
            {%- endif %}
            when status = 'maybe' then 'held:maybe_taken:'
            when retract_in_doubt then 'held:retract_in_doubt:'
            when restate_in_doubt then 'held:restate_in_doubt:'
            when place = 'row_invalid_now' then 'held:row_invalid_now:'
            when place in ('past_90_days', 'aged_out') then 'aged_out::'
            when place in ('moved', 'not_replaced') then 'held:moved:'
            else 'held:gone:'
        end as verdict
    from (
        select
            absent.*,
            absent.conversion_time < {{ days_90 }} as past_90_days,
            -- what became of its row
            case
                when invalid_now.conversion_name is not null then 'row_invalid_now'
                when absent.conversion_time < {{ days_90 }} then 'past_90_days'
                when open_keys.stands = 1 and replaced_keys.record_key is not null then 'moved'
                when open_keys.stands = 1 then 'not_replaced'
                when open_keys.stands = 0 then 'row_invalid_now'
                when absent.conversion_time < {{ days_89 }} or absent.conversion_time < bounds.oldest_time then 'aged_out'
                else 'gone'
            end as place
        from absent
        cross join bounds
        left join identities_now_invalid as invalid_now on {{ reverse_etl._same(keys, 'absent', 'invalid_now') }}
        left join open_keys on absent.record_key = open_keys.record_key
        left join replaced_keys on absent.record_key = replaced_keys.record_key
    ) as placed
),

aged_out as (
    select sum(row_count) as row_count
    from (
        select count(*) as row_count from judged_absent where verdict = 'aged_out::'
        union all
        select coalesce(sum(row_count), 0) - (select count(*) from out_of_reach) as row_count
        from plain_places
        where place = 'out_of_reach'
    ) as counts
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
