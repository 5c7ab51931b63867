{#-
    The state of each identity of a scope as a chain of CTEs that ends in `known`.
    Arguments: tables; scope; condition, on the attempts to read.
-#}
{% macro _known(tables, scope, condition) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
recent_attempts as (
    {{ reverse_etl._attempts(tables, scope, condition=condition) }}
),

-- most identities have one attempt, accepted; only the others need the fold
eventful_identities as (
    select distinct {{ reverse_etl._listed(keys) }}
    from recent_attempts
    where not (operation = 'send' and first_attempt and coalesce(outcome, '') = 'accepted')
),

eventful_attempts as (
    select recent.*
    from recent_attempts as recent
    inner join eventful_identities as eventful on {{ reverse_etl._same(keys, 'recent', 'eventful') }}
),

{{ reverse_etl._fold('folded', 'eventful_attempts', scope) }},

known as (
    select
        {{ reverse_etl._listed(keys, 'recent') }},
        'counted' as status,
        false as restate_in_doubt,
        false as retract_in_doubt,
        recent.run_seq,
        recent.click_id,
        recent.hashed_email,
        recent.hashed_phone,
        recent.record_key,
        recent.value,
        recent.currency,
        recent.attribution_credit,
        recent.attribution_model,
        recent.code,
        recent.error_code,
        recent.message,
        recent.tracking_id
    from recent_attempts as recent
    left join eventful_identities as eventful on {{ reverse_etl._same(keys, 'recent', 'eventful') }}
    where eventful.conversion_name is null
    union all
    select * from folded
)
{% endmacro %}

{#- Identities of a scope per status, as far as the conversions reach back that Microsoft still takes. -#}
{% macro _status_counts(tables, scope, now) %}
with {{ reverse_etl._known(tables, scope, "attempts.conversion_time >= " ~ reverse_etl._literal(reverse_etl._days_before(now, 90))) }}

select status, count(*) as identities
from known
group by status
{% endmacro %}
