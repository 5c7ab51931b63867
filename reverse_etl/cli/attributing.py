"""The command `attribution`: what Microsoft made of what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reverse_etl.attributing import DAYS, MOST_DAYS
from reverse_etl.cli.console import Results, each, echo
from reverse_etl.cli.options import Json, Syncs, takes_dbt_options

if TYPE_CHECKING:
    from reverse_etl.sync import Sync
    from reverse_etl.warehouse.dbt_calls import DbtOptions


@takes_dbt_options
def attribution(
    dbt: DbtOptions,
    *,
    sync: Syncs = None,
    days: Annotated[
        int,
        typer.Option("--days", min=1, max=MOST_DAYS, help="How many days of upload, the newest with an upload last."),
    ] = DAYS,
    no_fetch: Annotated[bool, typer.Option("--no-fetch", help="Show what is known already, and ask nobody.")] = False,
    as_json: Json = False,
) -> None:
    """Fetch what became of the conversions that were sent: attributed to a click, or why not, and what to do.

    Example: reverse-etl attribution --days 7
    """
    from reverse_etl.report.attribution import attribution_json, attribution_text
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        results = Results(as_json=as_json, several=len(syncs) > 1)

        def work(one: Sync) -> int:
            report = workspace.open(one).attribution(
                days=days, fetch=not no_fetch, note=lambda text: echo(text, err=True)
            )
            results.show(lambda: attribution_json(report), lambda: attribution_text(report))
            return 0

        code = each(syncs, work, results)
        results.close()
    raise typer.Exit(code)
