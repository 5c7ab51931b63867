{{ config(materialized='view') }}
{#- Rendered, since a build with --empty would put a select of nothing into the place of each relation. -#}
{%- set tables = {
    'ledger': ref('reverse_etl_ledger').render(),
    'receipts': ref('reverse_etl_receipts').render(),
    'runs': ref('reverse_etl_runs').render(),
} %}

with attempts as (
    {{ reverse_etl._attempts(tables, none) }}
),

records as (
    {{ reverse_etl._fold('attempts', none) }}
),

final as (
    select
        {{ reverse_etl._listed(reverse_etl._scope_columns()) }},
        record_key,
        conversion_name,
        conversion_time,
        click_id,
        hashed_email,
        hashed_phone,
        status,
        restate_in_doubt,
        retract_in_doubt,
        value,
        currency,
        attribution_credit,
        attribution_model,
        run_seq,
        code,
        error_code,
        message,
        tracking_id
    from records
)

select * from final
