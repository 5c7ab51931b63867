{#- Leads with their times in UTC, their click ids, and their hashes. Each office writes its own local time. -#}
with leads as (
    select * from {{ ref('raw_crm_leads') }}
),

final as (
    select
        lead_id,
        office,
        status,
        case office
            when 'berlin' then {{ reverse_etl.to_utc('qualified_at', 'Europe/Berlin') }}
            when 'new_york' then {{ reverse_etl.to_utc('qualified_at', 'America/New_York') }}
        end as qualified_at,
        case office
            when 'berlin' then {{ reverse_etl.to_utc('meeting_held_at', 'Europe/Berlin') }}
            when 'new_york' then {{ reverse_etl.to_utc('meeting_held_at', 'America/New_York') }}
        end as meeting_held_at,
        {{ reverse_etl.click_id_from_url('landing_page_url') }} as microsoft_click_id,
        {{ reverse_etl.hashed_email('email') }} as hashed_email_address,
        case office
            when 'berlin' then {{ reverse_etl.hashed_phone('phone', default_country_code=49) }}
            when 'new_york' then {{ reverse_etl.hashed_phone('phone', default_country_code=1) }}
        end as hashed_phone_number
    from leads
)

select * from final
