{%- set it = asked() -%}
{%- set given = {'record_key': ['D1'], 'click_key': ['c'], 'hashed_email': ['e'], 'hashed_phone': [],
    'conversions': [['Lead', '1Hep', it.now]]} -%}
{%- set attempts = [[1, 1, 1], [2, 5, 1], [2, 6, 2]] -%}
{%- set listed = {'relation': 'sent', 'columns': {'conversion_name': 'name', 'conversion_time': 'time', 'microsoft_click_id': 'click id'}} -%}
{{ a_statement('rejected', reverse_etl._rejected('a_plan')) }}
{{- a_statement('retry, counted', reverse_etl._retry_counts('a_plan', ['4', 'InvalidName'], ['D1'])) }}
{{- a_statement('retry, keys', reverse_etl._retry_keys('a_plan', ['4', 'InvalidName'], ['D1'])) }}
{{- a_statement('retry', reverse_etl._insert_retries(it.tables, 'a_plan', it.scope, 7, none, none, true)) }}
{{- a_statement('baseline, counted', reverse_etl._baseline_counts('a_plan', it.now, listed)) }}
{{- a_statement('baseline', reverse_etl._insert_baseline(it.tables.ledger, 'a_plan', it.scope, 7, it.now, listed, 10)) }}
{{- a_statement('listed, counts', reverse_etl._listed_counts(it.source, listed)) }}
{{- a_statement('accepted in a run', reverse_etl._accepted_in_run(it.tables, it.scope, 7)) }}
{{- a_statement('touched later', reverse_etl._touched_later(it.tables, it.scope, 7)) }}
{{- a_statement('kind of a run', reverse_etl._run_kind(it.tables.runs, it.scope, 7)) }}
{{- a_statement('rows of a run', reverse_etl._rows_of_run(it.tables.ledger, it.scope, 7)) }}
{{- a_statement('hash', reverse_etl._hash_of_email('a@b.example')) }}
{{- a_statement('hash of a phone', reverse_etl._hash_of_phone('+49 30 901820')) }}
{{- a_statement('forget, counted', reverse_etl._forget_counts(
    it.source, it.tables, it.scope, it.scope, 'deal_id', it.now, ['retract'], given
)) }}
{{- a_statement('forget, linked', reverse_etl._linked(it.tables.ledger, it.scope, given)) }}
{{- a_statement('forget, attempts', reverse_etl._attempts_of_person(it.tables.ledger, it.scope, given)) }}
{{- a_statement('forget, elsewhere', reverse_etl._forget_elsewhere(it.tables.ledger, [it.scope], given)) }}
{{- a_statement('forget, messages', reverse_etl._forget_messages(it.tables.receipts, it.scope, attempts)) }}
{{- a_statement('forget', reverse_etl._forget_identifiers(it.tables.ledger, it.scope, 7, attempts)) }}
{{- a_statement('forgotten', reverse_etl._forgotten_counts(it.tables.ledger, it.scope, 7)) }}
{{- a_statement('keys', reverse_etl._key_counts(it.source, it.tables, it.scope, 'deal_id', [['unique_key', 'D1'], ['hash', 'e']])) }}
{{- a_statement('why', reverse_etl._explain_rows(it.source, it.tables, it.scope, 'deal_id', 'a_plan', 'click_id', 'c', 10)) }}
{{- a_statement('attempts', reverse_etl._explain_attempts(it.tables, it.scope, [
    {'conversion_name': 'Lead', 'identifier_key': 'c', 'conversion_time': it.now}
])) }}
{{- a_statement('size of a run', reverse_etl._run_size(it.tables.ledger, it.scope, 7)) }}
{{- a_statement('tests of a run', reverse_etl._run_tests(it.tables.runs, it.scope, 7)) }}
{{- a_statement('a run', reverse_etl._run_refusals(it.tables.receipts, it.scope, 7)) }}
{{- a_statement('its tracking ids', reverse_etl._run_tracking_ids(it.tables.receipts, it.scope, 7, 10)) }}
{{- a_statement('who fenced it', reverse_etl._fenced_by(it.tables.runs, it.scope, 7)) }}
{{- a_statement('report, rows', reverse_etl._report_rows('a_plan', it.now, it.now)) }}
{{- a_statement('report, conversions', reverse_etl._report_conversions(it.tables, it.scope, '2026-11-01')) }}
{{- a_statement('report, refusals', reverse_etl._report_refusals(it.tables, it.scope, '2026-11-01')) }}
{{- a_statement('report, corrections', reverse_etl._report_corrections(it.tables, it.scope, '2026-11-01')) }}
