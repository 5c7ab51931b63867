"""The user's dbt project and warehouse: exposures, connection, ledger and lease. Nothing else imports dbt."""
