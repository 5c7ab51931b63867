{#-
    What the made-up CRM is generated from. Everything about a row follows from its day, counted from 1970-01-01, and
    its place in that day: so each day adds its own rows, the rows of earlier days stay the same, and the data is
    never stale. `q` below is a number from 0 to 83 made of the two; the peculiarities of a row hang on it.
-#}

{#- The days of the CRM: 98 up to yesterday, which is some more than the 90 that Microsoft accepts. -#}
{% macro demo_days() %}
    select {{ demo_day_number() }} - cast(days_ago as integer) as day_number
    from generate_series(1, 98) as days (days_ago)
{% endmacro %}

{#- Today as a number of days. -#}
{% macro demo_day_number() %}
    {%- set today = var('demo_today', none) -%}
    {%- set date = "cast('" ~ today ~ "' as date)" if today else "cast(current_timestamp at time zone 'UTC' as date)" -%}
    {{- return("cast(" ~ date ~ " - cast('1970-01-01' as date) as integer)") -}}
{% endmacro %}

{#- The latest of the days that leave this remainder when divided by 28: one, whatever day it is today. -#}
{% macro latest_day_with(remainder) %}
    {{- return("day_number % 28 = " ~ remainder ~ " and day_number >= " ~ demo_day_number() ~ " - 28") -}}
{% endmacro %}

{#- How many leads come in on one day. -#}
{% macro demo_leads_per_day() %}
    {{- return([2, (var('demo_leads') | int) // 98] | max) -}}
{% endmacro %}

{#-
    A moment of a day as the CRM keeps it: the office's local time, as text, without any zone. Sundays have a row in
    the night hour in which the clock is changed where it is changed that day: 02:30 in Berlin, and 01:30 (comes
    twice in autumn) or 02:30 (missing in spring) in New York.
-#}
{% macro demo_local_time() %}
        cast(cast('1970-01-01' as date) + day_number as varchar(10)) || ' '
        || case
            when (day_number + 4) % 7 = 0 and place < 2
                then case when office = 'new_york' and day_number % 2 = 0 then '01:30:00' else '02:30:00' end
            else
                lpad(cast(9 + q % 9 as varchar(2)), 2, '0') || ':'
                || lpad(cast((number * 7) % 60 as varchar(2)), 2, '0') || ':'
                || lpad(cast((number * 13) % 60 as varchar(2)), 2, '0')
        end
{% endmacro %}

{#- The page that a visitor landed on, with the click id in one of the many ways in which it gets there. -#}
{% macro demo_landing_page() %}
        case
            when q % 28 = 3 then 'https://www.example.com/pricing?msclkid=&utm_source=bing'
            when q % 28 = 8 then 'https://www.example.com/pricing?msclkid=' || substr(md5(cast(number as text)), 1, 20)
            when q % 7 = 0 then 'https://www.example.com/pricing?msclkid=' || md5(cast(number as text))
            when q % 7 = 1
                then 'https://www.example.com/?utm_source=bing&utm_medium=cpc&msclkid=' || upper(md5(cast(number as text)))
            when q % 7 = 2
                then 'https://www.example.com/demo?msclkid='
                || substr(md5(cast(number as text)), 1, 8) || '-' || substr(md5(cast(number as text)), 9, 4) || '-'
                || substr(md5(cast(number as text)), 13, 4) || '-' || substr(md5(cast(number as text)), 17, 4) || '-'
                || substr(md5(cast(number as text)), 21) || '&utm_campaign=brand#plans'
            when q % 7 = 3
                then 'https://go.example.com/r?to=https%3A%2F%2Fwww.example.com%2Fpricing%3Fmsclkid%3D'
                || md5(cast(number as text)) || '%26utm_source%3Dbing'
            when q % 7 = 4 then 'https://app.example.com/#/signup?plan=pro&msclkid=' || md5(cast(number as text))
            when q % 7 = 5 then 'https://www.example.com/?MSCLKID=' || md5(cast(number as text)) || '&xmsclkid=none'
            else 'https://www.example.com/blog?utm_source=newsletter'
        end
{% endmacro %}

{#- An e-mail address as people type it; some are missing, some no address, and a few came hashed from a partner. -#}
{% macro demo_email() %}
        case
            when q % 28 = 13 then 'n/a'
            when q % 12 = 7 then ''
            when q % 28 = 19 then upper(md5(cast(number as text)) || md5('partner' || cast(number as text)))
            when q % 4 = 0 then 'anna.mueller' || cast(number as text) || '@example.com'
            when q % 4 = 1 then '  John.SMITH' || cast(number as text) || '@Example.com '
            when q % 4 = 2 then 'Zoë.Dupont' || cast(number as text) || '+ads@mail.example.com'
            else 'oluwaseun ' || cast(number as text) || '@example.com'
        end
{% endmacro %}

{#- A phone number as people type it, from ranges that are kept free for such uses. -#}
{% macro demo_phone() %}
        case
            when q % 28 = 13 or q % 3 = 2 then null
            when office = 'berlin' and q % 3 = 0 then '0171 39200 ' || lpad(cast(number % 100 as varchar(2)), 2, '0')
            when office = 'berlin' then '+49 (0)171/39200' || lpad(cast(number % 100 as varchar(2)), 2, '0')
            when q % 3 = 0 then '(212) 555-01' || lpad(cast(number % 100 as varchar(2)), 2, '0')
            else '+1 212.555.01' || lpad(cast(number % 100 as varchar(2)), 2, '0')
        end
{% endmacro %}
