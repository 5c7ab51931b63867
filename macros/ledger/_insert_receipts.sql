{#-
    Records what was answered. Refused and deferred rows stand before the range that accepts their batch.
    Arguments: receipts, a relation; scope; run_seq; rows, a list of dicts with the table's column names.
    A push of a million rows writes a thousand of them: what many rows share is rendered once.
-#}
{% macro _insert_receipts(receipts, scope, run_seq, rows) %}
    {%- set why = ['outcome', 'settles', 'code', 'error_code', 'message'] -%}
    {%- set run = reverse_etl._scope_values(scope) ~ ", " ~ run_seq -%}
    {%- set now = reverse_etl._utc_now() -%}
    {%- set rendered = {} -%}
    insert into {{ receipts }} (
        {{ reverse_etl._scope_columns() | join(", ") }}, run_seq, batch, seq_from, seq_to, {{ why | join(", ") }},
        tracking_id, recorded_at
    )
    values
    {%- for row in rows %}
        {%- set key = (row.outcome, row.settles, row.code, row.error_code, row.message) -%}
        {%- if key not in rendered -%}
            {%- set literals = [] -%}
            {%- for value in key -%} {%- do literals.append(reverse_etl._literal(value)) -%} {%- endfor -%}
            {%- do rendered.update({key: literals | join(", ")}) -%}
        {%- endif -%}
        {%- set tracking_id = reverse_etl._literal(row.tracking_id) %}
    ({{ run }}, {{ row.batch }}, {{ row.seq_from }}, {{ row.seq_to }}, {{ rendered[key] }}, {{ tracking_id }}, {{ now }})
        {{- "," if not loop.last }}
    {%- endfor %}
{% endmacro %}
