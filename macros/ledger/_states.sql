{#-
    What is known of each identity of a scope, as a chain of CTEs that ends in `folded`: the state of each that has more
    to tell than one attempt which was accepted. Those with nothing more, which are most, are read by `_plain`: they need
    no fold, and no CTE holds them, since an engine would keep it for its several readers.
    Arguments: tables; scope; condition, on the attempts to read; quiet_runs as for the fold.
-#}
{% macro _states(tables, scope, condition, quiet_runs=[]) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set is_plain = "operation = 'send' and first_attempt and coalesce(outcome, '') = 'accepted'" -%}
-- the attempts that are no first send which was accepted, and those that do not count: receipts are read for all of the
-- ledger here only
uneven_attempts as (
    select run_seq, seq
    from (
        {{ reverse_etl._attempts(tables, scope, condition=condition, with_uncounted=true) }}
    ) as attempts
    where not (counts and {{ is_plain }})
),

eventful_identities as (
    select distinct
        ledger.conversion_name,
        {{ reverse_etl._identifier_key('ledger.click_id', 'ledger.hashed_email', 'ledger.hashed_phone') }} as identifier_key,
        ledger.conversion_time
    from {{ tables.ledger }} as ledger
    inner join uneven_attempts as uneven on ledger.run_seq = uneven.run_seq and ledger.seq = uneven.seq
    where {{ reverse_etl._in_scope(scope, 'ledger') }}
),

eventful_attempts as (
    {{ reverse_etl._attempts(tables, scope, condition=condition, joined=(
        "inner join eventful_identities as eventful on " ~ reverse_etl._same(keys, 'attempts', 'eventful')
    )) }}
),

{{ reverse_etl._fold('folded', 'eventful_attempts', scope, quiet_runs) }}
{% endmacro %}

{#-
    The attempts that are all there is of their identity and were accepted, beside the CTEs of `_states`: what these leave
    over, so that no receipt is read again.
    Arguments: tables; scope; condition, on the attempts to read, within that of `_states`; without, a select of the
    run_seq and seq of others to leave out (optional; one join for both lets an engine hash the few and not the ledger).
-#}
{% macro _plain(tables, scope, condition, without=none) %}
    select attempts.*
    from (
        {{ reverse_etl._ledger_rows(tables, scope) }}
    ) as attempts
    left join (
        select run_seq, seq from eventful_attempts
        union all
        select run_seq, seq from uneven_attempts
        {%- if without %}
        union all
        {{ without }}
        {%- endif %}
    ) as left_out
        on attempts.run_seq = left_out.run_seq and attempts.seq = left_out.seq
    where left_out.seq is null and ({{ condition }})
{%- endmacro %}

{#- The state of a plain attempt in the columns that a fold gives, its identity left out. -#}
{% macro _counted_columns(recent) %}
        'counted' as status,
        false as lifted,
        false as restate_in_doubt,
        false as retract_in_doubt,
        false as retract_refused,
        false as may_still_arrive,
        '' as last_adjustment_time,
        {{ recent }}.accepted_at as accepted_at,
        cast(null as {{ dbt.type_timestamp() }}) as told_at,
        cast(null as {{ reverse_etl._type_double() }}) as restate_tried_value,
        cast(null as {{ dbt.type_string() }}) as restate_tried_currency,
        cast(null as {{ dbt.type_string() }}) as adjusted,
        cast(null as {{ dbt.type_string() }}) as adjusted_outcome,
        cast(null as {{ dbt.type_bigint() }}) as adjusted_run_seq,
        cast(null as {{ reverse_etl._type_double() }}) as adjusted_value,
        cast(null as {{ dbt.type_string() }}) as adjusted_currency,
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

{#-
    Identities of a scope, all that were ever sent: one row per status, and beside these one per correction which is refused
    or in doubt of what counts, or may. Columns: kind (status | correction), name, identities.
-#}
{% macro _status_counts(tables, scope) %}
with {{ reverse_etl._states(tables, scope, '1 = 1') }}

select kind, name, sum(identities) as identities
from (
    select 'status' as kind, 'accepted' as name, count(*) as identities
    from ({{ reverse_etl._plain(tables, scope, '1 = 1') }}) as plain
    union all
    select 'status' as kind, {{ reverse_etl._status_word('status') }} as name, count(*) as identities
    from folded
    group by 2
    {%- for name, condition in {
        'restate_refused': 'restate_refused_value is not null',
        'restate_in_doubt': 'restate_in_doubt',
        'retract_refused': 'retract_refused',
        'retract_in_doubt': 'retract_in_doubt',
    }.items() %}
    union all
    select 'correction' as kind, '{{ name }}' as name, count(*) as identities
    from folded
    where status in ('counted', 'maybe') and {{ condition }}
    {%- endfor %}
) as counts
where identities > 0
group by kind, name
{% endmacro %}

{#- A status as people read it, in the words of plans and runs. -#}
{% macro _status_word(status) %}
    {{- return(
        "case " ~ status ~ " when 'counted' then 'accepted' when 'refused' then 'rejected' when 'dead' then 'retracted'"
        ~ " when 'maybe' then 'maybe_taken' else " ~ status ~ " end"
    ) -}}
{% endmacro %}
