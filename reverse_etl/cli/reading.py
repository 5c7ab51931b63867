"""The commands that only read: plan, status, rejected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from reverse_etl.cli.console import Results, each, echo
from reverse_etl.cli.options import Json, Syncs, takes_dbt_options
from reverse_etl.errors import GuardError, SettingsError

if TYPE_CHECKING:
    from reverse_etl.session import Session
    from reverse_etl.sync import Sync
    from reverse_etl.warehouse.dbt_calls import DbtOptions

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
        bool,
        typer.Option(
            "--detailed-exitcode",
            help="Leave with 6 where a push would send something, 5 where a guard would refuse it.",
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the rows to a .csv or .jsonl file, too; those that need nothing stand together.",
        ),
    ] = None,
    step: Annotated[
        str | None,
        typer.Option(
            "--step",
            metavar="NAME",
            help="Print the SQL of the plan up to one of its steps instead, to look at its rows.",
        ),
    ] = None,
) -> None:
    """Show what a push would do, row by row. Reads only.

    Example: reverse-etl plan --json
    """
    from reverse_etl.report import export, json_, text

    if output is not None:
        export.check_ending(output)

    def work(session: Session, results: Results) -> int:
        if step is not None:
            typer.echo(session.ledger.step_sql(step))
            return 0
        report = session.plan(samples=samples)
        if output is not None:
            lines = export.write_plan(session.ledger.plan_lines(report.plan.now), output)
            echo(f"{lines:,} {'line' if lines == 1 else 'lines'} written to {output}.", err=True)
        results.show(lambda: json_.plan_json(report), lambda: text.plan_text(report))
        if not detailed_exitcode or not report.plan.to_send:
            return 0
        return GuardError.exit_code if any(guard.refusal for guard in report.guards) else SOMETHING_TO_PUSH

    option = "--output" if output is not None else "--step" if step is not None else ""
    _read(dbt, sync, work, as_json=as_json, file_option=option)


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

    def work(session: Session, results: Results) -> int:
        report = session.status(runs=runs)
        results.show(lambda: json_.status_json(report), lambda: text.status_text(report))
        return 0

    _read(dbt, sync, work, as_json=as_json)


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

    if as_csv and as_json:
        raise SettingsError("Rows are printed as CSV or as JSON: give --csv or --json.")

    def work(session: Session, results: Results) -> int:
        rows = session.rejected()
        if as_csv:
            for line in export.rejected_csv(rows):
                typer.echo(line, nl=False)
            return 0
        results.show(lambda: json_.rejected_json(session.sync, rows), lambda: text.rejected_text(session.sync, rows))
        return 0

    _read(dbt, sync, work, as_json=as_json, file_option="--csv" if as_csv else "")


def _read(
    dbt: DbtOptions,
    sync: str | None,
    work: Callable[[Session, Results], int],
    *,
    as_json: bool,
    file_option: str = "",
) -> NoReturn:
    """Do a command's work for each sync that it is about, and leave with the worst exit code.

    `file_option`: the option, where one was given, that makes a file for the rows of one sync.
    """
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        if file_option:
            _only_one(syncs, file_option)
        results = Results(as_json=as_json, several=len(syncs) > 1)
        code = each(syncs, lambda one: work(workspace.open(one), results), results)
        results.close()
        paused = [one.name for one in workspace.syncs if not one.enabled]
        if sync is None and paused and not as_json:
            echo(f"\nPaused, and shown only when named: {', '.join(paused)}.", err=True)
    raise typer.Exit(code)


def _only_one(syncs: Sequence[Sync], option: str) -> None:
    """Raise SettingsError where rows of several syncs would stand in one file."""
    if len(syncs) > 1:
        raise SettingsError(
            f"{option} holds the rows of one sync and account, and there are {len(syncs)}.",
            hint="Name one of them: " + ", ".join(sync.label for sync in syncs),
        )
