{#-
    The state of each identity as a chain of CTEs that ends in one named `name`: a fold over its attempts in the
    order of (run_seq, seq), never their last row alone. One pass: what an attempt means depends on those beside it, which
    windows tell, and no attempt is joined to another.
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
{{ reverse_etl._marked_attempts(name, attempts, scope, quiet_runs) }},

{{ name }}_told as (
    select
        {{ reverse_etl._listed(keys) }},
        max(marked.known_status) as known_status,
        max(case when marked.lifted then 1 else 0 end) = 1 as lifted,
        max(marked.send_accepted) as send_accepted,
        max(case when marked.restate_unanswered > marked.restate_accepted then 1 else 0 end) = 1 as restate_unanswered,
        max(case when {{ reverse_etl._retract_in_doubt('marked') }} then 1 else 0 end) = 1 as retract_in_doubt,
        max(case when marked.retract_rejected > 0 and marked.retract_rejected = marked.last_retract then 1 else 0 end) = 1
            as retract_refused,
        max(marked.may_still_arrive) = 1 as may_still_arrive,
        max(marked.adjustment_time) as last_adjustment_time,
        {%- for column in [
            'outcome', 'answered_at', 'run_seq', 'record_key', 'click_id', 'hashed_email', 'hashed_phone', 'value', 'currency',
            'attribution_credit', 'attribution_model', 'code', 'error_code', 'message', 'tracking_id'
        ] %}
        max(case when marked.n = marked.told_by then marked.{{ column }} end) as {{ column }},
        {%- endfor %}
        {%- for column in ['value', 'currency'] %}
        max(case when marked.n = marked.restate_accepted then marked.{{ column }} end) as restated_{{ column }},
        {%- for kind in ['rejected', 'unanswered'] %}
        max(
            case when marked.n = marked.restate_{{ kind }} and marked.n > marked.restate_accepted then marked.{{ column }} end
        ) as restate_{{ kind }}_{{ column }},
        {%- endfor %}
        {%- endfor %}
        {%- for column in ['operation', 'outcome', 'run_seq', 'value', 'currency', 'code', 'error_code', 'message', 'tracking_id'] %}
        max(case when marked.n = marked.last_adjustment then marked.{{ column }} end) as adjusted_{{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ name }}_marked as marked
    group by {{ reverse_etl._listed(keys) }}
),

{{ name }} as (
    select
        {{ reverse_etl._listed(keys) }},
        coalesce(known_status, case when outcome = 'deferred' or lifted then 'deferred' else 'refused' end) as status,
        coalesce(known_status, '') = 'maybe' and lifted as lifted,
        coalesce(known_status, '') = 'counted' and restate_unanswered as restate_in_doubt,
        retract_in_doubt,
        retract_refused,
        may_still_arrive,
        last_adjustment_time,
        case when send_accepted is not null then answered_at end as accepted_at,
        answered_at as told_at,
        restate_unanswered_value as restate_tried_value,
        restate_unanswered_currency as restate_tried_currency,
        adjusted_operation as adjusted,
        adjusted_outcome,
        adjusted_run_seq,
        adjusted_value,
        adjusted_currency,
        restate_rejected_value as restate_refused_value,
        restate_rejected_currency as restate_refused_currency,
        run_seq,
        record_key,
        click_id,
        hashed_email,
        hashed_phone,
        coalesce(restated_value, value) as value,
        coalesce(restated_currency, currency) as currency,
        attribution_credit,
        attribution_model,
        {%- for column in ['code', 'error_code', 'message', 'tracking_id'] %}
        -- what keeps a conversion that counts from being corrected is the refusal of the correction
        case when send_accepted is not null then adjusted_{{ column }} else {{ column }} end as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ name }}_told as told
)
{% endmacro %}

{#- As `_fold`, and of each identity only whether it counts or may, and whether a call of it is in doubt. -#}
{% macro _brief_fold(name, attempts, scope) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{{ reverse_etl._marked_attempts(name, attempts, scope, []) }},

{{ name }} as (
    select
        {{ reverse_etl._listed(keys) }},
        coalesce(max(marked.known_status), '') as known_status,
        max(case when {{ reverse_etl._retract_in_doubt('marked') }} then 1 else 0 end) = 1 as retract_in_doubt
    from {{ name }}_marked as marked
    group by {{ reverse_etl._listed(keys) }}
)
{% endmacro %}

{#-
    The CTEs up to `{name}_marked`: each attempt with its place n among those of its identity, the places that decide about
    all of them, and what these say: known_status, lifted and told_by, the place of the attempt that tells the payload.
-#}
{% macro _marked_attempts(name, attempts, scope, quiet_runs) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set sends, restates, retracts = "operation = 'send'", "operation = 'restate'", "operation = 'retract'" -%}
{%- set last = {
    'last_send': sends,
    'send_unanswered': sends ~ " and outcome is null",
    'send_unsettled': sends ~ " and outcome = 'rejected' and settles = 0",
    'send_settled': sends ~ " and outcome in ('rejected', 'deferred') and settles = 1",
    'send_refused': sends ~ " and outcome = 'rejected'",
    'retried': "operation = 'retry'",
    'restate_accepted': restates ~ " and outcome = 'accepted'",
    'restate_unanswered': restates ~ " and outcome is null",
    'restate_rejected': restates ~ " and outcome = 'rejected'",
    'retract_accepted': retracts ~ " and outcome = 'accepted'",
    'retract_unanswered': retracts ~ " and outcome is null",
    'retract_settled': retracts ~ " and outcome = 'rejected' and settles = 1",
    'last_retract': retracts,
    'retract_rejected': retracts ~ " and outcome = 'rejected'",
    'last_adjustment': "operation in ('restate', 'retract')",
} -%}
{{ name }}_numbered as (
    select
        attempts.*,
        row_number() over (partition by {{ reverse_etl._listed(keys) }} order by run_seq, seq) as n
    from (
        -- an attempt that was inserted twice counts once
        select
            *,
            row_number() over (partition by {{ (reverse_etl._scope_keys(scope) + ['run_seq', 'seq']) | join(', ') }} order by batch) as written
        from {{ attempts }}
    ) as attempts
    where written = 1
),

{{ name }}_marked as (
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
    from (
        select
            numbered.*,
            {%- for mark, condition in last.items() %}
            max(case when {{ condition }} then n else 0 end) over (partition by {{ reverse_etl._listed(keys) }}) as {{ mark }},
            {%- endfor %}
            min(case when {{ sends }} and outcome = 'accepted' then n end) over (partition by {{ reverse_etl._listed(keys) }})
                as send_accepted,
            case when {{ reverse_etl._in_runs('run_seq', quiet_runs) }} and outcome is null and operation <> 'retry' then 1 else 0 end
                as may_still_arrive
        from {{ name }}_numbered as numbered
    ) as marks
)
{% endmacro %}

{#- The condition that a retraction got no outcome, and nothing since says what became of it. Arguments: marked, an alias. -#}
{% macro _retract_in_doubt(marked) -%}
    coalesce({{ marked }}.known_status, '') <> 'dead' and {{ marked }}.retract_unanswered > {{ marked }}.retract_settled
{%- endmacro %}

{#- The condition that a run is one of some. Arguments: run_seq, a column; runs, a list of numbers. -#}
{% macro _in_runs(run_seq, runs) -%}
    {%- if runs -%} {{ run_seq }} in ({{ runs | join(", ") }}) {%- else -%} 1 = 0 {%- endif -%}
{%- endmacro %}
