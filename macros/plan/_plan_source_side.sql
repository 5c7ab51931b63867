{#-
    The CTE `judged`: a verdict on each source row that is valid and stands for its identity, before the other
    conversions of its key have a say.
    A verdict is `class:reason:operation`; the operation is blank where nothing is sent, and `repeat` is a send of what may
    have been taken, byte for byte.
    Arguments: scope, run_seq, now, adjustments, delay_hours as for the plan.
-#}
{% macro _plan_source_side(scope, run_seq, now, adjustments, delay_hours) %}
{%- set this_run = reverse_etl._literal(run_seq if run_seq is not none else -1) -%}
{%- set restates, retracts = 'restate' in adjustments, 'retract' in adjustments -%}
judged as (
    select
        compared.*,
        case
            when status = 'in_doubt' then
                case
                    when expired_reasons <> '' then 'expired:in_doubt_too_old:'
                    when run_seq = {{ this_run }} then 'in_doubt:unanswered_this_run:'
                    else 'in_doubt::repeat'
                end
            when status = 'counted' then
                case
                    {{ reverse_etl._tried_this_run(this_run) }}
                    when retract_in_doubt then {{ reverse_etl._completed_retract(retracts) }}
                    when restate_in_doubt and (expired_reasons <> '' or source_value is null) then 'held:restate_in_doubt:'
                    when restate_in_doubt then
                        {%- if restates %}
                        case when may_still_arrive then 'waiting:quiet:' else 'restate:restate_in_doubt:restate' end
                        {%- else %} 'held:restate_in_doubt:' {%- endif %}
                    when not same_attribution then 'held:attribution_changed:'
                    when not same_value and source_value is null then 'held:value_missing:'
                    when not same_value and expired_reasons <> '' then 'expired::'
                    when not same_value and source_value = restate_refused_value and source_currency = restate_refused_currency
                        then 'held:rejected_unchanged:'
                    when not same_value then
                        {%- if restates %}
                        case
                            when {{ reverse_etl._accepted_recently(now, delay_hours) }} then 'waiting:accepted_recently:'
                            when may_still_arrive then 'waiting:quiet:'
                            else 'restate:value_changed:restate'
                        end
                        {%- else %} 'held:value_changed:' {%- endif %}
                    when run_seq = {{ this_run }} then 'accepted::'
                    when not same_hashes then 'unchanged:hashes_differ:'
                    else 'unchanged::'
                end
            when expired_reasons <> '' then 'expired::'
            when status = 'dead' then 'held:retracted:'
            when status = 'maybe' and adjusted_run_seq = {{ this_run }} then
                case
                    {{ reverse_etl._tried_this_run(this_run) }}
                    else 'held:maybe_taken:'
                end
            {%- if retracts %}
            when status = 'maybe' and retract_in_doubt then {{ reverse_etl._completed_retract(true) }}
            {%- endif %}
            when status = 'maybe' and not lifted then 'held:maybe_taken:'
            when status = 'refused' and same_value and same_attribution and same_hashes
                then case when run_seq = {{ this_run }} then 'rejected::' else 'held:rejected_unchanged:' end
            when status in ('deferred', 'maybe') and run_seq = {{ this_run }} then 'deferred:deferred_this_run:'
            when waiting_reasons <> '' then 'waiting::'
            when status = 'deferred' then 'deferred::send'
            when status = 'maybe' then 'deferred::repeat'
            else 'new::send'
        end as verdict
    from compared
    where in_source
)
{% endmacro %}

{#- What became of a correction that the run itself has tried, where the row still says the same. -#}
{% macro _tried_this_run(this_run) %}
                    when adjusted_run_seq = {{ this_run }}
                        and (
                            adjusted = 'retract'
                            or (
                                {{ reverse_etl._same_number('source_value', 'adjusted_value') }}
                                and source_currency = adjusted_currency
                            )
                        )
                        and (coalesce(adjusted_outcome, '') <> 'accepted' or (same_value and same_attribution and not restate_in_doubt))
                        then case
                            when adjusted_outcome is null then 'in_doubt:unanswered_this_run:'
                            when adjusted_outcome = 'deferred' then 'deferred:deferred_this_run:'
                            when adjusted_outcome = 'accepted' then 'accepted:restated:'
                            when adjusted = 'restate' and restate_in_doubt then 'held:restate_in_doubt:'
                            else 'rejected::'
                        end
{%- endmacro %}

{#- The row came back while its retraction was in doubt: that is completed and shown. -#}
{% macro _completed_retract(allowed) %}
    {%- if not allowed -%}
        'held:retract_in_doubt:'
    {%- else -%}
        case
            when expired_reasons <> '' then 'held:retract_in_doubt:'
            when may_still_arrive then 'waiting:quiet:'
            else 'retract:retract_in_doubt:retract'
        end
    {%- endif -%}
{% endmacro %}
