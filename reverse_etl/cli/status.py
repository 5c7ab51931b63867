"""The command `status`: what the ledger knows of a sync."""

from __future__ import annotations

from typing import Annotated

import typer

from reverse_etl.cli.console import Results
from reverse_etl.cli.options import DbtOptions, Json, Session, Syncs, takes_dbt_options
from reverse_etl.cli.syncs import on_each


@takes_dbt_options
def status(
    dbt: DbtOptions,
    *,
    sync: Syncs = None,
    as_json: Json = False,
    runs: Annotated[int, typer.Option(min=1, help="How many runs to show.")] = 5,
) -> None:
    """Show what the ledger knows: conversions by status and the newest runs. Reads only.

    Example: reverse-etl status --runs 20
    """
    from reverse_etl.commands.status import status as command
    from reverse_etl.report.status import status_json, status_text

    def work(session: Session, results: Results) -> None:
        results.show(status_json, status_text, command(session, runs=runs))

    on_each(dbt, sync, work, as_json=as_json)
