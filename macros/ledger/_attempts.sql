{#-
    The attempts of a scope that count, each with its outcome (null: in doubt). Left out are those that were
    never sent: a `not_sent` receipt, or a run that was fenced before their seq.
    Arguments: tables, a dict of the relations ledger, receipts and runs, and, where they were made before, ledger_rows, answers
    and fences (see the macros of these names); scope, or none for all of them; condition, on the ledger's columns
    and on those of `joined`; joined, a join to narrow the ledger by; with_not_sent, to keep what a run withheld, shut out or not;
    with_uncounted, to keep all that do not count too, marked by a column `counts`; columns, those of the attempt that are read,
    so that of its answer nothing is given but what it proves (all five optional).
-#}
{% macro _attempts(tables, scope, condition='1 = 1', joined='', with_not_sent=false, with_uncounted=false, columns=none) %}
{%- set scope_keys = reverse_etl._scope_keys(scope) -%}
{%- set answers = tables.get('answers') or "(" ~ reverse_etl._answers(tables, scope) ~ ")" -%}
{%- set fences = tables.get('fences') or "(" ~ reverse_etl._fences(tables, scope) ~ ")" -%}
{%- set in_time = "(fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)" -%}
{%- set withheld = "coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'" -%}
{%- set counts = in_time ~ " and not " ~ withheld -%}
    select
        {{ reverse_etl._named(columns or reverse_etl._attempt_columns(scope), 'attempts') }},
        coalesce(one_row.outcome, many_rows.outcome) as outcome,
        coalesce(one_row.settles, many_rows.settles, 0) as settles
        {%- if not columns %},
        {{ reverse_etl._named(['code', 'error_code', 'message', 'tracking_id'], 'one_row') }},
        coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
        {%- endif %}
        {%- if with_uncounted %},
        {{ counts }} as counts
        {%- endif %}
    from {{ reverse_etl._ledger_at(tables, scope) }} as attempts
    {{ joined }}
    {{ reverse_etl._with_answers('attempts', answers, scope_keys) }}
    left join {{ fences }} as fences
        on {{ reverse_etl._same(scope_keys + ['run_seq'], 'attempts', 'fences') }}
    where
        {{ condition }}
        {%- if with_not_sent %}
        and ({{ in_time }} or {{ withheld }})
        {%- elif not with_uncounted %}
        and {{ counts }}
        {%- endif %}
{% endmacro %}

{#- The joins of attempts to their answers: one of the row alone, `one_row`, and one of a range, `many_rows`. -#}
{% macro _with_answers(attempts, answers, scope_keys) -%}
    left join {{ answers }} as one_row
        on {{ reverse_etl._same(scope_keys + ['run_seq'], attempts, 'one_row') }}
        and {{ attempts }}.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
    left join {{ answers }} as many_rows
        on {{ reverse_etl._same(scope_keys + ['run_seq', 'batch'], attempts, 'many_rows') }}
        and {{ attempts }}.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
{%- endmacro %}

{#- The columns of an attempt: the ledger's own but for those that the scope gives, and the key of its identity. -#}
{% macro _attempt_columns(scope) %}
    {%- set own = reverse_etl._ledger_columns() | map('first') | reject('in', reverse_etl._scope_columns()) | list -%}
    {{- return(reverse_etl._scope_keys(scope) + own + ['identifier_key']) -}}
{% endmacro %}

{#- Where the ledger's rows of a scope are read: at the step that has them, where there is one, else from the ledger. -#}
{% macro _ledger_at(tables, scope) %}
    {{- return(tables.get('ledger_rows') or "(" ~ reverse_etl._ledger_rows(tables, scope) ~ ")") -}}
{% endmacro %}

{#- The ledger's rows of a scope with the keys of their identity. -#}
{% macro _ledger_rows(tables, scope) %}
    select
        ledger.*,
        {{ reverse_etl._identifier_key('ledger.click_id', 'ledger.hashed_email', 'ledger.hashed_phone') }} as identifier_key
    from {{ tables.ledger }} as ledger
    where {{ reverse_etl._in_scope(scope, 'ledger') }}
{% endmacro %}

{#- The receipts of a scope: a row is an answer to a range of seqs. One that was written twice counts once. -#}
{% macro _answers(tables, scope) %}
    select
        {{ reverse_etl._listed(reverse_etl._scope_keys(scope) + ['run_seq', 'batch', 'seq_from', 'seq_to']) }},
        max(outcome) as outcome,
        max(case when settles then 1 else 0 end) as settles,
        max(code) as code,
        max(error_code) as error_code,
        max(message) as message,
        max(tracking_id) as tracking_id,
        min(recorded_at) as answered_at
    from {{ tables.receipts }}
    where {{ reverse_etl._in_scope(scope) }}
    group by {{ reverse_etl._listed(reverse_etl._scope_keys(scope) + ['run_seq', 'batch', 'seq_from', 'seq_to']) }}
{%- endmacro %}

{#- A row is a run that a later one shut out, with the last seq of it that was seen: what is higher was never sent. -#}
{% macro _fences(tables, scope) %}
    select
        {{ reverse_etl._listed(reverse_etl._scope_keys(scope) + ['fenced_run_seq as run_seq']) }},
        min(fenced_seq) as fenced_seq
    from {{ tables.runs }}
    where {{ reverse_etl._in_scope(scope) }} and event = 'fence'
    group by {{ reverse_etl._listed(reverse_etl._scope_keys(scope) + ['fenced_run_seq']) }}
{%- endmacro %}

{#- The columns of the ledger, each with its type. -#}
{% macro _ledger_columns() %}
    {%- set text = reverse_etl._type_text() -%}
    {{- return([
        ['destination', text],
        ['environment', text],
        ['account_id', text],
        ['sync', text],
        ['run_seq', dbt.type_bigint()],
        ['seq', dbt.type_bigint()],
        ['batch', dbt.type_bigint()],
        ['operation', text],
        ['conversion_name', text],
        ['click_id', text],
        ['hashed_email', text],
        ['hashed_phone', text],
        ['conversion_time', text],
        ['record_key', text],
        ['value', reverse_etl._type_double()],
        ['currency', text],
        ['attribution_credit', reverse_etl._type_double()],
        ['attribution_model', text],
        ['adjustment_time', text],
        ['first_attempt', dbt.type_boolean()],
        ['recorded_at', reverse_etl._type_time()],
    ]) -}}
{% endmacro %}

{#-
    The ledger's indexes, as dbt's config has them: where Postgres keeps only the least and the greatest value of some blocks of
    rows. Rows come in the order of runs and, nearly, of conversions, so a read of one run or of the last 90 days skips the rest.
    Elsewhere there are none: DuckDB keeps such values by itself, and an index of its own would hold each row.
-#}
{% macro _ledger_indexes() %}
    {%- if adapter.type() != 'postgres' -%} {{- return([]) -}} {%- endif -%}
    {{- return([{'columns': ['run_seq'], 'type': 'brin'}, {'columns': ['conversion_time'], 'type': 'brin'}]) -}}
{% endmacro %}
