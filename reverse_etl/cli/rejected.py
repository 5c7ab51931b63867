"""The command `rejected`: the rows that the destination refused."""

from typing import Annotated

import typer

from reverse_etl.cli.console import Results
from reverse_etl.cli.options import DbtOptions, Json, Session, Syncs, takes_dbt_options
from reverse_etl.cli.syncs import on_each
from reverse_etl.core.errors import SettingsError


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

    def work(session: Session, results: Results) -> None:
        rows = command(session)
        if not as_csv:
            results.show(rejected_json, rejected_text, session.sync, rows)
        for line in export.rejected_csv(rows) if as_csv else ():
            typer.echo(line, nl=False)

    on_each(dbt, sync, work, as_json=as_json, file_option="--csv" if as_csv else "")
