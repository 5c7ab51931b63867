"""The commands, each a few lines over the session."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from reverse_etl import __version__
from reverse_etl.cli import sandbox
from reverse_etl.errors import ReverseEtlError, RunStoppedError

if TYPE_CHECKING:
    from reverse_etl.warehouse.project import DbtOptions

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Send offline conversions from a dbt project to Microsoft Advertising: dbt build, then sync push.",
    epilog="Exit codes: 0 done; 1 stopped; 2 usage or settings; 3 done, rows were refused; 4 another push is running; "
    "5 refused by a guard.",
)

app.add_typer(sandbox.app, name="sandbox")

SyncName = Annotated[str | None, typer.Argument(metavar="[SYNC]", help="The sync's name; left out, the only one.")]
ProjectDir = Annotated[Path, typer.Option("--project-dir", envvar="DBT_PROJECT_DIR", help="Folder of dbt_project.yml.")]
ProfilesDir = Annotated[
    Path | None, typer.Option("--profiles-dir", envvar="DBT_PROFILES_DIR", help="Folder of profiles.yml.")
]
Profile = Annotated[str, typer.Option("--profile", envvar="DBT_PROFILE", help="The profile, if not the project's.")]
Target = Annotated[str, typer.Option("--target", "-t", envvar="DBT_TARGET", help="The dbt target, if not the default.")]
Vars = Annotated[str, typer.Option("--vars", help="Variables for dbt, as YAML.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

HERE = Path()


def main() -> NoReturn:
    """Run the command line; every known error becomes a message and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character must not end the command.
            stream.reconfigure(errors="backslashreplace")
    # Commands that only read stop at once; `push` and `sandbox` put their own in its place.
    signal.signal(signal.SIGINT, lambda *_: os._exit(1))
    try:
        app(standalone_mode=True)
    except ReverseEtlError as error:
        fail(error)
    sys.exit(0)


def fail(error: ReverseEtlError) -> NoReturn:
    """Say what happened and what to do next, and leave with the error's exit code."""
    console = Console(stderr=True, soft_wrap=True)
    console.print(f"Error: {error.message}", markup=False, highlight=False)
    if error.hint:
        console.print(error.hint, markup=False, highlight=False)
    sys.exit(error.exit_code)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(f"reverse-etl {__version__}")
        raise typer.Exit


@app.command()
def plan(
    sync: SyncName = None,
    as_json: Json = False,
    samples: Annotated[int, typer.Option(min=0, help="Example rows per class and reason.")] = 3,
    project_dir: ProjectDir = HERE,
    profiles_dir: ProfilesDir = None,
    profile: Profile = "",
    target: Target = "",
    variables: Vars = "",
) -> None:
    """Show what a push would do, row by row. Reads only.

    Example: reverse-etl plan --json
    """
    from reverse_etl.cli.session import open_session
    from reverse_etl.report import json_, text

    with open_session(_options(project_dir, profiles_dir, profile, target, variables), sync) as session:
        made, guards = session.ledger.read_plan(samples=samples), session.guards()
        show = json_.plan_json if as_json else text.plan_text
        typer.echo(show(session.sync, made, guards))


@app.command()
def push(
    sync: SyncName = None,
    as_json: Json = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Send at most this many rows.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Calls under way at once.")] = 4,
    initial: Annotated[bool, typer.Option("--initial", help="This is the first push to a production account.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    project_dir: ProjectDir = HERE,
    profiles_dir: ProfilesDir = None,
    profile: Profile = "",
    target: Target = "",
    variables: Vars = "",
) -> None:
    """Send what is new, record every answer in the ledger, and say what happened to every row.

    Example: reverse-etl push --limit 100
    """
    from reverse_etl.cli.session import open_session
    from reverse_etl.guards import enforce
    from reverse_etl.push import PushOptions
    from reverse_etl.push import push as carry_out
    from reverse_etl.report import json_, text
    from reverse_etl.report.progress import ConsoleProgress

    # Before anything else: code on the way, dbt's among it, may swallow a KeyboardInterrupt.
    stop = _stop_on_signals()
    progress = ConsoleProgress(Console(stderr=True, soft_wrap=True), quiet=quiet)
    with open_session(_options(project_dir, profiles_dir, profile, target, variables), sync) as session:
        destination = session.destination()
        enforce(session.guards(initial=initial))
        if stop.is_set():
            raise RunStoppedError("Interrupted before anything was sent.")
        # What dbt has loaded stays to the end; the collector need not look at it again for each call's objects.
        gc.collect()
        gc.freeze()
        options = PushOptions(limit=limit, workers=workers, stop=stop)
        try:
            result = carry_out(session.ledger, destination, progress, options)
        finally:
            progress.close()
        show = json_.result_json if as_json else text.result_text
        typer.echo(show(session.sync, result))
    if result.stopped is not None:
        fail(result.stopped)
    raise typer.Exit(result.exit_code)


@app.command()
def status(
    sync: SyncName = None,
    as_json: Json = False,
    runs: Annotated[int, typer.Option(min=1, help="How many runs to show.")] = 5,
    project_dir: ProjectDir = HERE,
    profiles_dir: ProfilesDir = None,
    profile: Profile = "",
    target: Target = "",
    variables: Vars = "",
) -> None:
    """Show what the ledger knows: conversions by status and the newest runs. Reads only.

    Example: reverse-etl status --runs 20
    """
    from reverse_etl.cli.session import open_session
    from reverse_etl.report import json_, text

    with open_session(_options(project_dir, profiles_dir, profile, target, variables), sync) as session:
        statuses, history = session.ledger.statuses(), session.ledger.history(runs)
        show = json_.status_json if as_json else text.status_text
        typer.echo(show(session.sync, statuses, history))


@app.command()
def rejected(
    sync: SyncName = None,
    as_json: Json = False,
    project_dir: ProjectDir = HERE,
    profiles_dir: ProfilesDir = None,
    profile: Profile = "",
    target: Target = "",
    variables: Vars = "",
) -> None:
    """List the rows that the destination refused, with what to do about each. Reads only.

    Example: reverse-etl rejected --json
    """
    from reverse_etl.cli.session import open_session
    from reverse_etl.report import json_, text

    with open_session(_options(project_dir, profiles_dir, profile, target, variables), sync) as session:
        show = json_.rejected_json if as_json else text.rejected_text
        typer.echo(show(session.sync, session.rejected()))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to make; one of an earlier demo is made anew.")] = Path(
        "reverse-etl-demo"
    ),
) -> None:
    """Walk the whole way on DuckDB and the local sandbox: build, plan, push, correct, push again. Needs no account.

    Example: reverse-etl demo
    """
    from reverse_etl.demo import run

    run(folder, typer.echo)


def _options(project_dir: Path, profiles_dir: Path | None, profile: str, target: str, variables: str) -> DbtOptions:
    from reverse_etl.warehouse.project import DbtOptions

    return DbtOptions(
        project_dir=project_dir,
        profiles_dir=profiles_dir,
        profile=profile,
        target=target,
        target_path=os.environ.get("DBT_TARGET_PATH", ""),
        vars=variables,
    )


def _stop_on_signals() -> threading.Event:
    """An event that Ctrl-C or SIGTERM sets: calls under way finish. A second signal stops at once."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            sys.stderr.write("\nStopped at once. What may have arrived is in doubt; the next push settles it.\n")
            sys.stderr.flush()
            os._exit(1)
        stop.set()
        sys.stderr.write("\nFinishing what is under way ... (once more to stop at once)\n")

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return stop
