{#-
    How the state of each identity is found without folding all: those with nothing more to tell than one attempt which was
    accepted, which are most, are read by `_plain_attempts`, and only the others are folded.
-#}

{#-
    The run_seq and seq of the attempts that are no first send which was accepted, and of those that do not count.
    Arguments: tables; scope; condition, on the attempts to read.
-#}
{% macro _uneven_attempts(tables, scope, condition) %}
    select run_seq, seq
    from (
        {{ reverse_etl._attempts(tables, scope, condition=condition, with_uncounted=true,
            columns=['run_seq', 'seq', 'operation', 'first_attempt']) }}
    ) as attempts
    where not (counts and operation = 'send' and first_attempt and coalesce(outcome, '') = 'accepted')
{%- endmacro %}

{#- All attempts of the identities that have such a one. Arguments: uneven, a relation of their run_seq and seq. -#}
{% macro _eventful_attempts(tables, scope, uneven, condition) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set eventful -%}
    inner join (
        select distinct {{ reverse_etl._listed(keys, 'ledger') }}
        from {{ reverse_etl._ledger_at(tables, scope) }} as ledger
        inner join {{ uneven }} as uneven on ledger.run_seq = uneven.run_seq and ledger.seq = uneven.seq
    ) as eventful on {{ reverse_etl._same(keys, 'attempts', 'eventful') }}
{%- endset -%}
{{ reverse_etl._attempts(tables, scope, condition=condition, joined=eventful) }}
{%- endmacro %}

{#-
    The attempts that are all there is of their identity and were accepted, so that no receipt is read again. A run that was
    shut out may still write while one statement after another looks: what is above its fence is none of them either way.
    Arguments: tables, with fences; scope; eventful and uneven, relations of the attempts that the two macros above give; without,
    a select of the run_seq and seq of others to leave out (optional; one join for all lets an engine hash the few and not the
    ledger); columns, those that are read (optional). Only attempts that the two looked at may be asked for.
-#}
{% macro _plain_attempts(tables, scope, eventful, uneven, without=none, columns=none) %}
    select {{ reverse_etl._named(columns or reverse_etl._attempt_columns(scope), 'attempts') }}
    from {{ reverse_etl._ledger_at(tables, scope) }} as attempts
    left join (
        select run_seq, seq from {{ eventful }} as eventful
        union all
        select run_seq, seq from {{ uneven }} as uneven
        {%- if without %}
        union all
        {{ without }}
        {%- endif %}
    ) as left_out
        on attempts.run_seq = left_out.run_seq and attempts.seq = left_out.seq
    left join {{ tables.fences }} as fences
        on {{ reverse_etl._same(reverse_etl._scope_keys(scope) + ['run_seq'], 'attempts', 'fences') }}
    where left_out.seq is null and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)
{%- endmacro %}

{#-
    The same for all that was ever sent, as CTEs: `states` of what has more to tell, and `plain`, the attempts of the rest.
    Argument: condition, on columns of the identity, to look at fewer (optional); of `plain` its reader picks the same.
-#}
{% macro _all_states(tables, scope, condition='1 = 1') %}
{%- set tables = dict(tables, answers='answers', fences='fences') %}
answers as (
    {{ reverse_etl._answers(tables, scope) }}
),

fences as (
    {{ reverse_etl._fences(tables, scope) }}
),

uneven_attempts as (
    {{ reverse_etl._uneven_attempts(tables, scope, condition) }}
),

eventful_attempts as (
    {{ reverse_etl._eventful_attempts(tables, scope, 'uneven_attempts', condition) }}
),

states as (
    {{ reverse_etl._fold('eventful_attempts', scope) }}
),

plain as (
    {{ reverse_etl._plain_attempts(tables, scope, 'eventful_attempts', 'uneven_attempts') }}
)
{%- endmacro %}

{#- What a fold tells of an identity: its payload, its status, and what became of its corrections. -#}
{% macro _state_columns(scope) %}
    {{- return(reverse_etl._identity_columns(scope) + reverse_etl._payload_columns() + [
        'run_seq', 'status', 'lifted', 'restate_in_doubt', 'retract_in_doubt', 'retract_refused', 'may_still_arrive',
        'last_adjustment_time', 'accepted_at', 'answered_at', 'restate_tried_value', 'restate_tried_currency', 'adjusted',
        'adjusted_outcome', 'adjusted_run_seq', 'adjusted_value', 'adjusted_currency', 'restate_refused_value',
        'restate_refused_currency', 'code', 'error_code', 'message', 'tracking_id'
    ]) -}}
{% endmacro %}

{#- The same of an attempt that is all there is and was accepted. Arguments: plain, its alias; accepted_at, an expression. -#}
{% macro _state_of_plain(scope, plain, accepted_at) %}
    {%- set found = reverse_etl._identity_columns(scope) + reverse_etl._payload_columns() + ['run_seq'] -%}
    {%- set known = {'status': "'accepted'", 'last_adjustment_time': "''", 'accepted_at': accepted_at} -%}
    {%- set flags = ['lifted', 'restate_in_doubt', 'retract_in_doubt', 'retract_refused', 'may_still_arrive'] -%}
    {%- set text = reverse_etl._type_text() -%}
    {%- set types = {
        'answered_at': reverse_etl._type_time(), 'restate_tried_value': reverse_etl._type_double(),
        'adjusted_run_seq': dbt.type_bigint(), 'adjusted_value': reverse_etl._type_double(),
        'restate_refused_value': reverse_etl._type_double(), 'code': dbt.type_int(),
    } -%}
    {%- for column in reverse_etl._state_columns(scope) %}
        {% if column in found -%} {{ plain }}.{{ column }} as {{ column }}
        {%- elif column in known -%} {{ known[column] }} as {{ column }}
        {%- elif column in flags -%} false as {{ column }}
        {%- else -%} cast(null as {{ types.get(column, text) }}) as {{ column }}
        {%- endif %}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
    Identities of a scope, all that were ever sent: one row per status, and beside these one per correction which is refused
    or in doubt of what counts, or may. Columns: kind (status | correction), name, identities.
-#}
{% macro _status_counts(tables, scope) %}
with {{ reverse_etl._all_states(tables, scope) }}

select kind, name, sum(identities) as identities
from (
    select 'status' as kind, 'accepted' as name, count(*) as identities
    from plain
    union all
    select 'status' as kind, status as name, count(*) as identities
    from states
    group by 2
    {%- for name, condition in {
        'restate_refused': 'restate_refused_value is not null',
        'restate_in_doubt': 'restate_in_doubt',
        'retract_refused': 'retract_refused',
        'retract_in_doubt': 'retract_in_doubt',
    }.items() %}
    union all
    select 'correction' as kind, '{{ name }}' as name, count(*) as identities
    from states
    where status in ('accepted', 'maybe_taken') and {{ condition }}
    {%- endfor %}
) as counts
where identities > 0
group by kind, name
{% endmacro %}
