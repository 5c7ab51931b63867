"""The command `baseline`: marks as accepted what another tool sent before."""

from typing import Annotated

import typer

from reverse_etl.cli.console import agreed
from reverse_etl.cli.options import DbtOptions, Json, SyncName, Yes, takes_dbt_options
from reverse_etl.cli.syncs import on_one
from reverse_etl.core.errors import SettingsError


@takes_dbt_options
def baseline(
    dbt: DbtOptions,
    *,
    sync: SyncName = None,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="TIME", help="Rows that converted before this: an ISO date or time, UTC."),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="RELATION", help="Rows that this model or schema.table lists as sent."),
    ] = None,
    undo: Annotated[
        int | None, typer.Option("--undo", metavar="RUN", min=1, help="Take the baseline of this run back.")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Mark rows as accepted without sending them, since something else sent them before. Sends nothing.

    Example: reverse-etl baseline --before 2026-03-15
    """
    from reverse_etl.commands import baseline as command
    from reverse_etl.core.upkeep import BaselineChoice, BaselineReport
    from reverse_etl.report.baseline import baseline_json, baseline_text

    if sum(option is not None for option in (before, from_, undo)) != 1:
        raise SettingsError("A baseline takes --before TIME, --from RELATION or --undo RUN, and only one of them.")
    choice = BaselineChoice(None if before is None else command.before(before), from_)
    with on_one(dbt, sync, as_json=as_json) as (session, results):
        ledger = session.upkeep()
        report: BaselineReport
        if undo is not None:
            report = command.look_at_undo(ledger, undo)
            if not agreed(baseline_text(session.sync, report), f"Undo the baseline of run {undo}?", yes=yes):
                return
            report = command.undo(ledger, undo, shown=None if yes else report)
        else:
            session.enforce_whole_source()
            report = command.look_at_baseline(ledger, choice)
            if report.rows:
                if not agreed(baseline_text(session.sync, report), "Mark them as accepted?", yes=yes):
                    return
                report = command.baseline(ledger, choice, shown=None if yes else report)
        results.show(baseline_json, baseline_text, session.sync, report)
