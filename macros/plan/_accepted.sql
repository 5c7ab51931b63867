{#- How many sends of a scope were accepted. -#}
{% macro _accepted(receipts, scope) %}
    select coalesce(sum(accepted), 0) as accepted
    from ({{ reverse_etl._accepted_by_scope(receipts, scope) }}) as scopes
{% endmacro %}

{#-
    How many sends of each scope were accepted. Receipts only: no row of the ledger is read. What a baseline marked
    was not sent, and the range of an answer holds the records that have a receipt of their own, too.
    Arguments: scope, the only one to count (optional).
-#}
{% macro _accepted_by_scope(receipts, scope=none) %}
    {%- set scope_columns = reverse_etl._scope_columns() | join(", ") -%}
    select
        {{ scope_columns }},
        sum(records) as accepted
    from (
        select distinct {{ scope_columns }}, run_seq, batch, seq_from, seq_to, seq_to - seq_from + 1 as records
        from {{ receipts }}
        where {{ reverse_etl._in_scope(scope) }} and outcome = 'accepted' and coalesce(error_code, '') <> 'Baseline'
        union all
        select distinct {{ reverse_etl._listed(reverse_etl._scope_columns() + ['run_seq', 'batch', 'seq_from', 'seq_to'], 'single') }}, -1
        from {{ receipts }} as single
        inner join {{ receipts }} as answered
            on {{ reverse_etl._same(reverse_etl._scope_columns() + ['run_seq', 'batch'], 'single', 'answered') }}
            and single.seq_from between answered.seq_from and answered.seq_to
        where
            {{ reverse_etl._in_scope(scope, 'single') }}
            and single.seq_from = single.seq_to
            and single.outcome <> 'accepted'
            and answered.outcome = 'accepted'
            and answered.seq_from < answered.seq_to
    ) as counted
    group by {{ scope_columns }}
{% endmacro %}
