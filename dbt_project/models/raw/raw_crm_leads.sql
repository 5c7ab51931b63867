{#- Stands in for the CRM's own table of leads. -#}
with days as (
    {{ demo_days() }}
),

arrivals as (
    select
        days.day_number,
        cast(places.place as integer) as place
    from days
    cross join generate_series(0, {{ demo_leads_per_day() - 1 }}) as places (place)

    {% if var('demo_day') | int >= 2 -%}
    -- Leads that a sales office entered late: every fourteenth day has one, and it is seen from day 2 on only.
    union all
    select
        day_number,
        90000 as place
    from days
    where day_number % 14 = 3

    -- A new lead whose click id was cut off on the way.
    union all
    select
        {{ demo_day_number() }} - 1 as day_number,
        90001 as place
    {%- endif %}

    -- A call that was booked ahead, with its date in the future.
    union all
    select
        {{ demo_day_number() }} + 2 as day_number,
        90002 as place
),

numbered as (
    select
        day_number,
        place,
        cast(day_number as bigint) * 100000 + place as number,
        -- The three kinds of extra rows have no peculiarities but their own: 28 has none, 8 a click id cut off.
        case place when 90000 then 28 when 90001 then 8 when 90002 then 28 else (day_number + 5 * place) % 84 end as q,
        case when place % 2 = 0 then 'berlin' else 'new_york' end as office
    from arrivals
),

leads as (
    select
        'L' || cast(number as text) as lead_id,
        office,
        case
            when (day_number + 4) % 7 = 0 or q in (8, 13, 28) then 'qualified'
            when q % 6 = 5 then 'disqualified'
            when q % 12 = 1 then 'new'
            else 'qualified'
        end as status,
        {{ demo_local_time() }} as qualified_at,
        case when q % 4 = 2 then {{ demo_local_time() }} end as meeting_held_at,
        {{ demo_landing_page() }} as landing_page_url,
        {{ demo_email() }} as email,
        {{ demo_phone() }} as phone,
        q
    from numbered
),

-- A lead that was entered twice: two records, one visitor, one moment.
final as (
    select
        lead_id,
        office,
        status,
        qualified_at,
        meeting_held_at,
        landing_page_url,
        email,
        phone
    from leads
    union all
    select
        lead_id || '-copy' as lead_id,
        office,
        status,
        qualified_at,
        null as meeting_held_at,
        landing_page_url,
        email,
        phone
    from leads
    where q % 42 = 21
)

select * from final
