"""The command `report`: one HTML file on how syncs are doing."""

from pathlib import Path
from typing import Annotated

import typer

from reverse_etl.cli.console import Results, echo
from reverse_etl.cli.options import DbtOptions, Session, Syncs, takes_dbt_options
from reverse_etl.cli.syncs import on_each
from reverse_etl.core.attribution import DAYS

FILE = Path("reverse_etl_report.html")


@takes_dbt_options
def report(
    dbt: DbtOptions,
    *,
    sync: Syncs = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = FILE,
    days: Annotated[
        int, typer.Option("--days", min=1, max=90, help="How many days of conversions, uploads and refusals.")
    ] = DAYS,
) -> None:
    """Write one HTML file: health, funnel, conversions and value, refusals, corrections, runs. Reads only.

    Example: reverse-etl report --output report.html
    """
    from reverse_etl.commands.report import report as command
    from reverse_etl.core.report import SyncReport
    from reverse_etl.report.export import check_folder, write_file
    from reverse_etl.report.report import report_html, report_text

    check_folder(output)
    reports: list[SyncReport] = []

    def work(session: Session, _: Results) -> None:
        reports.append(command(session, days=days))

    def write(results: Results) -> None:
        if reports:
            page = report_html(reports, results.failures, days=days)
            write_file([page], output)
            echo(report_text(reports))
            echo(f"Written to {output}, {len(page.encode()) / 1000:,.0f} KB.", err=True)

    on_each(dbt, sync, work, as_json=False, end=write)
