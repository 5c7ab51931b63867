{#- Deals with their times in UTC, their click ids, and their hashes. Each office writes its own local time. -#}
with deals as (
    select * from {{ ref('raw_crm_deals') }}
),

final as (
    select
        deal_id,
        office,
        status,
        case office
            when 'berlin' then {{ reverse_etl.to_utc('closed_at', 'Europe/Berlin') }}
            when 'new_york' then {{ reverse_etl.to_utc('closed_at', 'America/New_York') }}
        end as closed_at,
        amount,
        currency,
        {{ reverse_etl.click_id_from_url('landing_page_url') }} as microsoft_click_id,
        {{ reverse_etl.hashed_email('email') }} as hashed_email_address,
        case office
            when 'berlin' then {{ reverse_etl.hashed_phone('phone', default_country_code=49) }}
            when 'new_york' then {{ reverse_etl.hashed_phone('phone', default_country_code=1) }}
        end as hashed_phone_number
    from deals
)

select * from final
