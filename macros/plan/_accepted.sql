{#- How many sends of a scope were accepted. Receipts only: no row of the ledger is read. -#}
{% macro _accepted(receipts, scope) %}
    select coalesce(sum(seq_to - seq_from + 1), 0) as accepted
    from (
        select distinct run_seq, batch, seq_from, seq_to
        from {{ receipts }}
        where {{ reverse_etl._in_scope(scope) }} and outcome = 'accepted'
    ) as ranges
{% endmacro %}
