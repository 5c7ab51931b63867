"""The commands that only read: plan, status, rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reverse_etl.cli.console import Results, each
from reverse_etl.cli.options import Json, Syncs, takes_dbt_options

if TYPE_CHECKING:
    from reverse_etl.sync import Sync
    from reverse_etl.warehouse.project import DbtOptions

# `plan --detailed-exitcode`, where there is something to push; Terraform's 2 is taken by errors of usage.
SOMETHING_TO_PUSH = 6


@takes_dbt_options
def plan(
    dbt: DbtOptions,
    *,
    sync: Syncs = None,
    as_json: Json = False,
    samples: Annotated[int, typer.Option(min=0, help="Example rows per class and reason.")] = 3,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Leave with 6 where a push would send something.")
    ] = False,
) -> None:
    """Show what a push would do, row by row. Reads only.

    Example: reverse-etl plan --json
    """
    from reverse_etl.report import json_, text
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        results = Results(as_json=as_json, several=len(syncs) > 1)

        def work(one: Sync) -> int:
            report = workspace.open(one).plan(samples=samples)
            results.show(lambda: json_.plan_json(report), lambda: text.plan_text(report))
            return SOMETHING_TO_PUSH if detailed_exitcode and report.plan.to_send else 0

        code = each(syncs, work)
        results.close()
    raise typer.Exit(code)


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
    from reverse_etl.report import json_, text
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        results = Results(as_json=as_json, several=len(syncs) > 1)

        def work(one: Sync) -> int:
            report = workspace.open(one).status(runs=runs)
            results.show(lambda: json_.status_json(report), lambda: text.status_text(report))
            return 0

        code = each(syncs, work)
        results.close()
    raise typer.Exit(code)


@takes_dbt_options
def rejected(dbt: DbtOptions, *, sync: Syncs = None, as_json: Json = False) -> None:
    """List the rows that the destination refused, with what to do about each. Reads only.

    Example: reverse-etl rejected --json
    """
    from reverse_etl.report import json_, text
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        results = Results(as_json=as_json, several=len(syncs) > 1)

        def work(one: Sync) -> int:
            session = workspace.open(one)
            rows = session.rejected()
            results.show(
                lambda: json_.rejected_json(session.sync, rows), lambda: text.rejected_text(session.sync, rows)
            )
            return 0

        code = each(syncs, work)
        results.close()
    raise typer.Exit(code)
