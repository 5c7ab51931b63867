{#-
    The state of each identity as a chain of CTEs that ends in one named `name`: a fold over its attempts in the
    order of (run_seq, seq), never their last row alone.
    Arguments: name, of the last CTE; attempts, of the CTE that holds the attempts; scope, or none for all of them;
    quiet_runs, numbers of the runs that ended so lately that a call of theirs could still arrive.
    Status is the first that fits: dead (a retraction was accepted), counted (a send was accepted), in_doubt (a send
    without an outcome), maybe (a later repeat was refused in a way that does not settle it), else what the last send got:
    refused or deferred. A restatement or retraction without an outcome stands beside `counted`.
    A retry is no attempt: nothing of it left, and it has no outcome. After the last refusal it lifts that one: what was
    refused is deferred, and what is maybe taken may be sent once more (`lifted`). It lifts nothing else.
-#}
{% macro _fold(name, attempts, scope, quiet_runs=[]) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set listed_keys = reverse_etl._listed(keys) -%}
{{ name }}_attempts as (
    -- an attempt that was inserted twice counts once
    select *
    from (
        select
            *,
            row_number() over (partition by {{ (reverse_etl._scope_keys(scope) + ['run_seq', 'seq']) | join(', ') }} order by batch) as written
        from {{ attempts }}
    ) as numbered
    where written = 1
),

{{ name }}_ordered as (
    select
        *,
        row_number() over (partition by {{ listed_keys }} order by run_seq, seq) as n
    from {{ name }}_attempts
),

{{ name }}_marks as (
    select
        {{ listed_keys }},
        max(case when operation = 'send' then n else 0 end) as last_send,
        min(case when operation = 'send' and outcome = 'accepted' then n end) as send_accepted,
        max(case when operation = 'send' and outcome is null then n else 0 end) as send_unanswered,
        max(case when operation = 'send' and outcome = 'rejected' and settles = 0 then n else 0 end) as send_unsettled,
        max(case when operation = 'send' and outcome in ('rejected', 'deferred') and settles = 1 then n else 0 end)
            as send_settled,
        max(case when operation = 'send' and outcome = 'rejected' then n else 0 end) as send_refused,
        max(case when operation = 'retry' then n else 0 end) as retried,
        max(case when operation = 'restate' and outcome = 'accepted' then n else 0 end) as restate_accepted,
        max(case when operation = 'restate' and outcome is null then n else 0 end) as restate_unanswered,
        max(case when operation = 'restate' and outcome = 'rejected' then n else 0 end) as restate_rejected,
        max(case when operation = 'retract' and outcome = 'accepted' then n else 0 end) as retract_accepted,
        max(case when operation = 'retract' and outcome is null then n else 0 end) as retract_unanswered,
        max(case when operation = 'retract' and outcome = 'rejected' and settles = 1 then n else 0 end) as retract_settled,
        max(case when operation = 'retract' then n else 0 end) as last_retract,
        max(case when operation = 'retract' and outcome = 'rejected' then n else 0 end) as retract_rejected,
        max(case when operation in ('restate', 'retract') then n else 0 end) as last_adjustment,
        max(adjustment_time) as last_adjustment_time,
        max(case when {{ reverse_etl._in_runs('run_seq', quiet_runs) }} and outcome is null and operation <> 'retry' then 1 else 0 end)
            as may_still_arrive
    from {{ name }}_ordered
    group by {{ listed_keys }}
),

{{ name }}_statuses as (
    select
        marks.*,
        case
            when retract_accepted > 0 then 'dead'
            when send_accepted is not null then 'counted'
            when send_unanswered > send_unsettled and send_unanswered > send_settled then 'in_doubt'
            when send_unsettled > send_settled then 'maybe'
        end as known_status,
        retried > send_refused as lifted,
        case
            when send_accepted is not null then send_accepted
            when send_unanswered > send_unsettled and send_unanswered > send_settled then send_unanswered
            -- lifted, the last repeat tells, of the same bytes: it may have been put off since
            when send_unsettled > send_settled and retried > send_refused then last_send
            when send_unsettled > send_settled then send_unsettled
            else last_send
        end as told_by
    from {{ name }}_marks as marks
),

{{ name }} as (
    select
        {{ reverse_etl._listed(keys, 'statuses') }},
        coalesce(
            statuses.known_status, case when told.outcome = 'deferred' or statuses.lifted then 'deferred' else 'refused' end
        ) as status,
        coalesce(statuses.known_status, '') = 'maybe' and statuses.lifted as lifted,
        coalesce(statuses.known_status, '') = 'counted' and statuses.restate_unanswered > statuses.restate_accepted as restate_in_doubt,
        coalesce(statuses.known_status, '') <> 'dead' and statuses.retract_unanswered > statuses.retract_settled
            as retract_in_doubt,
        statuses.retract_rejected > 0 and statuses.retract_rejected = statuses.last_retract as retract_refused,
        statuses.may_still_arrive = 1 as may_still_arrive,
        statuses.last_adjustment_time,
        case when statuses.send_accepted is not null then told.answered_at end as accepted_at,
        told.answered_at as told_at,
        restate_tried.value as restate_tried_value,
        restate_tried.currency as restate_tried_currency,
        adjusted.operation as adjusted,
        adjusted.outcome as adjusted_outcome,
        adjusted.run_seq as adjusted_run_seq,
        adjusted.value as adjusted_value,
        adjusted.currency as adjusted_currency,
        restate_refused.value as restate_refused_value,
        restate_refused.currency as restate_refused_currency,
        told.run_seq,
        told.record_key,
        told.click_id,
        told.hashed_email,
        told.hashed_phone,
        coalesce(restated.value, told.value) as value,
        coalesce(restated.currency, told.currency) as currency,
        told.attribution_credit,
        told.attribution_model,
        {%- for column in ['code', 'error_code', 'message', 'tracking_id'] %}
        -- what keeps a conversion that counts from being corrected is the refusal of the correction
        case when statuses.send_accepted is not null then adjusted.{{ column }} else told.{{ column }} end as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ name }}_statuses as statuses
    inner join {{ name }}_ordered as told
        on {{ reverse_etl._same(keys, 'statuses', 'told') }} and statuses.told_by = told.n
    left join {{ name }}_ordered as restated
        on {{ reverse_etl._same(keys, 'statuses', 'restated') }} and statuses.restate_accepted = restated.n
    left join {{ name }}_ordered as restate_refused
        on {{ reverse_etl._same(keys, 'statuses', 'restate_refused') }}
        and statuses.restate_rejected = restate_refused.n
        and statuses.restate_rejected > statuses.restate_accepted
    left join {{ name }}_ordered as restate_tried
        on {{ reverse_etl._same(keys, 'statuses', 'restate_tried') }}
        and statuses.restate_unanswered = restate_tried.n
        and statuses.restate_unanswered > statuses.restate_accepted
    left join {{ name }}_ordered as adjusted
        on {{ reverse_etl._same(keys, 'statuses', 'adjusted') }} and statuses.last_adjustment = adjusted.n
)
{% endmacro %}

{#- The condition that a run is one of some. Arguments: run_seq, a column; runs, a list of numbers. -#}
{% macro _in_runs(run_seq, runs) -%}
    {%- if runs -%} {{ run_seq }} in ({{ runs | join(", ") }}) {%- else -%} 1 = 0 {%- endif -%}
{%- endmacro %}
