{#-
    What is known of each identity of a scope, as a chain of CTEs. It ends in two, whose identities differ: `plain`, those
    with one attempt that was accepted, as attempts; `folded`, all others with their state.
    Most identities are plain, and reading them costs one join; only the others need the fold.
    Arguments: tables; scope; condition, on the attempts to read.
-#}
{% macro _states(tables, scope, condition) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
recent_attempts as (
    {{ reverse_etl._attempts(tables, scope, condition=condition) }}
),

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

plain as (
    select recent.*
    from recent_attempts as recent
    left join eventful_identities as eventful on {{ reverse_etl._same(keys, 'recent', 'eventful') }}
    where eventful.conversion_name is null
)
{% endmacro %}

{#- The state of a plain attempt in the columns that a fold gives, its identity left out. -#}
{% macro _counted_columns(recent) %}
        'counted' as status,
        false as restate_in_doubt,
        false as retract_in_doubt,
        cast(null as {{ reverse_etl._type_double() }}) as restate_refused_value,
        cast(null as {{ dbt.type_string() }}) as restate_refused_currency,
        {{ recent }}.run_seq as run_seq,
        {{ recent }}.record_key as record_key,
        {{ recent }}.click_id as click_id,
        {{ recent }}.hashed_email as hashed_email,
        {{ recent }}.hashed_phone as hashed_phone,
        {{ recent }}.value as value,
        {{ recent }}.currency as currency,
        {{ recent }}.attribution_credit as attribution_credit,
        {{ recent }}.attribution_model as attribution_model,
        cast(null as {{ dbt.type_int() }}) as code,
        cast(null as {{ dbt.type_string() }}) as error_code,
        cast(null as {{ dbt.type_string() }}) as message,
        cast(null as {{ dbt.type_string() }}) as tracking_id
{%- endmacro %}

{#- Identities of a scope per status, all that were ever sent. -#}
{% macro _status_counts(tables, scope) %}
with {{ reverse_etl._states(tables, scope, '1 = 1') }}

select status, sum(identities) as identities
from (
    select 'accepted' as status, count(*) as identities from plain
    union all
    select {{ reverse_etl._status_word('status') }} as status, count(*) as identities from folded group by 1
) as counts
where identities > 0
group by status
{% endmacro %}

{#- A status as people read it, in the words of plans and runs. -#}
{% macro _status_word(status) %}
    {{- return(
        "case " ~ status ~ " when 'counted' then 'accepted' when 'refused' then 'rejected' when 'dead' then 'retracted'"
        ~ " when 'maybe' then 'maybe_taken' else " ~ status ~ " end"
    ) -}}
{% endmacro %}
