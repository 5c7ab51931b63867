-- clock
select concat(replace(substr(cast(cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6)) as varchar), 1, 19), ' ', 'T'), 'Z') as now;
-- next run
select coalesce(max(run_seq), 0) + 1 as run_seq
from (
select max(run_seq) as run_seq from "warehouse"."shop"."reverse_etl_runs" where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' union all
select max(run_seq) as run_seq from "warehouse"."shop"."reverse_etl_ledger" where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' union all
select max(run_seq) as run_seq from "warehouse"."shop"."reverse_etl_receipts" where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
) as known;
-- claim
insert into "warehouse"."shop"."reverse_etl_runs" (destination, environment, account_id, sync, run_seq, claim_id, event, fenced_run_seq, fenced_seq, host, pid, pid_space, target, package_version, counts, tests, happened_at)
values ('microsoft_ads', 'production', '1', 'it''s', 7, 'c', 'claim', null, null, 'h', 1, '', 'prod', '0.2.0', '{"a": "it''s \\ so"}', null, cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6)));
-- claims
select
events.run_seq,
events.claim_id,
max(case when events.event = 'open' then 1 else 0 end) as opened,
max(case when events.event = 'withdraw' then 1 else 0 end) as withdrawn,
max(case when events.event = 'close' then 1 else 0 end) as closed,
max(case when fences.fenced_run_seq is null then 0 else 1 end) as fenced,
date_diff('second', max(events.happened_at), cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6))) as age_seconds,
max(events.host) as host,
max(events.pid) as pid,
coalesce(max(events.pid_space), '') as pid_space,
concat(replace(substr(cast(min(events.happened_at) as varchar), 1, 19), ' ', 'T'), 'Z') as since
from "warehouse"."shop"."reverse_etl_runs" as events
left join (
select distinct fenced_run_seq from "warehouse"."shop"."reverse_etl_runs" where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
) as fences on events.run_seq = fences.fenced_run_seq
where events.destination = 'microsoft_ads' and events.environment = 'production' and events.account_id = '1' and events.sync = 'it''s' and events.event <> 'fence'
group by events.run_seq, events.claim_id
order by events.run_seq desc, events.claim_id;
-- newest token
select max(run_seq) as run_seq
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event in ('claim', 'open')
and claim_id not in (
select claim_id from "warehouse"."shop"."reverse_etl_runs" where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'withdraw'
);
-- highest seqs
select run_seq, max(seq) as seq
from "warehouse"."shop"."reverse_etl_ledger"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and run_seq in (5, 6)
group by run_seq;
-- quiet runs
select run_seq
from (
select run_seq, happened_at
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event <> 'fence'
union all
select fenced_run_seq as run_seq, happened_at
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'fence'
) as events
group by run_seq
having date_diff('second', max(happened_at), cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6))) < 3600
order by run_seq;
-- newest time
select concat(replace(substr(cast(max(transform(array[conversion_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]) as varchar), 1, 19), ' ', 'T'), 'Z') as newest
from "warehouse"."shop"."offline_conversions"
where transform(array[conversion_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] <= cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6));
-- accounts
select
account_id,
sum(source_rows) as source_rows
from (
select
trim(both '
' from coalesce(cast("account" as varchar), '')) as account_id,
count(*) as source_rows
from "warehouse"."shop"."offline_conversions"
group by trim(both '
' from coalesce(cast("account" as varchar), ''))
union all
select
account_id,
0 as source_rows
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and sync = 'it''s'
group by account_id
) as found
group by account_id
order by account_id;
-- repeated keys
select count(*) as keys_in_all
from (
select record_key
from (
with clean_rows as (
select
case when trim(both ' ' from cast("deal_id" as varchar)) = '' or cast("deal_id" as varchar) is null then '' else cast("deal_id" as varchar) end as record_key,
case when trim(both ' ' from cast(conversion_name as varchar)) = '' or cast(conversion_name as varchar) is null then '' else cast(conversion_name as varchar) end as conversion_name,
transform(array[conversion_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as conversion_at,
case when trim(both ' ' from cast(microsoft_click_id as varchar)) = '' or cast(microsoft_click_id as varchar) is null then '' else cast(microsoft_click_id as varchar) end as click_id,
case when trim(both ' ' from cast(hashed_email_address as varchar)) = '' or cast(hashed_email_address as varchar) is null then '' else cast(hashed_email_address as varchar) end as hashed_email,
case when trim(both ' ' from cast(hashed_phone_number as varchar)) = '' or cast(hashed_phone_number as varchar) is null then '' else cast(hashed_phone_number as varchar) end as hashed_phone,
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
end)[1] is not null then true else (case when trim(both ' ' from cast(conversion_value as varchar)) = '' or cast(conversion_value as varchar) is null then '' else cast(conversion_value as varchar) end) <> '' end) as has_value,
case when trim(both ' ' from cast(conversion_currency_code as varchar)) = '' or cast(conversion_currency_code as varchar) is null then '' else cast(conversion_currency_code as varchar) end as currency,
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
end)[1] is not null then true else (case when trim(both ' ' from cast(external_attribution_credit as varchar)) = '' or cast(external_attribution_credit as varchar) is null then '' else cast(external_attribution_credit as varchar) end) <> '' end) as has_credit,
case when trim(both ' ' from cast(external_attribution_model as varchar)) = '' or cast(external_attribution_model as varchar) is null then '' else cast(external_attribution_model as varchar) end as attribution_model
from "warehouse"."shop"."offline_conversions"
)
select
clean.*,
coalesce(concat(replace(substr(cast(conversion_at as varchar), 1, 19), ' ', 'T'), 'Z'), '') as conversion_time,
case when click_id = '' then cast(length(hashed_email) as varchar) || 'H' || hashed_email || hashed_phone else lower(replace(click_id, '-', '')) end as identifier_key,
case when click_id = '' or (hashed_email = '' and hashed_phone = '') then '' else cast(length(hashed_email) as varchar) || 'H' || hashed_email || hashed_phone end as hashes_beside
from clean_rows as clean) as source_rows
where record_key <> ''
group by record_key
having count(*) > 1
) as repeated;
-- rows of an account
select * from (
select * from "warehouse"."shop"."offline_conversions"
where trim(both '
' from coalesce(cast("account" as varchar), '')) = '1'
) as rows_of_account;
-- goals of the source
select
conversion_name,
count(*) as rows_in_all
from "warehouse"."shop"."offline_conversions"
where case when trim(both ' ' from cast(conversion_name as varchar)) = '' or cast(conversion_name as varchar) is null then '' else cast(conversion_name as varchar) end <> ''
group by conversion_name;
-- names in the source
select distinct case when trim(both ' ' from cast(conversion_name as varchar)) = '' or cast(conversion_name as varchar) is null then '' else cast(conversion_name as varchar) end as conversion_name
from "warehouse"."shop"."offline_conversions";
-- intents
insert into "warehouse"."shop"."reverse_etl_ledger" (
destination, environment, account_id, sync, run_seq, seq, batch, operation,
conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
value, currency, attribution_credit, attribution_model, adjustment_time, first_attempt, recorded_at
)
select
'microsoft_ads', 'production', '1', 'it''s', 7, seq, batch, operation,
conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
value, currency, attribution_credit, attribution_model, adjustment_time, status = 'none', cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6))
from a_plan
where seq between 1 and 1000;
-- receipts
insert into "warehouse"."shop"."reverse_etl_receipts" (
destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to, outcome, settles, code, error_code, message,
tracking_id, recorded_at
)
values
('microsoft_ads', 'production', '1', 'it''s', 7, 1, 1, 2, 'accepted', 'both', null, null, 'two
lines', 't', cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6))),
('microsoft_ads', 'production', '1', 'it''s', 7, 1, 1, 2, 'accepted', 'both', null, null, 'two
lines', 't', cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6)));
-- outcomes
select
coalesce(attempts.outcome, 'in_doubt') as outcome,
count(distinct attempts.seq) as rows_in_all
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
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as varchar) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
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
attempts.operation <> 'retry' and attempts.run_seq = 7
and ((fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) or coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent')
) as attempts
group by 1;
-- standings
select
planned.side as side,
case
when planned.class = 'replace' then case when stays.record_key is null then 'not_reached' else 'held' end
when planned.operation is null then planned.class
when attempts.seq is null and (planned.class = 'in_doubt' or planned.reason like '%_in_doubt') then 'in_doubt'
when attempts.seq is null then 'not_reached'
when attempts.outcome = 'rejected' and attempts.settles = 0 then 'held'
-- a row that came back stays, and counts for nothing any more
when attempts.outcome = 'accepted' and planned.operation = 'retract'
then case planned.side when 'source' then 'held' else 'retracted' end
else coalesce(attempts.outcome, 'in_doubt')
end as standing,
sum(planned.row_count) as rows_in_all,
sum(case when planned.status in ('accepted', 'in_doubt', 'maybe_taken') then planned.row_count else 0 end) as known_standing,
sum(
case
when planned.class = 'held' and (planned.reason = 'retracted' or planned.conversion_time < '2026-08-27T12:00:00Z')
then planned.row_count
else 0
end
) as beyond_help,
max(planned.source_rows) as source_rows,
max(planned.known_identities) as known_identities
from a_plan as planned
left join (
select
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as varchar) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
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
attempts.run_seq = 7
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
) as attempts
on planned.seq = attempts.seq
left join (
select distinct record_key
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
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as varchar) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
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
attempts.operation = 'retract' and attempts.run_seq = 7
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
) as retractions
where coalesce(outcome, 'in_doubt') <> 'accepted'
) as stays
on planned.record_key = stays.record_key
group by 1, 2;
-- accepted
select coalesce(sum(accepted), 0) as accepted
from (select
destination, environment, account_id, sync,
sum(records) as accepted
from (
select distinct destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to, seq_to - seq_from + 1 as records
from "warehouse"."shop"."reverse_etl_receipts"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and outcome = 'accepted' and coalesce(error_code, '') <> 'Baseline'
union all
select distinct single.destination, single.environment, single.account_id, single.sync, single.run_seq, single.batch, single.seq_from, single.seq_to, -1
from "warehouse"."shop"."reverse_etl_receipts" as single
inner join "warehouse"."shop"."reverse_etl_receipts" as answered
on single.destination = answered.destination and single.environment = answered.environment and single.account_id = answered.account_id and single.sync = answered.sync and single.run_seq = answered.run_seq and single.batch = answered.batch
and single.seq_from between answered.seq_from and answered.seq_to
where
single.destination = 'microsoft_ads' and single.environment = 'production' and single.account_id = '1' and single.sync = 'it''s'
and single.seq_from = single.seq_to
and single.outcome <> 'accepted'
and answered.outcome = 'accepted'
and answered.seq_from < answered.seq_to
) as counted
group by destination, environment, account_id, sync
) as scopes;
-- accepted by scope
select
destination, environment, account_id, sync,
sum(records) as accepted
from (
select distinct destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to, seq_to - seq_from + 1 as records
from "warehouse"."shop"."reverse_etl_receipts"
where 1 = 1 and outcome = 'accepted' and coalesce(error_code, '') <> 'Baseline'
union all
select distinct single.destination, single.environment, single.account_id, single.sync, single.run_seq, single.batch, single.seq_from, single.seq_to, -1
from "warehouse"."shop"."reverse_etl_receipts" as single
inner join "warehouse"."shop"."reverse_etl_receipts" as answered
on single.destination = answered.destination and single.environment = answered.environment and single.account_id = answered.account_id and single.sync = answered.sync and single.run_seq = answered.run_seq and single.batch = answered.batch
and single.seq_from between answered.seq_from and answered.seq_to
where
1 = 1
and single.seq_from = single.seq_to
and single.outcome <> 'accepted'
and answered.outcome = 'accepted'
and answered.seq_from < answered.seq_to
) as counted
group by destination, environment, account_id, sync;
-- status
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
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as varchar) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
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
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as varchar) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it''s'
) as attempts
inner join (
select distinct ledger.conversion_name, ledger.identifier_key, ledger.conversion_time
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as varchar) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
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
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as varchar) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
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
select kind, name, sum(identities) as identities
from (
select 'status' as kind, 'accepted' as name, count(*) as identities
from plain
union all
select 'status' as kind, status as name, count(*) as identities
from states
group by 2
union all
select 'correction' as kind, 'restate_refused' as name, count(*) as identities
from states
where status in ('accepted', 'maybe_taken') and restate_refused_value is not null
union all
select 'correction' as kind, 'restate_in_doubt' as name, count(*) as identities
from states
where status in ('accepted', 'maybe_taken') and restate_in_doubt
union all
select 'correction' as kind, 'retract_refused' as name, count(*) as identities
from states
where status in ('accepted', 'maybe_taken') and retract_refused
union all
select 'correction' as kind, 'retract_in_doubt' as name, count(*) as identities
from states
where status in ('accepted', 'maybe_taken') and retract_in_doubt
) as counts
where identities > 0
group by kind, name;
-- history
select
events.run_seq,
min(case when events.event = 'open' then concat(replace(substr(cast(events.happened_at as varchar), 1, 19), ' ', 'T'), 'Z') end) as started_at,
max(case when events.event = 'close' then concat(replace(substr(cast(events.happened_at as varchar), 1, 19), ' ', 'T'), 'Z') end) as ended_at,
max(case when events.event = 'close' then events.counts end) as counts,
max(events.target) as target,
max(events.host) as host,
max(events.pid) as pid,
min(fences.run_seq) as fenced_by,
max(events.package_version) as package_version
from "warehouse"."shop"."reverse_etl_runs" as events
left join "warehouse"."shop"."reverse_etl_runs" as fences
on fences.destination = 'microsoft_ads' and fences.environment = 'production' and fences.account_id = '1' and fences.sync = 'it''s'
and fences.event = 'fence'
and events.run_seq = fences.fenced_run_seq
where events.destination = 'microsoft_ads' and events.environment = 'production' and events.account_id = '1' and events.sync = 'it''s' and events.event <> 'fence'
-- of two that claimed one number the other is the run
and events.claim_id not in (
select claim_id from "warehouse"."shop"."reverse_etl_runs" where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'withdraw'
)
group by events.run_seq
having max(case when events.event = 'open' then 1 else 0 end) = 1
-- the claim of another says what it is
and max(case when events.event = 'claim' and events.counts <> '' then 1 else 0 end) = 0
order by events.run_seq desc
limit 10;
-- kept tests
select tests
from "warehouse"."shop"."reverse_etl_runs"
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s' and event = 'open' and tests like '%"by": "build"%'
order by run_seq desc
limit 1;
-- newest event
select concat(replace(substr(cast(max(happened_at) as varchar), 1, 19), ' ', 'T'), 'Z') as newest
from "warehouse"."shop"."reverse_etl_runs";
-- newest proof
select counts
from "warehouse"."shop"."reverse_etl_runs"
where
destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it''s'
and event = 'proof'
and package_version = '0.2.0'
order by happened_at desc
limit 1;
-- table of a proof
create table a_table as
select * from "warehouse"."shop"."reverse_etl_runs" where 1 = 0;
