"""The commands that change the ledger and send nothing: retry, baseline, forget, unlock. Each says what and asks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from reverse_etl.cli.console import Results, each, echo, is_attended, read_line
from reverse_etl.cli.options import Json, SyncName, known_syncs, takes_dbt_options
from reverse_etl.errors import SettingsError

if TYPE_CHECKING:
    from reverse_etl.sync import Sync
    from reverse_etl.warehouse.dbt_calls import DbtOptions

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@takes_dbt_options
def retry(
    dbt: DbtOptions,
    *,
    sync: SyncName = None,
    all_: Annotated[bool, typer.Option("--all", help="Every refused row.")] = False,
    code: Annotated[
        list[str] | None, typer.Option("--code", help="Rows refused with this code, number or name; may be repeated.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option("--key", help="The row with this unique key; may be repeated.")
    ] = None,
    maybe_taken: Annotated[
        bool,
        typer.Option(
            "--maybe-taken", help="Also rows of which an earlier try may have been taken: they could count twice."
        ),
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Make refused rows sendable again; the next push sends them. The reason of each refusal is kept.

    Example: reverse-etl retry --code 5617
    """
    from reverse_etl import mending
    from reverse_etl.mends import RetryChoice
    from reverse_etl.report.mending import retry_json, retry_text
    from reverse_etl.session import open_workspace

    if all_ == bool(code or key):
        raise SettingsError(
            "A retry takes --all, or --code and --key." if all_ else "Say which refused rows to retry.",
            hint="--all, --code CODE (a number or a name) or --key KEY; `reverse-etl rejected` lists the rows.",
        )
    # A blank key would be that of every row that has none.
    if not all(one.strip() for one in (*(code or ()), *(key or ()))):
        raise SettingsError("--code and --key take what is not blank.")
    choice = RetryChoice(tuple(code or ()), tuple(key or ()), maybe_taken)
    with open_workspace(dbt) as workspace:
        session = workspace.open(workspace.pick(sync))
        ledger, results = session.mending, Results(as_json=as_json, several=False)
        report = mending.look_at_retry(ledger, choice)
        if report.rows:
            if not agreed(retry_text(session.sync, report), "Make them sendable again?", yes=yes):
                return
            report = mending.retry(ledger, choice, shown=None if yes else report)
        results.show(lambda: retry_json(session.sync, report), lambda: retry_text(session.sync, report))
        results.close()


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
    from reverse_etl import mending
    from reverse_etl.mends import BaselineChoice, BaselineReport
    from reverse_etl.report.mending import baseline_json, baseline_text
    from reverse_etl.session import open_workspace

    if sum(option is not None for option in (before, from_, undo)) != 1:
        raise SettingsError("A baseline takes --before TIME, --from RELATION or --undo RUN, and only one of them.")
    choice = BaselineChoice(None if before is None else mending.before(before), from_)
    with open_workspace(dbt) as workspace:
        session = workspace.open(workspace.pick(sync))
        ledger, results = session.mending, Results(as_json=as_json, several=False)
        report: BaselineReport
        if undo is not None:
            report = mending.look_at_undo(ledger, undo)
            if not agreed(baseline_text(session.sync, report), f"Undo the baseline of run {undo}?", yes=yes):
                return
            report = mending.undo(ledger, undo, shown=None if yes else report)
        else:
            session.enforce_whole_source()
            report = mending.look_at_baseline(ledger, choice)
            if report.rows:
                if not agreed(baseline_text(session.sync, report), "Mark them as accepted?", yes=yes):
                    return
                report = mending.baseline(ledger, choice, shown=None if yes else report)
        results.show(lambda: baseline_json(session.sync, report), lambda: baseline_text(session.sync, report))
        results.close()


@takes_dbt_options
def forget(
    dbt: DbtOptions,
    *,
    key: Annotated[
        str,
        typer.Argument(
            metavar="[KEY]",
            help="A unique key, a click id, a hash or an e-mail address. "
            "What you type stays in your shell's history; with - it is read from standard input.",
        ),
    ] = "",
    phone: Annotated[
        str, typer.Option("--phone", metavar="NUMBER", help="A phone number, with + and country code.")
    ] = "",
    sync: Annotated[
        str | None, typer.Option("--sync", help="The sync's name; left out, the only one.", autocompletion=known_syncs)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="In the ledger of every sync, paused ones too.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Blank a person's identifiers in the ledger, once the source holds the person no more. The counts stay.

    Example: reverse-etl forget D-1042
    """
    from reverse_etl import mending
    from reverse_etl.report.mending import forget_json, forget_text
    from reverse_etl.session import open_workspace

    key, phone = (read_line() if text == "-" else text for text in (key, phone))
    key, phone = key.strip(), phone.strip()
    if bool(key) == bool(phone):
        raise SettingsError("A forget takes a KEY or --phone NUMBER.")
    if all_ and sync is not None:
        raise SettingsError("A forget takes --sync or --all, and only one of them.")
    with open_workspace(dbt) as workspace:
        chosen = workspace.by_account(workspace.syncs) if all_ else [workspace.pick(sync)]
        sessions = [workspace.open(one) for one in chosen]
        by_label = {session.sync.label: session for session in sessions}
        results = Results(as_json=as_json, several=all_)

        def work(one: Sync) -> int:
            session = by_label[one.label]
            # What a partial build left out of the source would come back with the next full one.
            session.enforce_whole_source()
            ledger = session.mending
            ledger.other_scopes = [other.sync.scope for other in sessions]
            with mending.untold():
                person = ledger.person(key, phone)
            report = mending.look_at_forget(ledger, person)
            if report.records:
                if not agreed(forget_text(session.sync, report), "Blank them for good?", yes=yes):
                    return 0
                report = mending.forget(ledger, person, shown=None if yes else report)
            results.show(lambda: forget_json(session.sync, report), lambda: forget_text(session.sync, report))
            return 0

        try:
            code = each([session.sync for session in sessions], work, results)
        finally:
            results.close()
    raise typer.Exit(code)


@takes_dbt_options
def unlock(dbt: DbtOptions, *, sync: SyncName = None, yes: Yes = False) -> None:
    """Shut out the run that holds a sync, where it is stuck or on a machine that is gone; the next push goes on.

    A run that is dead, or was not heard of for ten minutes, needs no unlock: a push takes over by itself.

    Example: reverse-etl unlock
    """
    from reverse_etl.report.mending import holder_text
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        session = workspace.open(workspace.pick(sync))
        held = session.ledger.holder()
        shown = holder_text(session.sync, held)
        if held is None or held.dead:
            echo(shown)
        elif agreed(shown, f"Shut run {held.run_seq} out?", yes=yes):
            run = session.ledger.shut_out(held)
            if yes:
                echo(shown, err=True)
            echo(f"Run {held.run_seq} is shut out by run {run}. Push again.")


def agreed(shown: str, question: str, *, yes: bool) -> bool:
    """Show what would be done and ask, on standard error; raises SettingsError where nobody can be asked.

    With `yes` nobody is asked; the result has the counts.
    """
    if yes:
        return True
    echo(shown, err=True)
    echo("", err=True)
    if not is_attended():
        raise SettingsError(
            "Nobody is there to ask, so nothing was changed.", hint="Give --yes where the counts above are right."
        )
    # Not by `input`, which says its prompt, or a blank of it, on standard output.
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if read_line().strip().lower() in ("y", "yes"):
        return True
    echo("Nothing was changed.", err=True)
    return False
