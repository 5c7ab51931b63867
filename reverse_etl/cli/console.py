"""How commands speak: results to standard output, everything else to standard error, and the worst exit code."""

from __future__ import annotations

import io
import json
import os
import select
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TextIO, cast

import typer

from reverse_etl.cli.log import log, log_about
from reverse_etl.core.errors import ReverseEtlError, SettingsError
from reverse_etl.report.text import fit, safe

if TYPE_CHECKING:
    from reverse_etl.core.sync import Sync
    from reverse_etl.report.documents import ErrorJson

P = ParamSpec("P")
# From the best to the worst: of several syncs the worst counts.
_EXIT_CODES = (0, 6, 3, 4, 5, 2, 1)


class _Output(io.FileIO):
    """A standard stream that never raises: a full disk, or a reader that left, is no failure of the command's work.

    `lost`: why something could not be written; empty where all was, or where the reader left, as `| head` does.
    """

    def __init__(self, number: int) -> None:
        # None while it takes what is written, else why not; of a reader that left there is nothing to say.
        self._broken = None if _is_open(number) else "it is closed"
        self.lost = ""
        super().__init__(number, "w", closefd=False)

    def write(self, data: Any) -> int:
        """Write some of it; from the first failure on all is dropped."""
        try:
            while self._broken is None:
                if (written := super().write(data)) is not None:
                    return written
                # Somebody made the stream one that does not wait.
                select.select([], [self], [])
        except BrokenPipeError:
            self._broken = ""
        except OSError as error:
            self._broken = error.strerror or str(error)
        self.lost = self._broken or ""
        return len(data)


def _is_open(number: int) -> bool:
    """Is this file descriptor open? If not, the null device takes its place, lest a file of the warehouse should."""
    try:
        os.fstat(number)
    except OSError:
        # A process gets the lowest number that is free.
        os.open(os.devnull, os.O_RDWR)
        return False
    return True


def guard_streams() -> Callable[[], None]:
    """Let no write to standard output or standard error raise; what comes back is to be called at the end."""
    _is_open(0)
    out, err = _Output(1), _Output(2)
    sys.stdout, sys.stderr = (
        # A terminal that cannot show a character must not end the command.
        io.TextIOWrapper(
            io.BufferedWriter(output), getattr(stream, "encoding", "utf-8"), "backslashreplace", line_buffering=True
        )
        for output, stream in ((out, sys.stdout), (err, sys.stderr))
    )

    def say_lost() -> None:
        sys.stdout.flush()
        if out.lost:
            echo(f"Error: The result could not be printed to standard output: {out.lost}.", err=True)

    return say_lost


def width_of(stream: TextIO) -> int | None:
    """The columns of the screen that a stream shows on; COLUMNS wins, and None means that lines may have any length."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        # What is piped into another program is not cut: one line stays one line there.
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


def echo(text: str, *, err: bool = False) -> None:
    """Show text, broken where the screen ends. What goes to a log stays one line each, to be searched."""
    stream = sys.stderr if err else sys.stdout
    typer.echo(fit(text, width_of(stream) if not err or stream.isatty() else None), err=err)


def is_attended() -> bool:
    """Does somebody sit at standard input? A program may be started with it closed, and Python has none then."""
    return sys.stdin is not None and sys.stdin.isatty()


def read_line() -> str:
    """A line of standard input, with its end; empty where there is none, or no input at all.

    Raises SettingsError where it is no text.
    """
    try:
        return sys.stdin.readline() if sys.stdin is not None else ""
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"Standard input is not text in {error.encoding}.", hint="Give it in the encoding of the system."
        ) from None


def say(error: ReverseEtlError, *, about: str = "") -> None:
    """Say what happened and what to do next. `about`: the sync, whose account a row of the source may have named."""
    if log("error", error.message, what_to_do=error.hint, exit_code=error.exit_code):
        return
    where = f" in {safe(about)}" if about else ""
    echo(f"Error{where}: {error.message}", err=True)
    if error.hint:
        echo(error.hint, err=True)


def fail(error: ReverseEtlError) -> NoReturn:
    say(error)
    sys.exit(error.exit_code)


def worst(codes: Sequence[int]) -> int:
    return max(codes, key=_EXIT_CODES.index, default=0)


def each(syncs: Sequence[Sync], work: Callable[[Sync], int], results: Results) -> int:
    """Do the work for each sync and give the worst exit code; where there are several, an error stops only its own."""
    if len(syncs) == 1 and not results.several:
        log_about(sync=syncs[0].label)
        return work(syncs[0])
    codes = []
    for sync in syncs:
        log_about(sync=sync.label)
        try:
            codes.append(work(sync))
        except ReverseEtlError as error:
            say(error, about=sync.label)
            results.failed(sync, error)
            codes.append(error.exit_code)
    log_about()
    return worst(codes)


class Results:
    """Prints results: text at once, JSON when all are there, one document or a list of them.

    `several`: several syncs were asked for, however many there are. `failures`: those that have no result, and why.
    """

    def __init__(self, *, as_json: bool, several: bool) -> None:
        self._as_json = as_json
        self.several = several
        self._documents: list[Mapping[str, object]] = []
        self._shown = False
        self.failures: list[tuple[Sync, ReverseEtlError]] = []

    def show(
        self, document: Callable[P, Mapping[str, object]], text: Callable[P, str], *result: P.args, **more: P.kwargs
    ) -> None:
        """One result, by what makes a document or a text of it."""
        if self._as_json:
            self._documents.append(document(*result, **more))
            return
        if self._shown:
            typer.echo()
        echo(text(*result, **more))
        self._shown = True

    def failed(self, sync: Sync, error: ReverseEtlError) -> None:
        """One of several syncs has no result; its place in a list of documents says why."""
        self.failures.append((sync, error))
        if self._as_json:
            failed: ErrorJson = {
                "version": 1,
                "sync": sync.name,
                "account_id": sync.account_id,
                "error": error.message,
                "hint": error.hint,
                "exit_code": cast(Any, error.exit_code),
            }
            self._documents.append(failed)

    def close(self) -> None:
        """Print what has to wait for the last."""
        if self._as_json and (self.several or self._documents):
            typer.echo(json.dumps(self._documents if self.several else self._documents[0], indent=2))


def agreed(shown: str, question: str, *, yes: bool) -> bool:
    """Show what would be done and ask, on standard error; raises SettingsError without a terminal.

    With `yes` it does not ask; the result has the counts.
    """
    if yes:
        return True
    echo(shown, err=True)
    echo("", err=True)
    if not is_attended():
        raise SettingsError(
            "No terminal is attached to ask at, so nothing was changed.",
            hint="Give --yes where what stands above is right.",
        )
    # Not by `input`, which says its prompt, or a blank of it, on standard output.
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if read_line().strip().lower() in ("y", "yes"):
        return True
    echo("Nothing was changed.", err=True)
    return False
