"""A slow and readable second opinion on the ledger fold and the decision table, to check the SQL against."""
