{#-
    The CTEs that give each standing source row its class by the decision table, ending in `source_side`.
    Where a row would be sent, the other identities of its key decide whether it may be: all that was ever sent under that
    key is looked at, however old.
    Arguments: source, unique_key, tables, scope, run_seq as for the plan.
-#}
{% macro _plan_source_side(source, unique_key, tables, scope, run_seq) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set in_this_run = "compared.run_seq = " ~ reverse_etl._literal(run_seq if run_seq is not none else -1) -%}
judged as (
    select
        compared.*,
        case
            when status = 'in_doubt' then
                case
                    when expired_reasons <> '' then 'expired:in_doubt_too_old'
                    when {{ in_this_run }} then 'in_doubt:unanswered_this_run'
                    else 'in_doubt:send'
                end
            when status = 'counted' then
                case
                    when retract_in_doubt then 'held:retract_in_doubt'
                    when restate_in_doubt then 'held:restate_in_doubt'
                    when not same_attribution then 'held:attribution_changed'
                    when source_value is null and ledger_value is not null then 'held:value_removed'
                    when not same_value and expired_reasons <> '' then 'expired:'
                    when source_value = restate_refused_value and source_currency = restate_refused_currency
                        then 'held:rejected_unchanged'
                    when not same_value then 'held:value_changed'
                    when {{ in_this_run }} then 'accepted:'
                    when not same_hashes then 'unchanged:hashes_differ'
                    else 'unchanged:'
                end
            when expired_reasons <> '' then 'expired:'
            when status = 'maybe' and not lifted then 'held:maybe_taken'
            when status = 'dead' then 'held:retracted'
            when status = 'refused' and same_value and same_attribution and same_hashes
                then case when {{ in_this_run }} then 'rejected:' else 'held:rejected_unchanged' end
            when waiting_reasons <> '' then 'waiting:'
            when status in ('deferred', 'maybe') and {{ in_this_run }} then 'deferred:deferred_this_run'
            when status = 'deferred' then 'deferred:send'
            when status = 'maybe' then 'deferred:repeat:send'
            else 'new:send'
        end as verdict
    from compared
    where in_source
),

candidate_keys as (
    select distinct source_record_key as record_key
    from judged
    where source_record_key <> '' and verdict in ('new:send', 'deferred:send', 'deferred:repeat:send')
),

keyed_identities as (
    select distinct
        ledger.conversion_name,
        {{ reverse_etl._identity_keys('ledger.click_id', 'ledger.hashed_email', 'ledger.hashed_phone') }},
        ledger.conversion_time
    from {{ tables.ledger }} as ledger
    inner join candidate_keys on ledger.record_key = candidate_keys.record_key
    where {{ reverse_etl._in_scope(scope, 'ledger') }}
),

kin_attempts as (
    {{ reverse_etl._attempts(tables, scope, joined=(
        "inner join keyed_identities on " ~ reverse_etl._same(keys, 'attempts', 'keyed_identities')
    )) }}
),

kin_identities as (
    select distinct
        {{ reverse_etl._listed(keys, 'kin_attempts') }},
        kin_attempts.record_key
    from kin_attempts
    inner join candidate_keys on kin_attempts.record_key = candidate_keys.record_key
),

kin_in_source as (
    select distinct {{ reverse_etl._listed(keys, 'kin_identities') }}
    from kin_identities
    inner join ({{ reverse_etl._source_rows(source, unique_key) }}) as source_rows
        on {{ reverse_etl._same_as_source('source_rows', 'kin_identities') }}
),

{{ reverse_etl._fold('kin_states', 'kin_attempts', scope) }},

kin as (
    select
        {{ reverse_etl._listed(keys, 'kin_identities') }},
        kin_identities.record_key,
        kin_states.status = 'in_doubt' or kin_states.retract_in_doubt as in_doubt,
        kin_states.status in ('counted', 'maybe') and kin_in_source.conversion_name is null as left_the_source
    from kin_identities
    inner join kin_states on {{ reverse_etl._same(keys, 'kin_identities', 'kin_states') }}
    left join kin_in_source on {{ reverse_etl._same(keys, 'kin_identities', 'kin_in_source') }}
),

held_by_kin as (
    select
        {{ reverse_etl._listed(keys, 'judged') }},
        max(case when kin.in_doubt then 2 when kin.left_the_source then 1 else 0 end) as hold
    from judged
    inner join kin
        on judged.source_record_key = kin.record_key
        and not ({{ reverse_etl._same(keys, 'judged', 'kin') }})
    where judged.verdict in ('new:send', 'deferred:send', 'deferred:repeat:send')
    group by {{ reverse_etl._listed(keys, 'judged') }}
),

decided as (
    select
        judged.*,
        case
            when held_by_kin.hold = 2 then 'held:key_in_doubt'
            when held_by_kin.hold = 1 then 'held:key_sent_before'
            else judged.verdict
        end as decision
    from judged
    left join held_by_kin on {{ reverse_etl._same(keys, 'judged', 'held_by_kin') }}
),

source_side as (
    select
        'source' as side,
        split_part(decision, ':', 1) as class,
        case
            when decision like '%:send' then ''
            when decision = 'expired:' then expired_reasons
            when decision = 'waiting:' then waiting_reasons
            else split_part(decision, ':', 2)
        end as reason,
        case when decision like '%:send' then 'send' end as operation,
        conversion_name,
        conversion_time,
        {#- what may have been taken is repeated byte for byte -#}
        {%- for column in reverse_etl._payload_columns() %}
        case when decision in ('in_doubt:send', 'deferred:repeat:send') then ledger_{{ column }} else source_{{ column }} end
        as {{ column }},
        {%- endfor %}
        status is null as first_attempt,
        status is null or status in ('refused', 'deferred') as untouched,
        code,
        error_code,
        message,
        tracking_id,
        coalesce(status in ('counted', 'in_doubt', 'maybe'), false) as known_before,
        1 as row_count
    from decided
)
{% endmacro %}
