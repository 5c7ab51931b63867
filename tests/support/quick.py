"""Commands within the test's own process: as a user types them, without a new Python and a new dbt for each."""

import contextlib
import io
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.factory import FACTORY
from dbt.cli.main import dbtRunner

from reverse_etl.cli.app import app
from reverse_etl.cli.console import say
from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.warehouse.dbt_calls import DbtOptions, call_dbt, parse

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


def parse_once(options: DbtOptions) -> Any:
    """As `parse`, but of projects that are alike in files, settings and environment one is parsed for all."""
    state = _state(options)
    if state not in _parsed:
        # A manifest is large, and of use as long as its test lasts.
        while len(_parsed) >= 8:
            del _parsed[next(iter(_parsed))]
        _parsed[state] = parse(options)
        return _parsed[state]
    # dbt takes what it has been given, and makes an adapter for this project.
    call_dbt(["parse", *options.as_arguments()], _parsed[state])
    return _parsed[state]


_parsed: dict[object, Any] = {}
# How the files end that dbt reads of a project.
_READ = (".yml", ".yaml", ".sql", ".csv", ".md", ".py")


def _state(options: DbtOptions) -> object:
    """What a parse depends on, wherever the project lies: its files, where its packages are, settings, environment."""
    here = str(options.project_dir.resolve())
    found: list[tuple[str, object]] = []
    for folder, folders, names in os.walk(here):
        if folder == here:
            folders[:] = [name for name in folders if name not in ("target", "logs")]
        paths = [Path(folder, name) for name in (*folders, *names)]
        found += [(str(path), path.readlink()) for path in paths if path.is_symlink()]
        read = [path for path in paths if path.is_file() and path.suffix.lower() in _READ]
        found += [(str(path), path.read_text(encoding="latin-1")) for path in read]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return repr((options, environment, sorted(found, key=str))).replace(here, "")


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
