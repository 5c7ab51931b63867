"""The commands that only read: plan, status, rejected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reverse_etl.cli.console import Results, each, echo
from reverse_etl.cli.options import Json, Syncs, takes_dbt_options
from reverse_etl.errors import SettingsError

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
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the rows to a .csv or .jsonl file, too; those that need nothing stand together.",
        ),
    ] = None,
) -> None:
    """Show what a push would do, row by row. Reads only.

    Example: reverse-etl plan --json
    """
    from reverse_etl.report import export, json_, text
    from reverse_etl.session import open_workspace

    if output is not None:
        export.check_ending(output)
    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        if output is not None:
            _only_one(syncs, "--output")
        results = Results(as_json=as_json, several=len(syncs) > 1)

        def work(one: Sync) -> int:
            session = workspace.open(one)
            report = session.plan(samples=samples)
            if output is not None:
                lines = export.write_plan(session.ledger.plan_lines(report.plan.now), output)
                echo(f"{lines:,} {'line' if lines == 1 else 'lines'} written to {output}.", err=True)
            results.show(lambda: json_.plan_json(report), lambda: text.plan_text(report))
            return SOMETHING_TO_PUSH if detailed_exitcode and report.plan.to_send else 0

        code = each(syncs, work, results)
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

        code = each(syncs, work, results)
        results.close()
    raise typer.Exit(code)


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
    from reverse_etl.report import export, json_, text
    from reverse_etl.session import open_workspace

    if as_csv and as_json:
        raise SettingsError("Rows are printed as CSV or as JSON: give --csv or --json.")
    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        if as_csv:
            _only_one(syncs, "--csv")
        results = Results(as_json=as_json, several=len(syncs) > 1)

        def work(one: Sync) -> int:
            session = workspace.open(one)
            rows = session.rejected()
            if as_csv:
                for line in export.rejected_csv(rows):
                    typer.echo(line, nl=False)
                return 0
            results.show(
                lambda: json_.rejected_json(session.sync, rows), lambda: text.rejected_text(session.sync, rows)
            )
            return 0

        code = each(syncs, work, results)
        results.close()
    raise typer.Exit(code)


def _only_one(syncs: Sequence[Sync], option: str) -> None:
    """Raise SettingsError where rows of several syncs would stand in one file."""
    if len(syncs) > 1:
        raise SettingsError(
            f"{option} holds the rows of one sync, and {len(syncs)} are enabled.",
            hint="Name one of them: " + ", ".join(sync.name for sync in syncs),
        )
