"""Commands within the test's own process: as a user types them, without a new Python and a new dbt for each."""

import contextlib
import io
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from unittest import mock

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.factory import FACTORY
from dbt.cli.main import dbtRunner

from reverse_etl.cli.app import app
from reverse_etl.cli.console import say
from reverse_etl.core.errors import ReverseEtlError

Done = subprocess.CompletedProcess[str]
# dbt parses a project anew where its connection changed. Copies of a project differ in the DuckDB file alone, of which
# no model knows: what dbt kept for one serves all.
_all_of_it = DuckDBCredentials.connection_info
DuckDBCredentials.connection_info = lambda self, **how: (
    (key, value) for key, value in _all_of_it(self, **how) if key != "path"
)


def run_here(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Done:
    """The program with these arguments, in a folder and an environment."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with _place(folder, environment) as (out, err):
        try:
            code = exit_code_of(arguments)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return subprocess.CompletedProcess(list(arguments), code, out.getvalue(), err.getvalue())


def dbt_here(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Done:
    """The same for dbt, whose exception stands at the end of what it printed."""
    with _place(folder, environment) as (out, err):
        result = dbtRunner().invoke(list(arguments))
        _let_go()
    code = 0 if result.success else 1 if result.exception is None else 2
    return subprocess.CompletedProcess(
        list(arguments), code, f"{out.getvalue()}{result.exception or ''}", err.getvalue()
    )


def exit_code_of(arguments: Sequence[str]) -> int:
    """Run the program with these arguments in this process; gives what it would leave with."""
    try:
        return int(app(list(arguments), standalone_mode=False) or 0)
    except ReverseEtlError as error:
        say(error)
        return error.exit_code


@contextlib.contextmanager
def _place(folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    with (
        contextlib.chdir(folder),
        mock.patch.dict("os.environ", environment, clear=True),
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        yield out, err


def _let_go() -> None:
    """Close what dbt's adapters keep open in this process: of DuckDB the file, and so its lock."""
    for adapter in FACTORY.adapters.values():
        adapter.cleanup_connections()
        if adapter.type() == "duckdb":
            type(adapter.connections).close_all_connections()
