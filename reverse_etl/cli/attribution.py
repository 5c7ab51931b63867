"""The command `attribution`: what Microsoft made of what was sent."""

from typing import Annotated

import typer

from reverse_etl.cli.console import Results, echo
from reverse_etl.cli.options import DbtOptions, Json, Session, Syncs, takes_dbt_options
from reverse_etl.cli.syncs import on_each
from reverse_etl.core.attribution import DAYS, MOST_DAYS


@takes_dbt_options
def attribution(
    dbt: DbtOptions,
    *,
    sync: Syncs = None,
    days: Annotated[
        int,
        typer.Option("--days", min=1, max=MOST_DAYS, help="How many days of upload, the newest with an upload last."),
    ] = DAYS,
    no_fetch: Annotated[bool, typer.Option("--no-fetch", help="Show what is known already, without a call.")] = False,
    as_json: Json = False,
) -> None:
    """Fetch what became of the conversions that were sent: attributed to a click, or why not, and what to do.

    Example: reverse-etl attribution --days 7
    """
    from reverse_etl.cli.alerts import alerting
    from reverse_etl.commands.attribution import attribution as command
    from reverse_etl.core.alert import of_report
    from reverse_etl.report.attribution import attribution_json, attribution_text

    def work(session: Session, results: Results) -> None:
        with alerts.watch(session.sync):
            report = command(session, days=days, fetch_first=not no_fetch, note=lambda text: echo(text, err=True))
        # Who only looks knows already, or is shown.
        alerts.add(of_report(report) if not no_fetch else None)
        results.show(attribution_json, attribution_text, report)

    with alerting("attribution") as alerts:
        on_each(dbt, sync, work, as_json=as_json)
