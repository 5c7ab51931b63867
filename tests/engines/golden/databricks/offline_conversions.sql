select
deal_id,
nullif(trim(cast('Deal won' as string)), '') as conversion_name,
transform(array((transform(array(closed_at), given_time -> case
when (typeof(given_time) = 'timestamp' or (case when typeof(given_time) = 'string' then trim(cast(given_time as string)) else '' end rlike ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\\z')) then transform(array((given_time)), any_time -> case
when typeof(any_time) = 'timestamp' then timestampadd(microsecond, unix_micros(try_cast(any_time as timestamp_ltz)), timestamp_ntz'1970-01-01 00:00:00')
when typeof(any_time) in ('timestamp_ntz', 'date') then try_cast(any_time as timestamp_ntz)
when not (trim(cast(any_time as string)) rlike '^(([0-9]{3}[1-9]|[0-...451dcfbfa6cc') then null
when (trim(cast(any_time as string)) rlike ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\\z')
then timestampadd(microsecond, unix_micros(try_cast(regexp_replace(trim(cast(any_time as string)), '^(.{16})(?!:)', '$1:00') as timestamp_ltz)), timestamp_ntz'1970-01-01 00:00:00')
else try_cast(trim(cast(any_time as string)) as timestamp_ntz)
end)[0]
else transform(array(transform(array((given_time)), any_time -> case
when typeof(any_time) = 'timestamp' then timestampadd(microsecond, unix_micros(try_cast(any_time as timestamp_ltz)), timestamp_ntz'1970-01-01 00:00:00')
when typeof(any_time) in ('timestamp_ntz', 'date') then try_cast(any_time as timestamp_ntz)
when not (trim(cast(any_time as string)) rlike '^(([0-9]{3}[1-9]|[0-...451dcfbfa6cc') then null
when (trim(cast(any_time as string)) rlike ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\\z')
then timestampadd(microsecond, unix_micros(try_cast(regexp_replace(trim(cast(any_time as string)), '^(.{16})(?!:)', '$1:00') as timestamp_ltz)), timestamp_ntz'1970-01-01 00:00:00')
else try_cast(trim(cast(any_time as string)) as timestamp_ntz)
end)[0]), local_time -> coalesce(transform(array(case when local_time >= cast('0001-01-02 00:00:00' as timestamp_ntz) and local_time < cast('9999-12-31 00:00:00' as timestamp_ntz) then local_time end), a_local_time -> greatest(
convert_timezone('Europe/Berlin', 'UTC', a_local_time),
case when convert_timezone('UTC', 'Europe/Berlin', convert_timezone('Europe/Berlin', 'UTC', a_local_time + interval 1 day) - interval 1 day) = a_local_time then convert_timezone('Europe/Berlin', 'UTC', a_local_time + interval 1 day) - interval 1 day end
))[0], local_time))[0]
end)[0])), any_time -> case
when typeof(any_time) = 'timestamp' then timestampadd(microsecond, unix_micros(try_cast(any_time as timestamp_ltz)), timestamp_ntz'1970-01-01 00:00:00')
when typeof(any_time) in ('timestamp_ntz', 'date') then try_cast(any_time as timestamp_ntz)
when not (trim(cast(any_time as string)) rlike '^(([0-9]{3}[1-9]|[0-...451dcfbfa6cc') then null
when (trim(cast(any_time as string)) rlike ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\\z')
then timestampadd(microsecond, unix_micros(try_cast(regexp_replace(trim(cast(any_time as string)), '^(.{16})(?!:)', '$1:00') as timestamp_ltz)), timestamp_ntz'1970-01-01 00:00:00')
else try_cast(trim(cast(any_time as string)) as timestamp_ntz)
end)[0] as conversion_time,
nullif(trim(cast(nullif(trim(replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_extract(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(cast(landing_page_url as string), '%25', '%'), '%25', '%'), '%3F', '?'), '%3f', '?'), '%26', '&'), '%23', '#'), '%3B', ';'), '%3b', ';'), '%3D', '='), '%3d', '='), '(?i)(?:^|[?&#;])msclkid=([^&#;]+)', 1), '%3([0-9])', '$1'), '%[46]1', 'a'), '%[46]2', 'b'), '%[46]3', 'c'), '%[46]4', 'd'), '%[46]5', 'e'), '%[46]6', 'f'), '%2[dD]', '-'), '%20', ' '), '+', ' ')), '') as string)), '') as microsoft_click_id,
lower(nullif(trim(cast(transform(array(regexp_replace(cast(email as string), '[ \\t\\n\\r\\f\\v
­ ᠎ -‏
-  ⁠　﻿]', '')), given_email -> case
when (given_email rlike '^[0-9a-fA-F]{64}\\z') then lower(given_email)
else transform(array(regexp_replace(regexp_replace(lower(translate(regexp_replace(given_email, '[̀-ͯ]', ''), 'ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤ...6e0276b69539', 'AAAAAAAAAAAAAAAAAAAA...de97c7292384')), '^<?(mailto:)?|>\\z', ''), '[+][^@]*@', '@')), address -> case
when (address rlike '^[^@.<>:,;()"][^@<>:...a4176e00db8e')
then sha2(concat(replace(
get(split(
address,
-- escape if starts with a special character
case when regexp_extract('@', '([^A-Za-z0-9])(.*)', 1) != '_'
then concat('\\', '@')
else '@' end
), 0)
, '.', ''), '@',
get(split(
address,
-- escape if starts with a special character
case when regexp_extract('@', '([^A-Za-z0-9])(.*)', 1) != '_'
then concat('\\', '@')
else '@' end
), 1)
), 256)
end)[0]
end)[0] as string)), '')) as hashed_email_address,
lower(nullif(trim(cast(transform(array(regexp_replace(cast(phone as string), '[ \\t\\n\\r\\f\\v
­ ᠎ -‏
-  ⁠　﻿]', '')), given_phone -> case
when (given_phone rlike '^[0-9a-fA-F]{64}\\z') then lower(given_phone)
else transform(array(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(given_phone, '^([0-9]{7,})[.]0+\\z', '$1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '$1'), '[()./-]', ''), '^00', '+'), '^0', ''), '^([0-9])', '+49$1')), phone_number -> case
when (phone_number rlike '^[+][1-9][0-9]{6,14}\\z')
then sha2(phone_number, 256)
end)[0]
end)[0] as string)), '')) as hashed_phone_number,
case when (case when (amount) is null then false when case when typeof((amount)) <> 'string' or (trim(cast((amount) as string)) rlike '(?i)^([-+]?([0-9]+([...a38f118a2085') then try_cast((amount) as double) end is not null then true else (case when trim(cast(amount as string)) = '' or cast(amount as string) is null then '' else cast(amount as string) end) <> '' end) then coalesce(case when typeof((amount)) <> 'string' or (trim(cast((amount) as string)) rlike '(?i)^([-+]?([0-9]+([...a38f118a2085') then try_cast((amount) as double) end, cast('NaN' as double)) end as conversion_value,
upper(nullif(trim(cast(currency as string)), '')) as conversion_currency_code,
case when (case when (credit) is null then false when case when typeof((credit)) <> 'string' or (trim(cast((credit) as string)) rlike '(?i)^([-+]?([0-9]+([...a38f118a2085') then try_cast((credit) as double) end is not null then true else (case when trim(cast(credit as string)) = '' or cast(credit as string) is null then '' else cast(credit as string) end) <> '' end) then coalesce(case when typeof((credit)) <> 'string' or (trim(cast((credit) as string)) rlike '(?i)^([-+]?([0-9]+([...a38f118a2085') then try_cast((credit) as double) end, cast('NaN' as double)) end as external_attribution_credit,
nullif(trim(cast(model as string)), '') as external_attribution_model,
transform(array((clicked_at)), any_time -> case
when typeof(any_time) = 'timestamp' then timestampadd(microsecond, unix_micros(try_cast(any_time as timestamp_ltz)), timestamp_ntz'1970-01-01 00:00:00')
when typeof(any_time) in ('timestamp_ntz', 'date') then try_cast(any_time as timestamp_ntz)
when not (trim(cast(any_time as string)) rlike '^(([0-9]{3}[1-9]|[0-...451dcfbfa6cc') then null
when (trim(cast(any_time as string)) rlike ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\\z')
then timestampadd(microsecond, unix_micros(try_cast(regexp_replace(trim(cast(any_time as string)), '^(.{16})(?!:)', '$1:00') as timestamp_ltz)), timestamp_ntz'1970-01-01 00:00:00')
else try_cast(trim(cast(any_time as string)) as timestamp_ntz)
end)[0] as click_time
from crm.won_deals
