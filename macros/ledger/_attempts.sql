{#-
    The attempts of a scope that count, each with its outcome (null: in doubt). Left out are those that were
    never sent: a `not_sent` receipt, or a run that was fenced before their seq.
    Arguments: tables, a dict of the relations ledger, receipts and runs; scope, or none for all of them; condition, on the ledger's columns
    and on those of `joined`; joined, a join to narrow the ledger by; with_not_sent, to keep what a run withheld
    (all three optional).
-#}
{% macro _attempts(tables, scope, condition='1 = 1', joined='', with_not_sent=false) %}
{%- set scope_keys = reverse_etl._scope_keys(scope) -%}
    select
        attempts.*,
        coalesce(one_row.outcome, many_rows.outcome) as outcome,
        coalesce(one_row.settles, many_rows.settles, 0) as settles,
        one_row.code,
        one_row.error_code,
        one_row.message,
        one_row.tracking_id
    from (
        select
            {%- for column in scope_keys %}
            ledger.{{ column }},
            {%- endfor %}
            ledger.run_seq,
            ledger.seq,
            ledger.batch,
            ledger.operation,
            ledger.conversion_name,
            ledger.click_id,
            ledger.hashed_email,
            ledger.hashed_phone,
            ledger.conversion_time,
            ledger.record_key,
            ledger.value,
            ledger.currency,
            ledger.attribution_credit,
            ledger.attribution_model,
            ledger.first_attempt,
            ledger.recorded_at,
            {{ reverse_etl._identity_keys('ledger.click_id', 'ledger.hashed_email', 'ledger.hashed_phone') }}
        from {{ tables.ledger }} as ledger
        where {{ reverse_etl._in_scope(scope, 'ledger') }}
    ) as attempts
    {{ joined }}
    left join (
        {{ reverse_etl._receipts(tables, scope) }}
        and seq_from = seq_to
        group by {{ (scope_keys + ['run_seq', 'batch', 'seq_from', 'seq_to']) | join(", ") }}
    ) as one_row
        on {{ reverse_etl._same(scope_keys + ['run_seq'], 'attempts', 'one_row') }} and attempts.seq = one_row.seq_from
    left join (
        {{ reverse_etl._receipts(tables, scope) }}
        and seq_from < seq_to
        group by {{ (scope_keys + ['run_seq', 'batch', 'seq_from', 'seq_to']) | join(", ") }}
    ) as many_rows
        on {{ reverse_etl._same(scope_keys + ['run_seq', 'batch'], 'attempts', 'many_rows') }}
        and attempts.seq between many_rows.seq_from and many_rows.seq_to
    left join (
        select {{ (scope_keys + ['fenced_run_seq as run_seq', 'min(fenced_seq) as fenced_seq']) | join(", ") }}
        from {{ tables.runs }}
        where {{ reverse_etl._in_scope(scope) }} and event = 'fence'
        group by {{ (scope_keys + ['fenced_run_seq']) | join(", ") }}
    ) as fences
        on {{ reverse_etl._same(scope_keys + ['run_seq'], 'attempts', 'fences') }}
    where
        {{ condition }}
        and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)
        {%- if not with_not_sent %}
        and coalesce(one_row.outcome, many_rows.outcome, '') <> 'not_sent'
        {%- endif %}
{% endmacro %}

{#- The receipts of a scope up to their `group by`, which makes a receipt that was written twice count once. -#}
{% macro _receipts(tables, scope) -%}
    select
            {%- for column in reverse_etl._scope_keys(scope) %}
            {{ column }},
            {%- endfor %}
            run_seq,
            batch,
            seq_from,
            seq_to,
            max(outcome) as outcome,
            max(case when settles then 1 else 0 end) as settles,
            max(code) as code,
            max(error_code) as error_code,
            max(message) as message,
            max(tracking_id) as tracking_id
        from {{ tables.receipts }}
        where {{ reverse_etl._in_scope(scope) }}
{%- endmacro %}
