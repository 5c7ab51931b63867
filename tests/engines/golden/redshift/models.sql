-- reverse_etl_attribution
with days as (
select
destination, environment, account_id, sync, conversion_name, upload_date,
sent,
accepted,
rejected,
deferred,
in_doubt,
corrections,
attributed,
unattributed,
cast(attributed as double precision) / nullif(attributed + unattributed, 0) as match_rate,
fetched_at
from (
select
destination, environment, account_id, sync, conversion_name, upload_date,
cast(sum(sent) as bigint) as sent,
cast(sum(accepted) as bigint) as accepted,
cast(sum(rejected) as bigint) as rejected,
cast(sum(deferred) as bigint) as deferred,
cast(sum(in_doubt) as bigint) as in_doubt,
cast(sum(corrections) as bigint) as corrections,
cast(sum(attributed) as bigint) as attributed,
cast(sum(unattributed) as bigint) as unattributed,
min(fetched_at) as fetched_at
from (
select
destination, environment, account_id, sync, conversion_name, upload_date,
sent,
accepted,
rejected,
deferred,
in_doubt,
corrections,
cast(null as bigint) as attributed,
cast(null as bigint) as unattributed,
cast(null as timestamp) as fetched_at
from (select
destination,
environment,
account_id,
sync,
conversion_name,
cast(recorded_at as date) as upload_date,
sum(case when operation = 'send' then 1 else 0 end) as sent,
sum(case when operation = 'send' and outcome = 'accepted' then 1 else 0 end) as accepted,
sum(case when operation = 'send' and outcome = 'rejected' then 1 else 0 end) as rejected,
sum(case when operation = 'send' and outcome = 'deferred' then 1 else 0 end) as deferred,
sum(case when operation = 'send' and outcome is null then 1 else 0 end) as in_doubt,
sum(case when operation = 'send' then 0 else 1 end) as corrections
from (
select
attempts.destination, attempts.environment, attempts.account_id, attempts.sync, attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as varchar(65535)) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where 1 = 1
) as attempts
left join (
select
destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where 1 = 1
group by destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to) as one_row
on attempts.destination = one_row.destination and attempts.environment = one_row.environment and attempts.account_id = one_row.account_id and attempts.sync = one_row.sync and attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join (
select
destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where 1 = 1
group by destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to) as many_rows
on attempts.destination = many_rows.destination and attempts.environment = many_rows.environment and attempts.account_id = many_rows.account_id and attempts.sync = many_rows.sync and attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
destination, environment, account_id, sync, fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where 1 = 1 and event = 'fence'
group by destination, environment, account_id, sync, fenced_run_seq) as fences
on attempts.destination = fences.destination and attempts.environment = fences.environment and attempts.account_id = fences.account_id and attempts.sync = fences.sync and attempts.run_seq = fences.run_seq
where
attempts.operation <> 'retry'
and not exists (
select 1
from (
select destination, environment, account_id, sync, run_seq
from "warehouse"."shop"."reverse_etl_runs"
where 1 = 1 and event = 'claim' and counts <> ''
-- of two that claimed one number the other is the run
and claim_id not in (
select claim_id from "warehouse"."shop"."reverse_etl_runs" where 1 = 1 and event = 'withdraw'
)
) as upkeep_runs
where upkeep_runs.destination = attempts.destination and upkeep_runs.environment = attempts.environment and upkeep_runs.account_id = attempts.account_id and upkeep_runs.sync = attempts.sync and upkeep_runs.run_seq = attempts.run_seq
)
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
) as attempts
group by destination, environment, account_id, sync, conversion_name, cast(recorded_at as date)
) as uploads
union all
select
destination, environment, account_id, sync, conversion_name, upload_date,
0 as sent,
0 as accepted,
0 as rejected,
0 as deferred,
0 as in_doubt,
0 as corrections,
attributed,
unattributed,
fetched_at
from (
select *
from (
select
reported.*,
rank() over (
partition by destination, environment, account_id, sync, goal_id, upload_date
order by fetch_seq desc, fetched_at desc, fetch_id desc
) as nth
from "warehouse"."shop"."reverse_etl_attribution_reports" as reported
where 1 = 1
) as ranked
where nth = 1
) as reported
where reason = ''
) as both_sides
group by destination, environment, account_id, sync, conversion_name, upload_date
) as days
-- a day on which nothing happened on either side is not worth a row
where sent + corrections + coalesce(attributed, 0) + coalesce(unattributed, 0) > 0
)
select * from days;
-- reverse_etl_attribution_reports
select
cast(null as varchar(65535)) as destination,
cast(null as varchar(65535)) as environment,
cast(null as varchar(65535)) as account_id,
cast(null as varchar(65535)) as sync,
cast(null as bigint) as fetch_seq,
cast(null as varchar(65535)) as fetch_id,
cast(null as bigint) as goal_id,
cast(null as varchar(65535)) as conversion_name,
cast(null as date) as upload_date,
cast(null as varchar(65535)) as reason,
cast(null as bigint) as attributed,
cast(null as bigint) as unattributed,
cast(null as timestamp) as fetched_at
from (select 1 as one) as nowhere
where 1 = 0;
-- reverse_etl_ledger
select
cast(null as varchar(65535)) as destination,
cast(null as varchar(65535)) as environment,
cast(null as varchar(65535)) as account_id,
cast(null as varchar(65535)) as sync,
cast(null as bigint) as run_seq,
cast(null as bigint) as seq,
cast(null as bigint) as batch,
cast(null as varchar(65535)) as operation,
cast(null as varchar(65535)) as conversion_name,
cast(null as varchar(65535)) as click_id,
cast(null as varchar(65535)) as hashed_email,
cast(null as varchar(65535)) as hashed_phone,
cast(null as varchar(65535)) as conversion_time,
cast(null as varchar(65535)) as record_key,
cast(null as double precision) as value,
cast(null as varchar(65535)) as currency,
cast(null as double precision) as attribution_credit,
cast(null as varchar(65535)) as attribution_model,
cast(null as varchar(65535)) as adjustment_time,
cast(null as boolean) as first_attempt,
cast(null as timestamp) as recorded_at
from (select 1 as one) as nowhere
where 1 = 0;
-- reverse_etl_receipts
select
cast(null as varchar(65535)) as destination,
cast(null as varchar(65535)) as environment,
cast(null as varchar(65535)) as account_id,
cast(null as varchar(65535)) as sync,
cast(null as bigint) as run_seq,
cast(null as bigint) as batch,
cast(null as bigint) as seq_from,
cast(null as bigint) as seq_to,
cast(null as varchar(65535)) as outcome,
cast(null as boolean) as settles,
cast(null as integer) as code,
cast(null as varchar(65535)) as error_code,
cast(null as varchar(65535)) as message,
cast(null as varchar(65535)) as tracking_id,
cast(null as timestamp) as recorded_at
from (select 1 as one) as nowhere
where 1 = 0;
-- reverse_etl_records
with attempts as (
select
attempts.destination, attempts.environment, attempts.account_id, attempts.sync, attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then cast(length(ledger.hashed_email) as varchar(65535)) || 'H' || ledger.hashed_email || ledger.hashed_phone else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from "warehouse"."shop"."reverse_etl_ledger" as ledger
where 1 = 1
) as attempts
left join (
select
destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where 1 = 1
group by destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to) as one_row
on attempts.destination = one_row.destination and attempts.environment = one_row.environment and attempts.account_id = one_row.account_id and attempts.sync = one_row.sync and attempts.run_seq = one_row.run_seq
and attempts.seq = one_row.seq_from and one_row.seq_from = one_row.seq_to
left join (
select
destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to,
max(outcome) as outcome,
max(case when settles then 1 else 0 end) as settles,
max(code) as code,
max(error_code) as error_code,
max(message) as message,
max(tracking_id) as tracking_id,
min(recorded_at) as answered_at
from "warehouse"."shop"."reverse_etl_receipts"
where 1 = 1
group by destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to) as many_rows
on attempts.destination = many_rows.destination and attempts.environment = many_rows.environment and attempts.account_id = many_rows.account_id and attempts.sync = many_rows.sync and attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
destination, environment, account_id, sync, fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from "warehouse"."shop"."reverse_etl_runs"
where 1 = 1 and event = 'fence'
group by destination, environment, account_id, sync, fenced_run_seq) as fences
on attempts.destination = fences.destination and attempts.environment = fences.environment and attempts.account_id = fences.account_id and attempts.sync = fences.sync and attempts.run_seq = fences.run_seq
where
1 = 1
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
),
records as (
with once as (
select
attempts.*,
run_seq * 1000000000000 + seq as place
from (
select
attempts.*,
row_number() over (partition by destination, environment, account_id, sync, run_seq, seq order by batch) as written
from attempts as attempts
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
destination, environment, account_id, sync, conversion_name, identifier_key, conversion_time,
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
group by destination, environment, account_id, sync, conversion_name, identifier_key, conversion_time
) as last_places
)
select
places.destination, places.environment, places.account_id, places.sync, places.conversion_name, places.identifier_key, places.conversion_time,
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
inner join once as payload on places.payload_from = payload.place and places.destination = payload.destination and places.environment = payload.environment and places.account_id = payload.account_id and places.sync = payload.sync
left join once as restated on places.restate_accepted = restated.place and places.destination = restated.destination and places.environment = restated.environment and places.account_id = restated.account_id and places.sync = restated.sync
left join once as rejected
on places.restate_rejected = rejected.place and places.destination = rejected.destination and places.environment = rejected.environment and places.account_id = rejected.account_id and places.sync = rejected.sync
and places.restate_rejected > places.restate_accepted and places.restate_rejected > places.retried
left join once as unanswered
on places.restate_unanswered = unanswered.place and places.destination = unanswered.destination and places.environment = unanswered.environment and places.account_id = unanswered.account_id and places.sync = unanswered.sync and places.restate_unanswered > places.restate_accepted
left join once as adjusted on places.last_adjustment = adjusted.place and places.destination = adjusted.destination and places.environment = adjusted.environment and places.account_id = adjusted.account_id and places.sync = adjusted.sync
),
final as (
select
destination, environment, account_id, sync,
record_key,
conversion_name,
conversion_time,
click_id,
hashed_email,
hashed_phone,
status,
restate_in_doubt,
retract_in_doubt,
value,
currency,
attribution_credit,
attribution_model,
run_seq,
code,
error_code,
message,
tracking_id
from records
)
select * from final;
-- reverse_etl_rejected
select
destination, environment, account_id, sync,
record_key,
conversion_name,
conversion_time,
status,
run_seq,
code,
error_code,
message,
tracking_id
from "warehouse"."shop"."reverse_etl_records"
where status in ('rejected', 'maybe_taken');
-- reverse_etl_run_history
select
destination, environment, account_id, sync,
run_seq,
min(case when event = 'open' then happened_at end) as started_at,
max(case when event in ('open', 'heartbeat') then happened_at end) as last_heard_at,
max(case when event = 'close' then happened_at end) as ended_at,
max(case when event = 'close' then counts end) as counts,
max(host) as host,
max(pid) as pid,
max(target) as target,
max(package_version) as package_version
from "warehouse"."shop"."reverse_etl_runs"
where event <> 'fence'
group by destination, environment, account_id, sync, run_seq
having max(case when event = 'open' then 1 else 0 end) = 1;
-- reverse_etl_runs
select
cast(null as varchar(65535)) as destination,
cast(null as varchar(65535)) as environment,
cast(null as varchar(65535)) as account_id,
cast(null as varchar(65535)) as sync,
cast(null as bigint) as run_seq,
cast(null as varchar(65535)) as claim_id,
cast(null as varchar(65535)) as event,
cast(null as bigint) as fenced_run_seq,
cast(null as bigint) as fenced_seq,
cast(null as timestamp) as happened_at,
cast(null as varchar(65535)) as host,
cast(null as bigint) as pid,
cast(null as varchar(65535)) as pid_space,
cast(null as varchar(65535)) as target,
cast(null as varchar(65535)) as package_version,
cast(null as varchar(65535)) as counts,
cast(null as varchar(65535)) as tests
from (select 1 as one) as nowhere
where 1 = 0;
-- reverse_etl_unattributed
with reasons as (
select
destination, environment, account_id, sync, conversion_name, upload_date, reason,
cast(sum(unattributed) as bigint) as unattributed,
min(fetched_at) as fetched_at
from (
select *
from (
select
reported.*,
rank() over (
partition by destination, environment, account_id, sync, goal_id, upload_date
order by fetch_seq desc, fetched_at desc, fetch_id desc
) as nth
from "warehouse"."shop"."reverse_etl_attribution_reports" as reported
where 1 = 1
) as ranked
where nth = 1
) as reported
where reason <> ''
group by destination, environment, account_id, sync, conversion_name, upload_date, reason
)
select * from reasons;
