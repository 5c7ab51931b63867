{#-
    Records what was answered. Refused and deferred rows stand before the range that accepts their batch.
    Arguments: receipts, a relation; scope; run_seq; rows, a list of dicts with the table's column names.
-#}
{% macro _insert_receipts(receipts, scope, run_seq, rows) %}
    {%- set columns = ['batch', 'seq_from', 'seq_to', 'outcome', 'settles', 'code', 'error_code', 'message', 'tracking_id'] -%}
    insert into {{ receipts }} (
        {{ reverse_etl._scope_columns() | join(", ") }}, run_seq, {{ columns | join(", ") }}, recorded_at
    )
    values
    {%- for row in rows %}
    (
        {{- reverse_etl._scope_values(scope) }}, {{ run_seq }},
        {%- for column in columns %} {{ reverse_etl._literal(row[column]) }}, {%- endfor %} {{ reverse_etl._utc_now() }})
        {{- "," if not loop.last }}
    {%- endfor %}
{% endmacro %}
