-- A ledger that version 0.1.0 built and filled on DuckDB: six conversions accepted, of which one was restated, one
-- retracted, one refused, and two in doubt. Kept as it was, but for the machine's name and ids.
create table reverse_etl_ledger (
    destination varchar,
    environment varchar,
    account_id varchar,
    sync varchar,
    run_seq bigint,
    seq bigint,
    batch bigint,
    operation varchar,
    conversion_name varchar,
    click_id varchar,
    hashed_email varchar,
    hashed_phone varchar,
    conversion_time varchar,
    record_key varchar,
    value double,
    currency varchar,
    attribution_credit double,
    attribution_model varchar,
    adjustment_time varchar,
    first_attempt boolean,
    recorded_at timestamp
);
insert into reverse_etl_ledger values
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 1, 1, 'send', 'Deal won', '', 'abababababababababababababababababababababababababababababababab', '', '2026-11-26T12:00:00Z', 'D8', 10.0, 'USD', null, '', '', true, '2026-11-27 16:40:13.184527'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 2, 1, 'send', 'Deal won', '00000000000000000000000000000001', '', '', '2026-11-26T12:00:00Z', 'D1', 10.0, 'USD', null, '', '', true, '2026-11-27 16:40:13.184527'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 3, 1, 'send', 'Deal won', '00000000000000000000000000000002', '', '', '2026-11-26T12:00:00Z', 'D2', 10.0, 'USD', null, '', '', true, '2026-11-27 16:40:13.184527'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 4, 1, 'send', 'Deal won', '00000000000000000000000000000003', '', '', '2026-11-26T12:00:00Z', 'D3', 10.0, 'USD', null, '', '', true, '2026-11-27 16:40:13.184527'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 5, 1, 'send', 'Deal won', '00000000000000000000000000000004', '', '', '2026-11-26T12:00:00Z', 'D4', 10.0, 'USD', null, '', '', true, '2026-11-27 16:40:13.184527'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 6, 1, 'send', 'Deal won', '00000000000000000000000000000005', '', '', '2026-11-26T12:00:00Z', 'D5', 10.0, 'USD', null, '', '', true, '2026-11-27 16:40:13.184527'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 7, 1, 'send', 'Deal won', '00000000000000000000000000000006', '', '', '2026-11-26T12:00:00Z', 'D6', 10.0, 'USD', null, '', '', true, '2026-11-27 16:40:13.184527'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 8, 1, 'send', 'Deal won', '00000000000000000000000000000007', '', '', '2026-11-26T12:00:00Z', 'D7', 10.0, 'USD', null, '', '', true, '2026-11-27 16:40:13.184527'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 2, 1, 2, 'restate', 'Deal won', '00000000000000000000000000000005', '', '', '2026-11-26T12:00:00Z', 'D5', 12.0, 'USD', null, '', '2026-11-27T16:40:16Z', false, '2026-11-27 16:40:17.345403'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 2, 2, 3, 'retract', 'Deal won', '00000000000000000000000000000006', '', '', '2026-11-26T12:00:00Z', 'D6', null, '', null, '', '2026-11-27T16:40:16Z', false, '2026-11-27 16:40:17.345403'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 3, 1, 1, 'send', 'Deal won', '00000000000000000000000000000009', '', '', '2026-11-26T12:00:00Z', 'D9', null, '', null, '', '', true, '2026-11-27 16:40:22.002388'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 3, 2, 1, 'send', 'Deal won', '0000000000000000000000000000000a', '', '', '2026-11-26T12:00:00Z', 'D10', 10.0, 'USD', null, '', '', true, '2026-11-27 16:40:22.002388');
create table reverse_etl_receipts (
    destination varchar,
    environment varchar,
    account_id varchar,
    sync varchar,
    run_seq bigint,
    batch bigint,
    seq_from bigint,
    seq_to bigint,
    outcome varchar,
    settles boolean,
    code integer,
    error_code varchar,
    message varchar,
    tracking_id varchar,
    recorded_at timestamp
);
insert into reverse_etl_receipts values
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 1, 1, 8, 'accepted', false, null, '', '', '02cd2c71-e95a-42af-a922-35b9bcc98969', '2026-11-27 16:40:13.273647'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 1, 5, 5, 'rejected', true, 5601, 'InvalidConversionValue', 'The request holds more than 1,000 offline conversions.', '02cd2c71-e95a-42af-a922-35b9bcc98969', '2026-11-27 16:40:13.273647'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 2, 2, 1, 1, 'accepted', false, null, '', '', 'fda26521-6020-4c73-9ec1-0a14b9081bfb', '2026-11-27 16:40:17.404043'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 2, 3, 2, 2, 'accepted', false, null, '', '', 'cd425023-7088-4ca6-849c-8a1b71428bcb', '2026-11-27 16:40:17.404043');
create table reverse_etl_runs (
    destination varchar,
    environment varchar,
    account_id varchar,
    sync varchar,
    run_seq bigint,
    claim_id varchar,
    event varchar,
    fenced_run_seq bigint,
    fenced_seq bigint,
    happened_at timestamp,
    host varchar,
    pid bigint,
    pid_space varchar,
    target varchar,
    package_version varchar,
    counts varchar,
    tests varchar
);
insert into reverse_etl_runs values
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 'c5c2dc9733a84aec92ba8cf521a96bce', 'claim', null, null, '2026-11-27 16:40:12.036006', 'elsewhere', 1, '', 'dev', '0.1.0', '', ''),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 'c5c2dc9733a84aec92ba8cf521a96bce', 'close', null, null, '2026-11-27 16:40:13.387148', 'elsewhere', 1, '', 'dev', '0.1.0', '{"result": "done", "source_accepted": 7, "source_rejected": 1, "sent_rejected": 1, "sent_accepted": 7}', ''),
('microsoft_ads', 'local', 'local', 'shop_conversions', 1, 'c5c2dc9733a84aec92ba8cf521a96bce', 'open', null, null, '2026-11-27 16:40:12.070981', 'elsewhere', 1, '', 'dev', '0.1.0', '', '{"verdict": "passed", "text": "", "failing": [], "model_failed": false, "by": "file", "at": "2026-11-27T16:40:08Z", "fingerprint": "c35d159c3f3363735a1595a1a5bc0f8d608d3422345faa5abf8ecff77fb509cf"}'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 2, '0ed6345c12dc48e883823904a8bacffe', 'claim', null, null, '2026-11-27 16:40:16.458476', 'elsewhere', 1, '', 'dev', '0.1.0', '', ''),
('microsoft_ads', 'local', 'local', 'shop_conversions', 2, '0ed6345c12dc48e883823904a8bacffe', 'close', null, null, '2026-11-27 16:40:17.475927', 'elsewhere', 1, '', 'dev', '0.1.0', '{"result": "done", "source_accepted": 1, "source_held": 1, "source_unchanged": 5, "ledger_retracted": 1, "sent_accepted": 2}', ''),
('microsoft_ads', 'local', 'local', 'shop_conversions', 2, '0ed6345c12dc48e883823904a8bacffe', 'open', null, null, '2026-11-27 16:40:16.493918', 'elsewhere', 1, '', 'dev', '0.1.0', '', '{"verdict": "passed", "text": "", "failing": [], "model_failed": false, "by": "file", "at": "2026-11-27T16:40:08Z", "fingerprint": "c35d159c3f3363735a1595a1a5bc0f8d608d3422345faa5abf8ecff77fb509cf"}'),
('microsoft_ads', 'local', 'local', 'shop_conversions', 3, '21e9ac6c3de84630a4b299ca6b577e4c', 'claim', null, null, '2026-11-27 16:40:20.891563', 'elsewhere', 1, '', 'dev', '0.1.0', '', ''),
('microsoft_ads', 'local', 'local', 'shop_conversions', 3, '21e9ac6c3de84630a4b299ca6b577e4c', 'close', null, null, '2026-11-27 16:40:33.577163', 'elsewhere', 1, '', 'dev', '0.1.0', '{"result": "stopped", "source_in_doubt": 2, "source_held": 1, "source_unchanged": 6, "sent_in_doubt": 2}', ''),
('microsoft_ads', 'local', 'local', 'shop_conversions', 3, '21e9ac6c3de84630a4b299ca6b577e4c', 'open', null, null, '2026-11-27 16:40:20.924696', 'elsewhere', 1, '', 'dev', '0.1.0', '', '{"verdict": "passed", "text": "", "failing": [], "model_failed": false, "by": "file", "at": "2026-11-27T16:40:08Z", "fingerprint": "c35d159c3f3363735a1595a1a5bc0f8d608d3422345faa5abf8ecff77fb509cf"}');
