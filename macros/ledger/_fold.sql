{#-
    The state of each identity as a select: a fold over its attempts in the order of (run_seq, seq), never their last row
    alone. What an attempt means depends on those beside it: `_places` finds the attempts that decide, and what is shown of
    them is read there.
    Arguments: attempts, a relation of them; scope, or none for all of them; quiet_runs, numbers of the runs that ended so
    lately that a call of theirs could still arrive.
    Status is the first that fits: retracted (a retraction was accepted), accepted (a send was), in_doubt (a send without an
    outcome), maybe_taken (a later repeat was refused in a way that does not settle it), else what the last send got:
    rejected or deferred. A restatement or retraction without an outcome stands beside `accepted`.
    A retry is no attempt: nothing of it left, and it has no outcome. After the last refusal it lifts that one: what was
    refused is deferred, what is maybe taken may be sent once more (`lifted`), and a correction may go again.
-#}
{% macro _fold(attempts, scope, quiet_runs=[]) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
with once as (
    {{ reverse_etl._attempts_once(attempts, scope) }}
),

places as (
    {{ reverse_etl._places('once', scope, quiet_runs) }}
)

select
    {{ reverse_etl._named(keys, 'places') }},
    coalesce(
        places.known_status, case when payload.outcome = 'deferred' or places.lifted then 'deferred' else 'rejected' end
    ) as status,
    coalesce(places.known_status, '') = 'maybe_taken' and places.lifted as lifted,
    coalesce(places.known_status, '') = 'accepted' and places.restate_unanswered > places.restate_accepted as restate_in_doubt,
    places.retract_in_doubt as retract_in_doubt,
    places.retract_rejected > places.retried and places.retract_rejected = places.last_retract as retract_refused,
    {{ reverse_etl._named(['may_still_arrive', 'last_adjustment_time'], 'places') }},
    case when places.send_accepted > 0 then payload.answered_at end as accepted_at,
    payload.answered_at as answered_at,
    unanswered.value as restate_tried_value,
    unanswered.currency as restate_tried_currency,
    adjusted.operation as adjusted,
    adjusted.outcome as adjusted_outcome,
    adjusted.run_seq as adjusted_run_seq,
    adjusted.value as adjusted_value,
    adjusted.currency as adjusted_currency,
    rejected.value as restate_refused_value,
    rejected.currency as restate_refused_currency,
    {{ reverse_etl._named(['run_seq', 'record_key', 'click_id', 'hashed_email', 'hashed_phone'], 'payload') }},
    coalesce(restated.value, payload.value) as value,
    coalesce(restated.currency, payload.currency) as currency,
    {{ reverse_etl._named(['attribution_credit', 'attribution_model'], 'payload') }},
    -- what keeps a conversion that counts from being corrected is the refusal of the correction
    {%- for column in ['code', 'error_code', 'message', 'tracking_id'] %}
    case when places.send_accepted > 0 then adjusted.{{ column }} else payload.{{ column }} end as {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
from places
inner join once as payload on {{ reverse_etl._at_place('payload', 'payload_from', scope) }}
left join once as restated on {{ reverse_etl._at_place('restated', 'restate_accepted', scope) }}
left join once as rejected
    on {{ reverse_etl._at_place('rejected', 'restate_rejected', scope) }}
    and places.restate_rejected > places.restate_accepted and places.restate_rejected > places.retried
left join once as unanswered
    on {{ reverse_etl._at_place('unanswered', 'restate_unanswered', scope) }} and places.restate_unanswered > places.restate_accepted
left join once as adjusted on {{ reverse_etl._at_place('adjusted', 'last_adjustment', scope) }}
{% endmacro %}

{#- As `_fold`, and of each identity only whether it counts or may, and whether a call of it is in doubt. -#}
{% macro _brief_fold(attempts, scope) %}
with once as (
    {{ reverse_etl._attempts_once(attempts, scope) }}
)

{{ reverse_etl._places('once', scope, brief=true) }}
{% endmacro %}

{#-
    The attempts, of which one that was inserted twice counts once; with the place of each, a number that orders those of a
    scope: no run has 10^12 rows.
-#}
{% macro _attempts_once(attempts, scope) %}
{%- set numbers = reverse_etl._listed(reverse_etl._scope_keys(scope) + ['run_seq', 'seq']) %}
    select
        attempts.*,
        run_seq * 1000000000000 + seq as place
    from (
        select
            attempts.*,
            row_number() over (partition by {{ numbers }} order by batch) as written
        from {{ attempts }} as attempts
    ) as attempts
    where written = 1
{%- endmacro %}

{#- The condition that an attempt stands at a place of its identity. Arguments: attempt, an alias; place, a column of `places`. -#}
{% macro _at_place(attempt, place, scope) %}
    {%- set conditions = ["places." ~ place ~ " = " ~ attempt ~ ".place"] -%}
    {%- set scope_keys = reverse_etl._scope_keys(scope) -%}
    {%- if scope_keys -%} {%- do conditions.append(reverse_etl._same(scope_keys, 'places', attempt)) -%} {%- endif -%}
    {{- return(conditions | join(" and ")) -}}
{% endmacro %}

{#-
    Of each identity the places of the attempts that decide, 0 where there is none, and what these say: known_status (null:
    neither taken nor perhaps); retract_in_doubt, that a retraction got no outcome and nothing since says what became of it;
    lifted, that a retry came after the last refusal; and payload_from, the place of the attempt that the payload is taken from.
-#}
{% macro _places(attempts, scope, quiet_runs=[], brief=false) %}
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
{%- set decide = ['send_unanswered', 'send_unsettled', 'send_settled', 'retract_accepted', 'retract_unanswered', 'retract_settled'] %}
    select
        last_places.*,
        case
            when retract_accepted > 0 then 'retracted'
            when send_accepted > 0 then 'accepted'
            when send_unanswered > send_unsettled and send_unanswered > send_settled then 'in_doubt'
            when send_unsettled > send_settled then 'maybe_taken'
        end as known_status,
        retract_accepted = 0 and retract_unanswered > retract_settled as retract_in_doubt
        {%- if not brief %},
        retried > send_refused as lifted,
        case
            when send_accepted > 0 then send_accepted
            when send_unanswered > send_unsettled and send_unanswered > send_settled then send_unanswered
            -- lifted, the last repeat tells, of the same bytes: it may have been put off since
            when send_unsettled > send_settled and retried <= send_refused then send_unsettled
            else last_send
        end as payload_from
        {%- endif %}
    from (
        select
            {{ reverse_etl._listed(keys) }},
            {%- for place, condition in last.items() if not brief or place in decide %}
            max(case when {{ condition }} then place else 0 end) as {{ place }},
            {%- endfor %}
            coalesce(min(case when {{ sends }} and outcome = 'accepted' then place end), 0) as send_accepted
            {%- if not brief %},
            max(
                case
                    when outcome is null and operation <> 'retry' and {{ reverse_etl._in_runs('run_seq', quiet_runs) }} then 1
                    else 0
                end
            ) = 1 as may_still_arrive,
            max(adjustment_time) as last_adjustment_time
            {%- endif %}
        from {{ attempts }} as attempts
        group by {{ reverse_etl._listed(keys) }}
    ) as last_places
{%- endmacro %}

{#- The condition that a run is one of some. Arguments: run_seq, a column; runs, a list of numbers. -#}
{% macro _in_runs(run_seq, runs) -%}
    {%- if runs -%} {{ run_seq }} in ({{ runs | join(", ") }}) {%- else -%} 1 = 0 {%- endif -%}
{%- endmacro %}
