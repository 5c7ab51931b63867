{#-
    The steps of the plan that look at what else was ever sent under a key, however old. While anything of a key is in doubt
    nothing else of it goes, and what takes the place of a conversion goes after that is retracted.
    Arguments of each: as for the steps of the source.
-#}

{#-
    A row is a conversion of which something would be sent and a key to look under: a send under that of its row, a
    correction under every one that its conversion went under.
-#}
{% macro _step_candidates(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
{%- if plan.adjustments -%}
with corrected as (
    {%- for decisions in [at.source_decisions, at.ledger_decisions] %}
    select {{ reverse_etl._listed(keys) }}, reason, operation
    from {{ decisions }} as decisions
    where operation in ('restate', 'retract')
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

corrected_attempts as (
    {{ reverse_etl._attempts(reverse_etl._tables_at(plan, at), plan.scope, joined=(
        "inner join corrected on " ~ reverse_etl._same(keys, 'attempts', 'corrected')
    ), columns=keys + ['record_key']) }}
)
{% endif %}
select
    {{ reverse_etl._listed(keys) }},
    source_record_key as record_key,
    reason,
    operation
from {{ at.source_decisions }} as decisions
where source_record_key <> '' and class in ('new', 'deferred') and operation in ('send', 'repeat')
{%- if plan.adjustments %}
union all
select distinct
    {{ reverse_etl._listed(keys, 'corrected') }},
    attempts.record_key,
    corrected.reason,
    corrected.operation
from corrected
inner join corrected_attempts as attempts on {{ reverse_etl._same(keys, 'corrected', 'attempts') }}
where attempts.record_key <> ''
{%- endif %}
{% endmacro %}

{#- A row is an attempt of a conversion that ever went under one of these keys. Few are found, and often none. -#}
{% macro _step_key_attempts(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
with keyed as (
    select distinct
        {{ reverse_etl._listed(keys, 'ledger') }}
    from {{ at.ledger_rows }} as ledger
    inner join (
        -- what is wide is read for few
        select named.run_seq, named.seq
        from {{ at.ledger_rows }} as named
        inner join (select distinct record_key from {{ at.candidates }} as candidates) as candidates
            on named.record_key = candidates.record_key
    ) as numbers
        on ledger.run_seq = numbers.run_seq and ledger.seq = numbers.seq
)

{{ reverse_etl._attempts(reverse_etl._tables_at(plan, at), plan.scope, joined=(
    "inner join keyed on " ~ reverse_etl._same(keys, 'attempts', 'keyed')
), columns=keys + ['record_key', 'run_seq', 'seq', 'batch', 'operation']) }}
{% endmacro %}

{#- A row is such a conversion with what is in doubt of it, and whether it counts or may. -#}
{% macro _step_key_states(plan, at) %}
{{ reverse_etl._brief_fold(at.key_attempts, plan.scope) }}
{% endmacro %}

{#-
    A row is a conversion of which nothing goes now, because of another one under one of its keys; with the reason, and
    `is_replacement`: all that keeps it back is retracted by this plan, and it goes in the next round of the same push. What would
    be retracted for such a replacement stays where none goes under its key.
-#}
{% macro _step_held_by_kin(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
with went_under as (
    select distinct {{ reverse_etl._listed(keys) }}, record_key
    from {{ at.key_attempts }} as attempts
),

-- what stands in the source as the row of another key
stands_elsewhere as (
    select distinct {{ reverse_etl._listed(keys + ['record_key'], 'went_under') }}
    from went_under
    inner join {{ at.keyed_rows if not plan.elsewhere else reverse_etl._rows_of_all(keys, at) }} as source_rows
        on {{ reverse_etl._same(keys, 'went_under', 'source_rows') }}
    where went_under.record_key <> source_rows.record_key
),

kin as (
    select
        {{ reverse_etl._named(keys + ['record_key'], 'went_under') }},
        coalesce(states.known_status = 'in_doubt', false) as send_in_doubt,
        states.retract_in_doubt as retract_in_doubt,
        coalesce(states.known_status in ('accepted', 'maybe_taken'), false) and elsewhere.conversion_name is null as has_the_key
    from went_under
    inner join {{ at.key_states }} as states on {{ reverse_etl._same(keys, 'went_under', 'states') }}
    left join stands_elsewhere as elsewhere on {{ reverse_etl._same(keys + ['record_key'], 'went_under', 'elsewhere') }}
),

holds as (
    select
        {{ reverse_etl._named(keys + ['record_key'], 'candidates') }},
        {%- for column in keys %}
        kin.{{ column }} as kin_{{ column }},
        {%- endfor %}
        case
            -- a retraction in doubt is repeated beside others like it
            when
                kin.send_in_doubt
                or (kin.retract_in_doubt and not (candidates.operation = 'retract' and candidates.reason = 'retract_in_doubt'))
                then 2
            -- what only swapped keys with another row is a conversion of its own
            when kin.has_the_key and candidates.operation not in ('restate', 'retract') then 1
            else 0
        end as hold,
        {{ "taken.conversion_name is not null" if plan.elsewhere else "false" }} as is_elsewhere
    from {{ at.candidates }} as candidates
    inner join kin
        on candidates.record_key = kin.record_key
        and not ({{ reverse_etl._same(keys, 'candidates', 'kin') }})
    {%- if plan.elsewhere %}
    left join (
        select distinct {{ reverse_etl._listed(keys) }}
        from (
            select {{ reverse_etl._listed(keys) }} from {{ at.states_elsewhere }} as states_elsewhere
            union all
            select {{ reverse_etl._listed(keys) }} from {{ at.rows_elsewhere }} as rows_elsewhere
        ) as found
    ) as taken
        on {{ reverse_etl._same(keys, 'candidates', 'taken') }}
    {%- endif %}
),

retracted as (
    select
        {{ reverse_etl._listed(keys + ['record_key'], 'decisions') }},
        decisions.place = 'moved' and decisions.reason <> 'retract_in_doubt' as moves
    from {{ at.ledger_decisions }} as decisions
    left join (
        select distinct {{ reverse_etl._listed(keys) }}
        from holds
        where hold = 2
    ) as in_doubt
        on {{ reverse_etl._same(keys, 'decisions', 'in_doubt') }}
    where decisions.operation = 'retract' and in_doubt.conversion_name is null
),

held as (
    select
        {{ reverse_etl._listed(keys, 'holds') }},
        min(holds.record_key) as record_key,
        case
            when max(holds.hold) = 2 then 'key_in_doubt'
            when count(case when holds.is_elsewhere then 1 end) > 0 then 'other_account'
            else 'key_sent_before'
        end as reason,
        -- what moves under another key waits for the row of that; and for nothing that a goal of both accounts would ignore
        max(holds.hold) = 1
        and count(case when holds.is_elsewhere then 1 end) = 0
        and count(*) = count(case when not retracted.moves or retracted.record_key = holds.record_key then 1 end) as is_replacement
    from holds
    left join retracted
        on {% for column in keys %}holds.kin_{{ column }} = retracted.{{ column }}{{ " and " if not loop.last }}{% endfor %}
    where holds.hold > 0
    group by {{ reverse_etl._listed(keys, 'holds') }}
)

select {{ reverse_etl._listed(keys) }}, reason, is_replacement
from held
union all
select
    {{ reverse_etl._listed(keys, 'retracted') }},
    'moved' as reason,
    false as is_replacement
from retracted
left join (
    select distinct record_key
    from held
    where is_replacement
) as replaced
    on retracted.record_key = replaced.record_key
where retracted.moves and replaced.record_key is null
{% endmacro %}
