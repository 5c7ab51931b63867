{#- What a run wrote into the ledger: attempts and batches. A retry is no attempt. -#}
{% macro _run_size(ledger, scope, run_seq) %}
    select
        count(distinct seq) as attempts,
        count(distinct batch) as batches
    from {{ ledger }}
    where {{ reverse_etl._in_scope(scope) }} and run_seq = {{ reverse_etl._literal(run_seq) }} and operation <> 'retry'
{% endmacro %}

{#- What was refused or put off in a run, by code. Receipts only; one that was written twice counts once. -#}
{% macro _run_refusals(receipts, scope, run_seq) %}
    select
        outcome,
        code,
        error_code,
        sum(seq_to - seq_from + 1) as rows_in_all
    from (
        select distinct seq_from, seq_to, outcome, code, error_code
        from {{ receipts }}
        where
            {{ reverse_etl._in_scope(scope) }}
            and run_seq = {{ reverse_etl._literal(run_seq) }}
            and outcome in ('rejected', 'deferred')
    ) as refusals
    group by outcome, code, error_code
    order by outcome desc, rows_in_all desc, error_code
{% endmacro %}

{#- The first tracking ids of a run in the order of its batches, each with how many there are in all. -#}
{% macro _run_tracking_ids(receipts, scope, run_seq, limit) %}
    select
        tracking_id,
        count(*) over () as ids_in_all
    from (
        select tracking_id, min(seq_from) as first_seq
        from {{ receipts }}
        where
            {{ reverse_etl._in_scope(scope) }}
            and run_seq = {{ reverse_etl._literal(run_seq) }}
            and tracking_id <> ''
        group by tracking_id
    ) as ids
    order by first_seq, tracking_id
    limit {{ limit }}
{% endmacro %}

{#- What a run knew of dbt's tests. -#}
{% macro _run_tests(runs, scope, run_seq) %}
    select tests
    from {{ runs }}
    where
        {{ reverse_etl._in_scope(scope) }}
        and event = 'open'
        and tests <> ''
        and run_seq = {{ reverse_etl._literal(run_seq) }}
{% endmacro %}

{#- The runs that a run shut out. -#}
{% macro _fenced_by(runs, scope, run_seq) %}
    select distinct fenced_run_seq
    from {{ runs }}
    where
        {{ reverse_etl._in_scope(scope) }}
        and event = 'fence'
        and run_seq = {{ reverse_etl._literal(run_seq) }}
    order by fenced_run_seq
{% endmacro %}
