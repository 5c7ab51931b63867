{#-
    The CTE `held_by_kin`: what would be sent and has to wait for another conversion that was ever sent under one of its
    keys, with what is decided instead. While anything of a key is in doubt nothing else of it goes, and what takes the place of a
    conversion goes after that is retracted.
    A send is looked at under the key of its row, a correction under every key that its conversion went under; every key
    that was ever sent is looked at, however old.
    Arguments: source, unique_key, tables, scope, adjustments as for the plan.
-#}
{% macro _plan_kin(source, unique_key, tables, scope, adjustments) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- if adjustments %}
corrected_identities as (
    select {{ reverse_etl._listed(keys) }}, verdict
    from judged
    where verdict like '%:restate' or verdict like '%:retract'
    union all
    select {{ reverse_etl._listed(keys) }}, verdict
    from judged_absent
    where verdict like '%:restate' or verdict like '%:retract'
),

corrected_attempts as (
    {{ reverse_etl._attempts(tables, scope, joined=(
        "inner join corrected_identities as corrected on " ~ reverse_etl._same(keys, 'attempts', 'corrected')
    )) }}
),
{%- endif %}

candidates as (
    select
        {{ reverse_etl._listed(keys) }},
        source_record_key as record_key,
        verdict
    from judged
    where source_record_key <> '' and verdict in ('new::send', 'deferred::send', 'deferred::repeat')
    {%- if adjustments %}
    union all
    select distinct
        {{ reverse_etl._listed(keys, 'corrected') }},
        attempts.record_key,
        corrected.verdict
    from corrected_identities as corrected
    inner join corrected_attempts as attempts on {{ reverse_etl._same(keys, 'attempts', 'corrected') }}
    where attempts.record_key <> ''
    {%- endif %}
),

candidate_keys as (
    select distinct record_key from candidates
),

-- few keys are found, and often none: what is wide is read for those only
keyed_identities as (
    select distinct
        ledger.conversion_name,
        {{ reverse_etl._identifier_key('ledger.click_id', 'ledger.hashed_email', 'ledger.hashed_phone') }} as identifier_key,
        ledger.conversion_time
    from {{ tables.ledger }} as ledger
    inner join (
        select keyed.run_seq, keyed.seq
        from {{ tables.ledger }} as keyed
        inner join candidate_keys on keyed.record_key = candidate_keys.record_key
        where {{ reverse_etl._in_scope(scope, 'keyed') }}
    ) as numbers
        on ledger.run_seq = numbers.run_seq and ledger.seq = numbers.seq
    where {{ reverse_etl._in_scope(scope, 'ledger') }}
),

kin_attempts as (
    {{ reverse_etl._attempts(tables, scope, joined=(
        "inner join keyed_identities on " ~ reverse_etl._same(keys, 'attempts', 'keyed_identities')
    )) }}
),

kin_identities as (
    select distinct
        {{ reverse_etl._listed(keys, 'kin_attempts') }},
        kin_attempts.record_key
    from kin_attempts
    inner join candidate_keys on kin_attempts.record_key = candidate_keys.record_key
),

kin_in_source as (
    select distinct {{ reverse_etl._listed(keys, 'kin_identities') }}
    from kin_identities
    inner join ({{ reverse_etl._source_rows(source, unique_key) }}) as source_rows
        on {{ reverse_etl._same_as_source('source_rows', 'kin_identities') }}
),

{{ reverse_etl._brief_fold('kin_states', 'kin_attempts', scope) }},

kin as (
    select
        {{ reverse_etl._listed(keys, 'kin_identities') }},
        kin_identities.record_key,
        kin_states.known_status = 'in_doubt' as send_in_doubt,
        kin_states.retract_in_doubt,
        kin_states.known_status in ('counted', 'maybe') and kin_in_source.conversion_name is null as left_the_source
    from kin_identities
    inner join kin_states on {{ reverse_etl._same(keys, 'kin_identities', 'kin_states') }}
    left join kin_in_source on {{ reverse_etl._same(keys, 'kin_identities', 'kin_in_source') }}
),

held_by_kin as (
    select
        {{ reverse_etl._listed(keys) }},
        case when max(hold) = 2 then 'held:key_in_doubt:' else 'held:key_sent_before:' end as decision
    from (
        select
            {{ reverse_etl._listed(keys, 'candidates') }},
            case
                -- a retraction in doubt is repeated beside others like it
                when kin.send_in_doubt or (kin.retract_in_doubt and candidates.verdict <> 'retract:retract_in_doubt:retract') then 2
                -- what only swapped keys with another row is a conversion of its own
                when kin.left_the_source and candidates.verdict not like '%:restate' and candidates.verdict not like '%:retract' then 1
                else 0
            end as hold
        from candidates
        inner join kin
            on candidates.record_key = kin.record_key
            and not ({{ reverse_etl._same(keys, 'candidates', 'kin') }})
    ) as holds
    where hold > 0
    group by {{ reverse_etl._listed(keys) }}
)
{% endmacro %}
