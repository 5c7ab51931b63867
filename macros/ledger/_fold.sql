{#-
    The state of each identity as a select: a fold over its attempts in the order of (run_seq, seq), never their last row
    alone. One pass: what an attempt means depends on those beside it, which windows tell, and no attempt is joined to another.
    Arguments: attempts, a relation of them; scope, or none for all of them; quiet_runs, numbers of the runs that ended so
    lately that a call of theirs could still arrive.
    Status is the first that fits: retracted (a retraction was accepted), accepted (a send was), in_doubt (a send without an
    outcome), maybe_taken (a later repeat was refused in a way that does not settle it), else what the last send got:
    rejected or deferred. A restatement or retraction without an outcome stands beside `accepted`.
    A retry is no attempt: nothing of it left, and it has no outcome. After the last refusal it lifts that one: what was
    refused is deferred, and what is maybe taken may be sent once more (`lifted`). It lifts nothing else.
-#}
{% macro _fold(attempts, scope, quiet_runs=[]) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
with numbered as (
    {{ reverse_etl._numbered_attempts(attempts, scope) }}
),

places as (
    {{ reverse_etl._places('numbered', scope) }}
),

summed as (
    select
        {{ reverse_etl._listed(keys, 'places') }},
        max(places.known_status) as known_status,
        max(case when places.retried > places.send_refused then 1 else 0 end) = 1 as lifted,
        max(places.send_accepted) as send_accepted,
        max(case when places.restate_unanswered > places.restate_accepted then 1 else 0 end) = 1 as restate_unanswered,
        max(places.retract_in_doubt) = 1 as retract_in_doubt,
        max(case when places.retract_rejected > 0 and places.retract_rejected = places.last_retract then 1 else 0 end) = 1
            as retract_refused,
        max(
            case
                when numbered.outcome is null and numbered.operation <> 'retry'
                    and {{ reverse_etl._in_runs('numbered.run_seq', quiet_runs) }} then 1 else 0
            end
        ) = 1 as may_still_arrive,
        max(numbered.adjustment_time) as last_adjustment_time,
        {%- for column in [
            'outcome', 'answered_at', 'run_seq', 'record_key', 'click_id', 'hashed_email', 'hashed_phone', 'value', 'currency',
            'attribution_credit', 'attribution_model', 'code', 'error_code', 'message', 'tracking_id'
        ] %}
        max(case when numbered.n = places.payload_from then numbered.{{ column }} end) as {{ column }},
        {%- endfor %}
        {%- for column in ['value', 'currency'] %}
        max(case when numbered.n = places.restate_accepted then numbered.{{ column }} end) as restated_{{ column }},
        {%- for kind in ['rejected', 'unanswered'] %}
        max(
            case
                when numbered.n = places.restate_{{ kind }} and numbered.n > places.restate_accepted then numbered.{{ column }}
            end
        ) as restate_{{ kind }}_{{ column }},
        {%- endfor %}
        {%- endfor %}
        {%- for column in ['operation', 'outcome', 'run_seq', 'value', 'currency', 'code', 'error_code', 'message', 'tracking_id'] %}
        max(case when numbered.n = places.last_adjustment then numbered.{{ column }} end) as adjusted_{{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from numbered
    inner join places on {{ reverse_etl._same(keys, 'numbered', 'places') }}
    group by {{ reverse_etl._listed(keys, 'places') }}
)

select
    {{ reverse_etl._listed(keys) }},
    coalesce(known_status, case when outcome = 'deferred' or lifted then 'deferred' else 'rejected' end) as status,
    coalesce(known_status, '') = 'maybe_taken' and lifted as lifted,
    coalesce(known_status, '') = 'accepted' and restate_unanswered as restate_in_doubt,
    retract_in_doubt,
    retract_refused,
    may_still_arrive,
    last_adjustment_time,
    case when send_accepted is not null then answered_at end as accepted_at,
    answered_at,
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
from summed
{% endmacro %}

{#- As `_fold`, and of each identity only whether it counts or may, and whether a call of it is in doubt. -#}
{% macro _brief_fold(attempts, scope) %}
with numbered as (
    {{ reverse_etl._numbered_attempts(attempts, scope) }}
)

{{ reverse_etl._places('numbered', scope) }}
{% endmacro %}

{#- Each attempt with its place n among those of its identity. One that was inserted twice counts once. -#}
{% macro _numbered_attempts(attempts, scope) %}
    select
        attempts.*,
        row_number() over (partition by {{ reverse_etl._listed(reverse_etl._identity_columns(scope)) }} order by run_seq, seq) as n
    from (
        select
            attempts.*,
            row_number() over (partition by {{ reverse_etl._listed(reverse_etl._scope_keys(scope) + ['run_seq', 'seq']) }} order by batch) as written
        from {{ attempts }} as attempts
    ) as attempts
    where written = 1
{%- endmacro %}

{#-
    Of each identity the places of the attempts that decide, 0 where there is none (of the first accepted send: null), and what
    these say: known_status; retract_in_doubt, that a retraction got no outcome and nothing since says what became of it; and
    payload_from, the place of the attempt that the payload is taken from.
-#}
{% macro _places(numbered, scope) %}
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
} %}
    select
        last_places.*,
        case
            when retract_accepted > 0 then 'retracted'
            when send_accepted is not null then 'accepted'
            when send_unanswered > send_unsettled and send_unanswered > send_settled then 'in_doubt'
            when send_unsettled > send_settled then 'maybe_taken'
        end as known_status,
        case when retract_accepted = 0 and retract_unanswered > retract_settled then 1 else 0 end as retract_in_doubt,
        case
            when send_accepted is not null then send_accepted
            when send_unanswered > send_unsettled and send_unanswered > send_settled then send_unanswered
            -- lifted, the last repeat tells, of the same bytes: it may have been put off since
            when send_unsettled > send_settled and retried > send_refused then last_send
            when send_unsettled > send_settled then send_unsettled
            else last_send
        end as payload_from
    from (
        select
            {{ reverse_etl._listed(keys) }},
            {%- for place, condition in last.items() %}
            max(case when {{ condition }} then n else 0 end) as {{ place }},
            {%- endfor %}
            min(case when {{ sends }} and outcome = 'accepted' then n end) as send_accepted
        from {{ numbered }} as numbered
        group by {{ reverse_etl._listed(keys) }}
    ) as last_places
{%- endmacro %}

{#- The condition that a run is one of some. Arguments: run_seq, a column; runs, a list of numbers. -#}
{% macro _in_runs(run_seq, runs) -%}
    {%- if runs -%} {{ run_seq }} in ({{ runs | join(", ") }}) {%- else -%} 1 = 0 {%- endif -%}
{%- endmacro %}
