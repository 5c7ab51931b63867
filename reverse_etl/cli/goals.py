"""The command that looks at the account's goals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import typer

from reverse_etl.cli.console import Results, each, echo
from reverse_etl.cli.options import Json, Syncs, takes_dbt_options

if TYPE_CHECKING:
    from reverse_etl.sync import Sync
    from reverse_etl.warehouse.dbt_calls import DbtOptions


@takes_dbt_options
def goals(dbt: DbtOptions, *, sync: Syncs = None, as_json: Json = False) -> None:
    """List the account's offline conversion goals with the source's rows of each, and what to create where one is
    missing. Reads only.

    Example: reverse-etl goals
    """
    from reverse_etl.report.goals import goals_json, goals_text
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        results = Results(as_json=as_json, several=len(syncs) > 1)

        def work(one: Sync) -> int:
            report = workspace.open(one).goals(note=lambda text: echo(text, err=True))
            results.show(partial(goals_json, report), partial(goals_text, report))
            return 0

        code = each(syncs, work, results)
        results.close()
    raise typer.Exit(code)
