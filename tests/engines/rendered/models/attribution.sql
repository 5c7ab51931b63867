{%- set it = asked() -%}
{%- set reports = ref('reverse_etl', 'reverse_etl_attribution_reports') -%}
{%- set row = {'goal_id': 1, 'conversion_name': "It's won", 'upload_date': '2026-11-01', 'reason': '', 'attributed': 2, 'unattributed': 1} -%}
{{ a_statement('moment', reverse_etl._moment()) }}
{{- a_statement('span of uploads', reverse_etl._upload_span(it.tables, it.scope)) }}
{{- a_statement('goals sent to', reverse_etl._sent_to(it.tables, it.scope, '2026-11-01')) }}
{{- a_statement('next fetch', reverse_etl._next_fetch(reports, it.scope)) }}
{{- a_statement('reports', reverse_etl._insert_attribution(reports, it.scope, 1, 'f', '2026-11-25 12:00:00.123', [row, row])) }}
{{- a_statement('match rate', reverse_etl._match_totals(reports, it.scope, '2026-11-01')) }}
{{- a_statement('days', reverse_etl._attribution_lines(it.tables, reports, it.scope, '2026-11-01')) }}
{{- a_statement('reasons', reverse_etl._unattributed_lines(reports, it.scope, '2026-11-01')) }}
