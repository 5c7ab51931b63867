select
deal_id,
nullif(trim(cast('Deal won' as TEXT)), '') as conversion_name,
coalesce(
as_timestamp_ntz(to_variant(case
when (coalesce(typeof(to_variant(closed_at)) in ('TIMESTAMP_LTZ', 'TIMESTAMP_TZ'), false) or (regexp_instr(coalesce(trim(as_varchar(to_variant(closed_at))), ''), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$') > 0)) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
)
else coalesce(case
when convert_timezone('UTC', 'Europe/Berlin', convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end
then greatest(convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end), case when convert_timezone('UTC', 'Europe/Berlin', dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)))) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end then dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))) else convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end) end)
else greatest(dateadd('day', 1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', -1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))), dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))))
end, coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
))
end)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(case
when (coalesce(typeof(to_variant(closed_at)) in ('TIMESTAMP_LTZ', 'TIMESTAMP_TZ'), false) or (regexp_instr(coalesce(trim(as_varchar(to_variant(closed_at))), ''), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$') > 0)) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
)
else coalesce(case
when convert_timezone('UTC', 'Europe/Berlin', convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end
then greatest(convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end), case when convert_timezone('UTC', 'Europe/Berlin', dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)))) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end then dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))) else convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end) end)
else greatest(dateadd('day', 1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', -1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))), dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))))
end, coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
))
end))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(case
when (coalesce(typeof(to_variant(closed_at)) in ('TIMESTAMP_LTZ', 'TIMESTAMP_TZ'), false) or (regexp_instr(coalesce(trim(as_varchar(to_variant(closed_at))), ''), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$') > 0)) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
)
else coalesce(case
when convert_timezone('UTC', 'Europe/Berlin', convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end
then greatest(convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end), case when convert_timezone('UTC', 'Europe/Berlin', dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)))) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end then dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))) else convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end) end)
else greatest(dateadd('day', 1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', -1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))), dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))))
end, coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
))
end))) as timestamp_ntz),
cast(as_date(to_variant(case
when (coalesce(typeof(to_variant(closed_at)) in ('TIMESTAMP_LTZ', 'TIMESTAMP_TZ'), false) or (regexp_instr(coalesce(trim(as_varchar(to_variant(closed_at))), ''), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$') > 0)) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
)
else coalesce(case
when convert_timezone('UTC', 'Europe/Berlin', convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end
then greatest(convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end), case when convert_timezone('UTC', 'Europe/Berlin', dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)))) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end then dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))) else convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end) end)
else greatest(dateadd('day', 1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', -1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))), dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))))
end, coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
))
end)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(case
when (coalesce(typeof(to_variant(closed_at)) in ('TIMESTAMP_LTZ', 'TIMESTAMP_TZ'), false) or (regexp_instr(coalesce(trim(as_varchar(to_variant(closed_at))), ''), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$') > 0)) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
)
else coalesce(case
when convert_timezone('UTC', 'Europe/Berlin', convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end
then greatest(convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end), case when convert_timezone('UTC', 'Europe/Berlin', dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)))) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end then dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))) else convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end) end)
else greatest(dateadd('day', 1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', -1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))), dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))))
end, coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
))
end))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(case
when (coalesce(typeof(to_variant(closed_at)) in ('TIMESTAMP_LTZ', 'TIMESTAMP_TZ'), false) or (regexp_instr(coalesce(trim(as_varchar(to_variant(closed_at))), ''), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$') > 0)) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
)
else coalesce(case
when convert_timezone('UTC', 'Europe/Berlin', convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end
then greatest(convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end), case when convert_timezone('UTC', 'Europe/Berlin', dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end)))) = case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end then dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))) else convert_timezone('Europe/Berlin', 'UTC', case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end) end)
else greatest(dateadd('day', 1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', -1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))), dateadd('day', -1, convert_timezone('Europe/Berlin', 'UTC', dateadd('day', 1, case when coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) >= cast('0001-01-02 00:00:00' as timestamp_ntz) and coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) < cast('9999-12-31 00:00:00' as timestamp_ntz) then coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) end))))
end, coalesce(
as_timestamp_ntz(to_variant(closed_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(closed_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(closed_at))) as timestamp_ntz),
cast(as_date(to_variant(closed_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(closed_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(closed_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
))
end))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) as conversion_time,
nullif(trim(cast(nullif(trim(replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_substr(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(cast(landing_page_url as TEXT), '%25', '%'), '%25', '%'), '%3F', '?'), '%3f', '?'), '%26', '&'), '%23', '#'), '%3B', ';'), '%3b', ';'), '%3D', '='), '%3d', '='), '(^|[?&#;])msclkid=([^&#;]+)', 1, 1, 'ie', 2), '%3([0-9])', '\\1'), '%[46]1', 'a'), '%[46]2', 'b'), '%[46]3', 'c'), '%[46]4', 'd'), '%[46]5', 'e'), '%[46]6', 'f'), '%2[dD]', '-'), '%20', ' '), '+', ' ')), '') as TEXT)), '') as microsoft_click_id,
lower(nullif(trim(cast(case
when (regexp_instr(regexp_replace(cast(email as TEXT), '[ \t\n\r\f\u000b\u0085 ­ ᠎ -‏\u2028-  ⁠　﻿]', ''), '^[0-9a-fA-F]{64}$') > 0) then lower(regexp_replace(cast(email as TEXT), '[ \t\n\r\f\u000b\u0085 ­ ᠎ -‏\u2028-  ⁠　﻿]', ''))
else case
when (regexp_instr(regexp_replace(regexp_replace(lower(translate(regexp_replace(regexp_replace(cast(email as TEXT), '[ \t\n\r\f\u000b\u0085 ­ ᠎ -‏\u2028-  ⁠　﻿]', ''), '[̀-ͯ]', ''), 'ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤ...6e0276b69539', 'AAAAAAAAAAAAAAAAAAAA...de97c7292384')), '^<?(mailto:)?|>$', ''), '[+][^@]*@', '@'), '^[^@.<>:,;()"][^@<>:...e6bb464b02dc') > 0)
then sha2(replace(
split_part(
regexp_replace(regexp_replace(lower(translate(regexp_replace(regexp_replace(cast(email as TEXT), '[ \t\n\r\f\u000b\u0085 ­ ᠎ -‏\u2028-  ⁠　﻿]', ''), '[̀-ͯ]', ''), 'ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤ...6e0276b69539', 'AAAAAAAAAAAAAAAAAAAA...de97c7292384')), '^<?(mailto:)?|>$', ''), '[+][^@]*@', '@'),
'@',
1
)
, '.', '') || '@' ||
split_part(
regexp_replace(regexp_replace(lower(translate(regexp_replace(regexp_replace(cast(email as TEXT), '[ \t\n\r\f\u000b\u0085 ­ ᠎ -‏\u2028-  ⁠　﻿]', ''), '[̀-ͯ]', ''), 'ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤ...6e0276b69539', 'AAAAAAAAAAAAAAAAAAAA...de97c7292384')), '^<?(mailto:)?|>$', ''), '[+][^@]*@', '@'),
'@',
2
)
, 256)
end
end as TEXT)), '')) as hashed_email_address,
lower(nullif(trim(cast(case
when (regexp_instr(regexp_replace(cast(phone as TEXT), '[ \t\n\r\f\u000b\u0085 ­ ᠎ -‏\u2028-  ⁠　﻿]', ''), '^[0-9a-fA-F]{64}$') > 0) then lower(regexp_replace(cast(phone as TEXT), '[ \t\n\r\f\u000b\u0085 ­ ᠎ -‏\u2028-  ⁠　﻿]', ''))
else case
when (regexp_instr(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(cast(phone as TEXT), '[ \t\n\r\f\u000b\u0085 ­ ᠎ -‏\u2028-  ⁠　﻿]', ''), '^([0-9]{7,})[.]0+$', '\\1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '\\1'), '[()./-]', ''), '^00', '+'), '^0', ''), '^([0-9])', '+49\\1'), '^[+][1-9][0-9]{6,14}$') > 0)
then sha2(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(cast(phone as TEXT), '[ \t\n\r\f\u000b\u0085 ­ ᠎ -‏\u2028-  ⁠　﻿]', ''), '^([0-9]{7,})[.]0+$', '\\1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '\\1'), '[()./-]', ''), '^00', '+'), '^0', ''), '^([0-9])', '+49\\1'), 256)
end
end as TEXT)), '')) as hashed_phone_number,
case when (case when (amount) is null then false when coalesce(as_double(to_variant(amount)), case
when (regexp_instr(lower(trim(to_varchar(amount))), '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?$') > 0)
then coalesce(try_to_double(lower(trim(to_varchar(amount)))), case when (regexp_instr(lower(trim(to_varchar(amount))), 'e-') > 0) then 0 else case when substr(lower(trim(to_varchar(amount))), 1, 1) = '-' then cast('-inf' as double) else cast('inf' as double) end end)
when lower(trim(to_varchar(amount))) = 'nan' then cast('NaN' as double)
when (regexp_instr(lower(trim(to_varchar(amount))), '^[-+]?inf(inity)?$') > 0) then case when substr(lower(trim(to_varchar(amount))), 1, 1) = '-' then cast('-inf' as double) else cast('inf' as double) end
end) is not null then true else (case when trim(cast(amount as TEXT)) = '' or cast(amount as TEXT) is null then '' else cast(amount as TEXT) end) <> '' end) then coalesce(coalesce(as_double(to_variant(amount)), case
when (regexp_instr(lower(trim(to_varchar(amount))), '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?$') > 0)
then coalesce(try_to_double(lower(trim(to_varchar(amount)))), case when (regexp_instr(lower(trim(to_varchar(amount))), 'e-') > 0) then 0 else case when substr(lower(trim(to_varchar(amount))), 1, 1) = '-' then cast('-inf' as double) else cast('inf' as double) end end)
when lower(trim(to_varchar(amount))) = 'nan' then cast('NaN' as double)
when (regexp_instr(lower(trim(to_varchar(amount))), '^[-+]?inf(inity)?$') > 0) then case when substr(lower(trim(to_varchar(amount))), 1, 1) = '-' then cast('-inf' as double) else cast('inf' as double) end
end), cast('NaN' as double)) end as conversion_value,
upper(nullif(trim(cast(currency as TEXT)), '')) as conversion_currency_code,
case when (case when (credit) is null then false when coalesce(as_double(to_variant(credit)), case
when (regexp_instr(lower(trim(to_varchar(credit))), '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?$') > 0)
then coalesce(try_to_double(lower(trim(to_varchar(credit)))), case when (regexp_instr(lower(trim(to_varchar(credit))), 'e-') > 0) then 0 else case when substr(lower(trim(to_varchar(credit))), 1, 1) = '-' then cast('-inf' as double) else cast('inf' as double) end end)
when lower(trim(to_varchar(credit))) = 'nan' then cast('NaN' as double)
when (regexp_instr(lower(trim(to_varchar(credit))), '^[-+]?inf(inity)?$') > 0) then case when substr(lower(trim(to_varchar(credit))), 1, 1) = '-' then cast('-inf' as double) else cast('inf' as double) end
end) is not null then true else (case when trim(cast(credit as TEXT)) = '' or cast(credit as TEXT) is null then '' else cast(credit as TEXT) end) <> '' end) then coalesce(coalesce(as_double(to_variant(credit)), case
when (regexp_instr(lower(trim(to_varchar(credit))), '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?$') > 0)
then coalesce(try_to_double(lower(trim(to_varchar(credit)))), case when (regexp_instr(lower(trim(to_varchar(credit))), 'e-') > 0) then 0 else case when substr(lower(trim(to_varchar(credit))), 1, 1) = '-' then cast('-inf' as double) else cast('inf' as double) end end)
when lower(trim(to_varchar(credit))) = 'nan' then cast('NaN' as double)
when (regexp_instr(lower(trim(to_varchar(credit))), '^[-+]?inf(inity)?$') > 0) then case when substr(lower(trim(to_varchar(credit))), 1, 1) = '-' then cast('-inf' as double) else cast('inf' as double) end
end), cast('NaN' as double)) end as external_attribution_credit,
nullif(trim(cast(model as TEXT)), '') as external_attribution_model,
coalesce(
as_timestamp_ntz(to_variant(clicked_at)),
cast(convert_timezone('UTC', as_timestamp_tz(to_variant(clicked_at))) as timestamp_ntz),
cast(convert_timezone('UTC', as_timestamp_ltz(to_variant(clicked_at))) as timestamp_ntz),
cast(as_date(to_variant(clicked_at)) as timestamp_ntz),
cast(convert_timezone('UTC', try_to_timestamp_tz(case when (regexp_instr(trim(as_varchar(to_variant(clicked_at))), '^(([0-9]{3}[1-9]|[0-...50117b95dc31') > 0) then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(as_varchar(to_variant(clicked_at))), '^(.{10})T', '\\1 '), '^(.{10})$', '\\1 00:00'), '([.][0-9]{6})[0-9]+', '\\1'), '(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'), '^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'), '^(.{16})([+-])', '\\1:00\\2') end, 'AUTO')) as timestamp_ntz)
) as click_time
from crm.won_deals
