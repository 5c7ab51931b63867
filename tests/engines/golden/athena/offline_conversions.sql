select
deal_id,
nullif(trim(cast('Deal won' as VARCHAR)), '') as conversion_name,
transform(array[transform(array[closed_at], given_time -> case
when (typeof(given_time) like '%with time zone' or regexp_like(trim(both ' ' from cast(given_time as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z')) then transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]
else transform(array[transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]], local_time -> coalesce(transform(array[case when local_time >= cast('0001-01-02 00:00:00' as timestamp(6)) and local_time < cast('9999-12-31 00:00:00' as timestamp(6)) then local_time end], a_local_time -> case
when cast(at_timezone(with_timezone(cast(at_timezone(with_timezone(a_local_time, 'Europe/Berlin'), 'UTC') as timestamp(6)), 'UTC'), 'Europe/Berlin') as timestamp(6)) = a_local_time
then greatest(cast(at_timezone(with_timezone(a_local_time, 'Europe/Berlin'), 'UTC') as timestamp(6)), case when cast(at_timezone(with_timezone(date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))), 'UTC'), 'Europe/Berlin') as timestamp(6)) = a_local_time then date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))) else cast(at_timezone(with_timezone(a_local_time, 'Europe/Berlin'), 'UTC') as timestamp(6)) end)
else greatest(date_add('day', 1, cast(at_timezone(with_timezone(date_add('day', -1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))), date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))))
end)[1], local_time))[1]
end)[1]], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as conversion_time,
nullif(trim(cast(nullif(trim(replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_extract(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(cast(landing_page_url as VARCHAR), '%25', '%'), '%25', '%'), '%3F', '?'), '%3f', '?'), '%26', '&'), '%23', '#'), '%3B', ';'), '%3b', ';'), '%3D', '='), '%3d', '='), '(?i)(?:^|[?&#;])msclkid=([^&#;]+)', 1), '%3([0-9])', '$1'), '%[46]1', 'a'), '%[46]2', 'b'), '%[46]3', 'c'), '%[46]4', 'd'), '%[46]5', 'e'), '%[46]6', 'f'), '%2[dD]', '-'), '%20', ' '), '+', ' ')), '') as VARCHAR)), '') as microsoft_click_id,
lower(nullif(trim(cast(transform(array[regexp_replace(cast(email as VARCHAR), '[ \t\n\r\f\v
­ ᠎ -‏
-  ⁠　﻿]', '')], given_email -> case
when regexp_like(given_email, '^[0-9a-fA-F]{64}\z') then lower(given_email)
else transform(array[regexp_replace(regexp_replace(lower(normalize(regexp_replace(normalize(given_email, NFD), '[̀-ͯ]', ''), NFC)), '^<?(mailto:)?|>\z', ''), '[+][^@]*@', '@')], address -> case
when regexp_like(address, '^[^@.<>:,;()"][^@<>:...dfec5418b79b')
then lower(to_hex(sha256(to_utf8(replace(
split_part(
address,
'@',
1
)
, '.', '') || '@' ||
split_part(
address,
'@',
2
)
))))
end)[1]
end)[1] as VARCHAR)), '')) as hashed_email_address,
lower(nullif(trim(cast(transform(array[regexp_replace(cast(phone as VARCHAR), '[ \t\n\r\f\v
­ ᠎ -‏
-  ⁠　﻿]', '')], given_phone -> case
when regexp_like(given_phone, '^[0-9a-fA-F]{64}\z') then lower(given_phone)
else transform(array[regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(given_phone, '^([0-9]{7,})[.]0+\z', '$1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '$1'), '[()./-]', ''), '^00', '+'), '^0', ''), '^([0-9])', '+49$1')], phone_number -> case
when regexp_like(phone_number, '^[+][1-9][0-9]{6,14}\z')
then lower(to_hex(sha256(to_utf8(phone_number))))
end)[1]
end)[1] as VARCHAR)), '')) as hashed_phone_number,
case when (case when (amount) is null then false when transform(array[lower(trim(both ' ' from cast(amount as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(amount as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(amount as VARCHAR)) = '' or cast(amount as VARCHAR) is null then '' else cast(amount as VARCHAR) end) <> '' end) then coalesce(transform(array[lower(trim(both ' ' from cast(amount as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(amount as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1], cast('NaN' as double)) end as conversion_value,
upper(nullif(trim(cast(currency as VARCHAR)), '')) as conversion_currency_code,
case when (case when (credit) is null then false when transform(array[lower(trim(both ' ' from cast(credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(credit as VARCHAR)) = '' or cast(credit as VARCHAR) is null then '' else cast(credit as VARCHAR) end) <> '' end) then coalesce(transform(array[lower(trim(both ' ' from cast(credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1], cast('NaN' as double)) end as external_attribution_credit,
nullif(trim(cast(model as VARCHAR)), '') as external_attribution_model,
transform(array[clicked_at], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as click_time
from crm.won_deals
