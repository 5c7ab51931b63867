{%- set it = asked() -%}
{%- set event = {
    'run_seq': 7, 'claim_id': 'c', 'event': 'claim', 'fenced_run_seq': none, 'fenced_seq': none, 'host': 'h', 'pid': 1, 'pid_space': '',
    'target': 'prod', 'package_version': '0.2.0', 'counts': '{"a": "it\'s \\\\ so"}', 'tests': none,
} -%}
{%- set receipt = {'batch': 1, 'seq_from': 1, 'seq_to': 2, 'outcome': 'accepted', 'settles': 'both', 'code': none, 'error_code': none,
    'message': 'two\nlines', 'tracking_id': 't'} -%}
{{ a_statement('clock', reverse_etl._clock()) }}
{{- a_statement('next run', reverse_etl._next_run(it.tables, it.scope)) }}
{{- a_statement('claim', reverse_etl._insert_run_event(it.tables.runs, it.scope, event)) }}
{{- a_statement('claims', reverse_etl._claims(it.tables.runs, it.scope)) }}
{{- a_statement('newest token', reverse_etl._newest_token(it.tables.runs, it.scope)) }}
{{- a_statement('highest seqs', reverse_etl._highest_seqs(it.tables.ledger, it.scope, [5, 6])) }}
{{- a_statement('quiet runs', reverse_etl._quiet_runs(it.tables.runs, it.scope, 3600)) }}
{{- a_statement('newest time', reverse_etl._newest_time(it.source)) }}
{{- a_statement('accounts', reverse_etl._accounts(it.source, 'account', it.tables, it.scope)) }}
{{- a_statement('repeated keys', reverse_etl._repeated_keys(it.source, 'deal_id')) }}
{{- a_statement('rows of an account', 'select * from ' ~ reverse_etl._rows_of_account(it.source, 'account', '1')) }}
{{- a_statement('goals of the source', reverse_etl._source_goals(it.source)) }}
{{- a_statement('names in the source', reverse_etl._source_names(it.source)) }}
{{- a_statement('intents', reverse_etl._insert_intents(it.tables.ledger, 'a_plan', it.scope, 7, 1, 1000)) }}
{{- a_statement('receipts', reverse_etl._insert_receipts(it.tables.receipts, it.scope, 7, [receipt, receipt])) }}
{{- a_statement('outcomes', reverse_etl._run_outcomes(it.tables, it.scope, 7)) }}
{{- a_statement('standings', reverse_etl._standings('a_plan', it.tables, it.scope, 7, it.now, 90)) }}
{{- a_statement('accepted', reverse_etl._accepted(it.tables.receipts, it.scope)) }}
{{- a_statement('accepted by scope', reverse_etl._accepted_by_scope(it.tables.receipts)) }}
{{- a_statement('status', reverse_etl._status_counts(it.tables, it.scope)) }}
{{- a_statement('history', reverse_etl._history(it.tables.runs, it.scope, 10, pushes_only=true)) }}
{{- a_statement('kept tests', reverse_etl._kept_tests(it.tables.runs, it.scope)) }}
{{- a_statement('newest event', reverse_etl._newest_event(it.tables.runs)) }}
{{- a_statement('newest proof', reverse_etl._newest_proof(it.tables.runs, it.scope, '0.2.0')) }}
{{- a_statement('table of a proof', reverse_etl._create_table_like('a_table', it.tables.runs)) }}
