{#-
    What a run is, where it is no push: the JSON that its claim keeps. Blank for a push, no row for no such run.
-#}
{% macro _run_kind(runs, scope, run_seq) %}
    select max(case when event = 'claim' then counts else '' end) as kind
    from {{ runs }}
    where {{ reverse_etl._in_scope(scope) }} and event in ('claim', 'open') and run_seq = {{ run_seq }}
        and claim_id not in (
            select claim_id from {{ runs }} where {{ reverse_etl._in_scope(scope) }} and event = 'withdraw'
        )
    having count(*) > 0
{% endmacro %}

{#- Rows that a run wrote into the ledger. -#}
{% macro _rows_of_run(ledger, scope, run_seq) %}
    select count(*) as rows_in_all
    from {{ ledger }}
    where {{ reverse_etl._in_scope(scope) }} and run_seq = {{ run_seq }}
{% endmacro %}
