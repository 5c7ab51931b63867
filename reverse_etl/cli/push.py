"""The command that sends: push."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from reverse_etl.cli.console import Results, each, say
from reverse_etl.cli.log import log
from reverse_etl.cli.options import DbtOptions, Json, SyncName, takes_dbt_options
from reverse_etl.core.errors import RunStoppedError, SettingsError
from reverse_etl.core.sync import Sync

# Seconds that a push which was asked to stop may take to finish what is under way: after SIGTERM it is killed in 10.
GRACE = 9.0

if TYPE_CHECKING:
    from reverse_etl.cli.alerts import Alerts
    from reverse_etl.commands.push import PushOptions
    from reverse_etl.core.guards import Permissions
    from reverse_etl.core.ports import Recorder
    from reverse_etl.report.progress import ConsoleProgress
    from reverse_etl.session import Workspace

_AT_MOST = "Let this push {} so many conversions of each sync and account, whatever the exposure says."


@takes_dbt_options
def push(
    dbt: DbtOptions,
    *,
    sync: SyncName = None,
    as_json: Json = False,
    all_: Annotated[bool, typer.Option("--all", help="Push every enabled sync, one after another.")] = False,
    select: Annotated[
        str | None, typer.Option("--select", "-s", help="Push the syncs that dbt's selection syntax picks.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Send at most this many rows of each sync and account.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Calls under way at once.")] = 4,
    initial: Annotated[bool, typer.Option("--initial", help="This is the first push to a production account.")] = False,
    build: Annotated[
        bool, typer.Option("--build", help="First run dbt build for the sync and what it reads, tests included.")
    ] = False,
    allow_failing_tests: Annotated[
        bool, typer.Option("--allow-failing-tests", help="Push although dbt tests failed, or their outcome is unknown.")
    ] = False,
    max_retractions: Annotated[int | None, typer.Option(min=0, help=_AT_MOST.format("take back"))] = None,
    max_restatements: Annotated[int | None, typer.Option(min=0, help=_AT_MOST.format("change the value of"))] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave with 3 while any row is invalid, held or without an account, too.")
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            help="Keep each call and its answer in this new folder, without secrets and persons, to show to others.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the result and errors.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show each batch with its outcome and tracking id.")
    ] = False,
) -> None:
    """Send what is new, record every answer in the ledger, and say what happened to every row.

    Example: reverse-etl push --limit 100
    """
    from reverse_etl.cli.alerts import alerting
    from reverse_etl.commands.push import PushOptions
    from reverse_etl.core.guards import Permissions
    from reverse_etl.report.progress import ConsoleProgress
    from reverse_etl.session import open_workspace

    if (sync is not None) + all_ + (select is not None) > 1:
        raise SettingsError("A push takes a sync's name, --all or --select, and only one of them.")
    if select is not None and not select.strip():
        raise SettingsError("--select is empty.", hint="Name what to push, or leave it out.")
    if quiet and verbose:
        raise SettingsError("A push is quiet or verbose: give -q or -v.")
    # Before anything else: code on the way, dbt's among it, may swallow a KeyboardInterrupt.
    stop = _stop_on_signals()
    # Broken between words where it is a screen, and one line each where it is a file.
    console = Console(stderr=True, soft_wrap=not sys.stderr.isatty())
    progress = ConsoleProgress(console, quiet=quiet, verbose=verbose)
    with alerting("push") as alerts, open_workspace(dbt, select=select or "") as workspace:
        syncs = _chosen(workspace, sync, all_=all_, select=select or "")
        recorder = workspace.recorder(syncs[0], record, progress.note) if record else None
        if build:
            with alerts.watch(syncs[0] if len(syncs) == 1 else None), _interrupting():
                progress.building([sync.name for sync in syncs])
                workspace.build(syncs, quiet=quiet, verbose=verbose)
        # Only now: a build may bring an account.
        named, syncs = [sync.label for sync in syncs], workspace.by_account(syncs)
        routed = [sync.label for sync in syncs] != named
        results = Results(as_json=as_json, several=all_ or bool(select) or routed)
        options = PushOptions(limit=limit, workers=workers, stop=stop, strict=strict)
        permissions = Permissions(
            initial=initial,
            allow_failing_tests=allow_failing_tests,
            max_retractions=max_retractions,
            max_restatements=max_restatements,
        )

        code = _push_each(workspace, syncs, options, permissions, progress, results, recorder, alerts)
    raise typer.Exit(code)


def _push_each(  # noqa: PLR0917
    workspace: Workspace,
    syncs: Sequence[Sync],
    options: PushOptions,
    permissions: Permissions,
    progress: ConsoleProgress,
    results: Results,
    recorder: Recorder | None,
    alerts: Alerts,
) -> int:
    """Push one sync after another, show each result, and give the worst exit code."""
    from reverse_etl.commands.push import push as command
    from reverse_etl.core.alert import of_result
    from reverse_etl.report.push import result_json, result_text

    def work(one: Sync) -> int:
        if options.stop.is_set():
            raise RunStoppedError("Interrupted before anything was sent.")
        with alerts.watch(one):
            session = workspace.open(one)
            progress.about = one.label if len(syncs) > 1 else ""
            try:
                result = command(session, options, progress, permissions, recorder)
            finally:
                progress.close()
        alerts.add(of_result(session.sync, result))
        results.show(result_json, result_text, session.sync, result)
        level = {0: "info", 3: "warning"}.get(result.exit_code, "error")
        about = {"run": result.run_seq, "exit_code": result.exit_code} | result.sent
        log(level, f"Run {result.run_seq}: {result.name}", **about)
        if result.stopped is not None:
            say(result.stopped, about=one.label if len(syncs) > 1 else "")
        return result.exit_code

    try:
        return each(syncs, work, results)
    finally:
        results.close()


def _chosen(workspace: Workspace, name: str | None, *, all_: bool, select: str) -> list[Sync]:
    """The syncs to push. What is paused is left out where it was not named."""
    if not all_ and not select:
        return [workspace.pick(name)]
    chosen = workspace.selected if select else [sync for sync in workspace.syncs if sync.enabled]
    if not chosen:
        known = [sync.name + ("" if sync.enabled else " (paused)") for sync in workspace.syncs]
        raise SettingsError(
            f"--select {select!r} picks no enabled sync." if select else "There is no enabled sync.",
            hint="Known: " + (", ".join(known) or "none"),
        )
    return chosen


@contextlib.contextmanager
def _interrupting() -> Iterator[None]:
    """While dbt builds, Ctrl-C and SIGTERM end the build as they end dbt itself; nothing is sent then."""
    asked = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    except SettingsError:
        if not asked:
            raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    # dbt may have taken the interrupt for itself, and come back with what it had.
    if asked:
        raise RunStoppedError(
            "Interrupted while dbt was building: nothing was sent.", hint="Push again; the build starts anew."
        )


def _stop_on_signals() -> threading.Event:
    """An event that Ctrl-C or SIGTERM sets: calls under way finish. A second signal, or GRACE, stops at once."""
    stop = threading.Event()

    def leave(when: str) -> None:
        sys.stderr.write(f"\nStopped {when}. What may have arrived is in doubt; the next push settles it.\n")
        sys.stderr.flush()
        os._exit(1)

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            leave("at once")
        stop.set()
        sys.stderr.write(f"\nFinishing what is under way, for {GRACE:.0f} s at most ... (once more to stop at once)\n")
        # A call may last longer, and the warehouse may hang.
        timer = threading.Timer(GRACE, leave, [f"after {GRACE:.0f} s"])
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return stop
