-- The second version of the books: adjustments, and what the conversions that they change are worth.
ALTER TABLE calls ADD COLUMN operation TEXT NOT NULL DEFAULT 'ApplyOfflineConversions';
ALTER TABLE received ADD COLUMN counted_value REAL;  -- of a row that counted, its goal's default included
ALTER TABLE received ADD COLUMN counted_currency TEXT;

-- The first version did not keep what a goal had added to a row; its own texts are the nearest.
UPDATE received SET counted_value = CAST(conversion_value AS REAL), counted_currency = nullif(trim(currency), '')
WHERE outcome = 'counted';

CREATE TABLE adjustments (
    id               INTEGER PRIMARY KEY,
    call_id          INTEGER NOT NULL REFERENCES calls (call_id),
    row_index        INTEGER NOT NULL,
    tracking_id      TEXT NOT NULL,
    received_at      TEXT NOT NULL,
    conversion_name  TEXT,
    click_id         TEXT,
    hashed_email     TEXT,
    hashed_phone     TEXT,
    conversion_time  TEXT,  -- this, the other time and the value as they stood in the request
    adjustment_type  TEXT,
    adjustment_time  TEXT,
    adjustment_value TEXT,
    currency         TEXT,
    outcome          TEXT NOT NULL CHECK (outcome IN ('restated', 'retracted', 'ignored', 'refused')),
    code             INTEGER,
    error_code       TEXT,
    reason           TEXT NOT NULL DEFAULT '',
    identity         BLOB
);

-- What the last adjustment of a conversion made of it.
CREATE TABLE adjusted (
    identity    BLOB PRIMARY KEY,
    adjusted_at TEXT NOT NULL,  -- by the adjustment's own time, to the microsecond, so that texts compare like times
    value       REAL,
    currency    TEXT,
    retracted   INTEGER NOT NULL
) WITHOUT ROWID;

-- Rows of calls that were answered by a fault and not judged: they were seen, and that is all.
CREATE TABLE unjudged (
    call_id         INTEGER NOT NULL REFERENCES calls (call_id),
    row_index       INTEGER NOT NULL,
    conversion_name TEXT,
    click_id        TEXT,
    hashed_email    TEXT,
    hashed_phone    TEXT,
    conversion_time TEXT,
    amount          TEXT,
    currency        TEXT,
    adjustment_type TEXT,
    adjustment_time TEXT,
    identity        BLOB
);

CREATE TABLE adjustment_tally (
    outcome TEXT NOT NULL,
    code    INTEGER NOT NULL,  -- -1 where there is none
    reason  TEXT NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (outcome, code, reason)
) WITHOUT ROWID;
