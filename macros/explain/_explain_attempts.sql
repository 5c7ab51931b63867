{#-
    Everything that was ever tried for some conversions, in order, what never left included. Whoever decides what is sent
    reads `_attempts` instead.
    Arguments: tables, scope; identities, a list of dicts with the identity's columns.
    Columns: identity, the place in that list; the attempt; outcome (accepted, rejected, deferred, not_sent; void: planned
    by a run that was shut out before it was sent; in_doubt: no receipt; blank: a retry, of which nothing left) with what
    its receipt says; fenced_by, the run that shut out the attempt's own.
-#}
{% macro _explain_attempts(tables, scope, identities) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
with asked as (
    {%- for identity in identities %}
    select
        {{ loop.index0 }} as identity,
        {%- for column in keys %}
        {{ reverse_etl._literal(identity[column]) }} as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

intents as (
    -- an intent that was written twice counts once
    select
        asked.identity,
        ledger.*,
        row_number() over (partition by asked.identity, ledger.run_seq, ledger.seq order by ledger.recorded_at) as written
    from (
        select
            {{ reverse_etl._listed([
                'run_seq', 'seq', 'batch', 'operation', 'record_key', 'value', 'currency', 'recorded_at',
                'conversion_name', 'conversion_time'
            ]) }},
            {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key
        from {{ tables.ledger }}
        where {{ reverse_etl._in_scope(scope) }}
    ) as ledger
    inner join asked on {{ reverse_etl._same(keys, 'ledger', 'asked') }}
),

answers as (
    -- the narrower receipt wins over the wider
    select
        {{ reverse_etl._named(['identity', 'run_seq', 'seq'], 'intents') }},
        {{ reverse_etl._named(['outcome', 'code', 'error_code', 'message', 'tracking_id', 'recorded_at'], 'receipts') }},
        row_number() over (
            partition by intents.identity, intents.run_seq, intents.seq
            order by receipts.seq_to - receipts.seq_from, receipts.outcome desc, receipts.recorded_at
        ) as nth
    from intents
    inner join {{ tables.receipts }} as receipts
        on {{ reverse_etl._same(['run_seq', 'batch'], 'intents', 'receipts') }}
        and intents.seq between receipts.seq_from and receipts.seq_to
    where {{ reverse_etl._in_scope(scope, 'receipts') }} and intents.written = 1
),

fences as (
    select
        fenced_run_seq,
        min(run_seq) as fenced_by,
        min(fenced_seq) as fenced_seq
    from {{ tables.runs }}
    where {{ reverse_etl._in_scope(scope) }} and event = 'fence'
    group by fenced_run_seq
)

select
    {{ reverse_etl._named(['identity', 'run_seq', 'operation', 'record_key', 'value', 'currency'], 'intents') }},
    {{ reverse_etl._utc_text('intents.recorded_at') }} as attempted_at,
    case
        when intents.operation = 'retry' then ''
        when intents.seq > fences.fenced_seq then 'void'
        else coalesce(answers.outcome, 'in_doubt')
    end as outcome,
    {{ reverse_etl._utc_text('answers.recorded_at') }} as answered_at,
    {{ reverse_etl._named(['code', 'error_code', 'message', 'tracking_id'], 'answers') }},
    fences.fenced_by as fenced_by
from intents
left join answers
    on {{ reverse_etl._same(['identity', 'run_seq', 'seq'], 'intents', 'answers') }} and answers.nth = 1
left join fences on intents.run_seq = fences.fenced_run_seq
where intents.written = 1
order by intents.identity, intents.run_seq, intents.seq
{% endmacro %}
