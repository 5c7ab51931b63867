{#-
    The CTEs `source_side` and `ledger_side`: the plan's rows of what has a verdict, with the payload that leaves. What is
    held by its kin is held; a correction repeats the identity as it was sent, never as the source has it now.
    Arguments: scope, now, adjustments and delay_hours as for the plan.
-#}
{% macro _plan_decided(scope, now, adjustments, delay_hours) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set part = "split_part(decision, ':', 3)" -%}
decided as (
    select
        judged.*,
        coalesce(held_by_kin.decision, judged.verdict) as decision
    from judged
    left join held_by_kin on {{ reverse_etl._same(keys, 'judged', 'held_by_kin') }}
),

decided_absent as (
    select
        judged_absent.*,
        coalesce(held_by_kin.decision, judged_absent.verdict) as decision
    from judged_absent
    left join held_by_kin on {{ reverse_etl._same(keys, 'judged_absent', 'held_by_kin') }}
),

source_side as (
    select
        'source' as side,
        split_part(decision, ':', 1) as class,
        case
            when decision = 'expired::' then expired_reasons
            when decision = 'waiting::' then waiting_reasons
            else split_part(decision, ':', 2)
        end as reason,
        {{ reverse_etl._operation_of(part) }} as operation,
        conversion_name,
        conversion_time,
        {%- for column in ['record_key', 'click_id', 'hashed_email', 'hashed_phone'] %}
        case when {{ part }} in ('repeat', 'restate', 'retract') then ledger_{{ column }} else source_{{ column }} end as {{ column }},
        {%- endfor %}
        case {{ part }} when 'repeat' then ledger_value when 'retract' then null else source_value end as value,
        case {{ part }} when 'repeat' then ledger_currency when 'retract' then '' else source_currency end as currency,
        case
            when {{ part }} = 'repeat' then ledger_attribution_credit
            when {{ part }} not in ('restate', 'retract') then source_attribution_credit
        end as attribution_credit,
        case {{ part }}
            when 'repeat' then ledger_attribution_model
            when 'restate' then ''
            when 'retract' then ''
            else source_attribution_model
        end as attribution_model,
        {{ reverse_etl._adjustment_time(part, now) if adjustments else "''" }} as adjustment_time,
        status is null as first_attempt,
        {{ reverse_etl._is_untouched(part) }} as untouched,
        code,
        error_code,
        message,
        tracking_id,
        case
            when decision = 'waiting::' then goes_at
            {{ reverse_etl._when_accepted_recently(delay_hours) }}
            else ''
        end as goes_at,
        case
            when split_part(decision, ':', 1) = 'deferred' then coalesce({{ reverse_etl._utc_text('told_at') }}, '')
            else ''
        end as refused_at,
        coalesce(status in ('counted', 'in_doubt', 'maybe'), false) as known_before,
        1 as row_count
    from decided
),

ledger_side as (
    select
        'ledger' as side,
        split_part(decision, ':', 1) as class,
        split_part(decision, ':', 2) as reason,
        {{ reverse_etl._operation_of(part) }} as operation,
        conversion_name,
        conversion_time,
        record_key,
        click_id,
        hashed_email,
        hashed_phone,
        case {{ part }} when 'restate' then restate_tried_value when 'retract' then null else value end as value,
        case {{ part }} when 'restate' then restate_tried_currency when 'retract' then '' else currency end as currency,
        case when {{ part }} not in ('restate', 'retract') then attribution_credit end as attribution_credit,
        case when {{ part }} in ('restate', 'retract') then '' else attribution_model end as attribution_model,
        {{ reverse_etl._adjustment_time(part, now) if adjustments else "''" }} as adjustment_time,
        false as first_attempt,
        {{ reverse_etl._is_untouched(part) }} as untouched,
        code,
        error_code,
        message,
        tracking_id,
        case {{ reverse_etl._when_accepted_recently(delay_hours) }} else '' end as goes_at,
        '' as refused_at,
        status <> 'dead' as known_before,
        1 as row_count
    from decided_absent
    where decision <> 'aged_out::'
)
{% endmacro %}

{#- When what was accepted may be corrected, as a branch of a case. -#}
{% macro _when_accepted_recently(delay_hours) -%}
    when decision = 'waiting:accepted_recently:'
        then coalesce({{ reverse_etl._utc_text(dbt.dateadd('second', (delay_hours * 3600) | int, 'accepted_at')) }}, '')
{%- endmacro %}

{#- A decision's operation: null where nothing is sent; a repeat is a send. -#}
{% macro _operation_of(part) -%}
    case {{ part }} when '' then null when 'repeat' then 'send' else {{ part }} end
{%- endmacro %}

{#- The time of a correction: now, and later than the conversion and than every correction of it before. Blank of a send. -#}
{% macro _adjustment_time(part, now) -%}
    {%- set last = reverse_etl._utc_timestamp("nullif(last_adjustment_time, '')") -%}
    case
        when {{ part }} in ('restate', 'retract')
            then greatest(
                {{ reverse_etl._literal(now) }},
                conversion_time,
                coalesce({{ reverse_etl._utc_text(dbt.dateadd('second', 1, last)) }}, '')
            )
        else ''
    end
{%- endmacro %}

{#- Can nothing of it have been taken before, so that a refusal proves that nothing was? -#}
{% macro _is_untouched(part) -%}
    case {{ part }}
        when 'restate' then not restate_in_doubt
        when 'retract' then not retract_in_doubt
        else status is null or status in ('refused', 'deferred')
    end
{%- endmacro %}
