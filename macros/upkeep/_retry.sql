{#-
    The rows of a plan that a retry lifts: what was refused and is held for that, also a correction, and where asked for
    what may have been taken. Of these last only what stands in a source row: what is gone is not sent.
    Arguments: rows, a relation or a select in brackets; codes, a list of numbers and names, or none for all; keys, a
    list of record keys, or none for all; maybe_taken.
-#}
{% macro _retried_rows(rows, codes, keys, maybe_taken) %}
    select *
    from {{ rows }} as planned
    where class = 'held'
        and (
            reason in ('rejected_unchanged', 'retract_refused')
            {%- if maybe_taken %} or (side = 'source' and reason = 'maybe_taken') {%- endif %}
        )
        {%- if codes %}
        and (
            {%- for code in codes %}
            {{ "or " if not loop.first -}}
            {%- if modules.re.match('^[0-9]{1,9}$', code) -%}
            code = {{ code | int }}
            {%- else -%}
            lower(error_code) = lower({{ reverse_etl._literal(code) }})
            {%- endif -%}
            {%- endfor %}
        )
        {%- endif %}
        {%- if keys %}
        and record_key in (
            {%- for key in keys %}{{ reverse_etl._literal(key) }}{{ ", " if not loop.last }}{% endfor -%}
        )
        {%- endif %}
{% endmacro %}

{#- Rows that a retry may lift, by code and reason. Those that may have been taken are always among them. -#}
{% macro _retry_counts(rows, codes, keys) %}
    select
        code,
        error_code,
        reason,
        count(*) as rows_in_all
    from ({{ reverse_etl._retried_rows(rows, codes, keys, true) }}) as retried
    group by code, error_code, reason
    order by count(*) desc, code, error_code, reason
{% endmacro %}

{#- Which of some keys have a row that a retry may lift. -#}
{% macro _retry_keys(rows, codes, keys) %}
    select distinct record_key
    from ({{ reverse_etl._retried_rows(rows, codes, keys, true) }}) as retried
{% endmacro %}

{#-
    Lifts refusals: one row per conversion, with the bytes of the attempt that it lifts. Nothing of it is sent and
    no receipt is written; the refusal and its reason stay where they are.
    Arguments: tables; plan, the plan table's name; scope; run_seq; the choice as for `_retried_rows`.
-#}
{% macro _insert_retries(tables, plan, scope, run_seq, codes, keys, maybe_taken) %}
{%- set keys_of = reverse_etl._identity_columns(scope) -%}
    insert into {{ tables.ledger }} (
        {{ reverse_etl._scope_columns() | join(", ") }}, run_seq, seq, batch, operation,
        conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
        value, currency, attribution_credit, attribution_model, first_attempt, recorded_at
    )
    with retried as (
        select
            conversion_name,
            {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key,
            conversion_time
        from ({{ reverse_etl._retried_rows(plan, codes, keys, maybe_taken) }}) as chosen
    ),

    {{ reverse_etl._all_states(tables, scope) }}

    select
        {{ reverse_etl._scope_values(scope) }},
        {{ run_seq }},
        row_number() over (order by {{ reverse_etl._listed(keys_of, 'states') }}),
        1,
        'retry',
        states.conversion_name, states.click_id, states.hashed_email, states.hashed_phone, states.conversion_time,
        states.record_key, states.value, states.currency, states.attribution_credit, states.attribution_model,
        false,
        {{ reverse_etl._utc_now() }}
    from states
    inner join retried on {{ reverse_etl._same(keys_of, 'states', 'retried') }}
{% endmacro %}
