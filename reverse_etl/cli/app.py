"""The program: its commands put together, and every known error made a message with its exit code."""

import contextlib
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from reverse_etl.cli import sandbox
from reverse_etl.cli.attribution import attribution
from reverse_etl.cli.baseline import baseline
from reverse_etl.cli.check import check
from reverse_etl.cli.console import fail, guard_streams
from reverse_etl.cli.forget import forget
from reverse_etl.cli.goals import goals
from reverse_etl.cli.init import init
from reverse_etl.cli.login import login, logout
from reverse_etl.cli.plan import plan
from reverse_etl.cli.push import push
from reverse_etl.cli.rejected import rejected
from reverse_etl.cli.report import report
from reverse_etl.cli.retry import retry
from reverse_etl.cli.runs import runs
from reverse_etl.cli.status import status
from reverse_etl.cli.unlock import unlock
from reverse_etl.cli.why import why
from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.core.version import __version__

app = typer.Typer(
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Send offline conversions from a dbt project to Microsoft Advertising: dbt build, then sync push.",
    epilog="Exit codes: 0 done; 1 stopped; 2 usage or settings; 3 done, rows were refused; 4 another push is running; "
    "5 refused by a guard; 6 something to push (plan --detailed-exitcode).",
)

# In the order in which a newcomer meets them.
for command in (init, login, logout, check, goals, plan, push, status, rejected, attribution, report):
    app.command()(command)
for command in (retry, baseline, forget, unlock, why, runs):
    app.command()(command)
app.add_typer(sandbox.app, name="sandbox")

# New objects, less those that are gone, after which Python looks for garbage.
GARBAGE = 200_000


def main() -> NoReturn:
    """Run the command line; every known error becomes a message and its exit code."""
    # dbt makes a million objects that stay. Looking through them again and again takes a tenth of a command's time.
    gc.set_threshold(GARBAGE)
    say_lost = guard_streams()
    # Commands that only read stop at once; `push` and `sandbox` put their own in its place.
    signal.signal(signal.SIGINT, _interrupted)
    try:
        app(standalone_mode=True)
    except ReverseEtlError as error:
        fail(error)
    finally:
        say_lost()
    sys.exit(0)


def _interrupted(*_: object) -> NoReturn:
    """Leave at once. What had to be kept was kept as a whole, or not at all."""
    with contextlib.suppress(OSError):
        os.write(2, b"\nInterrupted.\n")
    os._exit(1)


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(f"reverse-etl {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


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
