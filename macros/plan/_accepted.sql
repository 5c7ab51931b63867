{#- How many sends of a scope were accepted. -#}
{% macro _accepted(receipts, scope) %}
    select coalesce(sum(accepted), 0) as accepted
    from ({{ reverse_etl._accepted_by_scope(receipts, scope) }}) as scopes
{% endmacro %}

{#-
    How many sends of each scope were accepted. Receipts only: no row of the ledger is read. What a baseline marked
    was not sent.
    Arguments: scope, the only one to count (optional).
-#}
{% macro _accepted_by_scope(receipts, scope=none) %}
    {%- set scope_columns = reverse_etl._scope_columns() | join(", ") -%}
    select
        {{ scope_columns }},
        sum(seq_to - seq_from + 1) as accepted
    from (
        select distinct {{ scope_columns }}, run_seq, batch, seq_from, seq_to
        from {{ receipts }}
        where {{ reverse_etl._in_scope(scope) }} and outcome = 'accepted' and coalesce(error_code, '') <> 'Baseline'
    ) as ranges
    group by {{ scope_columns }}
{% endmacro %}
