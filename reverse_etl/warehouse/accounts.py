"""Accounts that a source names row by row: which there are, and which rows go to one of them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from reverse_etl.core.sync import Sync
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.source import built_columns, check_columns, spelled
from reverse_etl.warehouse.tables import ledger_tables


class AccountRows(NamedTuple):
    """How many rows of the source name an account, and about how many records it accepted, ever."""

    rows: int
    accepted: int


def find_accounts(project: Project, sync: Sync) -> dict[str, AccountRows]:
    """Each account that the source names or that was pushed to before; blank: rows that name none.

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
    return {str(account): AccountRows(int(count), int(accepted)) for account, count, accepted in rows}


def withholding(found: Mapping[str, AccountRows]) -> tuple[int, list[str]]:
    """What keeps retractions back: rows that name no account, and accounts with rows that accepted nothing yet."""
    new = [account for account, of in found.items() if account and of.rows and not of.accepted]
    return found[""].rows if "" in found else 0, new


def rows_of(project: Project, sync: Sync, account_column: str | None) -> Any:
    """What to select a sync's rows from: its source, or those rows of it that go to the sync's account."""
    source = project.relation(sync.source)
    if not account_column:
        return source
    return project.sql("_rows_of_account", source=source, account_column=account_column, account_id=sync.account_id)
