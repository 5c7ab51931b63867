{#-
    Records one event of a run: claim, open, withdraw, heartbeat, fence or close.
    Arguments: runs, a relation; scope; row, a dict with the table's column names.
-#}
{% macro _insert_run_event(runs, scope, row) %}
    {%- set columns = [
        'run_seq', 'claim_id', 'event', 'fenced_run_seq', 'fenced_seq', 'host', 'pid', 'pid_space', 'target',
        'package_version', 'counts', 'tests'
    ] -%}
    insert into {{ runs }} ({{ reverse_etl._scope_columns() | join(", ") }}, {{ columns | join(", ") }}, happened_at)
    values (
        {{- reverse_etl._scope_values(scope) }},
        {%- for column in columns %} {{ reverse_etl._literal(row[column]) }}, {%- endfor %} {{ reverse_etl._utc_now() }})
{% endmacro %}

{#- Each claim of a scope with what became of it, the newest first. Ages in seconds by the warehouse's clock. -#}
{% macro _claims(runs, scope) %}
    select
        events.run_seq,
        events.claim_id,
        max(case when events.event = 'open' then 1 else 0 end) as opened,
        max(case when events.event = 'withdraw' then 1 else 0 end) as withdrawn,
        max(case when events.event = 'close' then 1 else 0 end) as closed,
        max(case when fences.fenced_run_seq is null then 0 else 1 end) as fenced,
        {{ reverse_etl._seconds_between('max(events.happened_at)', reverse_etl._utc_now()) }} as age_seconds,
        max(events.host) as host,
        max(events.pid) as pid,
        coalesce(max(events.pid_space), '') as pid_space,
        {{ reverse_etl._utc_text('min(events.happened_at)') }} as since
    from {{ runs }} as events
    left join (
        select distinct fenced_run_seq from {{ runs }} where {{ reverse_etl._in_scope(scope) }} and event = 'fence'
    ) as fences on events.run_seq = fences.fenced_run_seq
    where {{ reverse_etl._in_scope(scope, 'events') }} and events.event <> 'fence'
    group by events.run_seq, events.claim_id
    order by events.run_seq desc, events.claim_id
{% endmacro %}

{#- The number of a scope's next run: above every number in any of the three tables, also where rows of another were lost. -#}
{% macro _next_run(tables, scope) %}
    select coalesce(max(run_seq), 0) + 1 as run_seq
    from (
        {%- for name in ['runs', 'ledger', 'receipts'] %}
        select max(run_seq) as run_seq from {{ tables[name] }} where {{ reverse_etl._in_scope(scope) }}
        {{- " union all" if not loop.last }}
        {%- endfor %}
    ) as known
{% endmacro %}

{#- The highest seq that each of some runs wrote. Arguments: run_seqs, a list of numbers. -#}
{% macro _highest_seqs(ledger, scope, run_seqs) %}
    select run_seq, max(seq) as seq
    from {{ ledger }}
    where {{ reverse_etl._in_scope(scope) }} and run_seq in ({{ run_seqs | join(", ") }})
    group by run_seq
{% endmacro %}

{#- Is this run still the newest of its scope? Gives the highest token that was not withdrawn. -#}
{% macro _newest_token(runs, scope) %}
    select max(run_seq) as run_seq
    from {{ runs }}
    where {{ reverse_etl._in_scope(scope) }} and event in ('claim', 'open')
        and claim_id not in (
            select claim_id from {{ runs }} where {{ reverse_etl._in_scope(scope) }} and event = 'withdraw'
        )
{% endmacro %}

{#- The warehouse's time as UTC text. -#}
{% macro _clock() %}
    select {{ reverse_etl._utc_text(reverse_etl._utc_now()) }} as now
{% endmacro %}

{#-
    The newest runs of a scope with their beginning, end and counts, and the run that shut a dead one out.
    Arguments: limit; run_seq, of the only run to read (optional); pushes_only, without retries, baselines and forgets.
-#}
{% macro _history(runs, scope, limit, run_seq=none, pushes_only=false) %}
    select
        events.run_seq,
        min(case when events.event = 'open' then {{ reverse_etl._utc_text('events.happened_at') }} end) as started_at,
        max(case when events.event = 'close' then {{ reverse_etl._utc_text('events.happened_at') }} end) as ended_at,
        max(case when events.event = 'close' then events.counts end) as counts,
        max(events.target) as target,
        max(events.host) as host,
        max(events.pid) as pid,
        min(fences.run_seq) as fenced_by,
        max(events.package_version) as package_version
    from {{ runs }} as events
    left join {{ runs }} as fences
        on {{ reverse_etl._in_scope(scope, 'fences') }}
        and fences.event = 'fence'
        and events.run_seq = fences.fenced_run_seq
    where {{ reverse_etl._in_scope(scope, 'events') }} and events.event <> 'fence'
        -- of two that claimed one number the other is the run
        and events.claim_id not in (
            select claim_id from {{ runs }} where {{ reverse_etl._in_scope(scope) }} and event = 'withdraw'
        )
        {%- if run_seq is not none %}
        and events.run_seq = {{ reverse_etl._literal(run_seq) }}
        {%- endif %}
    group by events.run_seq
    having max(case when events.event = 'open' then 1 else 0 end) = 1
        {%- if pushes_only %}
        -- the claim of another says what it is
        and max(case when events.event = 'claim' and events.counts <> '' then 1 else 0 end) = 0
        {%- endif %}
    order by events.run_seq desc
    limit {{ limit }}
{% endmacro %}

{#- What the newest `push --build` of a scope kept of dbt's tests. -#}
{% macro _kept_tests(runs, scope) %}
    select tests
    from {{ runs }}
    where {{ reverse_etl._in_scope(scope) }} and event = 'open' and tests like '%"by": "build"%'
    order by run_seq desc
    limit 1
{% endmacro %}

{#- The time of the newest event of any run, as UTC text: no clock that is right says less. -#}
{% macro _newest_event(runs) %}
    select {{ reverse_etl._utc_text("max(happened_at)") }} as newest
    from {{ runs }}
{% endmacro %}

{#- The time of a source's newest conversion up to now, as UTC text. Arguments: source, a relation. -#}
{% macro _newest_time(source) %}
    select {{ reverse_etl._utc_text("max(" ~ reverse_etl._utc_timestamp('conversion_time') ~ ")") }} as newest
    from {{ source }}
    where {{ reverse_etl._utc_timestamp('conversion_time') }} <= {{ reverse_etl._utc_now() }}
{% endmacro %}

{#- Runs that were last heard of, or shut out, less than some seconds ago: a call of theirs could still arrive. -#}
{% macro _quiet_runs(runs, scope, seconds) %}
    select run_seq
    from (
        select run_seq, happened_at
        from {{ runs }}
        where {{ reverse_etl._in_scope(scope) }} and event <> 'fence'
        union all
        select fenced_run_seq as run_seq, happened_at
        from {{ runs }}
        where {{ reverse_etl._in_scope(scope) }} and event = 'fence'
    ) as events
    group by run_seq
    having {{ reverse_etl._seconds_between('max(happened_at)', reverse_etl._utc_now()) }} < {{ seconds }}
    order by run_seq
{% endmacro %}

{#- What the newest `check --warehouse` with a version of the package found. -#}
{% macro _newest_proof(runs, scope, package_version) %}
    select counts
    from {{ runs }}
    where
        {{ reverse_etl._in_scope(scope) }}
        and event = 'proof'
        and package_version = {{ reverse_etl._literal(package_version) }}
    order by happened_at desc
    limit 1
{% endmacro %}

{#- An empty table with the columns of another. Arguments: table, its name; like, a relation. -#}
{% macro _create_table_like(table, like) %}
    {{- reverse_etl._create_table_as('table', table, 'select * from ' ~ like ~ ' where 1 = 0') -}}
{% endmacro %}
