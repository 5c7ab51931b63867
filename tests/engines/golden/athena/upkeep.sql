-- rejected
select
record_key,
conversion_name,
conversion_time,
reason,
code,
error_code,
message,
tracking_id
from a_plan as planned
where class = 'held' and reason in ('rejected_unchanged', 'retract_refused', 'maybe_taken')
order by error_code, reason, conversion_time, record_key;
-- retry, counted
select
code,
error_code,
reason,
count(*) as rows_in_all
from (
select *
from a_plan as planned
where class = 'held'
and (
reason in ('rejected_unchanged', 'retract_refused') or (side = 'source' and reason = 'maybe_taken')
)
and (
code = 4
or lower(error_code) = lower('InvalidName')
)
and record_key in ('D1')
) as retried
group by code, error_code, reason
order by count(*) desc, code, error_code, reason;
-- retry, keys
select distinct record_key
from (
select *
from a_plan as planned
where class = 'held'
and (
reason in ('rejected_unchanged', 'retract_refused') or (side = 'source' and reason = 'maybe_taken')
)
and (
code = 4
or lower(error_code) = lower('InvalidName')
)
and record_key in ('D1')
) as retried;
-- retry
insert into "warehouse"."shop"."reverse_etl_ledger" (
destination, environment, account_id, sync, run_seq, seq, batch, operation,
conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
value, currency, attribution_credit, attribution_model, first_attempt, recorded_at
)
with retried as (
select
conversion_name,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
conversion_time
from (
select *
from a_plan as planned
where class = 'held'
and (
reason in ('rejected_unchanged', 'retract_refused') or (side = 'source' and reason = 'maybe_taken')
)
) as chosen
),
answers as (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to
),
fences as (
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq
),
uneven_attempts as (
select run_seq, seq
from (
select
attempts.run_seq, attempts.seq, attempts.operation, attempts.first_attempt,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
(fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent' as counts
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
left join answers as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join answers as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join fences as fences
on attempts.run_seq = fences.run_seq
where
1 = 1
) as attempts
where not (counts and operation = 'send' and first_attempt and coalesce(outcome, '') = 'accepted')
),
eventful_attempts as (
select
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join (
select distinct ledger.conversion_name, ledger.identifier_key, ledger.conversion_time
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as ledger
inner join uneven_attempts as uneven on ledger.run_seq = uneven.run_seq and ledger.seq = uneven.seq
) as eventful on attempts.conversion_name = eventful.conversion_name and attempts.identifier_key = eventful.identifier_key and attempts.conversion_time = eventful.conversion_time
left join answers as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join answers as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join fences as fences
on attempts.run_seq = fences.run_seq
where
1 = 1
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
),
states as (
with once as (
select
attempts.*,
run_seq * 1000000000000 + seq as place
from (
select
attempts.*,
row_number() over (partition by run_seq, seq order by batch) as written
from eventful_attempts as attempts
) as attempts
where written = 1
),
places as (
select
last_places.*,
case
when retract_accepted > 0 then 'retracted'
when send_accepted > 0 then 'accepted'
when send_unanswered > send_unsettled and send_unanswered > send_settled then 'in_doubt'
when send_unsettled > send_settled then 'maybe_taken'
end as known_status,
retract_accepted = 0 and retract_unanswered > retract_settled as retract_in_doubt,
retried > send_refused as lifted,
case
when send_accepted > 0 then send_accepted
when send_unanswered > send_unsettled and send_unanswered > send_settled then send_unanswered
-- lifted, the last repeat tells, of the same bytes: it may have been put off since
when send_unsettled > send_settled and retried <= send_refused then send_unsettled
else last_send
end as payload_from
from (
select
conversion_name, identifier_key, conversion_time,
max(case when operation = 'send' then place else 0 end) as last_send,
max(case when operation = 'send' and outcome is null then place else 0 end) as send_unanswered,
max(case when operation = 'send' and outcome = 'rejected' and settles = 0 then place else 0 end) as send_unsettled,
max(case when operation = 'send' and outcome in ('rejected', 'deferred') and settles = 1 then place else 0 end) as send_settled,
max(case when operation = 'send' and outcome = 'rejected' then place else 0 end) as send_refused,
max(case when operation = 'retry' then place else 0 end) as retried,
max(case when operation = 'restate' and outcome = 'accepted' then place else 0 end) as restate_accepted,
max(case when operation = 'restate' and outcome is null then place else 0 end) as restate_unanswered,
max(case when operation = 'restate' and outcome = 'rejected' then place else 0 end) as restate_rejected,
max(case when operation = 'retract' and outcome = 'accepted' then place else 0 end) as retract_accepted,
max(case when operation = 'retract' and outcome is null then place else 0 end) as retract_unanswered,
max(case when operation = 'retract' and outcome = 'rejected' and settles = 1 then place else 0 end) as retract_settled,
max(case when operation = 'retract' then place else 0 end) as last_retract,
max(case when operation = 'retract' and outcome = 'rejected' then place else 0 end) as retract_rejected,
max(case when operation in ('restate', 'retract') then place else 0 end) as last_adjustment,
coalesce(min(case when operation = 'send' and outcome = 'accepted' then place end), 0) as send_accepted,
max(
case
when outcome is null and operation <> 'retry' and 1 = 0 then 1
else 0
end
) = 1 as may_still_arrive,
max(adjustment_time) as last_adjustment_time
from once as attempts
group by conversion_name, identifier_key, conversion_time
) as last_places
)
select
places.conversion_name, places.identifier_key, places.conversion_time,
coalesce(
places.known_status, case when payload.outcome = 'deferred' or places.lifted then 'deferred' else 'rejected' end
) as status,
coalesce(places.known_status, '') = 'maybe_taken' and places.lifted as lifted,
coalesce(places.known_status, '') = 'accepted' and places.restate_unanswered > places.restate_accepted as restate_in_doubt,
places.retract_in_doubt as retract_in_doubt,
places.retract_rejected > places.retried and places.retract_rejected = places.last_retract as retract_refused,
places.may_still_arrive, places.last_adjustment_time,
case when places.send_accepted > 0 then payload.answered_at end as accepted_at,
payload.answered_at as answered_at,
unanswered.value as restate_tried_value,
unanswered.currency as restate_tried_currency,
adjusted.operation as adjusted,
adjusted.outcome as adjusted_outcome,
adjusted.run_seq as adjusted_run_seq,
adjusted.value as adjusted_value,
adjusted.currency as adjusted_currency,
rejected.value as restate_refused_value,
rejected.currency as restate_refused_currency,
payload.run_seq, payload.record_key, payload.click_id, payload.hashed_email, payload.hashed_phone,
coalesce(restated.value, payload.value) as value,
coalesce(restated.currency, payload.currency) as currency,
payload.attribution_credit, payload.attribution_model,
-- what keeps a conversion that counts from being corrected is the refusal of the correction
case when places.send_accepted > 0 then adjusted.code else payload.code end as code,
case when places.send_accepted > 0 then adjusted.error_code else payload.error_code end as error_code,
case when places.send_accepted > 0 then adjusted.message else payload.message end as message,
case when places.send_accepted > 0 then adjusted.tracking_id else payload.tracking_id end as tracking_id
from places
inner join once as payload on places.payload_from = payload.place
left join once as restated on places.restate_accepted = restated.place
left join once as rejected
on places.restate_rejected = rejected.place
and places.restate_rejected > places.restate_accepted and places.restate_rejected > places.retried
left join once as unanswered
on places.restate_unanswered = unanswered.place and places.restate_unanswered > places.restate_accepted
left join once as adjusted on places.last_adjustment = adjusted.place
),
plain as (
select attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
left join (
select run_seq, seq from eventful_attempts as eventful
union all
select run_seq, seq from uneven_attempts as uneven
) as left_out
on attempts.run_seq = left_out.run_seq and attempts.seq = left_out.seq
left join fences as fences
on attempts.run_seq = fences.run_seq
where left_out.seq is null and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)
)
select
'microsoft_ads', 'production', '1', 'it''s',
7,
row_number() over (order by states.conversion_name, states.identifier_key, states.conversion_time),
1,
'retry',
states.conversion_name, states.click_id, states.hashed_email, states.hashed_phone, states.conversion_time,
states.record_key, states.value, states.currency, states.attribution_credit, states.attribution_model,
false,
cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6))
from states
inner join retried on states.conversion_name = retried.conversion_name and states.identifier_key = retried.identifier_key and states.conversion_time = retried.conversion_time;
-- baseline, counted
with planned as (
select * from a_plan as everything
),
chosen as (
select
planned.*,
listed.hashed_email as sent_email,
listed.hashed_phone as sent_phone,
row_number() over (order by planned.seq) as nth
from (
select
everything.*,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key
from planned as everything
where side = 'source' and operation = 'send' and not (status in ('accepted', 'in_doubt', 'maybe_taken')) and conversion_time < '2026-11-25T12:00:00Z'
) as planned
inner join (
select
conversion_name, identifier_key, conversion_time,
hashed_email,
hashed_phone
from (
select
listed_rows.*,
row_number() over (partition by conversion_name, identifier_key, conversion_time order by hashed_email desc, hashed_phone desc) as copy
from (
select
conversion_name,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
conversion_time,
hashed_email,
hashed_phone
from (
select
case when trim(both ' ' from cast("name" as VARCHAR)) = '' or cast("name" as VARCHAR) is null then '' else cast("name" as VARCHAR) end as conversion_name,
case when trim(both ' ' from cast("click id" as VARCHAR)) = '' or cast("click id" as VARCHAR) is null then '' else cast("click id" as VARCHAR) end as click_id,
'' as hashed_email,
'' as hashed_phone,
coalesce(
concat(replace(substr(cast(transform(array["time"], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as varchar), 1, 19), ' ', 'T'), 'Z'), ''
) as conversion_time
from sent
) as cleaned
) as listed_rows
) as copies
where copy = 1
) as listed on planned.conversion_name = listed.conversion_name and planned.identifier_key = listed.identifier_key and planned.conversion_time = listed.conversion_time
)
select 'goal' as what, conversion_name, count(*) as rows_in_all, min(conversion_time) as oldest, max(conversion_time) as newest
from chosen
group by conversion_name
union all
select 'to_send' as what, '' as conversion_name, count(*) as rows_in_all, cast(null as VARCHAR) as oldest, cast(null as VARCHAR) as newest
from planned
where operation is not null
union all
select 'in_doubt' as what, '' as conversion_name, count(*) as rows_in_all, cast(null as VARCHAR) as oldest, cast(null as VARCHAR) as newest
from planned
where operation is not null and class = 'in_doubt'
union all
select 'refused' as what, '' as conversion_name, count(*) as rows_in_all, cast(null as VARCHAR) as oldest, cast(null as VARCHAR) as newest
from planned
where side = 'source' and class = 'held' and reason = 'rejected_unchanged' and status = 'rejected'
order by 1, 2;
-- baseline
insert into "warehouse"."shop"."reverse_etl_ledger" (
destination, environment, account_id, sync, run_seq, seq, batch, operation,
conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
value, currency, attribution_credit, attribution_model, first_attempt, recorded_at
)
select
'microsoft_ads', 'production', '1', 'it''s', 7, nth, 1, operation,
conversion_name, click_id, sent_email, sent_phone, conversion_time, record_key,
value, currency, attribution_credit, attribution_model, status = 'none', cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6))
from (select
planned.*,
listed.hashed_email as sent_email,
listed.hashed_phone as sent_phone,
row_number() over (order by planned.seq) as nth
from (
select
everything.*,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key
from a_plan as everything
where side = 'source' and operation = 'send' and not (status in ('accepted', 'in_doubt', 'maybe_taken')) and conversion_time < '2026-11-25T12:00:00Z'
) as planned
inner join (
select
conversion_name, identifier_key, conversion_time,
hashed_email,
hashed_phone
from (
select
listed_rows.*,
row_number() over (partition by conversion_name, identifier_key, conversion_time order by hashed_email desc, hashed_phone desc) as copy
from (
select
conversion_name,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
conversion_time,
hashed_email,
hashed_phone
from (
select
case when trim(both ' ' from cast("name" as VARCHAR)) = '' or cast("name" as VARCHAR) is null then '' else cast("name" as VARCHAR) end as conversion_name,
case when trim(both ' ' from cast("click id" as VARCHAR)) = '' or cast("click id" as VARCHAR) is null then '' else cast("click id" as VARCHAR) end as click_id,
'' as hashed_email,
'' as hashed_phone,
coalesce(
concat(replace(substr(cast(transform(array["time"], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as varchar), 1, 19), ' ', 'T'), 'Z'), ''
) as conversion_time
from sent
) as cleaned
) as listed_rows
) as copies
where copy = 1
) as listed on planned.conversion_name = listed.conversion_name and planned.identifier_key = listed.identifier_key and planned.conversion_time = listed.conversion_time
) as chosen
where nth <= 10;
-- listed, counts
select
coalesce(sum(case when source_rows.conversion_name is null then listed.row_count else 0 end), 0) as unmatched,
coalesce(sum(case when listed.conversion_time = '' then listed.row_count else 0 end), 0) as unreadable,
count(source_rows.conversion_name) as matched
from (
select
conversion_name, identifier_key, conversion_time,
count(*) as row_count
from (
select
conversion_name,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
conversion_time,
hashed_email,
hashed_phone
from (
select
case when trim(both ' ' from cast("name" as VARCHAR)) = '' or cast("name" as VARCHAR) is null then '' else cast("name" as VARCHAR) end as conversion_name,
case when trim(both ' ' from cast("click id" as VARCHAR)) = '' or cast("click id" as VARCHAR) is null then '' else cast("click id" as VARCHAR) end as click_id,
'' as hashed_email,
'' as hashed_phone,
coalesce(
concat(replace(substr(cast(transform(array["time"], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as varchar), 1, 19), ' ', 'T'), 'Z'), ''
) as conversion_time
from sent
) as cleaned
) as listed_rows
group by conversion_name, identifier_key, conversion_time
) as listed
left join (
select distinct conversion_name, identifier_key, conversion_time
from (
with clean_rows as (
select
'' as record_key,
case when trim(both ' ' from cast(conversion_name as VARCHAR)) = '' or cast(conversion_name as VARCHAR) is null then '' else cast(conversion_name as VARCHAR) end as conversion_name,
transform(array[conversion_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as conversion_at,
case when trim(both ' ' from cast(microsoft_click_id as VARCHAR)) = '' or cast(microsoft_click_id as VARCHAR) is null then '' else cast(microsoft_click_id as VARCHAR) end as click_id,
case when trim(both ' ' from cast(hashed_email_address as VARCHAR)) = '' or cast(hashed_email_address as VARCHAR) is null then '' else cast(hashed_email_address as VARCHAR) end as hashed_email,
case when trim(both ' ' from cast(hashed_phone_number as VARCHAR)) = '' or cast(hashed_phone_number as VARCHAR) is null then '' else cast(hashed_phone_number as VARCHAR) end as hashed_phone,
transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as value,
(case when (conversion_value) is null then false when transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(conversion_value as VARCHAR)) = '' or cast(conversion_value as VARCHAR) is null then '' else cast(conversion_value as VARCHAR) end) <> '' end) as has_value,
case when trim(both ' ' from cast(conversion_currency_code as VARCHAR)) = '' or cast(conversion_currency_code as VARCHAR) is null then '' else cast(conversion_currency_code as VARCHAR) end as currency,
transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as attribution_credit,
(case when (external_attribution_credit) is null then false when transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(external_attribution_credit as VARCHAR)) = '' or cast(external_attribution_credit as VARCHAR) is null then '' else cast(external_attribution_credit as VARCHAR) end) <> '' end) as has_credit,
case when trim(both ' ' from cast(external_attribution_model as VARCHAR)) = '' or cast(external_attribution_model as VARCHAR) is null then '' else cast(external_attribution_model as VARCHAR) end as attribution_model
from "warehouse"."shop"."offline_conversions"
)
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from clean_rows as clean) as identified
) as source_rows on listed.conversion_name = source_rows.conversion_name and listed.identifier_key = source_rows.identifier_key and listed.conversion_time = source_rows.conversion_time;
-- accepted in a run
select
conversion_name,
count(*) as rows_in_all,
min(conversion_time) as oldest,
max(conversion_time) as newest
from (
select
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq) as fences
on attempts.run_seq = fences.run_seq
where
attempts.run_seq = 7 and coalesce(one_row.outcome, many_rows.outcome) = 'accepted'
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
) as attempts
group by conversion_name
order by conversion_name;
-- touched later
select
count(*) as touched,
min(first_run_seq) as first_run_seq
from (
select min(run_seq) as first_run_seq
from (
select
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join (
select distinct
marked.conversion_name,
case when marked.click_id = '' then cast(length(marked.hashed_email) as VARCHAR) || 'H' || marked.hashed_email || marked.hashed_phone else lower(replace(marked.click_id, '-', '')) end as identifier_key,
marked.conversion_time
from "warehouse"."shop"."reverse_etl_ledger" as marked
where marked.destination = 'microsoft_ads' and marked.environment = 'production' and marked.account_id = '1' and marked.sync = 'it''s' and marked.run_seq = 7
) as marked on attempts.conversion_name = marked.conversion_name and attempts.identifier_key = marked.identifier_key and attempts.conversion_time = marked.conversion_time
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq) as fences
on attempts.run_seq = fences.run_seq
where
attempts.run_seq > 7
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
) as attempts
group by conversion_name, identifier_key, conversion_time
) as later;
-- kind of a run
select max(case when event = 'claim' then counts else '' end) as kind
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event in ('claim', 'open') and run_seq = 7
and claim_id not in (
select claim_id from "warehouse"."shop"."reverse_etl_runs" where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'withdraw'
)
having count(*) > 0;
-- rows of a run
select count(*) as rows_in_all
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and run_seq = 7;
-- hash
select transform(array[regexp_replace(cast('a@b.example' as VARCHAR), '[ \t\n\r\f\v
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
end)[1] as hashed_email;
-- hash of a phone
select transform(array[regexp_replace(cast('+49 30 901820' as VARCHAR), '[ \t\n\r\f\v
­ ᠎ -‏
-  ⁠　﻿]', '')], given_phone -> case
when regexp_like(given_phone, '^[0-9a-fA-F]{64}\z') then lower(given_phone)
else transform(array[regexp_replace(regexp_replace(regexp_replace(regexp_replace(given_phone, '^([0-9]{7,})[.]0+\z', '$1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '$1'), '[()./-]', ''), '^00', '+')], phone_number -> case
when regexp_like(phone_number, '^[+][1-9][0-9]{6,14}\z')
then lower(to_hex(sha256(to_utf8(phone_number))))
end)[1]
end)[1] as hashed_phone;
-- forget, counted
with held as (
select
conversion_name,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
conversion_time,
record_key,
lower(replace(click_id, '-', '')) as click_key,
hashed_email,
hashed_phone,
run_seq,
seq
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
),
person as (
select distinct conversion_name, identifier_key, conversion_time
from held
where ((held.record_key in ('D1')) or (held.click_key in ('c')) or (held.hashed_email in ('e')) or (held.conversion_name = 'Lead' and held.identifier_key = '1Hep' and held.conversion_time = '2026-11-25T12:00:00Z'))
),
attempts_that_count as (
select
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join person on attempts.conversion_name = person.conversion_name and attempts.identifier_key = person.identifier_key and attempts.conversion_time = person.conversion_time
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq) as fences
on attempts.run_seq = fences.run_seq
where
1 = 1
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
),
states as (
with once as (
select
attempts.*,
run_seq * 1000000000000 + seq as place
from (
select
attempts.*,
row_number() over (partition by run_seq, seq order by batch) as written
from attempts_that_count as attempts
) as attempts
where written = 1
),
places as (
select
last_places.*,
case
when retract_accepted > 0 then 'retracted'
when send_accepted > 0 then 'accepted'
when send_unanswered > send_unsettled and send_unanswered > send_settled then 'in_doubt'
when send_unsettled > send_settled then 'maybe_taken'
end as known_status,
retract_accepted = 0 and retract_unanswered > retract_settled as retract_in_doubt,
retried > send_refused as lifted,
case
when send_accepted > 0 then send_accepted
when send_unanswered > send_unsettled and send_unanswered > send_settled then send_unanswered
-- lifted, the last repeat tells, of the same bytes: it may have been put off since
when send_unsettled > send_settled and retried <= send_refused then send_unsettled
else last_send
end as payload_from
from (
select
conversion_name, identifier_key, conversion_time,
max(case when operation = 'send' then place else 0 end) as last_send,
max(case when operation = 'send' and outcome is null then place else 0 end) as send_unanswered,
max(case when operation = 'send' and outcome = 'rejected' and settles = 0 then place else 0 end) as send_unsettled,
max(case when operation = 'send' and outcome in ('rejected', 'deferred') and settles = 1 then place else 0 end) as send_settled,
max(case when operation = 'send' and outcome = 'rejected' then place else 0 end) as send_refused,
max(case when operation = 'retry' then place else 0 end) as retried,
max(case when operation = 'restate' and outcome = 'accepted' then place else 0 end) as restate_accepted,
max(case when operation = 'restate' and outcome is null then place else 0 end) as restate_unanswered,
max(case when operation = 'restate' and outcome = 'rejected' then place else 0 end) as restate_rejected,
max(case when operation = 'retract' and outcome = 'accepted' then place else 0 end) as retract_accepted,
max(case when operation = 'retract' and outcome is null then place else 0 end) as retract_unanswered,
max(case when operation = 'retract' and outcome = 'rejected' and settles = 1 then place else 0 end) as retract_settled,
max(case when operation = 'retract' then place else 0 end) as last_retract,
max(case when operation = 'retract' and outcome = 'rejected' then place else 0 end) as retract_rejected,
max(case when operation in ('restate', 'retract') then place else 0 end) as last_adjustment,
coalesce(min(case when operation = 'send' and outcome = 'accepted' then place end), 0) as send_accepted,
max(
case
when outcome is null and operation <> 'retry' and 1 = 0 then 1
else 0
end
) = 1 as may_still_arrive,
max(adjustment_time) as last_adjustment_time
from once as attempts
group by conversion_name, identifier_key, conversion_time
) as last_places
)
select
places.conversion_name, places.identifier_key, places.conversion_time,
coalesce(
places.known_status, case when payload.outcome = 'deferred' or places.lifted then 'deferred' else 'rejected' end
) as status,
coalesce(places.known_status, '') = 'maybe_taken' and places.lifted as lifted,
coalesce(places.known_status, '') = 'accepted' and places.restate_unanswered > places.restate_accepted as restate_in_doubt,
places.retract_in_doubt as retract_in_doubt,
places.retract_rejected > places.retried and places.retract_rejected = places.last_retract as retract_refused,
places.may_still_arrive, places.last_adjustment_time,
case when places.send_accepted > 0 then payload.answered_at end as accepted_at,
payload.answered_at as answered_at,
unanswered.value as restate_tried_value,
unanswered.currency as restate_tried_currency,
adjusted.operation as adjusted,
adjusted.outcome as adjusted_outcome,
adjusted.run_seq as adjusted_run_seq,
adjusted.value as adjusted_value,
adjusted.currency as adjusted_currency,
rejected.value as restate_refused_value,
rejected.currency as restate_refused_currency,
payload.run_seq, payload.record_key, payload.click_id, payload.hashed_email, payload.hashed_phone,
coalesce(restated.value, payload.value) as value,
coalesce(restated.currency, payload.currency) as currency,
payload.attribution_credit, payload.attribution_model,
-- what keeps a conversion that counts from being corrected is the refusal of the correction
case when places.send_accepted > 0 then adjusted.code else payload.code end as code,
case when places.send_accepted > 0 then adjusted.error_code else payload.error_code end as error_code,
case when places.send_accepted > 0 then adjusted.message else payload.message end as message,
case when places.send_accepted > 0 then adjusted.tracking_id else payload.tracking_id end as tracking_id
from places
inner join once as payload on places.payload_from = payload.place
left join once as restated on places.restate_accepted = restated.place
left join once as rejected
on places.restate_rejected = rejected.place
and places.restate_rejected > places.restate_accepted and places.restate_rejected > places.retried
left join once as unanswered
on places.restate_unanswered = unanswered.place and places.restate_unanswered > places.restate_accepted
left join once as adjusted on places.last_adjustment = adjusted.place
)
select
(
select count(*)
from "warehouse"."shop"."reverse_etl_receipts" as receipts
inner join (
select distinct run_seq, seq
from (
select
conversion_name,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
conversion_time,
record_key,
lower(replace(click_id, '-', '')) as click_key,
hashed_email,
hashed_phone,
run_seq,
seq
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
) as held_here
where ((held_here.record_key in ('D1')) or (held_here.click_key in ('c')) or (held_here.hashed_email in ('e')) or (held_here.conversion_name = 'Lead' and held_here.identifier_key = '1Hep' and held_here.conversion_time = '2026-11-25T12:00:00Z'))
) as numbers on receipts.run_seq = numbers.run_seq and receipts.seq_from = numbers.seq
where receipts.destination = 'microsoft_ads' and receipts.environment = 'production' and receipts.account_id = '1' and receipts.sync = 'it''s' and receipts.seq_from = receipts.seq_to and receipts.message <> ''
) as messages,
(
select count(*)
from states
where (status = 'in_doubt' or (retract_in_doubt and not retract_refused))
and conversion_time >= '2026-08-27T12:00:00Z'
) as in_doubt,
(
select count(*)
from (
select identified.*, lower(replace(click_id, '-', '')) as click_key
from (
with clean_rows as (
select
case when trim(both ' ' from cast("deal_id" as VARCHAR)) = '' or cast("deal_id" as VARCHAR) is null then '' else cast("deal_id" as VARCHAR) end as record_key,
case when trim(both ' ' from cast(conversion_name as VARCHAR)) = '' or cast(conversion_name as VARCHAR) is null then '' else cast(conversion_name as VARCHAR) end as conversion_name,
transform(array[conversion_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as conversion_at,
case when trim(both ' ' from cast(microsoft_click_id as VARCHAR)) = '' or cast(microsoft_click_id as VARCHAR) is null then '' else cast(microsoft_click_id as VARCHAR) end as click_id,
case when trim(both ' ' from cast(hashed_email_address as VARCHAR)) = '' or cast(hashed_email_address as VARCHAR) is null then '' else cast(hashed_email_address as VARCHAR) end as hashed_email,
case when trim(both ' ' from cast(hashed_phone_number as VARCHAR)) = '' or cast(hashed_phone_number as VARCHAR) is null then '' else cast(hashed_phone_number as VARCHAR) end as hashed_phone,
transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as value,
(case when (conversion_value) is null then false when transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(conversion_value as VARCHAR)) = '' or cast(conversion_value as VARCHAR) is null then '' else cast(conversion_value as VARCHAR) end) <> '' end) as has_value,
case when trim(both ' ' from cast(conversion_currency_code as VARCHAR)) = '' or cast(conversion_currency_code as VARCHAR) is null then '' else cast(conversion_currency_code as VARCHAR) end as currency,
transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as attribution_credit,
(case when (external_attribution_credit) is null then false when transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(external_attribution_credit as VARCHAR)) = '' or cast(external_attribution_credit as VARCHAR) is null then '' else cast(external_attribution_credit as VARCHAR) end) <> '' end) as has_credit,
case when trim(both ' ' from cast(external_attribution_model as VARCHAR)) = '' or cast(external_attribution_model as VARCHAR) is null then '' else cast(external_attribution_model as VARCHAR) end as attribution_model
from "warehouse"."shop"."offline_conversions"
)
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from clean_rows as clean) as identified
) as source_rows
where (source_rows.click_id <> '' or source_rows.hashed_email <> '' or source_rows.hashed_phone <> '')
and ((source_rows.record_key in ('D1')) or (source_rows.click_key in ('c')) or (source_rows.hashed_email in ('e')) or (source_rows.conversion_name = 'Lead' and source_rows.identifier_key = '1Hep' and source_rows.conversion_time = '2026-11-25T12:00:00Z'))
) as in_source;
-- forget, linked
select distinct
record_key,
click_key,
conversion_name,
identifier_key,
conversion_time
from (
select
conversion_name,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
conversion_time,
record_key,
lower(replace(click_id, '-', '')) as click_key,
hashed_email,
hashed_phone,
run_seq,
seq
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
) as held
where ((held.record_key in ('D1')) or (held.click_key in ('c')) or (held.hashed_email in ('e')) or (held.conversion_name = 'Lead' and held.identifier_key = '1Hep' and held.conversion_time = '2026-11-25T12:00:00Z'));
-- forget, attempts
select distinct
run_seq,
seq,
dense_rank() over (order by conversion_name, identifier_key, conversion_time) as conversion
from (
select
conversion_name,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
conversion_time,
record_key,
lower(replace(click_id, '-', '')) as click_key,
hashed_email,
hashed_phone,
run_seq,
seq
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
) as held
where ((held.record_key in ('D1')) or (held.click_key in ('c')) or (held.hashed_email in ('e')) or (held.conversion_name = 'Lead' and held.identifier_key = '1Hep' and held.conversion_time = '2026-11-25T12:00:00Z'))
order by run_seq, seq;
-- forget, elsewhere
select count(*) as attempts
from (
select
record_key,
lower(replace(click_id, '-', '')) as click_key,
hashed_email,
hashed_phone
from "warehouse"."shop"."reverse_etl_ledger"
where
not (destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s')
) as others
where ((others.record_key in ('D1')) or (others.click_key in ('c')) or (others.hashed_email in ('e')) or (others.conversion_name = 'Lead' and others.identifier_key = '1Hep' and others.conversion_time = '2026-11-25T12:00:00Z'));
-- forget, messages
update "warehouse"."shop"."reverse_etl_receipts" set message = '' where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and seq_from = seq_to and message <> '' and ((run_seq = 1 and seq_from in (1)) or (run_seq = 2 and seq_from in (5, 6)));
-- forget
update "warehouse"."shop"."reverse_etl_ledger" set click_id = case
when ((run_seq = 1 and seq in (1)) or (run_seq = 2 and seq in (5))) then 'forgotten_7_1'
when ((run_seq = 2 and seq in (6))) then 'forgotten_7_2'
end, hashed_email = '', hashed_phone = '', record_key = '' where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and ((run_seq = 1 and seq in (1)) or (run_seq = 2 and seq in (5, 6)));
-- forgotten
select
count(distinct click_id) as records,
count(*) as attempts
from (
select distinct click_id, run_seq, seq
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and substr(click_id, 1, 12) = 'forgotten_7_'
) as attempts;
-- keys
select
coalesce(sum(case when everything.record_key = 'D1' then 1 else 0 end), 0) as rows_by_unique_key,
coalesce(sum(case when (lower(everything.hashed_email) = lower('e') or lower(everything.hashed_phone) = lower('e')) then 1 else 0 end), 0) as rows_by_hash
from (
select record_key, click_id, hashed_email, hashed_phone
from (
with clean_rows as (
select
case when trim(both ' ' from cast("deal_id" as VARCHAR)) = '' or cast("deal_id" as VARCHAR) is null then '' else cast("deal_id" as VARCHAR) end as record_key,
case when trim(both ' ' from cast(conversion_name as VARCHAR)) = '' or cast(conversion_name as VARCHAR) is null then '' else cast(conversion_name as VARCHAR) end as conversion_name,
transform(array[conversion_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as conversion_at,
case when trim(both ' ' from cast(microsoft_click_id as VARCHAR)) = '' or cast(microsoft_click_id as VARCHAR) is null then '' else cast(microsoft_click_id as VARCHAR) end as click_id,
case when trim(both ' ' from cast(hashed_email_address as VARCHAR)) = '' or cast(hashed_email_address as VARCHAR) is null then '' else cast(hashed_email_address as VARCHAR) end as hashed_email,
case when trim(both ' ' from cast(hashed_phone_number as VARCHAR)) = '' or cast(hashed_phone_number as VARCHAR) is null then '' else cast(hashed_phone_number as VARCHAR) end as hashed_phone,
transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as value,
(case when (conversion_value) is null then false when transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(conversion_value as VARCHAR)) = '' or cast(conversion_value as VARCHAR) is null then '' else cast(conversion_value as VARCHAR) end) <> '' end) as has_value,
case when trim(both ' ' from cast(conversion_currency_code as VARCHAR)) = '' or cast(conversion_currency_code as VARCHAR) is null then '' else cast(conversion_currency_code as VARCHAR) end as currency,
transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as attribution_credit,
(case when (external_attribution_credit) is null then false when transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(external_attribution_credit as VARCHAR)) = '' or cast(external_attribution_credit as VARCHAR) is null then '' else cast(external_attribution_credit as VARCHAR) end) <> '' end) as has_credit,
case when trim(both ' ' from cast(external_attribution_model as VARCHAR)) = '' or cast(external_attribution_model as VARCHAR) is null then '' else cast(external_attribution_model as VARCHAR) end as attribution_model
from "warehouse"."shop"."offline_conversions"
)
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from clean_rows as clean) as identified
union all
select record_key, click_id, hashed_email, hashed_phone
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
) as everything;
-- why
with named_ledger as (
select *
from (
select
conversion_name, conversion_time, record_key, click_id, hashed_email, hashed_phone, value, currency, attribution_credit, attribution_model, run_seq, seq,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
) as identified
where lower(replace(identified.click_id, '-', '')) = lower(replace('c', '-', ''))
),
asked_ledger as (
select *
from (
select
named_ledger.*,
row_number() over (partition by conversion_name, identifier_key, conversion_time order by run_seq desc, seq desc) as nth
from named_ledger
) as numbered
where nth = 1
),
asked as (
select distinct conversion_name, identifier_key, conversion_time
from (
select conversion_name, identifier_key, conversion_time from named_ledger
union all
select conversion_name, identifier_key, conversion_time
from (
with clean_rows as (
select
case when trim(both ' ' from cast("deal_id" as VARCHAR)) = '' or cast("deal_id" as VARCHAR) is null then '' else cast("deal_id" as VARCHAR) end as record_key,
case when trim(both ' ' from cast(conversion_name as VARCHAR)) = '' or cast(conversion_name as VARCHAR) is null then '' else cast(conversion_name as VARCHAR) end as conversion_name,
transform(array[conversion_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as conversion_at,
case when trim(both ' ' from cast(microsoft_click_id as VARCHAR)) = '' or cast(microsoft_click_id as VARCHAR) is null then '' else cast(microsoft_click_id as VARCHAR) end as click_id,
case when trim(both ' ' from cast(hashed_email_address as VARCHAR)) = '' or cast(hashed_email_address as VARCHAR) is null then '' else cast(hashed_email_address as VARCHAR) end as hashed_email,
case when trim(both ' ' from cast(hashed_phone_number as VARCHAR)) = '' or cast(hashed_phone_number as VARCHAR) is null then '' else cast(hashed_phone_number as VARCHAR) end as hashed_phone,
transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as value,
(case when (conversion_value) is null then false when transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(conversion_value as VARCHAR)) = '' or cast(conversion_value as VARCHAR) is null then '' else cast(conversion_value as VARCHAR) end) <> '' end) as has_value,
case when trim(both ' ' from cast(conversion_currency_code as VARCHAR)) = '' or cast(conversion_currency_code as VARCHAR) is null then '' else cast(conversion_currency_code as VARCHAR) end as currency,
transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as attribution_credit,
(case when (external_attribution_credit) is null then false when transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(external_attribution_credit as VARCHAR)) = '' or cast(external_attribution_credit as VARCHAR) is null then '' else cast(external_attribution_credit as VARCHAR) end) <> '' end) as has_credit,
case when trim(both ' ' from cast(external_attribution_model as VARCHAR)) = '' or cast(external_attribution_model as VARCHAR) is null then '' else cast(external_attribution_model as VARCHAR) end as attribution_model
from "warehouse"."shop"."offline_conversions"
)
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from clean_rows as clean) as identified
where lower(replace(identified.click_id, '-', '')) = lower(replace('c', '-', ''))
) as named
),
asked_source as (
select identified.*
from (
with clean_rows as (
select
case when trim(both ' ' from cast("deal_id" as VARCHAR)) = '' or cast("deal_id" as VARCHAR) is null then '' else cast("deal_id" as VARCHAR) end as record_key,
case when trim(both ' ' from cast(conversion_name as VARCHAR)) = '' or cast(conversion_name as VARCHAR) is null then '' else cast(conversion_name as VARCHAR) end as conversion_name,
transform(array[conversion_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as conversion_at,
case when trim(both ' ' from cast(microsoft_click_id as VARCHAR)) = '' or cast(microsoft_click_id as VARCHAR) is null then '' else cast(microsoft_click_id as VARCHAR) end as click_id,
case when trim(both ' ' from cast(hashed_email_address as VARCHAR)) = '' or cast(hashed_email_address as VARCHAR) is null then '' else cast(hashed_email_address as VARCHAR) end as hashed_email,
case when trim(both ' ' from cast(hashed_phone_number as VARCHAR)) = '' or cast(hashed_phone_number as VARCHAR) is null then '' else cast(hashed_phone_number as VARCHAR) end as hashed_phone,
transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as value,
(case when (conversion_value) is null then false when transform(array[lower(trim(both ' ' from cast(conversion_value as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(conversion_value as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(conversion_value as VARCHAR)) = '' or cast(conversion_value as VARCHAR) is null then '' else cast(conversion_value as VARCHAR) end) <> '' end) as has_value,
case when trim(both ' ' from cast(conversion_currency_code as VARCHAR)) = '' or cast(conversion_currency_code as VARCHAR) is null then '' else cast(conversion_currency_code as VARCHAR) end as currency,
transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] as attribution_credit,
(case when (external_attribution_credit) is null then false when transform(array[lower(trim(both ' ' from cast(external_attribution_credit as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(external_attribution_credit as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(external_attribution_credit as VARCHAR)) = '' or cast(external_attribution_credit as VARCHAR) is null then '' else cast(external_attribution_credit as VARCHAR) end) <> '' end) as has_credit,
case when trim(both ' ' from cast(external_attribution_model as VARCHAR)) = '' or cast(external_attribution_model as VARCHAR) is null then '' else cast(external_attribution_model as VARCHAR) end as attribution_model
from "warehouse"."shop"."offline_conversions"
)
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from clean_rows as clean) as identified
inner join asked on identified.conversion_name = asked.conversion_name and identified.identifier_key = asked.identifier_key and identified.conversion_time = asked.conversion_time
),
asked_attempts as (
select
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join asked on attempts.conversion_name = asked.conversion_name and attempts.identifier_key = asked.identifier_key and attempts.conversion_time = asked.conversion_time
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq) as fences
on attempts.run_seq = fences.run_seq
where
1 = 1
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
),
asked_states as (
with once as (
select
attempts.*,
run_seq * 1000000000000 + seq as place
from (
select
attempts.*,
row_number() over (partition by run_seq, seq order by batch) as written
from asked_attempts as attempts
) as attempts
where written = 1
),
places as (
select
last_places.*,
case
when retract_accepted > 0 then 'retracted'
when send_accepted > 0 then 'accepted'
when send_unanswered > send_unsettled and send_unanswered > send_settled then 'in_doubt'
when send_unsettled > send_settled then 'maybe_taken'
end as known_status,
retract_accepted = 0 and retract_unanswered > retract_settled as retract_in_doubt,
retried > send_refused as lifted,
case
when send_accepted > 0 then send_accepted
when send_unanswered > send_unsettled and send_unanswered > send_settled then send_unanswered
-- lifted, the last repeat tells, of the same bytes: it may have been put off since
when send_unsettled > send_settled and retried <= send_refused then send_unsettled
else last_send
end as payload_from
from (
select
conversion_name, identifier_key, conversion_time,
max(case when operation = 'send' then place else 0 end) as last_send,
max(case when operation = 'send' and outcome is null then place else 0 end) as send_unanswered,
max(case when operation = 'send' and outcome = 'rejected' and settles = 0 then place else 0 end) as send_unsettled,
max(case when operation = 'send' and outcome in ('rejected', 'deferred') and settles = 1 then place else 0 end) as send_settled,
max(case when operation = 'send' and outcome = 'rejected' then place else 0 end) as send_refused,
max(case when operation = 'retry' then place else 0 end) as retried,
max(case when operation = 'restate' and outcome = 'accepted' then place else 0 end) as restate_accepted,
max(case when operation = 'restate' and outcome is null then place else 0 end) as restate_unanswered,
max(case when operation = 'restate' and outcome = 'rejected' then place else 0 end) as restate_rejected,
max(case when operation = 'retract' and outcome = 'accepted' then place else 0 end) as retract_accepted,
max(case when operation = 'retract' and outcome is null then place else 0 end) as retract_unanswered,
max(case when operation = 'retract' and outcome = 'rejected' and settles = 1 then place else 0 end) as retract_settled,
max(case when operation = 'retract' then place else 0 end) as last_retract,
max(case when operation = 'retract' and outcome = 'rejected' then place else 0 end) as retract_rejected,
max(case when operation in ('restate', 'retract') then place else 0 end) as last_adjustment,
coalesce(min(case when operation = 'send' and outcome = 'accepted' then place end), 0) as send_accepted,
max(
case
when outcome is null and operation <> 'retry' and 1 = 0 then 1
else 0
end
) = 1 as may_still_arrive,
max(adjustment_time) as last_adjustment_time
from once as attempts
group by conversion_name, identifier_key, conversion_time
) as last_places
)
select
places.conversion_name, places.identifier_key, places.conversion_time,
coalesce(
places.known_status, case when payload.outcome = 'deferred' or places.lifted then 'deferred' else 'rejected' end
) as status,
coalesce(places.known_status, '') = 'maybe_taken' and places.lifted as lifted,
coalesce(places.known_status, '') = 'accepted' and places.restate_unanswered > places.restate_accepted as restate_in_doubt,
places.retract_in_doubt as retract_in_doubt,
places.retract_rejected > places.retried and places.retract_rejected = places.last_retract as retract_refused,
places.may_still_arrive, places.last_adjustment_time,
case when places.send_accepted > 0 then payload.answered_at end as accepted_at,
payload.answered_at as answered_at,
unanswered.value as restate_tried_value,
unanswered.currency as restate_tried_currency,
adjusted.operation as adjusted,
adjusted.outcome as adjusted_outcome,
adjusted.run_seq as adjusted_run_seq,
adjusted.value as adjusted_value,
adjusted.currency as adjusted_currency,
rejected.value as restate_refused_value,
rejected.currency as restate_refused_currency,
payload.run_seq, payload.record_key, payload.click_id, payload.hashed_email, payload.hashed_phone,
coalesce(restated.value, payload.value) as value,
coalesce(restated.currency, payload.currency) as currency,
payload.attribution_credit, payload.attribution_model,
-- what keeps a conversion that counts from being corrected is the refusal of the correction
case when places.send_accepted > 0 then adjusted.code else payload.code end as code,
case when places.send_accepted > 0 then adjusted.error_code else payload.error_code end as error_code,
case when places.send_accepted > 0 then adjusted.message else payload.message end as message,
case when places.send_accepted > 0 then adjusted.tracking_id else payload.tracking_id end as tracking_id
from places
inner join once as payload on places.payload_from = payload.place
left join once as restated on places.restate_accepted = restated.place
left join once as rejected
on places.restate_rejected = rejected.place
and places.restate_rejected > places.restate_accepted and places.restate_rejected > places.retried
left join once as unanswered
on places.restate_unanswered = unanswered.place and places.restate_unanswered > places.restate_accepted
left join once as adjusted on places.last_adjustment = adjusted.place
),
asked_plan as (
select lines.*
from (
select
planned.*,
case when planned.click_id = '' then cast(length(planned.hashed_email) as VARCHAR) || 'H' || planned.hashed_email || planned.hashed_phone else lower(replace(planned.click_id, '-', '')) end as identifier_key
from a_plan as planned
where planned.conversion_name is not null
) as lines
inner join asked on lines.conversion_name = asked.conversion_name and lines.identifier_key = asked.identifier_key and lines.conversion_time = asked.conversion_time
),
rows_to_send as (
select
asked_source.*,
row_number() over (
partition by asked_source.conversion_name, asked_source.identifier_key, asked_source.conversion_time
order by case when asked_source.record_key = asked_plan.record_key then 0 else 1 end, asked_source.record_key
) as nth
from asked_source
inner join asked_plan
on asked_source.conversion_name = asked_plan.conversion_name and asked_source.identifier_key = asked_plan.identifier_key and asked_source.conversion_time = asked_plan.conversion_time
and asked_plan.side = 'source' and asked_plan.operation is not null
)
,
planned_items as (
select
'source' as place,
asked_plan.class,
asked_plan.reason,
asked_plan.goes_at,
case when now_row.nth = 1 then now_row.conversion_name else asked_plan.conversion_name end as conversion_name,
case when now_row.nth = 1 then now_row.conversion_time else asked_plan.conversion_time end as conversion_time,
case when now_row.nth = 1 then now_row.record_key else asked_plan.record_key end as record_key,
case when now_row.nth = 1 then now_row.click_id else asked_plan.click_id end as click_id,
case when now_row.nth = 1 then now_row.hashed_email else asked_plan.hashed_email end as hashed_email,
case when now_row.nth = 1 then now_row.hashed_phone else asked_plan.hashed_phone end as hashed_phone,
case when now_row.nth = 1 then now_row.value else asked_plan.value end as value,
case when now_row.nth = 1 then now_row.currency else asked_plan.currency end as currency,
case when now_row.nth = 1 then now_row.attribution_credit else asked_plan.attribution_credit end as attribution_credit,
case when now_row.nth = 1 then now_row.attribution_model else asked_plan.attribution_model end as attribution_model,
asked_plan.identifier_key
from asked_plan
left join rows_to_send as now_row
on asked_plan.conversion_name = now_row.conversion_name and asked_plan.identifier_key = now_row.identifier_key and asked_plan.conversion_time = now_row.conversion_time and now_row.nth = 1 and asked_plan.operation is not null
where
asked_plan.side = 'source'
-- what is broken has blanks in common with what else is broken: it is shown where it was asked for itself
and (asked_plan.class <> 'invalid' or (lower(replace(asked_plan.click_id, '-', '')) = lower(replace('c', '-', ''))))
),
unchanged_items as (
select
'source' as place,
'unchanged' as class,
'' as reason,
'' as goes_at,
asked_source.conversion_name, asked_source.conversion_time, asked_source.record_key, asked_source.click_id, asked_source.hashed_email, asked_source.hashed_phone, asked_source.value, asked_source.currency, asked_source.attribution_credit, asked_source.attribution_model,
asked_source.identifier_key
from asked_source
left join (
select distinct conversion_name, identifier_key, conversion_time
from asked_plan
where side = 'source'
) as planned on asked_source.conversion_name = planned.conversion_name and asked_source.identifier_key = planned.identifier_key and asked_source.conversion_time = planned.conversion_time
where planned.conversion_name is null
),
ledger_items as (
select
'ledger' as place,
coalesce(
asked_plan.class,
case states.status when 'accepted' then 'aged_out' when 'in_doubt' then 'expired' when 'maybe_taken' then 'held' else 'absent' end
) as class,
coalesce(
asked_plan.reason,
case states.status when 'in_doubt' then 'in_doubt_too_old' when 'maybe_taken' then 'maybe_taken' else '' end
) as reason,
coalesce(asked_plan.goes_at, '') as goes_at,
asked_ledger.conversion_name, asked_ledger.conversion_time,
case when states.status is null then asked_ledger.record_key else states.record_key end as record_key,
case when states.status is null then asked_ledger.click_id else states.click_id end as click_id,
case when states.status is null then asked_ledger.hashed_email else states.hashed_email end as hashed_email,
case when states.status is null then asked_ledger.hashed_phone else states.hashed_phone end as hashed_phone,
case when states.status is null then asked_ledger.value else states.value end as value,
case when states.status is null then asked_ledger.currency else states.currency end as currency,
case when states.status is null then asked_ledger.attribution_credit else states.attribution_credit end as attribution_credit,
case when states.status is null then asked_ledger.attribution_model else states.attribution_model end as attribution_model,
asked_ledger.identifier_key as identifier_key
from asked_ledger
left join asked_states as states on asked_ledger.conversion_name = states.conversion_name and asked_ledger.identifier_key = states.identifier_key and asked_ledger.conversion_time = states.conversion_time
left join asked_plan on asked_ledger.conversion_name = asked_plan.conversion_name and asked_ledger.identifier_key = asked_plan.identifier_key and asked_ledger.conversion_time = asked_plan.conversion_time and asked_plan.side = 'ledger'
left join (
select distinct conversion_name, identifier_key, conversion_time
from asked_source
) as present on asked_ledger.conversion_name = present.conversion_name and asked_ledger.identifier_key = present.identifier_key and asked_ledger.conversion_time = present.conversion_time
where asked_plan.class is not null or present.conversion_name is null
),
items as (
select * from planned_items
union all
select * from unchanged_items
union all
select * from ledger_items
),
final as (
select
items.place,
items.class,
items.reason,
items.record_key,
items.conversion_name,
items.conversion_time,
-- what is malformed may be an address that is not hashed
case when (items.click_id <> '' and not regexp_like(items.click_id, '^([0-9a-fA-F]{32}|[0...f99045e1bf84')) and substr(items.click_id, 1, 10) <> 'forgotten_' then '?' else substr(items.click_id, 1, 8) end as click_id_start,
case when (items.hashed_email <> '' and not regexp_like(items.hashed_email, '^[0-9a-f]{64}\z')) and substr(items.hashed_email, 1, 10) <> 'forgotten_' then '?' else substr(items.hashed_email, 1, 8) end as hashed_email_start,
case when (items.hashed_phone <> '' and not regexp_like(items.hashed_phone, '^[0-9a-f]{64}\z')) and substr(items.hashed_phone, 1, 10) <> 'forgotten_' then '?' else substr(items.hashed_phone, 1, 8) end as hashed_phone_start,
items.value,
items.currency,
items.attribution_credit,
items.attribution_model,
items.identifier_key,
states.status,
states.code,
states.error_code,
items.goes_at,
-- of rows that are one conversion, the one that was asked for goes first
case when lower(replace(items.click_id, '-', '')) = lower(replace('c', '-', '')) then 0 else 1 end as named_otherwise,
count(*) over () as rows_in_all
from items
left join asked_states as states on items.conversion_name = states.conversion_name and items.identifier_key = states.identifier_key and items.conversion_time = states.conversion_time
)
select *
from final
order by case when place = 'source' then 0 else 1 end, named_otherwise, conversion_time, record_key, class
limit 10;
-- attempts
with asked as (
select
0 as identity,
'Lead' as conversion_name,
'c' as identifier_key,
'2026-11-25T12:00:00Z' as conversion_time
),
intents as (
-- an intent that was written twice counts once
select
asked.identity,
ledger.*,
row_number() over (partition by asked.identity, ledger.run_seq, ledger.seq order by ledger.recorded_at) as written
from (
select
run_seq, seq, batch, operation, record_key, value, currency, recorded_at, conversion_name, conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
) as ledger
inner join asked on ledger.conversion_name = asked.conversion_name and ledger.identifier_key = asked.identifier_key and ledger.conversion_time = asked.conversion_time
),
answers as (
-- the narrower receipt wins over the wider
select
intents.identity, intents.run_seq, intents.seq,
receipts.outcome, receipts.code, receipts.error_code, receipts.message, receipts.tracking_id, receipts.recorded_at,
row_number() over (
partition by intents.identity, intents.run_seq, intents.seq
order by receipts.seq_to - receipts.seq_from, receipts.outcome desc, receipts.recorded_at
) as nth
from intents
inner join "warehouse"."shop"."reverse_etl_receipts" as receipts
on intents.run_seq = receipts.run_seq and intents.batch = receipts.batch
and intents.seq between receipts.seq_from and receipts.seq_to
where receipts.destination = 'microsoft_ads' and receipts.environment = 'production' and receipts.account_id = '1' and receipts.sync = 'it''s' and intents.written = 1
),
fences as (
select
fenced_run_seq,
min(run_seq) as fenced_by,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq
)
select
intents.identity, intents.run_seq, intents.operation, intents.record_key, intents.value, intents.currency,
concat(replace(substr(cast(intents.recorded_at as varchar), 1, 19), ' ', 'T'), 'Z') as attempted_at,
case
when intents.operation = 'retry' then ''
when intents.seq > fences.fenced_seq then 'void'
else coalesce(answers.outcome, 'in_doubt')
end as outcome,
concat(replace(substr(cast(answers.recorded_at as varchar), 1, 19), ' ', 'T'), 'Z') as answered_at,
answers.code, answers.error_code, answers.message, answers.tracking_id,
fences.fenced_by as fenced_by
from intents
left join answers
on intents.identity = answers.identity and intents.run_seq = answers.run_seq and intents.seq = answers.seq and answers.nth = 1
left join fences on intents.run_seq = fences.fenced_run_seq
where intents.written = 1
order by intents.identity, intents.run_seq, intents.seq;
-- size of a run
select
count(distinct seq) as attempts,
count(distinct batch) as batches
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and run_seq = 7 and operation <> 'retry';
-- tests of a run
select tests
from "warehouse"."shop"."reverse_etl_runs"
where
destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
and event = 'open'
and tests <> ''
and run_seq = 7;
-- a run
select
outcome,
code,
error_code,
sum(seq_to - seq_from + 1) as rows_in_all
from (
select distinct seq_from, seq_to, outcome, code, error_code
from "warehouse"."shop"."reverse_etl_receipts"
where
destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
and run_seq = 7
and outcome in ('rejected', 'deferred')
) as refusals
group by outcome, code, error_code
order by outcome desc, rows_in_all desc, error_code;
-- its tracking ids
select
tracking_id,
count(*) over () as ids_in_all
from (
select tracking_id, min(seq_from) as first_seq
from "warehouse"."shop"."reverse_etl_receipts"
where
destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
and run_seq = 7
and tracking_id <> ''
group by tracking_id
) as ids
order by first_seq, tracking_id
limit 10;
-- who fenced it
select distinct fenced_run_seq
from "warehouse"."shop"."reverse_etl_runs"
where
destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
and event = 'fence'
and run_seq = 7
order by fenced_run_seq;
-- report, rows
select
class, reason, code, error_code, currency, accepted, expiring,
sum(row_count) as rows_in_all,
sum(value) as sum_of_value,
count(value) as rows_with_value,
min(conversion_time) as oldest
from (
select
planned.class as class,
coalesce(planned.reason, '') as reason,
planned.code as code,
coalesce(planned.error_code, '') as error_code,
case when (planned.currency <> '' and not regexp_like(planned.currency, '^[A-Z]{3}\z')) then '' else coalesce(planned.currency, '') end as currency,
case when coalesce(planned.value >= 0 and planned.value <= 999999999999, false) and not (planned.currency <> '' and not regexp_like(planned.currency, '^[A-Z]{3}\z')) then planned.value end as value,
case when planned.status = 'accepted' then 1 else 0 end as accepted,
case
when planned.status in ('none', 'rejected', 'deferred')
and planned.class in ('new', 'deferred', 'held', 'invalid', 'waiting')
and coalesce(planned.reason, '') <> 'key_sent_before'
and coalesce(planned.reason, '') not like '%click_id_or_hash_missing%'
and planned.conversion_time >= '2026-11-25T12:00:00Z'
and planned.conversion_time < '2026-11-25T12:00:00Z'
then 1
else 0
end as expiring,
planned.conversion_time as conversion_time,
planned.row_count as row_count
from a_plan as planned
where planned.side = 'source'
) as source_rows
group by class, reason, code, error_code, currency, accepted, expiring
order by class, reason, code, error_code, currency, accepted, expiring;
-- report, conversions
with
answers as (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to
),
fences as (
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq
),
uneven_attempts as (
select run_seq, seq
from (
select
attempts.run_seq, attempts.seq, attempts.operation, attempts.first_attempt,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
(fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent' as counts
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
left join answers as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join answers as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join fences as fences
on attempts.run_seq = fences.run_seq
where
attempts.conversion_time >= '2026-11-01'
) as attempts
where not (counts and operation = 'send' and first_attempt and coalesce(outcome, '') = 'accepted')
),
eventful_attempts as (
select
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join (
select distinct ledger.conversion_name, ledger.identifier_key, ledger.conversion_time
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as ledger
inner join uneven_attempts as uneven on ledger.run_seq = uneven.run_seq and ledger.seq = uneven.seq
) as eventful on attempts.conversion_name = eventful.conversion_name and attempts.identifier_key = eventful.identifier_key and attempts.conversion_time = eventful.conversion_time
left join answers as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join answers as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join fences as fences
on attempts.run_seq = fences.run_seq
where
attempts.conversion_time >= '2026-11-01'
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
),
states as (
with once as (
select
attempts.*,
run_seq * 1000000000000 + seq as place
from (
select
attempts.*,
row_number() over (partition by run_seq, seq order by batch) as written
from eventful_attempts as attempts
) as attempts
where written = 1
),
places as (
select
last_places.*,
case
when retract_accepted > 0 then 'retracted'
when send_accepted > 0 then 'accepted'
when send_unanswered > send_unsettled and send_unanswered > send_settled then 'in_doubt'
when send_unsettled > send_settled then 'maybe_taken'
end as known_status,
retract_accepted = 0 and retract_unanswered > retract_settled as retract_in_doubt,
retried > send_refused as lifted,
case
when send_accepted > 0 then send_accepted
when send_unanswered > send_unsettled and send_unanswered > send_settled then send_unanswered
-- lifted, the last repeat tells, of the same bytes: it may have been put off since
when send_unsettled > send_settled and retried <= send_refused then send_unsettled
else last_send
end as payload_from
from (
select
conversion_name, identifier_key, conversion_time,
max(case when operation = 'send' then place else 0 end) as last_send,
max(case when operation = 'send' and outcome is null then place else 0 end) as send_unanswered,
max(case when operation = 'send' and outcome = 'rejected' and settles = 0 then place else 0 end) as send_unsettled,
max(case when operation = 'send' and outcome in ('rejected', 'deferred') and settles = 1 then place else 0 end) as send_settled,
max(case when operation = 'send' and outcome = 'rejected' then place else 0 end) as send_refused,
max(case when operation = 'retry' then place else 0 end) as retried,
max(case when operation = 'restate' and outcome = 'accepted' then place else 0 end) as restate_accepted,
max(case when operation = 'restate' and outcome is null then place else 0 end) as restate_unanswered,
max(case when operation = 'restate' and outcome = 'rejected' then place else 0 end) as restate_rejected,
max(case when operation = 'retract' and outcome = 'accepted' then place else 0 end) as retract_accepted,
max(case when operation = 'retract' and outcome is null then place else 0 end) as retract_unanswered,
max(case when operation = 'retract' and outcome = 'rejected' and settles = 1 then place else 0 end) as retract_settled,
max(case when operation = 'retract' then place else 0 end) as last_retract,
max(case when operation = 'retract' and outcome = 'rejected' then place else 0 end) as retract_rejected,
max(case when operation in ('restate', 'retract') then place else 0 end) as last_adjustment,
coalesce(min(case when operation = 'send' and outcome = 'accepted' then place end), 0) as send_accepted,
max(
case
when outcome is null and operation <> 'retry' and 1 = 0 then 1
else 0
end
) = 1 as may_still_arrive,
max(adjustment_time) as last_adjustment_time
from once as attempts
group by conversion_name, identifier_key, conversion_time
) as last_places
)
select
places.conversion_name, places.identifier_key, places.conversion_time,
coalesce(
places.known_status, case when payload.outcome = 'deferred' or places.lifted then 'deferred' else 'rejected' end
) as status,
coalesce(places.known_status, '') = 'maybe_taken' and places.lifted as lifted,
coalesce(places.known_status, '') = 'accepted' and places.restate_unanswered > places.restate_accepted as restate_in_doubt,
places.retract_in_doubt as retract_in_doubt,
places.retract_rejected > places.retried and places.retract_rejected = places.last_retract as retract_refused,
places.may_still_arrive, places.last_adjustment_time,
case when places.send_accepted > 0 then payload.answered_at end as accepted_at,
payload.answered_at as answered_at,
unanswered.value as restate_tried_value,
unanswered.currency as restate_tried_currency,
adjusted.operation as adjusted,
adjusted.outcome as adjusted_outcome,
adjusted.run_seq as adjusted_run_seq,
adjusted.value as adjusted_value,
adjusted.currency as adjusted_currency,
rejected.value as restate_refused_value,
rejected.currency as restate_refused_currency,
payload.run_seq, payload.record_key, payload.click_id, payload.hashed_email, payload.hashed_phone,
coalesce(restated.value, payload.value) as value,
coalesce(restated.currency, payload.currency) as currency,
payload.attribution_credit, payload.attribution_model,
-- what keeps a conversion that counts from being corrected is the refusal of the correction
case when places.send_accepted > 0 then adjusted.code else payload.code end as code,
case when places.send_accepted > 0 then adjusted.error_code else payload.error_code end as error_code,
case when places.send_accepted > 0 then adjusted.message else payload.message end as message,
case when places.send_accepted > 0 then adjusted.tracking_id else payload.tracking_id end as tracking_id
from places
inner join once as payload on places.payload_from = payload.place
left join once as restated on places.restate_accepted = restated.place
left join once as rejected
on places.restate_rejected = rejected.place
and places.restate_rejected > places.restate_accepted and places.restate_rejected > places.retried
left join once as unanswered
on places.restate_unanswered = unanswered.place and places.restate_unanswered > places.restate_accepted
left join once as adjusted on places.last_adjustment = adjusted.place
),
plain as (
select attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
left join (
select run_seq, seq from eventful_attempts as eventful
union all
select run_seq, seq from uneven_attempts as uneven
) as left_out
on attempts.run_seq = left_out.run_seq and attempts.seq = left_out.seq
left join fences as fences
on attempts.run_seq = fences.run_seq
where left_out.seq is null and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)
)
select
conversion_name,
substr(conversion_time, 1, 10) as conversion_date,
currency,
count(*) as conversions,
sum(value) as sum_of_value,
count(value) as conversions_with_value
from (
select conversion_name, conversion_time, value, currency from plain where conversion_time >= '2026-11-01'
union all
select conversion_name, conversion_time, value, currency from states where status = 'accepted'
) as counted
group by conversion_name, substr(conversion_time, 1, 10), currency
order by conversion_name, conversion_date, currency;
-- report, refusals
select
cast(recorded_at as date) as upload_date,
operation,
code,
error_code,
count(*) as attempts
from (
select
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq) as fences
on attempts.run_seq = fences.run_seq
where
attempts.recorded_at >= cast('2026-11-01' as timestamp(6))
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
) as attempts
where outcome = 'rejected'
group by cast(recorded_at as date), operation, code, error_code
order by upload_date, operation, code, error_code;
-- report, corrections
with attempts as (
select
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join (
select distinct ledger.conversion_name, ledger.identifier_key, ledger.conversion_time
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as ledger
where ledger.operation in ('restate', 'retract') and ledger.recorded_at >= cast('2026-11-01' as timestamp(6))
) as corrected on attempts.conversion_name = corrected.conversion_name and attempts.identifier_key = corrected.identifier_key and attempts.conversion_time = corrected.conversion_time
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join (
select
run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
group by run_seq, batch, seq_from, seq_to) as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq) as fences
on attempts.run_seq = fences.run_seq
where
1 = 1
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
),
once as (
select
attempts.*,
run_seq * 1000000000000 + seq as place
from (
select
attempts.*,
row_number() over (partition by run_seq, seq order by batch) as written
from attempts as attempts
) as attempts
where written = 1
),
taken as (
select
conversion_name, identifier_key, conversion_time, operation, value, currency, recorded_at,
row_number() over (partition by conversion_name, identifier_key, conversion_time order by place) as nth
from once
where outcome = 'accepted'
)
select
correction.operation as operation,
correction.conversion_name as conversion_name,
coalesce(earlier.currency, '') as currency_before,
correction.currency as currency,
count(*) as conversions,
sum(earlier.value) as sum_before,
count(earlier.value) as conversions_with_value_before,
sum(correction.value) as sum_of_value,
count(correction.value) as conversions_with_value
from taken as correction
left join taken as earlier
on correction.conversion_name = earlier.conversion_name and correction.identifier_key = earlier.identifier_key and correction.conversion_time = earlier.conversion_time and correction.nth = earlier.nth + 1
where correction.operation in ('restate', 'retract') and correction.recorded_at >= cast('2026-11-01' as timestamp(6))
group by correction.operation, correction.conversion_name, coalesce(earlier.currency, ''), correction.currency
order by correction.operation, correction.conversion_name, currency_before, correction.currency;
