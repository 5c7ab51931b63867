-- source_rows
create table "warehouse"."shop"."reverse_etl_step_source_rows" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...a492ff5402eb') as
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
case when trim(both ' ' from cast(external_attribution_model as VARCHAR)) = '' or cast(external_attribution_model as VARCHAR) is null then '' else cast(external_attribution_model as VARCHAR) end as attribution_model,
transform(array["click_time"], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as click_at
from "warehouse"."shop"."offline_conversions";
-- source_reach
create table "warehouse"."shop"."reverse_etl_step_source_reach" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...658fc56327a1') as
select
count(*) as source_rows,
coalesce(concat(replace(substr(cast(min(conversion_at) as varchar), 1, 19), ' ', 'T'), 'Z'), case when count(conversion_at) = 0 then '9' else '' end) as oldest_time
from "warehouse"."shop"."reverse_etl_step_source_rows";
-- answers
create table "warehouse"."shop"."reverse_etl_step_answers" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...b96600e927cb') as
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
group by run_seq, batch, seq_from, seq_to;
-- fences
create table "warehouse"."shop"."reverse_etl_step_fences" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/reverse_etl/reverse_etl_step_fences/1') as
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
group by fenced_run_seq;
-- uneven_attempts
create table "warehouse"."shop"."reverse_etl_step_uneven_attempts" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...345d430e8c47') as
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
left join "warehouse"."shop"."reverse_etl_step_answers" as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join "warehouse"."shop"."reverse_etl_step_answers" as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join "warehouse"."shop"."reverse_etl_step_fences" as fences
on attempts.run_seq = fences.run_seq
where
(attempts.conversion_time >= '2026-08-26T12:00:00Z' or attempts.conversion_time >= (select oldest_time from "warehouse"."shop"."reverse_etl_step_source_reach"))
) as attempts
where not (counts and operation = 'send' and first_attempt and coalesce(outcome, '') = 'accepted');
-- eventful_attempts
create table "warehouse"."shop"."reverse_etl_step_eventful_attempts" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...6b53b39858cd') as
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
inner join "warehouse"."shop"."reverse_etl_step_uneven_attempts" as uneven on ledger.run_seq = uneven.run_seq and ledger.seq = uneven.seq
) as eventful on attempts.conversion_name = eventful.conversion_name and attempts.identifier_key = eventful.identifier_key and attempts.conversion_time = eventful.conversion_time
left join "warehouse"."shop"."reverse_etl_step_answers" as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join "warehouse"."shop"."reverse_etl_step_answers" as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join "warehouse"."shop"."reverse_etl_step_fences" as fences
on attempts.run_seq = fences.run_seq
where
(attempts.conversion_time >= '2026-08-26T12:00:00Z' or attempts.conversion_time >= (select oldest_time from "warehouse"."shop"."reverse_etl_step_source_reach"))
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent';
-- states
create table "warehouse"."shop"."reverse_etl_step_states" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/reverse_etl/reverse_etl_step_states/1') as
with once as (
select
attempts.*,
run_seq * 1000000000000 + seq as place
from (
select
attempts.*,
row_number() over (partition by run_seq, seq order by batch) as written
from "warehouse"."shop"."reverse_etl_step_eventful_attempts" as attempts
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
when outcome is null and operation <> 'retry' and run_seq in (6) then 1
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
left join once as adjusted on places.last_adjustment = adjusted.place;
-- matched_rows
create table "warehouse"."shop"."reverse_etl_step_matched_rows" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...c6040e798335') as
select
source_rows.record_key, source_rows.conversion_name, source_rows.conversion_at, source_rows.conversion_time, source_rows.click_id, source_rows.hashed_email, source_rows.hashed_phone, source_rows.value, source_rows.has_value, source_rows.currency, source_rows.attribution_credit, source_rows.has_credit, source_rows.attribution_model, source_rows.identifier_key, source_rows.click_at,
source_rows.record_key is not null as in_source,
plain.run_seq as known_run_seq,
plain.seq as known_seq
from (
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from "warehouse"."shop"."reverse_etl_step_source_rows" as clean
) as source_rows
full outer join (
select
attempts.*,
case when attempts.click_id = '' or (attempts.hashed_email = '' and attempts.hashed_phone = '') then '' else cast(length(attempts.hashed_email) as VARCHAR) || 'H' || attempts.hashed_email || attempts.hashed_phone end as hashes_beside
from (
select attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
left join (
select run_seq, seq from "warehouse"."shop"."reverse_etl_step_eventful_attempts" as eventful
union all
select run_seq, seq from "warehouse"."shop"."reverse_etl_step_uneven_attempts" as uneven
) as left_out
on attempts.run_seq = left_out.run_seq and attempts.seq = left_out.seq
left join "warehouse"."shop"."reverse_etl_step_fences" as fences
on attempts.run_seq = fences.run_seq
where left_out.seq is null and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)
) as attempts
where attempts.conversion_time >= (select oldest_time from "warehouse"."shop"."reverse_etl_step_source_reach")
) as plain
on source_rows.conversion_name = plain.conversion_name and source_rows.identifier_key = plain.identifier_key and source_rows.conversion_time = plain.conversion_time
left join (
select conversion_name, identifier_key, conversion_time
from (
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from "warehouse"."shop"."reverse_etl_step_source_rows" as clean
) as keyed_rows
group by conversion_name, identifier_key, conversion_time
having count(*) > 1
) as repeated
on source_rows.conversion_name = repeated.conversion_name and source_rows.identifier_key = repeated.identifier_key and source_rows.conversion_time = repeated.conversion_time
where not coalesce(
coalesce(source_rows.value, -1.5e300) = coalesce(plain.value, -1.5e300)
and source_rows.currency = plain.currency
and coalesce(source_rows.attribution_credit, -1.5e300) = coalesce(plain.attribution_credit, -1.5e300)
and source_rows.attribution_model = plain.attribution_model
and source_rows.hashes_beside = plain.hashes_beside
and plain.record_key in (source_rows.record_key, '')
and repeated.conversion_time is null,
false
);
-- known
create table "warehouse"."shop"."reverse_etl_step_known" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/reverse_etl/reverse_etl_step_known/1') as
select
found.*,
run_seq = 7 as sent_this_run,
coalesce(adjusted_run_seq = 7, false) as corrected_this_run,
accepted_at is not null and accepted_at > cast('2026-11-25 06:00:00' as timestamp(6)) as accepted_lately
from (
select
plain.conversion_name as conversion_name,
plain.identifier_key as identifier_key,
plain.conversion_time as conversion_time,
plain.record_key as record_key,
plain.click_id as click_id,
plain.hashed_email as hashed_email,
plain.hashed_phone as hashed_phone,
plain.value as value,
plain.currency as currency,
plain.attribution_credit as attribution_credit,
plain.attribution_model as attribution_model,
plain.run_seq as run_seq,
'accepted' as status,
false as lifted,
false as restate_in_doubt,
false as retract_in_doubt,
false as retract_refused,
false as may_still_arrive,
'' as last_adjustment_time,
coalesce(one_row.answered_at, many_rows.answered_at) as accepted_at,
cast(null as timestamp(6)) as answered_at,
cast(null as double) as restate_tried_value,
cast(null as VARCHAR) as restate_tried_currency,
cast(null as VARCHAR) as adjusted,
cast(null as VARCHAR) as adjusted_outcome,
cast(null as bigint) as adjusted_run_seq,
cast(null as double) as adjusted_value,
cast(null as VARCHAR) as adjusted_currency,
cast(null as double) as restate_refused_value,
cast(null as VARCHAR) as restate_refused_currency,
cast(null as INTEGER) as code,
cast(null as VARCHAR) as error_code,
cast(null as VARCHAR) as message,
cast(null as VARCHAR) as tracking_id
from (
select attempts.*
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join (
select distinct known_run_seq, known_seq
from "warehouse"."shop"."reverse_etl_step_matched_rows" as matched_rows
) as numbers
on attempts.run_seq = numbers.known_run_seq and attempts.seq = numbers.known_seq
) as plain
left join "warehouse"."shop"."reverse_etl_step_answers" as one_row
on plain.run_seq = one_row.run_seq
and plain.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join "warehouse"."shop"."reverse_etl_step_answers" as many_rows
on plain.run_seq = many_rows.run_seq and plain.batch = many_rows.batch
and plain.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
union all
select conversion_name, identifier_key, conversion_time, record_key, click_id, hashed_email, hashed_phone, value, currency, attribution_credit, attribution_model, run_seq, status, lifted, restate_in_doubt, retract_in_doubt, retract_refused, may_still_arrive, last_adjustment_time, accepted_at, answered_at, restate_tried_value, restate_tried_currency, adjusted, adjusted_outcome, adjusted_run_seq, adjusted_value, adjusted_currency, restate_refused_value, restate_refused_currency, code, error_code, message, tracking_id
from "warehouse"."shop"."reverse_etl_step_states" as states
) as found;
-- rows_elsewhere
create table "warehouse"."shop"."reverse_etl_step_rows_elsewhere" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...efc34963c03b') as
select account_id, record_key, conversion_name, identifier_key, conversion_time
from (
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from (
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
case when trim(both ' ' from cast(external_attribution_model as VARCHAR)) = '' or cast(external_attribution_model as VARCHAR) is null then '' else cast(external_attribution_model as VARCHAR) end as attribution_model,
trim(both '
' from coalesce(cast("account" as VARCHAR), '')) as account_id
from (
select * from "warehouse"."shop"."offline_conversions"
where trim(both '
' from coalesce(cast("account" as VARCHAR), '')) <> '1'
) as rows_of_account) as clean
) as keyed_rows;
-- sent_elsewhere
create table "warehouse"."shop"."reverse_etl_step_sent_elsewhere" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...6da2ea4056e4') as
select distinct
'' as by_key,
rows_here.conversion_name as conversion_name_here,
rows_here.identifier_key as identifier_key_here,
rows_here.conversion_time as conversion_time_here,
sent.account_id, sent.conversion_name, sent.identifier_key, sent.conversion_time
from "warehouse"."shop"."reverse_etl_step_matched_rows" as rows_here
inner join (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.sync = 'it''s'
) as sent
on rows_here.conversion_name = sent.conversion_name and rows_here.identifier_key = sent.identifier_key and rows_here.conversion_time = sent.conversion_time
where rows_here.in_source and sent.account_id not in ('1')
union all
select distinct
sent.record_key as by_key,
rows_here.conversion_name as conversion_name_here,
rows_here.identifier_key as identifier_key_here,
rows_here.conversion_time as conversion_time_here,
sent.account_id, sent.conversion_name, sent.identifier_key, sent.conversion_time
from "warehouse"."shop"."reverse_etl_step_matched_rows" as rows_here
inner join (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.sync = 'it''s'
) as sent
on rows_here.record_key = sent.record_key and sent.record_key <> ''
where rows_here.in_source and sent.account_id not in ('1');
-- states_elsewhere
create table "warehouse"."shop"."reverse_etl_step_states_elsewhere" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...af9e6065fe5a') as
with looked_for as (
select account_id, conversion_name, identifier_key, conversion_time
from "warehouse"."shop"."reverse_etl_step_sent_elsewhere" as sent_elsewhere
union all
select rows_elsewhere.account_id, rows_elsewhere.conversion_name, rows_elsewhere.identifier_key, rows_elsewhere.conversion_time
from "warehouse"."shop"."reverse_etl_step_rows_elsewhere" as rows_elsewhere
inner join (
select distinct record_key
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as ledger
where record_key <> ''
) as sent_here
on rows_elsewhere.record_key = sent_here.record_key
union all
select rows_elsewhere.account_id, rows_elsewhere.conversion_name, rows_elsewhere.identifier_key, rows_elsewhere.conversion_time
from "warehouse"."shop"."reverse_etl_step_rows_elsewhere" as rows_elsewhere
inner join (
select distinct conversion_name, identifier_key, conversion_time
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as ledger
) as sent_here
on rows_elsewhere.conversion_name = sent_here.conversion_name and rows_elsewhere.identifier_key = sent_here.identifier_key and rows_elsewhere.conversion_time = sent_here.conversion_time
union all
select rows_elsewhere.account_id, rows_elsewhere.conversion_name, rows_elsewhere.identifier_key, rows_elsewhere.conversion_time
from "warehouse"."shop"."reverse_etl_step_rows_elsewhere" as rows_elsewhere
inner join "warehouse"."shop"."reverse_etl_step_sent_elsewhere" as sent_elsewhere on rows_elsewhere.conversion_name = sent_elsewhere.conversion_name and rows_elsewhere.identifier_key = sent_elsewhere.identifier_key and rows_elsewhere.conversion_time = sent_elsewhere.conversion_time
),
attempts as (
select
attempts.account_id, attempts.conversion_name, attempts.identifier_key, attempts.conversion_time, attempts.run_seq, attempts.seq, attempts.batch, attempts.operation,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.sync = 'it''s'
) as attempts
inner join (select distinct account_id, conversion_name, identifier_key, conversion_time from looked_for) as looked_for on attempts.account_id = looked_for.account_id and attempts.conversion_name = looked_for.conversion_name and attempts.identifier_key = looked_for.identifier_key and attempts.conversion_time = looked_for.conversion_time
left join (
select
account_id, run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and sync = 'it''s'
group by account_id, run_seq, batch, seq_from, seq_to) as one_row
on attempts.account_id = one_row.account_id and attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join (
select
account_id, run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and sync = 'it''s'
group by account_id, run_seq, batch, seq_from, seq_to) as many_rows
on attempts.account_id = many_rows.account_id and attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
account_id, fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and sync = 'it''s' and event = 'fence'
group by account_id, fenced_run_seq) as fences
on attempts.account_id = fences.account_id and attempts.run_seq = fences.run_seq
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
row_number() over (partition by account_id, run_seq, seq order by batch) as written
from attempts as attempts
) as attempts
where written = 1
)
select
last_places.*,
case
when retract_accepted > 0 then 'retracted'
when send_accepted > 0 then 'accepted'
when send_unanswered > send_unsettled and send_unanswered > send_settled then 'in_doubt'
when send_unsettled > send_settled then 'maybe_taken'
end as known_status,
retract_accepted = 0 and retract_unanswered > retract_settled as retract_in_doubt
from (
select
account_id, conversion_name, identifier_key, conversion_time,
max(case when operation = 'send' and outcome is null then place else 0 end) as send_unanswered,
max(case when operation = 'send' and outcome = 'rejected' and settles = 0 then place else 0 end) as send_unsettled,
max(case when operation = 'send' and outcome in ('rejected', 'deferred') and settles = 1 then place else 0 end) as send_settled,
max(case when operation = 'retract' and outcome = 'accepted' then place else 0 end) as retract_accepted,
max(case when operation = 'retract' and outcome is null then place else 0 end) as retract_unanswered,
max(case when operation = 'retract' and outcome = 'rejected' and settles = 1 then place else 0 end) as retract_settled,
coalesce(min(case when operation = 'send' and outcome = 'accepted' then place end), 0) as send_accepted
from once as attempts
group by account_id, conversion_name, identifier_key, conversion_time
) as last_places
)
select account_id, conversion_name, identifier_key, conversion_time, known_status in ('accepted', 'in_doubt', 'maybe_taken') as counts
from states
where known_status in ('accepted', 'in_doubt', 'maybe_taken') or known_status = 'retracted';
-- wanting_elsewhere
create table "warehouse"."shop"."reverse_etl_step_wanting_elsewhere" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...11b829a818b4') as
select rows_elsewhere.record_key, rows_elsewhere.conversion_name, rows_elsewhere.identifier_key, rows_elsewhere.conversion_time
from "warehouse"."shop"."reverse_etl_step_rows_elsewhere" as rows_elsewhere
left join "warehouse"."shop"."reverse_etl_step_states_elsewhere" as states
on rows_elsewhere.account_id = states.account_id and rows_elsewhere.conversion_name = states.conversion_name and rows_elsewhere.identifier_key = states.identifier_key and rows_elsewhere.conversion_time = states.conversion_time and states.counts
where states.account_id is null;
-- counted_elsewhere
create table "warehouse"."shop"."reverse_etl_step_counted_elsewhere" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...aa4ccd25b0fa') as
select distinct
sent.conversion_name_here as conversion_name,
sent.identifier_key_here as identifier_key,
sent.conversion_time_here as conversion_time
from "warehouse"."shop"."reverse_etl_step_sent_elsewhere" as sent
inner join "warehouse"."shop"."reverse_etl_step_states_elsewhere" as states on sent.account_id = states.account_id and sent.conversion_name = states.conversion_name and sent.identifier_key = states.identifier_key and sent.conversion_time = states.conversion_time
left join "warehouse"."shop"."reverse_etl_step_rows_elsewhere" as standing on sent.account_id = standing.account_id and sent.conversion_name = standing.conversion_name and sent.identifier_key = standing.identifier_key and sent.conversion_time = standing.conversion_time
left join (
select conversion_name, identifier_key, conversion_time, record_key
from "warehouse"."shop"."reverse_etl_step_wanting_elsewhere" as wanting_elsewhere
union all
select rows_here.conversion_name, rows_here.identifier_key, rows_here.conversion_time, rows_here.record_key
from "warehouse"."shop"."reverse_etl_step_matched_rows" as rows_here
left join "warehouse"."shop"."reverse_etl_step_known" as known
on rows_here.conversion_name = known.conversion_name and rows_here.identifier_key = known.identifier_key and rows_here.conversion_time = known.conversion_time and known.status in ('accepted', 'in_doubt', 'maybe_taken')
where rows_here.in_source and known.conversion_name is null
) as others
on sent.conversion_name = others.conversion_name and sent.identifier_key = others.identifier_key and sent.conversion_time = others.conversion_time and sent.by_key <> '' and sent.by_key <> others.record_key
where states.counts and standing.account_id is null and others.conversion_name is null;
-- open_rows
create table "warehouse"."shop"."reverse_etl_step_open_rows" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...9622f2b982b8') as
with judged as (
select
record_key, conversion_name, conversion_at, conversion_time, click_id, hashed_email, hashed_phone, value, has_value, currency, attribution_credit, has_credit, attribution_model, identifier_key, click_at,
case when (not regexp_like(conversion_name, '[^
]')) then 'conversion_name_missing,' else '' end || case when (length(conversion_name) > 100) then 'conversion_name_too_long,' else '' end || case when (regexp_like(conversion_name, '[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]')) then 'conversion_name_forbidden_character,' else '' end || case when (conversion_at is null) then 'conversion_time_missing,' else '' end || case when coalesce(conversion_at < cast('0001-01-01 00:00:00' as timestamp(6)) or conversion_at > cast('9999-12-31 23:59:59.999999' as timestamp(6)), false) then 'conversion_time_out_of_range,' else '' end || case when (click_id = '' and hashed_email = '' and hashed_phone = '') then 'click_id_or_hash_missing,' else '' end || case when (click_id <> '' and not regexp_like(click_id, '^([0-9a-fA-F]{32}|[0...f99045e1bf84')) then 'click_id_malformed,' else '' end || case when (hashed_email <> '' and not regexp_like(hashed_email, '^[0-9a-f]{64}\z')) then 'hashed_email_address_malformed,' else '' end || case when (hashed_phone <> '' and not regexp_like(hashed_phone, '^[0-9a-f]{64}\z')) then 'hashed_phone_number_malformed,' else '' end || case when (has_value and not coalesce(value >= cast('-1.7976931348623157e308' as double) and value <= cast('1.7976931348623157e308' as double), false)) then 'conversion_value_not_a_number,' else '' end || case when (coalesce(value >= cast('-1.7976931348623157e308' as double) and value <= cast('1.7976931348623157e308' as double), false) and not coalesce(value >= 0 and value <= 999999999999, false)) then 'conversion_value_out_of_range,' else '' end || case when (case when coalesce(value >= 0 and value <= 999999999999, false) then floor(value * 1000 + 0.5) / 1000 <> value else false end) then 'conversion_value_too_precise,' else '' end || case when (currency <> '' and not regexp_like(currency, '^[A-Z]{3}\z')) then 'currency_code_malformed,' else '' end || case when (has_credit and not coalesce(attribution_credit > 0 and attribution_credit <= 1, false)) then 'attribution_credit_out_of_range,' else '' end || case when (has_credit and (not regexp_like(attribution_model, '[^
]'))) then 'attribution_credit_without_model,' else '' end || case when (attribution_model <> '' and not has_credit) then 'attribution_model_without_credit,' else '' end || case when (regexp_like(attribution_model, '[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]')) then 'attribution_model_forbidden_character,' else '' end || case when coalesce(conversion_at <= click_at, false) then 'conversion_before_click,' else '' end as invalid_reasons,
case when coalesce(date_trunc('second', conversion_at) < date_add('day', -90, cast('2026-11-25 12:00:00' as timestamp(6))), false) then 'conversion_time_too_old,' else '' end as expired_reasons,
case when coalesce(conversion_at >= date_add('second', 1, date_trunc('second', cast('2026-11-25 12:00:00' as timestamp(6)))), false) then 'conversion_time_in_future,' else '' end || case when coalesce(click_at > date_add('hour', -1, cast('2026-11-25 12:00:00' as timestamp(6))), false) then 'click_too_recent,' else '' end as waiting_reasons,
case when (not (conversion_name in ('Lead', 'It''s won'))) then 'goal_missing,' else '' end || case when (conversion_name in ('Lead')) then 'goal_inactive,' else '' end || case when (click_id = '' and (1 = 0)) then 'goal_takes_no_hashes,' else '' end || case when ((has_credit or attribution_model <> '') and (conversion_name in ('Lead'))) then 'goal_takes_no_attribution,' else '' end || case when (case when click_at < cast('9000-01-01 00:00:00' as timestamp(6)) then coalesce(conversion_at > date_add('minute', case conversion_name when 'Lead' then 60 end, click_at), false) else false end) then 'goal_window_passed,' else '' end as refusable_reasons,
greatest(case when coalesce(conversion_at >= date_add('second', 1, date_trunc('second', cast('2026-11-25 12:00:00' as timestamp(6)))), false) then coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') else '' end, case when coalesce(click_at > date_add('hour', -1, cast('2026-11-25 12:00:00' as timestamp(6))), false) then coalesce(concat(replace(substr(cast(case when click_at < cast('9999-01-01 00:00:00' as timestamp(6)) then date_add('hour', 1, click_at) end as varchar), 1, 19), ' ', 'T'), 'Z'), '') else '' end) as goes_at
from "warehouse"."shop"."reverse_etl_step_matched_rows" as matched_rows
where in_source
)
select
judged.record_key, judged.conversion_name, judged.conversion_at, judged.conversion_time, judged.click_id, judged.hashed_email, judged.hashed_phone, judged.value, judged.has_value, judged.currency, judged.attribution_credit, judged.has_credit, judged.attribution_model, judged.identifier_key, judged.click_at, judged.invalid_reasons, judged.expired_reasons, judged.waiting_reasons, judged.refusable_reasons, judged.goes_at,
case when judged.invalid_reasons = '' then row_number() over (
partition by judged.conversion_name, judged.identifier_key, judged.conversion_time
order by
case when judged.invalid_reasons = '' then 0 else 1 end,
case when judged.record_key = known.record_key then 0 else 1 end,
case when coalesce(judged.value, -1.5e300) = coalesce(known.value, -1.5e300) and judged.currency = known.currency then 0 else 1 end,
judged.record_key, coalesce(judged.value, 1e300), judged.currency,
coalesce(judged.attribution_credit, 2), judged.attribution_model,
judged.hashed_email, judged.hashed_phone, judged.click_id
) else 0 end as copy,
coalesce(
known.status = 'accepted' and not known.retract_in_doubt, false
) as is_counted,
coalesce(known.record_key, '') as sent_under,
elsewhere.conversion_name is not null as counts_elsewhere
from judged
left join "warehouse"."shop"."reverse_etl_step_known" as known on judged.conversion_name = known.conversion_name and judged.identifier_key = known.identifier_key and judged.conversion_time = known.conversion_time
left join "warehouse"."shop"."reverse_etl_step_counted_elsewhere" as elsewhere on judged.conversion_name = elsewhere.conversion_name and judged.identifier_key = elsewhere.identifier_key and judged.conversion_time = elsewhere.conversion_time;
-- plain_counts
create table "warehouse"."shop"."reverse_etl_step_plain_counts" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...450ddf357723') as
select
case
when plain.conversion_time < (select oldest_time from "warehouse"."shop"."reverse_etl_step_source_reach") then 'out_of_reach'
else 'as_accepted'
end as place,
plain.run_seq = 7 as in_this_run,
plain.conversion_name as conversion_name,
count(*) as row_count,
min(case when plain.conversion_time >= '2026-08-27T12:00:00Z' then plain.conversion_time end) as oldest_time
from (
select attempts.run_seq, attempts.conversion_name, attempts.conversion_time
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
left join (
select run_seq, seq from "warehouse"."shop"."reverse_etl_step_eventful_attempts" as eventful
union all
select run_seq, seq from "warehouse"."shop"."reverse_etl_step_uneven_attempts" as uneven
union all
select known_run_seq as run_seq, known_seq as seq from "warehouse"."shop"."reverse_etl_step_matched_rows" where known_seq is not null
) as left_out
on attempts.run_seq = left_out.run_seq and attempts.seq = left_out.seq
left join "warehouse"."shop"."reverse_etl_step_fences" as fences
on attempts.run_seq = fences.run_seq
where left_out.seq is null and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)
and (attempts.conversion_time >= '2026-08-26T12:00:00Z' or attempts.conversion_time >= (select oldest_time from "warehouse"."shop"."reverse_etl_step_source_reach"))
) as plain
group by place, in_this_run, conversion_name;
-- source_decisions
create table "warehouse"."shop"."reverse_etl_step_source_decisions" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...e1423c459106') as
with compared as (
select
open_rows.conversion_name, open_rows.identifier_key, open_rows.conversion_time,
open_rows.record_key as source_record_key,
known.record_key as ledger_record_key,
open_rows.click_id as source_click_id,
known.click_id as ledger_click_id,
open_rows.hashed_email as source_hashed_email,
known.hashed_email as ledger_hashed_email,
open_rows.hashed_phone as source_hashed_phone,
known.hashed_phone as ledger_hashed_phone,
open_rows.value as source_value,
known.value as ledger_value,
open_rows.currency as source_currency,
known.currency as ledger_currency,
open_rows.attribution_credit as source_attribution_credit,
known.attribution_credit as ledger_attribution_credit,
open_rows.attribution_model as source_attribution_model,
known.attribution_model as ledger_attribution_model,
open_rows.copy, open_rows.invalid_reasons, open_rows.expired_reasons, open_rows.waiting_reasons, open_rows.refusable_reasons, open_rows.goes_at, open_rows.counts_elsewhere,
coalesce(known.status, 'none') as status,
known.lifted, known.restate_in_doubt, known.retract_in_doubt, known.retract_refused, known.may_still_arrive, known.last_adjustment_time, known.accepted_at, known.answered_at, known.adjusted, known.adjusted_outcome, known.adjusted_value, known.adjusted_currency, known.restate_refused_value, known.restate_refused_currency, known.code, known.error_code, known.message, known.tracking_id, known.sent_this_run, known.corrected_this_run, known.accepted_lately,
coalesce(open_rows.value, -1.5e300) = coalesce(known.value, -1.5e300) and open_rows.currency = known.currency as same_value,
coalesce(open_rows.attribution_credit, -1.5e300) = coalesce(known.attribution_credit, -1.5e300)
and open_rows.attribution_model = known.attribution_model as same_attribution,
open_rows.hashed_email = known.hashed_email and open_rows.hashed_phone = known.hashed_phone as same_hashes
from "warehouse"."shop"."reverse_etl_step_open_rows" as open_rows
left join "warehouse"."shop"."reverse_etl_step_known" as known
on open_rows.conversion_name = known.conversion_name and open_rows.identifier_key = known.identifier_key and open_rows.conversion_time = known.conversion_time and open_rows.copy = 1
),
facts as (
select
compared.*,
same_value and same_attribution and same_hashes as same_in_all,
source_value = restate_refused_value and source_currency = restate_refused_currency as value_was_refused,
-- a correction that this run has tried, of a row that still says the same
corrected_this_run
and (
adjusted = 'retract'
or (coalesce(source_value, -1.5e300) = coalesce(adjusted_value, -1.5e300) and source_currency = adjusted_currency)
)
and (
coalesce(adjusted_outcome, '') <> 'accepted' or (same_value and same_attribution and not restate_in_doubt)
) as tried_this_run
from compared
)
select
ruled.*,
case
when rule in (1) then 'invalid'
when rule in (2) then 'duplicate'
when rule in (3, 8, 11, 33) then 'expired'
when rule in (4, 22, 27, 35, 36, 47) then 'waiting'
when rule in (5, 6, 12, 16, 18, 19, 20, 21, 24, 25, 26, 29, 30, 31, 32, 34, 38, 42, 45, 46, 48) then 'held'
when rule in (7, 51) then 'new'
when rule in (9, 10, 13) then 'in_doubt'
when rule in (14, 44, 49, 50) then 'deferred'
when rule in (15, 39) then 'accepted'
when rule in (17, 43) then 'rejected'
when rule in (23) then 'retract'
when rule in (28, 37) then 'restate'
when rule in (40, 41) then 'unchanged'
else ''
end as class,
case
when rule in (1) then invalid_reasons
when rule in (2) then 'same_identity'
when rule in (3, 11, 33) then expired_reasons
when rule in (4, 47) then waiting_reasons
when rule in (5, 48) then refusable_reasons
when rule in (6, 45) then 'other_account'
when rule in (8) then 'in_doubt_too_old'
when rule in (9, 13) then 'unanswered_this_run'
when rule in (12) then 'retracted'
when rule in (14, 44) then 'deferred_this_run'
when rule in (15) then 'restated'
when rule in (16, 25, 28, 29) then 'restate_in_doubt'
when rule in (18, 21, 42) then 'maybe_taken'
when rule in (19, 23, 24) then 'retract_in_doubt'
when rule in (20) then 'retract_refused'
when rule in (22, 27, 36) then 'quiet'
when rule in (26, 34, 46) then 'rejected_unchanged'
when rule in (30) then 'attribution_changed'
when rule in (31) then 'value_missing'
when rule in (32) then 'currency_missing'
when rule in (35) then 'accepted_recently'
when rule in (37, 38) then 'value_changed'
when rule in (40) then 'hashes_differ'
else ''
end as reason,
case
when rule in (7, 49, 51) then 'send'
when rule in (10, 50) then 'repeat'
when rule in (23) then 'retract'
when rule in (28, 37) then 'restate'
else ''
end as operation
from (
select
facts.*,
case
when invalid_reasons <> '' and (expired_reasons = '' or invalid_reasons like '%conversion_time_out_of_range%') then 1
when copy > 1 then 2
when status = 'none' and expired_reasons <> '' then 3
when status = 'none' and waiting_reasons <> '' then 4
when status = 'none' and refusable_reasons <> '' then 5
when status = 'none' and counts_elsewhere then 6
when status = 'none' then 7
when status = 'in_doubt' and expired_reasons <> '' then 8
when status = 'in_doubt' and sent_this_run then 9
when status = 'in_doubt' then 10
when status in ('retracted', 'maybe_taken', 'rejected', 'deferred') and expired_reasons <> '' then 11
when status = 'retracted' then 12
when status in ('accepted', 'maybe_taken') and tried_this_run and adjusted_outcome is null then 13
when status in ('accepted', 'maybe_taken') and tried_this_run and adjusted_outcome = 'deferred' then 14
when status in ('accepted', 'maybe_taken') and tried_this_run and adjusted_outcome = 'accepted' then 15
when status in ('accepted', 'maybe_taken') and tried_this_run and adjusted = 'restate' and restate_in_doubt then 16
when status in ('accepted', 'maybe_taken') and tried_this_run then 17
when status = 'maybe_taken' and corrected_this_run then 18
when status = 'accepted' and retract_in_doubt and expired_reasons <> '' then 19
when status in ('accepted', 'maybe_taken') and retract_in_doubt and retract_refused and status = 'accepted' then 20
when status in ('accepted', 'maybe_taken') and retract_in_doubt and retract_refused then 21
when status in ('accepted', 'maybe_taken') and retract_in_doubt and may_still_arrive then 22
when status in ('accepted', 'maybe_taken') and retract_in_doubt then 23
when status = 'accepted' and retract_in_doubt then 24
when status = 'accepted' and restate_in_doubt and (expired_reasons <> '' or source_value is null) then 25
when status = 'accepted' and restate_in_doubt and value_was_refused then 26
when status = 'accepted' and restate_in_doubt and may_still_arrive then 27
when status = 'accepted' and restate_in_doubt then 28
when status = 'accepted' and restate_in_doubt then 29
when status = 'accepted' and not same_attribution then 30
when status = 'accepted' and not same_value and source_value is null then 31
when status = 'accepted' and not same_value and source_currency = '' and ledger_currency <> '' then 32
when status = 'accepted' and not same_value and expired_reasons <> '' then 33
when status = 'accepted' and not same_value and value_was_refused then 34
when status = 'accepted' and not same_value and accepted_lately then 35
when status = 'accepted' and not same_value and may_still_arrive then 36
when status = 'accepted' and not same_value then 37
when status = 'accepted' and not same_value then 38
when status = 'accepted' and sent_this_run then 39
when status = 'accepted' and not same_hashes then 40
when status = 'accepted' then 41
when status = 'maybe_taken' and not lifted then 42
when status = 'rejected' and same_in_all and sent_this_run then 43
when status in ('deferred', 'maybe_taken') and sent_this_run then 44
when status in ('deferred', 'rejected') and counts_elsewhere then 45
when status = 'rejected' and same_in_all then 46
when waiting_reasons <> '' then 47
when refusable_reasons <> '' then 48
when status = 'deferred' then 49
when status = 'maybe_taken' then 50
when status = 'rejected' then 51
end as rule
from facts
) as ruled;
-- absent
create table "warehouse"."shop"."reverse_etl_step_absent" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/reverse_etl/reverse_etl_step_absent/1') as
with invalid_keys as (
-- of rows that are invalid now, which may have none
select distinct record_key
from "warehouse"."shop"."reverse_etl_step_open_rows" as open_rows
where invalid_reasons <> ''
),
open_keys as (
-- keys that stand on a row which is invalid, does not count, or counts as the conversion of another that duplicates it or
-- is invalid
select
record_key,
min(case when invalid_reasons = '' then 1 else 0 end) as stands
from "warehouse"."shop"."reverse_etl_step_open_rows" as open_rows
where
invalid_reasons <> ''
or (
record_key <> ''
and not (
is_counted
and (sent_under = record_key or (copy = 1 and sent_under not in (select record_key from invalid_keys)))
)
)
group by record_key
),
sent_keys as (
select
record_key,
conversion_name,
conversion_time,
source_value,
source_currency
from (
select
source_record_key as record_key,
conversion_name,
conversion_time,
source_value,
source_currency,
row_number() over (partition by source_record_key order by conversion_time, conversion_name) as nth
from "warehouse"."shop"."reverse_etl_step_source_decisions" as decisions
where source_record_key <> '' and class in ('new', 'deferred') and operation in ('send', 'repeat')
) as sent
where nth = 1
),
-- how far back the source reaches in each goal; one stray row past 90 days must not make it look older
reach as (
select
conversion_name,
min(oldest_time) as oldest_time
from (
select conversion_name, oldest_time from "warehouse"."shop"."reverse_etl_step_plain_counts" as plain_counts where place = 'as_accepted'
union all
select conversion_name, conversion_time as oldest_time
from "warehouse"."shop"."reverse_etl_step_open_rows" as open_rows
where copy = 1 and expired_reasons = ''
) as times
group by conversion_name
),
whole_reach as (
select coalesce(min(oldest_time), '') as oldest_time
from reach
),
-- rows that may be those of any conversion: they have no key, and are invalid, or have lost their click or account, too
keyless as (
select
(
select count(*)
from "warehouse"."shop"."reverse_etl_step_open_rows" as open_rows
where
record_key = ''
and expired_reasons = ''
and (invalid_reasons <> '' or (click_id = '' and not is_counted))
)
+ (
select count(*)
from "warehouse"."shop"."reverse_etl_step_rows_elsewhere" as elsewhere
where record_key = '' and account_id = ''
) as row_count
),
absent as (
select
known.*,
false as was_out_of_reach
from "warehouse"."shop"."reverse_etl_step_known" as known
left join "warehouse"."shop"."reverse_etl_step_open_rows" as open_rows
on known.conversion_name = open_rows.conversion_name and known.identifier_key = open_rows.identifier_key and known.conversion_time = open_rows.conversion_time and open_rows.copy = 1
where
open_rows.copy is null
and (
known.status in ('accepted', 'in_doubt', 'maybe_taken')
or (
known.status = 'retracted' and known.corrected_this_run
and known.adjusted = 'retract' and known.adjusted_outcome = 'accepted'
)
)
union all
-- older than all of the source: aged out, unless its key stands there, or no source row says how far back it reaches
select
beyond.*,
true as was_out_of_reach
from (
select
found.*,
run_seq = 7 as sent_this_run,
coalesce(adjusted_run_seq = 7, false) as corrected_this_run,
accepted_at is not null and accepted_at > cast('2026-11-25 06:00:00' as timestamp(6)) as accepted_lately
from (
select
plain.conversion_name as conversion_name,
plain.identifier_key as identifier_key,
plain.conversion_time as conversion_time,
plain.record_key as record_key,
plain.click_id as click_id,
plain.hashed_email as hashed_email,
plain.hashed_phone as hashed_phone,
plain.value as value,
plain.currency as currency,
plain.attribution_credit as attribution_credit,
plain.attribution_model as attribution_model,
plain.run_seq as run_seq,
'accepted' as status,
false as lifted,
false as restate_in_doubt,
false as retract_in_doubt,
false as retract_refused,
false as may_still_arrive,
'' as last_adjustment_time,
coalesce(one_row.answered_at, many_rows.answered_at) as accepted_at,
cast(null as timestamp(6)) as answered_at,
cast(null as double) as restate_tried_value,
cast(null as VARCHAR) as restate_tried_currency,
cast(null as VARCHAR) as adjusted,
cast(null as VARCHAR) as adjusted_outcome,
cast(null as bigint) as adjusted_run_seq,
cast(null as double) as adjusted_value,
cast(null as VARCHAR) as adjusted_currency,
cast(null as double) as restate_refused_value,
cast(null as VARCHAR) as restate_refused_currency,
cast(null as INTEGER) as code,
cast(null as VARCHAR) as error_code,
cast(null as VARCHAR) as message,
cast(null as VARCHAR) as tracking_id
from (
select attempts.* from (
select attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
left join (
select run_seq, seq from "warehouse"."shop"."reverse_etl_step_eventful_attempts" as eventful
union all
select run_seq, seq from "warehouse"."shop"."reverse_etl_step_uneven_attempts" as uneven
) as left_out
on attempts.run_seq = left_out.run_seq and attempts.seq = left_out.seq
left join "warehouse"."shop"."reverse_etl_step_fences" as fences
on attempts.run_seq = fences.run_seq
where left_out.seq is null and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq)
) as attempts where attempts.conversion_time >= '2026-08-27T12:00:00Z' and attempts.conversion_time < (select oldest_time from "warehouse"."shop"."reverse_etl_step_source_reach") and (attempts.record_key in (select record_key from open_keys where record_key <> '') or (select oldest_time from whole_reach) = '' or (attempts.record_key <> '' and attempts.record_key in (select record_key from "warehouse"."shop"."reverse_etl_step_wanting_elsewhere" as elsewhere)) or conversion_name || ' ' || identifier_key || ' ' || conversion_time in (select conversion_name || ' ' || identifier_key || ' ' || conversion_time from "warehouse"."shop"."reverse_etl_step_rows_elsewhere" as elsewhere))
) as plain
left join "warehouse"."shop"."reverse_etl_step_answers" as one_row
on plain.run_seq = one_row.run_seq
and plain.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join "warehouse"."shop"."reverse_etl_step_answers" as many_rows
on plain.run_seq = many_rows.run_seq and plain.batch = many_rows.batch
and plain.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
) as found
) as beyond
),
invalid_now as (
select distinct conversion_name, identifier_key, conversion_time
from "warehouse"."shop"."reverse_etl_step_open_rows" as open_rows
where invalid_reasons <> ''
)
select
absent.conversion_name, absent.identifier_key, absent.conversion_time, absent.record_key, absent.click_id, absent.hashed_email, absent.hashed_phone, absent.value, absent.currency, absent.attribution_credit, absent.attribution_model, absent.run_seq, absent.status, absent.lifted, absent.restate_in_doubt, absent.retract_in_doubt, absent.retract_refused, absent.may_still_arrive, absent.last_adjustment_time, absent.accepted_at, absent.answered_at, absent.restate_tried_value, absent.restate_tried_currency, absent.adjusted, absent.adjusted_outcome, absent.adjusted_run_seq, absent.adjusted_value, absent.adjusted_currency, absent.restate_refused_value, absent.restate_refused_currency, absent.code, absent.error_code, absent.message, absent.tracking_id, absent.sent_this_run, absent.corrected_this_run, absent.accepted_lately, absent.was_out_of_reach,
absent.conversion_time < '2026-08-27T12:00:00Z' as past_90_days,
case
when substr(absent.click_id, 1, 10) = 'forgotten_' then 'aged_out'
when invalid_now.conversion_name is not null then 'row_invalid_now'
when absent.conversion_time < '2026-08-27T12:00:00Z' then 'past_90_days'
when identity_elsewhere.conversion_name is not null or key_elsewhere.record_key is not null then 'other_account'
when
open_keys.stands = 1 and sent_keys.record_key is not null
and (absent.value is null or sent_keys.source_value is not null)
and (absent.currency = '' or sent_keys.source_currency <> '')
then case
when
sent_keys.source_value = absent.restate_refused_value
and sent_keys.source_currency = absent.restate_refused_currency
then 'refused_already'
else 'moved'
end
when open_keys.stands = 1 and absent.record_key <> '' then 'not_replaced'
when open_keys.stands = 0 and absent.record_key <> '' then 'row_invalid_now'
when absent.conversion_time < '2026-08-28T12:00:00Z' or absent.conversion_time < coalesce(reach.oldest_time, whole_reach.oldest_time)
then 'aged_out'
when keyless.row_count > 0 then 'row_invalid_now'
else 'gone'
end as place,
sent_keys.conversion_name as moves_to_name,
sent_keys.conversion_time as moves_to_time
from absent
cross join whole_reach
cross join keyless
left join reach on absent.conversion_name = reach.conversion_name
left join invalid_now on absent.conversion_name = invalid_now.conversion_name and absent.identifier_key = invalid_now.identifier_key and absent.conversion_time = invalid_now.conversion_time
left join open_keys on absent.record_key = open_keys.record_key
left join sent_keys on absent.record_key = sent_keys.record_key
left join (select distinct conversion_name, identifier_key, conversion_time from "warehouse"."shop"."reverse_etl_step_rows_elsewhere" as elsewhere) as identity_elsewhere
on absent.conversion_name = identity_elsewhere.conversion_name and absent.identifier_key = identity_elsewhere.identifier_key and absent.conversion_time = identity_elsewhere.conversion_time
left join (select distinct record_key from "warehouse"."shop"."reverse_etl_step_wanting_elsewhere" as elsewhere where record_key <> '') as key_elsewhere
on absent.record_key = key_elsewhere.record_key;
-- ledger_decisions
create table "warehouse"."shop"."reverse_etl_step_ledger_decisions" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...9f32c5600e44') as
with facts as (
select
absent.*,
corrected_this_run and adjusted = 'retract' as retracted_this_run,
retract_in_doubt and not past_90_days and place not in ('aged_out', 'counts_once') as retract_can_be_repeated,
-- it stays, and no row says its value: the one that was tried is repeated
status = 'accepted' and restate_in_doubt and not retract_in_doubt
and place in ('row_invalid_now', 'other_account', 'refused_already', 'counts_once', 'not_replaced') and not past_90_days as restate_can_be_repeated,
restate_tried_value = restate_refused_value and restate_tried_currency = restate_refused_currency as value_was_refused,
place in ('moved', 'gone') and not retract_in_doubt as can_be_retracted
from "warehouse"."shop"."reverse_etl_step_absent" as absent
)
select
ruled.*,
case
when rule in (1) then 'expired'
when rule in (2, 3, 4, 12) then 'in_doubt'
when rule in (5, 13) then 'deferred'
when rule in (6, 14) then 'rejected'
when rule in (7) then 'retracted'
when rule in (8, 9, 15, 18, 19, 26, 27, 28, 29, 30, 32, 33, 34, 35) then 'held'
when rule in (10, 16, 20, 21) then 'waiting'
when rule in (11, 22, 24, 25) then 'retract'
when rule in (17) then 'restate'
when rule in (23) then 'move'
when rule in (31) then 'aged_out'
else ''
end as class,
case
when rule in (1) then 'in_doubt_too_old'
when rule in (2, 4, 12) then 'unanswered_this_run'
when rule in (5, 13) then 'deferred_this_run'
when rule in (8, 18) then 'retract_refused'
when rule in (9, 19, 22, 27) then 'maybe_taken'
when rule in (10, 16, 21) then 'quiet'
when rule in (11, 28) then 'retract_in_doubt'
when rule in (15, 32) then 'rejected_unchanged'
when rule in (17, 24, 29) then 'restate_in_doubt'
when rule in (20) then 'accepted_recently'
when rule in (23, 34) then 'moved'
when rule in (25, 35) then 'gone'
when rule in (26) then 'other_account'
when rule in (30) then 'row_invalid_now'
when rule in (33) then 'counts_once'
else ''
end as reason,
case
when rule in (3) then 'repeat'
when rule in (11, 22, 23, 24, 25) then 'retract'
when rule in (17) then 'restate'
else ''
end as operation
from (
select
facts.*,
case
when status = 'in_doubt' and past_90_days then 1
when status = 'in_doubt' and sent_this_run then 2
when status = 'in_doubt' then 3
when retracted_this_run and adjusted_outcome is null then 4
when retracted_this_run and adjusted_outcome = 'deferred' then 5
when retracted_this_run and adjusted_outcome = 'rejected' then 6
when retracted_this_run then 7
when retract_can_be_repeated and retract_refused and status = 'accepted' then 8
when retract_can_be_repeated and retract_refused then 9
when retract_can_be_repeated and may_still_arrive then 10
when retract_can_be_repeated then 11
when restate_can_be_repeated and corrected_this_run and adjusted_outcome is null then 12
when restate_can_be_repeated and corrected_this_run and adjusted_outcome = 'deferred' then 13
when restate_can_be_repeated and corrected_this_run and adjusted_outcome = 'rejected' then 14
when restate_can_be_repeated and value_was_refused then 15
when restate_can_be_repeated and may_still_arrive then 16
when restate_can_be_repeated then 17
when can_be_retracted and retract_refused and status = 'accepted' then 18
when can_be_retracted and retract_refused then 19
when can_be_retracted and status = 'accepted' and accepted_lately then 20
when can_be_retracted and may_still_arrive then 21
when can_be_retracted and status = 'maybe_taken' then 22
when can_be_retracted and place = 'moved' then 23
when can_be_retracted and restate_in_doubt then 24
when can_be_retracted then 25
when place = 'other_account' then 26
when status = 'maybe_taken' then 27
when retract_in_doubt then 28
when restate_in_doubt then 29
when place = 'row_invalid_now' then 30
when place in ('past_90_days', 'aged_out') then 31
when place = 'refused_already' then 32
when place = 'counts_once' then 33
when place in ('moved', 'not_replaced') then 34
when place = 'gone' then 35
end as rule
from facts
) as ruled;
-- candidates
create table "warehouse"."shop"."reverse_etl_step_candidates" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...65da504a7703') as
with corrected as (
select conversion_name, identifier_key, conversion_time, reason, operation
from "warehouse"."shop"."reverse_etl_step_source_decisions" as decisions
where operation in ('restate', 'retract')
union all
select conversion_name, identifier_key, conversion_time, reason, operation
from "warehouse"."shop"."reverse_etl_step_ledger_decisions" as decisions
where operation in ('restate', 'retract')
),
corrected_attempts as (
select
attempts.conversion_name, attempts.identifier_key, attempts.conversion_time, attempts.record_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join corrected on attempts.conversion_name = corrected.conversion_name and attempts.identifier_key = corrected.identifier_key and attempts.conversion_time = corrected.conversion_time
left join "warehouse"."shop"."reverse_etl_step_answers" as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join "warehouse"."shop"."reverse_etl_step_answers" as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join "warehouse"."shop"."reverse_etl_step_fences" as fences
on attempts.run_seq = fences.run_seq
where
1 = 1
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
)
select
conversion_name, identifier_key, conversion_time,
source_record_key as record_key,
reason,
operation
from "warehouse"."shop"."reverse_etl_step_source_decisions" as decisions
where source_record_key <> '' and class in ('new', 'deferred') and operation in ('send', 'repeat')
union all
select distinct
corrected.conversion_name, corrected.identifier_key, corrected.conversion_time,
attempts.record_key,
corrected.reason,
corrected.operation
from corrected
inner join corrected_attempts as attempts on corrected.conversion_name = attempts.conversion_name and corrected.identifier_key = attempts.identifier_key and corrected.conversion_time = attempts.conversion_time
where attempts.record_key <> '';
-- key_attempts
create table "warehouse"."shop"."reverse_etl_step_key_attempts" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...162dd1978fd6') as
with keyed as (
select distinct
ledger.conversion_name, ledger.identifier_key, ledger.conversion_time
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as ledger
inner join (
-- what is wide is read for few
select named.run_seq, named.seq
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as named
inner join (select distinct record_key from "warehouse"."shop"."reverse_etl_step_candidates" as candidates) as candidates
on named.record_key = candidates.record_key
) as numbers
on ledger.run_seq = numbers.run_seq and ledger.seq = numbers.seq
)
select
attempts.conversion_name, attempts.identifier_key, attempts.conversion_time, attempts.record_key, attempts.run_seq, attempts.seq, attempts.batch, attempts.operation,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as VARCHAR) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join keyed on attempts.conversion_name = keyed.conversion_name and attempts.identifier_key = keyed.identifier_key and attempts.conversion_time = keyed.conversion_time
left join "warehouse"."shop"."reverse_etl_step_answers" as one_row
on attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join "warehouse"."shop"."reverse_etl_step_answers" as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join "warehouse"."shop"."reverse_etl_step_fences" as fences
on attempts.run_seq = fences.run_seq
where
1 = 1
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent';
-- key_states
create table "warehouse"."shop"."reverse_etl_step_key_states" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...9d5fb5a12145') as
with once as (
select
attempts.*,
run_seq * 1000000000000 + seq as place
from (
select
attempts.*,
row_number() over (partition by run_seq, seq order by batch) as written
from "warehouse"."shop"."reverse_etl_step_key_attempts" as attempts
) as attempts
where written = 1
)
select
last_places.*,
case
when retract_accepted > 0 then 'retracted'
when send_accepted > 0 then 'accepted'
when send_unanswered > send_unsettled and send_unanswered > send_settled then 'in_doubt'
when send_unsettled > send_settled then 'maybe_taken'
end as known_status,
retract_accepted = 0 and retract_unanswered > retract_settled as retract_in_doubt
from (
select
conversion_name, identifier_key, conversion_time,
max(case when operation = 'send' and outcome is null then place else 0 end) as send_unanswered,
max(case when operation = 'send' and outcome = 'rejected' and settles = 0 then place else 0 end) as send_unsettled,
max(case when operation = 'send' and outcome in ('rejected', 'deferred') and settles = 1 then place else 0 end) as send_settled,
max(case when operation = 'retract' and outcome = 'accepted' then place else 0 end) as retract_accepted,
max(case when operation = 'retract' and outcome is null then place else 0 end) as retract_unanswered,
max(case when operation = 'retract' and outcome = 'rejected' and settles = 1 then place else 0 end) as retract_settled,
coalesce(min(case when operation = 'send' and outcome = 'accepted' then place end), 0) as send_accepted
from once as attempts
group by conversion_name, identifier_key, conversion_time
) as last_places;
-- held_by_kin
create table "warehouse"."shop"."reverse_etl_step_held_by_kin" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...e56ef47b0c68') as
with went_under as (
select distinct conversion_name, identifier_key, conversion_time, record_key
from "warehouse"."shop"."reverse_etl_step_key_attempts" as attempts
),
-- what stands in the source as the row of another key
stands_elsewhere as (
select distinct went_under.conversion_name, went_under.identifier_key, went_under.conversion_time, went_under.record_key
from went_under
inner join (
select conversion_name, identifier_key, conversion_time, record_key
from (
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from "warehouse"."shop"."reverse_etl_step_source_rows" as clean
) as rows_here
union all
select conversion_name, identifier_key, conversion_time, record_key
from "warehouse"."shop"."reverse_etl_step_wanting_elsewhere" as wanting_elsewhere
) as source_rows
on went_under.conversion_name = source_rows.conversion_name and went_under.identifier_key = source_rows.identifier_key and went_under.conversion_time = source_rows.conversion_time
where went_under.record_key <> source_rows.record_key
),
kin as (
select
went_under.conversion_name, went_under.identifier_key, went_under.conversion_time, went_under.record_key,
coalesce(states.known_status = 'in_doubt', false) as send_in_doubt,
states.retract_in_doubt as retract_in_doubt,
coalesce(states.known_status in ('accepted', 'maybe_taken'), false) and elsewhere.conversion_name is null as has_the_key
from went_under
inner join "warehouse"."shop"."reverse_etl_step_key_states" as states on went_under.conversion_name = states.conversion_name and went_under.identifier_key = states.identifier_key and went_under.conversion_time = states.conversion_time
left join stands_elsewhere as elsewhere on went_under.conversion_name = elsewhere.conversion_name and went_under.identifier_key = elsewhere.identifier_key and went_under.conversion_time = elsewhere.conversion_time and went_under.record_key = elsewhere.record_key
),
holds as (
select
candidates.conversion_name, candidates.identifier_key, candidates.conversion_time, candidates.record_key,
kin.conversion_name as kin_conversion_name,
kin.identifier_key as kin_identifier_key,
kin.conversion_time as kin_conversion_time,
case
-- a retraction in doubt is repeated beside others like it
when
kin.send_in_doubt
or (kin.retract_in_doubt and not (candidates.operation = 'retract' and candidates.reason = 'retract_in_doubt'))
then 2
-- what only swapped keys with another row is a conversion of its own
when kin.has_the_key and candidates.operation not in ('restate', 'retract') then 1
else 0
end as hold,
taken.conversion_name is not null as is_elsewhere
from "warehouse"."shop"."reverse_etl_step_candidates" as candidates
inner join kin
on candidates.record_key = kin.record_key
and not (candidates.conversion_name = kin.conversion_name and candidates.identifier_key = kin.identifier_key and candidates.conversion_time = kin.conversion_time)
left join (
select distinct conversion_name, identifier_key, conversion_time
from (
select conversion_name, identifier_key, conversion_time from "warehouse"."shop"."reverse_etl_step_states_elsewhere" as states_elsewhere
union all
select conversion_name, identifier_key, conversion_time from "warehouse"."shop"."reverse_etl_step_rows_elsewhere" as rows_elsewhere
) as found
) as taken
on candidates.conversion_name = taken.conversion_name and candidates.identifier_key = taken.identifier_key and candidates.conversion_time = taken.conversion_time
),
retracted as (
select
decisions.conversion_name, decisions.identifier_key, decisions.conversion_time, decisions.record_key,
decisions.place = 'moved' and decisions.reason <> 'retract_in_doubt' as moves
from "warehouse"."shop"."reverse_etl_step_ledger_decisions" as decisions
left join (
select distinct conversion_name, identifier_key, conversion_time
from holds
where hold = 2
) as in_doubt
on decisions.conversion_name = in_doubt.conversion_name and decisions.identifier_key = in_doubt.identifier_key and decisions.conversion_time = in_doubt.conversion_time
where decisions.operation = 'retract' and in_doubt.conversion_name is null
),
held as (
select
holds.conversion_name, holds.identifier_key, holds.conversion_time,
min(holds.record_key) as record_key,
case
when max(holds.hold) = 2 then 'key_in_doubt'
when count(case when holds.is_elsewhere then 1 end) > 0 then 'other_account'
else 'key_sent_before'
end as reason,
-- what moves under another key waits for the row of that; and for nothing that a goal of both accounts would ignore
max(holds.hold) = 1
and count(case when holds.is_elsewhere then 1 end) = 0
and count(*) = count(case when not retracted.moves or retracted.record_key = holds.record_key then 1 end) as is_replacement
from holds
left join retracted
on holds.kin_conversion_name = retracted.conversion_name and holds.kin_identifier_key = retracted.identifier_key and holds.kin_conversion_time = retracted.conversion_time
where holds.hold > 0
group by holds.conversion_name, holds.identifier_key, holds.conversion_time
)
select conversion_name, identifier_key, conversion_time, reason, is_replacement
from held
union all
select
retracted.conversion_name, retracted.identifier_key, retracted.conversion_time,
'moved' as reason,
false as is_replacement
from retracted
left join (
select distinct record_key
from held
where is_replacement
) as replaced
on retracted.record_key = replaced.record_key
where retracted.moves and replaced.record_key is null;
-- decided
create table "warehouse"."shop"."reverse_etl_step_decided" with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/...bddfe05ac97b') as
with decisions as (
select
'source' as side,
conversion_name, identifier_key, conversion_time, class, reason, operation, goes_at, answered_at, status, accepted_at, restate_in_doubt, retract_in_doubt, last_adjustment_time, code, error_code, message, tracking_id,
cast(null as VARCHAR) as moves_to_name,
cast(null as VARCHAR) as moves_to_time,
source_record_key,
ledger_record_key,
source_click_id,
ledger_click_id,
source_hashed_email,
ledger_hashed_email,
source_hashed_phone,
ledger_hashed_phone,
source_value,
ledger_value,
source_currency,
ledger_currency,
source_attribution_credit,
ledger_attribution_credit,
source_attribution_model,
ledger_attribution_model
from "warehouse"."shop"."reverse_etl_step_source_decisions" as source_decisions
union all
select
'ledger' as side,
conversion_name, identifier_key, conversion_time, class, reason, operation,
'' as goes_at,
cast(null as timestamp(6)) as answered_at,
status, accepted_at, restate_in_doubt, retract_in_doubt, last_adjustment_time, code, error_code, message, tracking_id,
moves_to_name,
moves_to_time,
record_key as source_record_key,
record_key as ledger_record_key,
click_id as source_click_id,
click_id as ledger_click_id,
hashed_email as source_hashed_email,
hashed_email as ledger_hashed_email,
hashed_phone as source_hashed_phone,
hashed_phone as ledger_hashed_phone,
case when operation = 'restate' then restate_tried_value else value end as source_value,
value as ledger_value,
case when operation = 'restate' then restate_tried_currency else currency end as source_currency,
currency as ledger_currency,
attribution_credit as source_attribution_credit,
attribution_credit as ledger_attribution_credit,
attribution_model as source_attribution_model,
attribution_model as ledger_attribution_model
from "warehouse"."shop"."reverse_etl_step_ledger_decisions" as ledger_decisions
where class <> 'aged_out'
),
after_kin as (
select
decisions.*,
held.reason as held_by,
held.is_replacement,
case when held.reason is null then decisions.operation else '' end as sent
from decisions
left join "warehouse"."shop"."reverse_etl_step_held_by_kin" as held
on decisions.conversion_name = held.conversion_name and decisions.identifier_key = held.identifier_key and decisions.conversion_time = held.conversion_time and decisions.operation <> ''
)
select
side,
case when held_by is null then after_kin.class when is_replacement then 'replace' else 'held' end as class,
coalesce(held_by, after_kin.reason) as reason,
case sent when '' then null when 'repeat' then 'send' else sent end as operation,
conversion_name,
conversion_time,
case when sent in ('repeat', 'restate', 'retract') then ledger_record_key else source_record_key end as record_key,
case when sent in ('repeat', 'restate', 'retract') then ledger_click_id else source_click_id end as click_id,
case when sent in ('repeat', 'restate', 'retract') then ledger_hashed_email else source_hashed_email end as hashed_email,
case when sent in ('repeat', 'restate', 'retract') then ledger_hashed_phone else source_hashed_phone end as hashed_phone,
case sent when 'repeat' then ledger_value when 'retract' then null else source_value end as value,
case sent when 'repeat' then ledger_currency when 'retract' then '' else source_currency end as currency,
case
when sent = 'repeat' then ledger_attribution_credit
when sent not in ('restate', 'retract') then source_attribution_credit
end as attribution_credit,
case
when sent = 'repeat' then ledger_attribution_model
when sent in ('restate', 'retract') then ''
else source_attribution_model
end as attribution_model,
case
when sent in ('restate', 'retract')
then greatest(
'2026-11-25T12:00:00Z',
conversion_time,
coalesce(concat(replace(substr(cast(date_add('second', 1, cast(nullif(substr(last_adjustment_time, 1, 19), '') as timestamp(6))) as varchar), 1, 19), ' ', 'T'), 'Z'), '')
)
else ''
end as adjustment_time,
case when status in ('accepted', 'maybe_taken') then ledger_value end as counted_value,
case when status in ('accepted', 'maybe_taken') then ledger_currency else '' end as counted_currency,
case when after_kin.class = 'move' and held_by is null then moves_to_name end as moves_to_name,
case when after_kin.class = 'move' and held_by is null then moves_to_time end as moves_to_time,
status,
case sent
when 'restate' then not restate_in_doubt
when 'retract' then not retract_in_doubt
else status in ('none', 'rejected', 'deferred')
end as untouched,
code,
error_code,
message,
tracking_id,
case
when after_kin.class = 'waiting' and after_kin.reason = 'accepted_recently'
then coalesce(concat(replace(substr(cast(date_add('second', 21600, accepted_at) as varchar), 1, 19), ' ', 'T'), 'Z'), '')
when after_kin.class = 'waiting' and after_kin.reason <> 'quiet' then after_kin.goes_at
else ''
end as goes_at,
case
when after_kin.class = 'deferred' and held_by is null then coalesce(concat(replace(substr(cast(answered_at as varchar), 1, 19), ' ', 'T'), 'Z'), '')
else ''
end as refused_at,
1 as row_count
from after_kin
union all
select
side,
class,
'' as reason,
cast(null as VARCHAR) as operation,
cast(null as VARCHAR) as conversion_name,
cast(null as VARCHAR) as conversion_time,
cast(null as VARCHAR) as record_key,
cast(null as VARCHAR) as click_id,
cast(null as VARCHAR) as hashed_email,
cast(null as VARCHAR) as hashed_phone,
cast(null as double) as value,
cast(null as VARCHAR) as currency,
cast(null as double) as attribution_credit,
cast(null as VARCHAR) as attribution_model,
'' as adjustment_time,
cast(null as double) as counted_value,
'' as counted_currency,
cast(null as VARCHAR) as moves_to_name,
cast(null as VARCHAR) as moves_to_time,
'accepted' as status,
false as untouched,
cast(null as INTEGER) as code,
cast(null as VARCHAR) as error_code,
cast(null as VARCHAR) as message,
cast(null as VARCHAR) as tracking_id,
'' as goes_at,
'' as refused_at,
cast(row_count as INTEGER) as row_count
from (
select
'source' as side,
case when in_this_run then 'accepted' else 'unchanged' end as class,
sum(row_count) as row_count
from "warehouse"."shop"."reverse_etl_step_plain_counts" as plain_counts
where place = 'as_accepted'
group by in_this_run
union all
select
'ledger' as side,
'aged_out' as class,
(select count(*) from "warehouse"."shop"."reverse_etl_step_ledger_decisions" as decisions where class = 'aged_out')
+ (select coalesce(sum(row_count), 0) from "warehouse"."shop"."reverse_etl_step_plain_counts" as plain_counts where place = 'out_of_reach')
- (select count(*) from "warehouse"."shop"."reverse_etl_step_absent" as absent where was_out_of_reach) as row_count
) as counts
where row_count > 0;
-- planned
create table a_plan with (table_type = 'ICEBERG', is_external = false, location = 's3://bucket/staging/reverse_etl/a_plan/1') as
select
side,
class,
reason,
operation,
case when operation is not null then 0 + n end as seq,
-- the operations come one after another, and no batch holds two of them
case
when operation is not null
then 0 + 1 + cast((n - 1 - mod(n - 1, 1000)) / 1000 as bigint)
+ case operation when 'send' then 0 when 'restate' then 1 else 2 end
end as batch,
conversion_name,
conversion_time,
record_key,
click_id,
hashed_email,
hashed_phone,
value,
currency,
attribution_credit,
attribution_model,
adjustment_time,
counted_value,
counted_currency,
moves_to_name,
moves_to_time,
status,
untouched,
code,
error_code,
message,
tracking_id,
goes_at,
refused_at,
row_count,
totals.source_rows,
totals.known_identities,
totals.source_rows - totals.seen_rows as unseen_repeats
from (
select
unnumbered.*,
row_number() over (
order by
case operation when 'send' then 0 when 'restate' then 1 when 'retract' then 2 else 3 end,
case when class = 'in_doubt' then 0 else 1 end,
conversion_time, conversion_name, click_id, hashed_email, hashed_phone
) as n
from "warehouse"."shop"."reverse_etl_step_decided" as unnumbered
) as numbered
cross join (
select
(select source_rows from "warehouse"."shop"."reverse_etl_step_source_reach" as source_reach) as source_rows,
(select coalesce(sum(row_count), 0) from "warehouse"."shop"."reverse_etl_step_plain_counts" as plain_counts)
+ (
select count(*) from "warehouse"."shop"."reverse_etl_step_known" as known where status in ('accepted', 'in_doubt', 'maybe_taken')
) as known_identities,
(
select coalesce(sum(row_count), 0) from "warehouse"."shop"."reverse_etl_step_plain_counts" as plain_counts where place = 'as_accepted'
)
+ (select count(*) from "warehouse"."shop"."reverse_etl_step_open_rows" as open_rows) as seen_rows
) as totals;
-- summary
with planned as (
select
side,
class,
coalesce(reason, '') as reason,
coalesce(operation, '') as operation,
case when is_sent then conversion_name else '' end as goal,
case when is_sent then coalesce(currency, '') else '' end as sum_currency,
case when is_sent then coalesce(counted_currency, '') else '' end as counted_sum_currency,
-- what no push sends may have a value that no sum holds
case when is_sent then value end as sent_value,
case when is_sent then counted_value end as sent_counted,
seq, record_key, conversion_name, conversion_time, value, currency, counted_value, counted_currency, moves_to_name, moves_to_time, code, error_code, goes_at, refused_at,
row_count,
known_identities,
unseen_repeats
from (
select
planned.*,
operation is not null or class = 'replace' as is_sent
from a_plan as planned
) as planned
),
counted as (
select
side, class, reason, operation, goal, sum_currency, counted_sum_currency,
sum(row_count) as rows_in_all,
sum(sent_value) as sum_of_value,
count(sent_value) as rows_with_value,
sum(sent_counted) as sum_of_counted,
count(sent_counted) as rows_with_counted,
max(known_identities) as known_identities,
max(unseen_repeats) as unseen_repeats
from planned
group by side, class, reason, operation, goal, sum_currency, counted_sum_currency
),
samples as (
select side, class, reason, operation, goal, sum_currency, counted_sum_currency, seq, record_key, conversion_name, conversion_time, value, currency, counted_value, counted_currency, moves_to_name, moves_to_time, code, error_code, goes_at, refused_at
from (
select
planned.*,
row_number() over (partition by side, class, reason, operation, goal, sum_currency, counted_sum_currency order by seq, conversion_time, record_key) as nth
from planned
) as ordered
where nth <= 3
)
select
counted.side, counted.class, counted.reason, counted.operation, counted.goal, counted.sum_currency, counted.counted_sum_currency, counted.rows_in_all, counted.sum_of_value, counted.rows_with_value, counted.sum_of_counted, counted.rows_with_counted, counted.known_identities, counted.unseen_repeats,
samples.seq, samples.record_key, samples.conversion_name, samples.conversion_time, samples.value, samples.currency, samples.counted_value, samples.counted_currency, samples.moves_to_name, samples.moves_to_time, samples.code, samples.error_code, samples.goes_at, samples.refused_at
from counted
left join samples on counted.side = samples.side and counted.class = samples.class and counted.reason = samples.reason and counted.operation = samples.operation and counted.goal = samples.goal and counted.sum_currency = samples.sum_currency and counted.counted_sum_currency = samples.counted_sum_currency
order by counted.side desc, counted.class, counted.reason, counted.operation, counted.goal, counted.sum_currency, counted.counted_sum_currency;
-- demands of the source
with source_rows as (
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
case when trim(both ' ' from cast(external_attribution_model as VARCHAR)) = '' or cast(external_attribution_model as VARCHAR) is null then '' else cast(external_attribution_model as VARCHAR) end as attribution_model,
transform(array["click_time"], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as click_at
from "warehouse"."shop"."offline_conversions"
)
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone end as hashes_beside
from clean_rows as clean
),
sendable as (
select
conversion_name,
lower(replace(click_id, '-', '')) as click_key,
conversion_time as time_key,
attribution_model <> '' or attribution_credit is not null as is_attributed,
value is not null as is_valued,
(case when click_at < cast('9000-01-01 00:00:00' as timestamp(6)) then coalesce(conversion_at > date_add('minute', window_minutes, click_at), false) else false end) as is_late
from source_rows
left join (
select 'Lead' as goal_name, 60 as window_minutes
union all
select 'It''s won' as goal_name, 1440 as window_minutes
) as goals
on goals.goal_name = source_rows.conversion_name
where
not (not regexp_like(conversion_name, '[^
]'))
and not (length(conversion_name) > 100)
and not (regexp_like(conversion_name, '[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]'))
and not (conversion_at is null)
and not coalesce(conversion_at < cast('0001-01-01 00:00:00' as timestamp(6)) or conversion_at > cast('9999-12-31 23:59:59.999999' as timestamp(6)), false)
and not (click_id = '' and hashed_email = '' and hashed_phone = '')
and not (click_id <> '' and not regexp_like(click_id, '^([0-9a-fA-F]{32}|[0...f99045e1bf84'))
and not (hashed_email <> '' and not regexp_like(hashed_email, '^[0-9a-f]{64}\z'))
and not (hashed_phone <> '' and not regexp_like(hashed_phone, '^[0-9a-f]{64}\z'))
and not (has_value and not coalesce(value >= cast('-1.7976931348623157e308' as double) and value <= cast('1.7976931348623157e308' as double), false))
and not (coalesce(value >= cast('-1.7976931348623157e308' as double) and value <= cast('1.7976931348623157e308' as double), false) and not coalesce(value >= 0 and value <= 999999999999, false))
and not (case when coalesce(value >= 0 and value <= 999999999999, false) then floor(value * 1000 + 0.5) / 1000 <> value else false end)
and not (currency <> '' and not regexp_like(currency, '^[A-Z]{3}\z'))
and not (has_credit and not coalesce(attribution_credit > 0 and attribution_credit <= 1, false))
and not (has_credit and (not regexp_like(attribution_model, '[^
]')))
and not (attribution_model <> '' and not has_credit)
and not (regexp_like(attribution_model, '[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]'))
and not coalesce(date_trunc('second', conversion_at) < date_add('day', -90, cast('2026-11-25 12:00:00' as timestamp(6))), false)
and not coalesce(conversion_at <= click_at, false)
),
conversions as (
select
conversion_name,
click_key,
time_key,
count(*) as source_rows,
sum(case when is_attributed then 1 else 0 end) as attributed,
sum(case when is_valued then 1 else 0 end) as valued,
sum(case when is_late then 1 else 0 end) as late
from sendable
group by conversion_name, click_key, time_key
)
select
conversion_name,
sum(source_rows) as source_rows,
sum(case when click_key = '' then source_rows else 0 end) as hashes_only,
sum(attributed) as attributed,
sum(valued) as valued,
count(nullif(click_key, '')) - count(distinct nullif(click_key, '')) as repeated_clicks,
sum(late) as late
from conversions
group by conversion_name
order by conversion_name;
-- demands
select
conversion_name,
count(*) as source_rows,
sum(case when click_id = '' then 1 else 0 end) as hashes_only,
sum(case when attribution_credit is not null or attribution_model <> '' then 1 else 0 end) as attributed,
0 as valued,
0 as repeated_clicks,
null as late
from a_plan
where class = 'replace'
group by conversion_name
order by conversion_name;
-- clicks in use
select
conversion_name,
count(*) as row_count
from (
select distinct retracted.conversion_name, retracted.identifier_key, retracted.conversion_time
from (
select
conversion_name,
case when click_id = '' then cast(length(hashed_email) as VARCHAR) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
conversion_time
from a_plan
where operation = 'retract' and (conversion_name in ('Deal won'))
) as retracted
inner join (
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
from clean_rows as clean) as source_rows
on retracted.conversion_name = source_rows.conversion_name and retracted.identifier_key = source_rows.identifier_key
-- at its own time it is no other conversion, and what is in doubt of it goes on
where retracted.conversion_time <> source_rows.conversion_time
) as in_use
group by conversion_name
order by conversion_name;
-- export
select
unseen_repeats,
side,
class,
reason,
record_key,
conversion_name,
conversion_time,
value,
currency,
counted_value,
counted_currency,
moves_to_name,
moves_to_time,
code,
error_code,
goes_at,
row_count
from a_plan as planned
order by side desc, class, reason, conversion_time, record_key;
-- page
select
seq,
batch,
operation,
conversion_name,
conversion_time,
click_id,
hashed_email,
hashed_phone,
value,
currency,
attribution_credit,
attribution_model,
adjustment_time,
untouched
from a_plan
where seq between 1 and 1000
order by seq;
-- end
drop table if exists `a_plan`;
