-- The fifth version of the books: what was taken is told apart by account.
ALTER TABLE received ADD COLUMN account_id TEXT NOT NULL DEFAULT '';
UPDATE received SET account_id = coalesce((SELECT account_id FROM calls WHERE calls.call_id = received.call_id), '');

-- What an account took once it never takes again; the index itself forbids it.
DROP INDEX taken_once;
DROP INDEX counted_once;
CREATE UNIQUE INDEX taken_once ON received (identity, account_id) WHERE outcome IN ('counted', 'ignored');
CREATE UNIQUE INDEX counted_once ON received (unique_key, account_id)
WHERE outcome = 'counted' AND unique_key IS NOT NULL;

-- An identity may count in several accounts now, so adjustments belong to the row that counted.
ALTER TABLE adjusted RENAME TO adjusted_before;
CREATE TABLE adjusted (
    received_id INTEGER PRIMARY KEY REFERENCES received (id),
    adjusted_at TEXT NOT NULL,  -- by the adjustment's own time, to the microsecond, so that texts compare like times
    value       REAL,
    currency    TEXT,
    retracted   INTEGER NOT NULL
);
INSERT INTO adjusted SELECT received.id, adjusted_at, value, adjusted_before.currency, retracted
FROM adjusted_before JOIN received ON received.identity = adjusted_before.identity AND received.outcome = 'counted';
DROP TABLE adjusted_before;
