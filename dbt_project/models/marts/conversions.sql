{#- What counts as a conversion, and for which goal: the business's own decision, in one place. -#}
with qualified_leads as (
    select
        'lead-' || lead_id as record_id,
        'Lead qualified' as goal_name,
        qualified_at as converted_at,
        cast(null as numeric(18, 5)) as amount,
        cast(null as text) as currency,
        microsoft_click_id,
        hashed_email_address,
        hashed_phone_number
    from {{ ref('stg_crm_leads') }}
    where status = 'qualified'
),

meetings as (
    select
        'meeting-' || lead_id as record_id,
        'Meeting held' as goal_name,
        meeting_held_at as converted_at,
        cast(null as numeric(18, 5)) as amount,
        cast(null as text) as currency,
        microsoft_click_id,
        hashed_email_address,
        hashed_phone_number
    from {{ ref('stg_crm_leads') }}
    where meeting_held_at is not null
),

-- A refunded deal is none: it leaves this model, and so the view that is delivered.
won_deals as (
    select
        'deal-' || deal_id as record_id,
        'Deal won' as goal_name,
        closed_at as converted_at,
        cast(amount as numeric(18, 5)) as amount,
        currency,
        microsoft_click_id,
        hashed_email_address,
        hashed_phone_number
    from {{ ref('stg_crm_deals') }}
    where status = 'won'
),

final as (
    select * from qualified_leads
    union all
    select * from meetings
    union all
    select * from won_deals
)

select * from final
