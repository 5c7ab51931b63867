-- The books of the local sandbox: every call, and every row that a call carried.
CREATE TABLE about (books_id TEXT NOT NULL, created_at TEXT NOT NULL);

CREATE TABLE calls (
    call_id     INTEGER PRIMARY KEY,
    tracking_id TEXT NOT NULL UNIQUE,
    received_at TEXT NOT NULL,
    account_id  TEXT,
    customer_id TEXT,
    fault       TEXT NOT NULL,  -- why the call was not judged, as code and name
    injected    TEXT NOT NULL,  -- the kinds of the faults that a test had asked for
    operation   TEXT NOT NULL,
    protocol    TEXT NOT NULL
);

-- Conversions, adjustments of them, and rows of calls that were answered by a fault and not judged.
CREATE TABLE received (
    id                 INTEGER PRIMARY KEY,
    call_id            INTEGER NOT NULL REFERENCES calls (call_id),
    row_index          INTEGER NOT NULL,
    received_at        TEXT NOT NULL,
    account_id         TEXT NOT NULL,
    operation          TEXT NOT NULL CHECK (operation IN ('S', 'R', 'X')),  -- send, restate, retract
    conversion_name    TEXT,
    click_id           TEXT,
    hashed_email       TEXT,
    hashed_phone       TEXT,
    conversion_time    TEXT,  -- times and numbers as they stood in the request
    value              TEXT,
    currency           TEXT,
    attribution_credit TEXT,
    attribution_model  TEXT,
    adjustment_type    TEXT,
    adjustment_time    TEXT,
    outcome            TEXT NOT NULL CHECK (
        outcome IN ('counted', 'duplicate', 'ignored', 'refused', 'restated', 'retracted', 'unjudged')
    ),
    code               INTEGER,
    error_code         TEXT,
    reason             TEXT NOT NULL,
    identity           BLOB,
    unique_key         BLOB,
    counted_value      REAL,  -- what a row that counted is worth now, its goal's default included
    counted_currency   TEXT,
    adjusted_at        TEXT,  -- by the last adjustment's own time, so written that texts compare like times
    retracted          INTEGER NOT NULL DEFAULT 0
);

-- What an account took once it never takes again; the index itself forbids it.
CREATE UNIQUE INDEX taken_once ON received (identity, account_id)
WHERE operation = 'S' AND outcome IN ('counted', 'ignored');
CREATE UNIQUE INDEX counted_once ON received (unique_key, account_id)
WHERE outcome = 'counted' AND unique_key IS NOT NULL;

CREATE TABLE learnt (name TEXT PRIMARY KEY) WITHOUT ROWID;

-- What was set of an account; what was not is as the goals file says, or as at a new account.
CREATE TABLE account_properties (
    account_id TEXT NOT NULL,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;
