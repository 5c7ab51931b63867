{{ config(materialized='ephemeral') }}
{#- The whole plan as text, for sqlfluff; nothing runs it. -#}
{{ reverse_etl._plan({
    'source': 'source_model', 'unique_key': 'deal_id', 'click_time': 'click_time',
    'tables': {'ledger': 'ledger', 'receipts': 'receipts', 'runs': 'runs'},
    'scope': dict.fromkeys(reverse_etl._scope_columns(), 'x'),
    'now': '2026-06-30T00:00:00Z', 'run_seq': 1, 'seq_offset': 0, 'batch_offset': 0, 'batch_rows': 1000, 'max_age_days': 90, 'with_repeats': true,
    'adjustments': ['restate', 'retract'], 'quiet_runs': [1], 'delay_hours': 6
}) }}
