{#-
    Records a stretch of the plan in the ledger, before it is sent.
    Arguments: ledger, a relation; plan, the plan table's name; scope; run_seq; seq_from, seq_to, both included.
-#}
{% macro _insert_intents(ledger, plan, scope, run_seq, seq_from, seq_to) %}
    insert into {{ ledger }} (
        {{ reverse_etl._scope_columns() | join(", ") }}, run_seq, seq, batch, operation,
        conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
        value, currency, attribution_credit, attribution_model, adjustment_time, first_attempt, recorded_at
    )
    select
        {{ reverse_etl._scope_values(scope) }}, {{ run_seq }}, seq, batch, operation,
        conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
        value, currency, attribution_credit, attribution_model, adjustment_time, status = 'none', {{ reverse_etl._utc_now() }}
    from {{ plan }}
    where seq between {{ seq_from }} and {{ seq_to }}
{% endmacro %}
