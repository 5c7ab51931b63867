"""Accounts that a source names row by row: which there are, which rows go to one of them, and which to the others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reverse_etl.core.kinds import kind_of
from reverse_etl.core.sync import Sync
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.source import built_columns, check_columns, spelled
from reverse_etl.warehouse.tables import ledger_tables


def find_accounts(project: Project, sync: Sync) -> dict[str, int]:
    """How many rows name each account that the source names or that was pushed to before; blank: rows that name none.

    Raises SettingsError where the source or the ledger is not built, or the column is missing.
    """
    columns = built_columns(project, sync.source)
    check_columns(project.relation(sync.source), columns, sync.account_column)
    rows = project.query(
        "_accounts",
        source=project.relation(sync.source),
        account_column=spelled(columns, sync.account_column),
        tables=ledger_tables(project),
        scope=sync.scope.as_dict(),
    )
    return {str(account): int(count) for account, count in rows}


def rows_of(project: Project, sync: Sync, account_column: str | None) -> Any:
    """What to select a sync's rows from: its source, or those rows of it that go to the sync's account."""
    source = project.relation(sync.source)
    return _rows(project, sync, account_column) if account_column else source


def elsewhere_of(project: Project, sync: Sync, account_column: str | None) -> Mapping[str, Any] | None:
    """What a plan takes as `elsewhere`, where the rows of the source name their accounts."""
    if not account_column:
        return None
    # The name that the local sandbox has where no account is set is that of none.
    unset = kind_of(sync.destination).account_of(replace(sync, account_id="", account_column=""), {})
    return {
        "source": _rows(project, sync, account_column, others=True),
        "account_column": account_column,
        "accounts": sorted({sync.account_id, unset}),
    }


def _rows(project: Project, sync: Sync, account_column: str, *, others: bool = False) -> str:
    return project.sql(
        "_rows_of_account",
        source=project.relation(sync.source),
        account_column=account_column,
        account_id=sync.account_id,
        others=others,
    )
