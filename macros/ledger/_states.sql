{#-
    What is known of each identity of a scope, as a chain of CTEs that ends in `folded`: the state of each that has more
    to tell than one attempt which was accepted. Those with nothing more, which are most, are read by `_plain`: they need
    no fold, and no CTE holds them, since an engine would keep it for its several readers.
    Arguments: tables; scope; condition, on the attempts to read.
-#}
{% macro _states(tables, scope, condition) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set is_plain = "operation = 'send' and first_attempt and coalesce(outcome, '') = 'accepted'" -%}
eventful_identities as (
    select distinct
        ledger.conversion_name,
        {{ reverse_etl._identity_keys('ledger.click_id', 'ledger.hashed_email', 'ledger.hashed_phone') }},
        ledger.conversion_time
    from {{ tables.ledger }} as ledger
    inner join (
        select
            run_seq,
            seq
        from (
            {{ reverse_etl._attempts(tables, scope, condition=condition) }}
        ) as attempts
        where not ({{ is_plain }})
    ) as eventful
        on ledger.run_seq = eventful.run_seq and ledger.seq = eventful.seq
    where {{ reverse_etl._in_scope(scope, 'ledger') }}
),

eventful_attempts as (
    {{ reverse_etl._attempts(tables, scope, condition=condition, joined=(
        "inner join eventful_identities as eventful on " ~ reverse_etl._same(keys, 'attempts', 'eventful')
    )) }}
),

{{ reverse_etl._fold('folded', 'eventful_attempts', scope) }}
{% endmacro %}

{#-
    The attempts that are all there is of their identity and were accepted, beside the CTEs of `_states`.
    Arguments: tables; scope; condition, on the attempts to read, within that of `_states`.
-#}
{% macro _plain(tables, scope, condition) %}
    {{- reverse_etl._attempts(tables, scope, condition=condition ~ " and eventful.seq is null", joined=(
        "left join (select distinct run_seq, seq from eventful_attempts) as eventful"
        ~ " on attempts.run_seq = eventful.run_seq and attempts.seq = eventful.seq"
    )) }}
{%- endmacro %}

{#- The state of a plain attempt in the columns that a fold gives, its identity left out. -#}
{% macro _counted_columns(recent) %}
        'counted' as status,
        false as lifted,
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
    select 'accepted' as status, count(*) as identities from ({{ reverse_etl._plain(tables, scope, '1 = 1') }}) as plain
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
