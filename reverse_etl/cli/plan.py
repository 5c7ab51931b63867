"""The command `plan`: what a push would do."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from reverse_etl.cli.console import Results, echo
from reverse_etl.cli.options import DbtOptions, Json, Session, Syncs, takes_dbt_options, wants_json
from reverse_etl.cli.syncs import on_each
from reverse_etl.core.errors import GuardError

# `plan --detailed-exitcode`, where there is something to push; Terraform's 2 is taken by errors of usage.
SOMETHING_TO_PUSH = 6


class PlanFormat(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@takes_dbt_options
def plan(
    dbt: DbtOptions,
    *,
    sync: Syncs = None,
    as_json: Json = False,
    samples: Annotated[int, typer.Option(min=0, help="Example rows per class and reason.")] = 3,
    changes: Annotated[
        bool, typer.Option("--changes", help="Give reasons and examples only of what a push would send.")
    ] = False,
    detailed_exitcode: Annotated[
        bool,
        typer.Option(
            "--detailed-exitcode",
            help="Leave with 6 where a push would send something, with --state where anything differs; with 5 where a "
            "guard would refuse it.",
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
    state: Annotated[
        Path | None,
        typer.Option(
            "--state",
            metavar="FOLDER",
            help="Plan against the ledger of another build, as of production, and show what differs: the folder of its "
            "manifest.json.",
        ),
    ] = None,
    format_: Annotated[
        PlanFormat | None, typer.Option("--format", help="How to print it: markdown is for a pull request.")
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

    Goals are asked for with `hold_refusable`; with `--state` never, so that rows which that holds count as sent.

    Example: reverse-etl plan --json
    """
    from reverse_etl.commands.plan import plan as command
    from reverse_etl.report import export
    from reverse_etl.report.plan import plan_json, plan_text
    from reverse_etl.report.plan_markdown import plan_markdown

    if output is not None:
        export.check_ending(output)

    def work(session: Session, results: Results) -> int:
        session = session if state else session.knowing_goals()
        if step is not None:
            typer.echo(session.ledger.step_sql(step))
            return 0
        report = command(session, samples=samples)
        if output is not None:
            lines = export.write_plan(session.ledger.plan_lines(report.plan.now), output)
            echo(f"{lines:,} {'line' if lines == 1 else 'lines'} written to {output}.", err=True)
        as_text = plan_markdown if format_ is PlanFormat.MARKDOWN else partial(plan_text, changes=changes)
        results.show(plan_json, as_text, report)
        if not detailed_exitcode or not (report.changes if state else report.plan.to_send):
            return 0
        return GuardError.exit_code if any(guard.refusal for guard in report.guards) else SOMETHING_TO_PUSH

    option = "--output" if output is not None else "--step" if step is not None else ""
    as_json = wants_json(format_, as_json=as_json)
    on_each(dbt, sync, work, as_json=as_json, file_option=option, state=state)
