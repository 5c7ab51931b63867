"""The command `rejected`: the rows that the destination refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reverse_etl.cli.console import Results
from reverse_etl.cli.options import Json, Syncs, takes_dbt_options
from reverse_etl.cli.syncs import on_each
from reverse_etl.core.errors import SettingsError

if TYPE_CHECKING:
    from reverse_etl.session import Session
    from reverse_etl.warehouse.dbt_calls import DbtOptions


@takes_dbt_options
def rejected(
    dbt: DbtOptions,
    *,
    sync: Syncs = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for spreadsheets.")] = False,
) -> None:
    """List the rows that the destination refused, with what to do about each. Reads only.

    Example: reverse-etl rejected --csv > rejected.csv
    """
    from reverse_etl.commands.rejected import rejected as command
    from reverse_etl.report import export
    from reverse_etl.report.rejected import rejected_json, rejected_text

    if as_csv and as_json:
        raise SettingsError("Rows are printed as CSV or as JSON: give --csv or --json.")

    def work(session: Session, results: Results) -> int:
        rows = command(session)
        if as_csv:
            for line in export.rejected_csv(rows):
                typer.echo(line, nl=False)
            return 0
        results.show(lambda: rejected_json(session.sync, rows), lambda: rejected_text(session.sync, rows))
        return 0

    on_each(dbt, sync, work, as_json=as_json, file_option="--csv" if as_csv else "")
