{#- What the tool gives to the package's macros in a run, with something of each kind. -#}
{% macro asked() %}
    {%- set tables = {
        'ledger': ref('reverse_etl', 'reverse_etl_ledger'), 'receipts': ref('reverse_etl', 'reverse_etl_receipts'),
        'runs': ref('reverse_etl', 'reverse_etl_runs'),
    } -%}
    {%- set scope = {'destination': 'microsoft_ads', 'environment': 'production', 'account_id': '1', 'sync': "it's"} -%}
    {{- return({
        'source': ref('offline_conversions'), 'tables': tables, 'scope': scope, 'unique_key': 'deal_id', 'click_time': 'click_time',
        'adjustments': ['restate', 'retract'], 'quiet_runs': [6], 'delay_hours': 6.0, 'now': '2026-11-25T12:00:00Z', 'run_seq': 7,
        'seq_offset': 0, 'batch_offset': 0, 'batch_rows': 1000, 'with_repeats': true, 'max_age_days': 90,
        'goals': {'known': ['Lead', "It's won"], 'inactive': ['Lead'], 'hashes_alone': [], 'attribution': ['Lead'], 'windows': [['Lead', 60]]},
        'elsewhere': {
            'source': reverse_etl._rows_of_account(ref('offline_conversions'), 'account', '1', others=true),
            'account_column': 'account', 'accounts': ['1'],
        },
    }) -}}
{% endmacro %}

{#- A statement of a file of several. -#}
{% macro a_statement(name, sql) %}
-- {{ name }}
{{ sql | trim }};

{% endmacro %}
