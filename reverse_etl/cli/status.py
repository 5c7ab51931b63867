"""The command `status`: what the ledger knows of a sync."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from reverse_etl.cli.console import Results
from reverse_etl.cli.options import DbtOptions, Json, Session, Syncs, takes_dbt_options, wants_json
from reverse_etl.cli.syncs import on_each

if TYPE_CHECKING:
    from reverse_etl.core.results import StatusReport


class Format(StrEnum):
    """How a status is printed."""

    TEXT = "text"
    JSON = "json"
    OPENMETRICS = "openmetrics"


@takes_dbt_options
def status(
    dbt: DbtOptions,
    *,
    sync: Syncs = None,
    as_json: Json = False,
    format_: Annotated[
        Format | None, typer.Option("--format", help="How to print it: openmetrics is for Prometheus and its like.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How many runs to show.")] = 5,
) -> None:
    """Show what the ledger knows: conversions by status and the newest runs. Reads only.

    Example: reverse-etl status --runs 20
    """
    from reverse_etl.commands.status import status as command
    from reverse_etl.report.openmetrics import openmetrics
    from reverse_etl.report.status import status_json, status_text

    as_json = wants_json(format_, as_json=as_json)
    reports: list[StatusReport] = []

    def work(session: Session, results: Results) -> None:
        report = command(session, runs=runs)
        if format_ is Format.OPENMETRICS:
            reports.append(report)
        else:
            results.show(status_json, status_text, report)

    def end(_: Results) -> None:
        # Of several syncs, families stand together: they are printed when all are read.
        if format_ is Format.OPENMETRICS:
            typer.echo(openmetrics(reports))

    on_each(dbt, sync, work, as_json=as_json, end=end)
