-- What was set of an account; what was not is as the goals file says, or as at a new account.
CREATE TABLE account_properties (
    account_id TEXT NOT NULL,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;
