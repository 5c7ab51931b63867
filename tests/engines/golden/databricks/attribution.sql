-- moment
select cast(timestampadd(microsecond, unix_micros(current_timestamp()), timestamp_ntz'1970-01-01 00:00:00') as string) as moment;
-- span of uploads
select
cast(min(ledger.recorded_at) as date) as first_day,
cast(max(ledger.recorded_at) as date) as last_day
from `warehouse`.`shop`.`reverse_etl_ledger` as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it\'s' and ledger.operation <> 'retry'
and not exists (
select 1
from (
select run_seq
from `warehouse`.`shop`.`reverse_etl_runs`
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s' and event = 'claim' and counts <> ''
-- of two that claimed one number the other is the run
and claim_id not in (
select claim_id from `warehouse`.`shop`.`reverse_etl_runs` where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s' and event = 'withdraw'
)
) as upkeep_runs
where upkeep_runs.run_seq = ledger.run_seq
);
-- goals sent to
select distinct ledger.conversion_name
from `warehouse`.`shop`.`reverse_etl_ledger` as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it\'s' and ledger.operation <> 'retry'
and not exists (
select 1
from (
select run_seq
from `warehouse`.`shop`.`reverse_etl_runs`
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s' and event = 'claim' and counts <> ''
-- of two that claimed one number the other is the run
and claim_id not in (
select claim_id from `warehouse`.`shop`.`reverse_etl_runs` where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s' and event = 'withdraw'
)
) as upkeep_runs
where upkeep_runs.run_seq = ledger.run_seq
)
and ledger.recorded_at >= cast('2026-11-01' as timestamp_ntz)
order by ledger.conversion_name;
-- next fetch
select coalesce(max(fetch_seq), 0) + 1 as fetch_seq
from `warehouse`.`shop`.`reverse_etl_attribution_reports`
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s';
-- reports
insert into `warehouse`.`shop`.`reverse_etl_attribution_reports` (
destination, environment, account_id, sync, fetch_seq, fetch_id, goal_id, conversion_name, upload_date, reason, attributed, unattributed, fetched_at
)
values
('microsoft_ads', 'production', '1', 'it\'s', 1, 'f', 1, 'It\'s won', cast('2026-11-01' as date), '', 2, 1, cast('2026-11-25 12:00:00.123' as timestamp_ntz)),
('microsoft_ads', 'production', '1', 'it\'s', 1, 'f', 1, 'It\'s won', cast('2026-11-01' as date), '', 2, 1, cast('2026-11-25 12:00:00.123' as timestamp_ntz));
-- match rate
select
sum(attributed) as attributed,
sum(unattributed) as unattributed,
min(upload_date) as first_day,
max(upload_date) as last_day,
concat(replace(substr(cast(min(fetched_at) as string), 1, 19), ' ', 'T'), 'Z') as fetched_at
from (
select *
from (
select
reported.*,
rank() over (
partition by goal_id, upload_date
order by fetch_seq desc, fetched_at desc, fetch_id desc
) as nth
from `warehouse`.`shop`.`reverse_etl_attribution_reports` as reported
where reported.destination = 'microsoft_ads' and reported.environment = 'production' and reported.account_id = '1' and reported.sync = 'it\'s'
and upload_date >= cast('2026-11-01' as date)
) as ranked
where nth = 1
) as reported
where reason = '' and attributed + unattributed > 0
having count(*) > 0;
-- days
select
conversion_name, upload_date, sent, accepted, rejected, deferred, in_doubt, corrections, attributed, unattributed,
concat(replace(substr(cast(fetched_at as string), 1, 19), ' ', 'T'), 'Z') as fetched_at
from (select
conversion_name, upload_date,
sent,
accepted,
rejected,
deferred,
in_doubt,
corrections,
attributed,
unattributed,
cast(attributed as double) / nullif(attributed + unattributed, 0) as match_rate,
fetched_at
from (
select
conversion_name, upload_date,
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
conversion_name, upload_date,
sent,
accepted,
rejected,
deferred,
in_doubt,
corrections,
cast(null as bigint) as attributed,
cast(null as bigint) as unattributed,
cast(null as timestamp_ntz) as fetched_at
from (select
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
attempts.run_seq, attempts.seq, attempts.batch, attempts.operation, attempts.conversion_name, attempts.click_id, attempts.hashed_email, attempts.hashed_phone, attempts.conversion_time, attempts.record_key, attempts.value, attempts.currency, attempts.attribution_credit, attempts.attribution_model, attempts.adjustment_time, attempts.first_attempt, attempts.recorded_at, attempts.identifier_key,
coalesce(one_row.outcome, many_rows.outcome) as outcome,
coalesce(one_row.settles, many_rows.settles, 0) as settles,
one_row.code, one_row.error_code, one_row.message, one_row.tracking_id,
coalesce(one_row.answered_at, many_rows.answered_at) as answered_at
from (
select
ledger.*,
case when ledger.click_id = '' then concat(cast(length(ledger.hashed_email) as string), 'H', ledger.hashed_email, ledger.hashed_phone) else lower(replace(ledger.click_id, '-', '')) end as identifier_key
from `warehouse`.`shop`.`reverse_etl_ledger` as ledger
where ledger.destination = 'microsoft_ads' and ledger.environment = 'production' and ledger.account_id = '1' and ledger.sync = 'it\'s'
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
from `warehouse`.`shop`.`reverse_etl_receipts`
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s'
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
from `warehouse`.`shop`.`reverse_etl_receipts`
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s'
group by run_seq, batch, seq_from, seq_to) as many_rows
on attempts.run_seq = many_rows.run_seq and attempts.batch = many_rows.batch
and attempts.seq between many_rows.seq_from and many_rows.seq_to and many_rows.seq_from < many_rows.seq_to
left join (
select
fenced_run_seq as run_seq,
min(fenced_seq) as fenced_seq
from `warehouse`.`shop`.`reverse_etl_runs`
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s' and event = 'fence'
group by fenced_run_seq) as fences
on attempts.run_seq = fences.run_seq
where
attempts.operation <> 'retry'
and not exists (
select 1
from (
select run_seq
from `warehouse`.`shop`.`reverse_etl_runs`
where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s' and event = 'claim' and counts <> ''
-- of two that claimed one number the other is the run
and claim_id not in (
select claim_id from `warehouse`.`shop`.`reverse_etl_runs` where destination = 'microsoft_ads' and environment = 'production' and account_id = '1' and sync = 'it\'s' and event = 'withdraw'
)
) as upkeep_runs
where upkeep_runs.run_seq = attempts.run_seq
) and attempts.recorded_at >= cast('2026-11-01' as timestamp_ntz)
and (fences.fenced_seq is null or attempts.seq <= fences.fenced_seq) and not coalesce(one_row.outcome, many_rows.outcome, '') = 'not_sent'
) as attempts
group by conversion_name, cast(recorded_at as date)
) as uploads
union all
select
conversion_name, upload_date,
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
partition by goal_id, upload_date
order by fetch_seq desc, fetched_at desc, fetch_id desc
) as nth
from `warehouse`.`shop`.`reverse_etl_attribution_reports` as reported
where reported.destination = 'microsoft_ads' and reported.environment = 'production' and reported.account_id = '1' and reported.sync = 'it\'s'
and upload_date >= cast('2026-11-01' as date)
) as ranked
where nth = 1
) as reported
where reason = ''
) as both_sides
group by conversion_name, upload_date
) as days
-- a day on which nothing happened on either side is not worth a row
where sent + corrections + coalesce(attributed, 0) + coalesce(unattributed, 0) > 0
) as days
order by conversion_name, upload_date;
-- reasons
select conversion_name, reason, unattributed
from (
select conversion_name, reason, sum(unattributed) as unattributed
from (select
conversion_name, upload_date, reason,
cast(sum(unattributed) as bigint) as unattributed,
min(fetched_at) as fetched_at
from (
select *
from (
select
reported.*,
rank() over (
partition by goal_id, upload_date
order by fetch_seq desc, fetched_at desc, fetch_id desc
) as nth
from `warehouse`.`shop`.`reverse_etl_attribution_reports` as reported
where reported.destination = 'microsoft_ads' and reported.environment = 'production' and reported.account_id = '1' and reported.sync = 'it\'s'
and upload_date >= cast('2026-11-01' as date)
) as ranked
where nth = 1
) as reported
where reason <> ''
group by conversion_name, upload_date, reason
) as days
group by conversion_name, reason
) as reasons
where unattributed > 0
order by conversion_name, unattributed desc, reason;
