{#- Stands in for the CRM's own table of deals. -#}
with days as (
    {{ demo_days() }}
),

numbered as (
    select
        days.day_number,
        cast(places.place as integer) as place,
        cast(days.day_number as bigint) * 100000 + 50000 + places.place as number,
        (days.day_number + 5 * cast(places.place as integer)) % 84 as q,
        case when (days.day_number + places.place) % 2 = 0 then 'berlin' else 'new_york' end as office
    from days
    cross join generate_series(0, {{ demo_leads_per_day() // 2 - 1 }}) as places (place)
),

deals as (
    select
        'D' || cast(number as text) as deal_id,
        office,
        case
            when q % 28 = 11 then 'refunded'
            {% if var('demo_day') | int >= 2 -%}
            -- From day 2 on one more was paid back.
            when {{ latest_day_with(25) }} and place = 0 then 'refunded'
            {% endif -%}
            when q % 14 = 6 then 'lost'
            else 'won'
        end as status,
        {{ demo_local_time() }} as closed_at,
        case
            -- A credit note that was booked as a deal.
            when q % 28 = 10 then -120.00
            -- The result of a currency conversion that is not rounded.
            when q % 28 = 15 then 99.98765
            else 490.00 + (number * 37) % 2000 + (number % 4) * 0.25
        end
        {%- if var('demo_day') | int >= 2 %}
        -- From day 2 on one amount is corrected.
        + case when {{ latest_day_with(18) }} and place = 0 then 250.00 else 0.00 end
        {%- endif %} as amount,
        case
            when q % 28 = 4 then 'EURO'
            -- A currency of today that Microsoft's list does not have.
            when q % 42 = 12 then 'TRY'
            when office = 'new_york' then 'USD'
            when q % 4 = 0 then ' gbp '
            else 'EUR'
        end as currency,
        {{ demo_landing_page() }} as landing_page_url,
        {{ demo_email() }} as email,
        {{ demo_phone() }} as phone
    from numbered
),

final as (
    select * from deals
)

select * from final
