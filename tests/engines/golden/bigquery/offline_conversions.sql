select
deal_id,
nullif(trim(cast('Deal won' as string)), '') as conversion_name,
(select datetime(safe_cast(case when regexp_contains(any_time, '^(([0-9]{3}[1-9]|[0-...50117b95dc31') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(any_time, '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end as timestamp), 'UTC') from unnest([trim(cast((select case
when (false or regexp_contains(trim(cast(given_time as string), ' '), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$')) then (select datetime(safe_cast(case when regexp_contains(any_time, '^(([0-9]{3}[1-9]|[0-...50117b95dc31') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(any_time, '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end as timestamp), 'UTC') from unnest([trim(cast(given_time as string), ' ')]) as any_time)
else (select coalesce((select case
when datetime(timestamp(datetime(timestamp(a_local_time, 'Europe/Berlin'), 'UTC'), 'UTC'), 'Europe/Berlin') = a_local_time
then greatest(datetime(timestamp(a_local_time, 'Europe/Berlin'), 'UTC'), case when datetime(timestamp(datetime_add(datetime(timestamp(datetime_add(a_local_time, interval 1 day), 'Europe/Berlin'), 'UTC'), interval -1 day), 'UTC'), 'Europe/Berlin') = a_local_time then datetime_add(datetime(timestamp(datetime_add(a_local_time, interval 1 day), 'Europe/Berlin'), 'UTC'), interval -1 day) else datetime(timestamp(a_local_time, 'Europe/Berlin'), 'UTC') end)
else greatest(datetime_add(datetime(timestamp(datetime_add(a_local_time, interval -1 day), 'Europe/Berlin'), 'UTC'), interval 1 day), datetime_add(datetime(timestamp(datetime_add(a_local_time, interval 1 day), 'Europe/Berlin'), 'UTC'), interval -1 day))
end from unnest([case when local_time >= cast('0001-01-02 00:00:00' as datetime) and local_time < cast('9999-12-31 00:00:00' as datetime) then local_time end]) as a_local_time), local_time) from unnest([(select datetime(safe_cast(case when regexp_contains(any_time, '^(([0-9]{3}[1-9]|[0-...50117b95dc31') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(any_time, '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end as timestamp), 'UTC') from unnest([trim(cast(given_time as string), ' ')]) as any_time)]) as local_time)
end from unnest([closed_at]) as given_time) as string), ' ')]) as any_time) as conversion_time,
nullif(trim(cast(nullif(trim(replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_extract(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(cast(landing_page_url as string), '%25', '%'), '%25', '%'), '%3F', '?'), '%3f', '?'), '%26', '&'), '%23', '#'), '%3B', ';'), '%3b', ';'), '%3D', '='), '%3d', '='), '(?i)(?:^|[?&#;])msclkid=([^&#;]+)'), '%3([0-9])', '\\1'), '%[46]1', 'a'), '%[46]2', 'b'), '%[46]3', 'c'), '%[46]4', 'd'), '%[46]5', 'e'), '%[46]6', 'f'), '%2[dD]', '-'), '%20', ' '), '+', ' ')), '') as string)), '') as microsoft_click_id,
lower(nullif(trim(cast((select case
when regexp_contains(given_email, '^[0-9a-fA-F]{64}$') then lower(given_email)
else (select case
when regexp_contains(address, '^[^@.<>:,;()"][^@<>:...e6bb464b02dc')
then to_hex(sha256(replace(
split(
address,
'@'
)[safe_offset(0)]
, '.', '') || '@' ||
split(
address,
'@'
)[safe_offset(1)]
))
end from unnest([regexp_replace(regexp_replace(lower(normalize(regexp_replace(normalize(given_email, NFD), '[̀-ͯ]', ''), NFC)), '^<?(mailto:)?|>$', ''), '[+][^@]*@', '@')]) as address)
end from unnest([regexp_replace(cast(email as string), '[ \\t\\n\\r\\f\\v
­ ᠎ -‏
-  ⁠　﻿]', '')]) as given_email) as string)), '')) as hashed_email_address,
lower(nullif(trim(cast((select case
when regexp_contains(given_phone, '^[0-9a-fA-F]{64}$') then lower(given_phone)
else (select case
when regexp_contains(phone_number, '^[+][1-9][0-9]{6,14}$')
then to_hex(sha256(phone_number))
end from unnest([regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(given_phone, '^([0-9]{7,})[.]0+$', '\\1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '\\1'), '[()./-]', ''), '^00', '+'), '^0', ''), '^([0-9])', '+49\\1')]) as phone_number)
end from unnest([regexp_replace(cast(phone as string), '[ \\t\\n\\r\\f\\v
­ ᠎ -‏
-  ⁠　﻿]', '')]) as given_phone) as string)), '')) as hashed_phone_number,
case when (case when (amount) is null then false when (select case
when regexp_contains(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?$')
then coalesce(safe_cast(amount as float64), safe_cast(number_text as float64), case when regexp_contains(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as float64) else cast('Infinity' as float64) end end)
when number_text = 'nan' then cast('NaN' as float64)
when regexp_contains(number_text, '^[-+]?inf(inity)?$') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as float64) else cast('Infinity' as float64) end
end from unnest([lower(trim(cast(amount as string), ' '))]) as number_text) is not null then true else (case when trim(cast(amount as string), ' ') = '' or cast(amount as string) is null then '' else cast(amount as string) end) <> '' end) then coalesce((select case
when regexp_contains(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?$')
then coalesce(safe_cast(amount as float64), safe_cast(number_text as float64), case when regexp_contains(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as float64) else cast('Infinity' as float64) end end)
when number_text = 'nan' then cast('NaN' as float64)
when regexp_contains(number_text, '^[-+]?inf(inity)?$') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as float64) else cast('Infinity' as float64) end
end from unnest([lower(trim(cast(amount as string), ' '))]) as number_text), cast('NaN' as float64)) end as conversion_value,
upper(nullif(trim(cast(currency as string)), '')) as conversion_currency_code,
case when (case when (credit) is null then false when (select case
when regexp_contains(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?$')
then coalesce(safe_cast(credit as float64), safe_cast(number_text as float64), case when regexp_contains(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as float64) else cast('Infinity' as float64) end end)
when number_text = 'nan' then cast('NaN' as float64)
when regexp_contains(number_text, '^[-+]?inf(inity)?$') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as float64) else cast('Infinity' as float64) end
end from unnest([lower(trim(cast(credit as string), ' '))]) as number_text) is not null then true else (case when trim(cast(credit as string), ' ') = '' or cast(credit as string) is null then '' else cast(credit as string) end) <> '' end) then coalesce((select case
when regexp_contains(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?$')
then coalesce(safe_cast(credit as float64), safe_cast(number_text as float64), case when regexp_contains(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as float64) else cast('Infinity' as float64) end end)
when number_text = 'nan' then cast('NaN' as float64)
when regexp_contains(number_text, '^[-+]?inf(inity)?$') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as float64) else cast('Infinity' as float64) end
end from unnest([lower(trim(cast(credit as string), ' '))]) as number_text), cast('NaN' as float64)) end as external_attribution_credit,
nullif(trim(cast(model as string)), '') as external_attribution_model,
(select datetime(safe_cast(case when regexp_contains(any_time, '^(([0-9]{3}[1-9]|[0-...50117b95dc31') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(any_time, '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end as timestamp), 'UTC') from unnest([trim(cast(clicked_at as string), ' ')]) as any_time) as click_time
from crm.won_deals
