-- The books of the local sandbox: every call, and every row of every call that was judged.
CREATE TABLE about (books_id TEXT NOT NULL, created_at TEXT NOT NULL);

CREATE TABLE calls (
    call_id     INTEGER PRIMARY KEY,
    tracking_id TEXT NOT NULL UNIQUE,
    received_at TEXT NOT NULL,
    account_id  TEXT,
    customer_id TEXT,
    bytes       INTEGER NOT NULL,
    received    INTEGER NOT NULL DEFAULT 0,
    counted     INTEGER NOT NULL DEFAULT 0,
    duplicates  INTEGER NOT NULL DEFAULT 0,
    refused     INTEGER NOT NULL DEFAULT 0,
    ignored     INTEGER NOT NULL DEFAULT 0,
    fault       TEXT NOT NULL DEFAULT '',  -- why the call was not judged, as code and name
    injected    TEXT NOT NULL DEFAULT '',  -- the kind of the fault that a test had asked for
    operation   TEXT NOT NULL,
    protocol    TEXT NOT NULL
);

CREATE TABLE received (
    id                 INTEGER PRIMARY KEY,
    call_id            INTEGER NOT NULL REFERENCES calls (call_id),
    row_index          INTEGER NOT NULL,
    tracking_id        TEXT NOT NULL,
    received_at        TEXT NOT NULL,
    conversion_name    TEXT,
    click_id           TEXT,
    hashed_email       TEXT,
    hashed_phone       TEXT,
    conversion_time    TEXT,  -- this and the numbers as they stood in the request
    conversion_value   TEXT,
    currency           TEXT,
    attribution_credit TEXT,
    attribution_model  TEXT,
    outcome            TEXT NOT NULL CHECK (outcome IN ('counted', 'duplicate', 'ignored', 'refused')),
    code               INTEGER,
    error_code         TEXT,
    reason             TEXT NOT NULL DEFAULT '',
    identity           BLOB,
    unique_key         BLOB,
    counted_value      REAL,  -- of a row that counted, its goal's default included
    counted_currency   TEXT,
    account_id         TEXT NOT NULL
);

-- What an account took once it never takes again; the index itself forbids it.
CREATE UNIQUE INDEX taken_once ON received (identity, account_id) WHERE outcome IN ('counted', 'ignored');
CREATE UNIQUE INDEX counted_once ON received (unique_key, account_id)
WHERE outcome = 'counted' AND unique_key IS NOT NULL;

-- Sums, kept up to date with every call, so that the page costs the same however long the books are.
CREATE TABLE tally (
    goal     TEXT NOT NULL,  -- empty where no goal has the name
    outcome  TEXT NOT NULL,
    code     INTEGER NOT NULL,  -- -1 where there is none
    reason   TEXT NOT NULL,
    currency TEXT NOT NULL,
    n        INTEGER NOT NULL,
    value    REAL NOT NULL,
    PRIMARY KEY (goal, outcome, code, reason, currency)
) WITHOUT ROWID;

CREATE TABLE learnt (name TEXT PRIMARY KEY, learnt_at TEXT NOT NULL) WITHOUT ROWID;

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

-- What the last adjustment made of a row that counted.
CREATE TABLE adjusted (
    received_id INTEGER PRIMARY KEY REFERENCES received (id),
    adjusted_at TEXT NOT NULL,  -- by the adjustment's own time, to the microsecond, so that texts compare like times
    value       REAL,
    currency    TEXT,
    retracted   INTEGER NOT NULL
);

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

-- What was set of an account; what was not is as the goals file says, or as at a new account.
CREATE TABLE account_properties (
    account_id TEXT NOT NULL,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;
