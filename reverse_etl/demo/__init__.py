"""The demo: a dbt project in a folder of its own, and the whole way through it by the commands that users type."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import jinja2

from reverse_etl.core.errors import RunStoppedError, SettingsError
from reverse_etl.core.resources import PACKAGE_PARTS, example_folder, package_folder
from reverse_etl.core.version import __version__

MARK = ".reverse-etl-demo"
DATABASE = "conversions.duckdb"
PORT = 8765
# What a step may take at the longest. Seconds.
STEP_TIMEOUT = 120

_DBT = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
_SYNC = [sys.executable, "-m", "reverse_etl"]


def run(folder: Path, say: Callable[[str], None]) -> None:
    """Walk the whole way and tell each step; raises SettingsError for a folder that is not the demo's own.

    Raises RunStoppedError when a step fails, with its output.
    """
    replaced = " in the place of the demo that was there" if _make_project(folder) else ""
    say(f"A dbt project with a made-up CRM is in {folder}/{replaced}\n")
    demo = _Demo(folder, say)
    demo.step("dbt deps", last_lines=1)
    demo.step("dbt build", last_lines=1)
    with demo.sandbox():
        demo.step("reverse-etl plan --samples 1 --changes")
        demo.step("reverse-etl push")
        say("\nA day later: late rows arrived, an amount was corrected, a deal was refunded, a row is broken.")
        demo.step("dbt build --vars 'demo_day: 2'", last_lines=1)
        demo.step("reverse-etl plan --samples 1 --changes")
        demo.step("reverse-etl push")
    # In a virtual environment that is not activated the bare name would not be found.
    command = "reverse-etl" if shutil.which("reverse-etl") else str(Path(sys.executable).parent / "reverse-etl")
    say(
        f"\nWhat to do next\n"
        f"  See what was refused, and why:           cd {folder} && {command} rejected\n"
        f"  See how the sync is doing, on one page:  cd {folder} && {command} report\n"
        f"  See what the local sandbox made of it:   cd {folder} && {command} sandbox received\n"
        f"  Change a model, then build and push:     `{command} sandbox --goals goals.yml` in one terminal,\n"
        f"                                           `dbt build --vars 'demo_day: 2' && {command} push` in another\n"
        f"  Declare a sync in your own dbt project:  `{command} init` in its folder"
    )


def _make_project(folder: Path) -> bool:
    """Make the project; was there one of an earlier demo?"""
    if existed := folder.exists():
        if not (folder / MARK).is_file():
            raise SettingsError(
                f"{folder} exists and is not a demo of ours.", hint="Name another folder: reverse-etl demo FOLDER"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("Made by `reverse-etl demo`, which makes this folder anew each time.\n")
    for name in ("dbt_project.yml", "macros", "models"):
        _copy(example_folder() / name, folder / name)
    for name in PACKAGE_PARTS:
        _copy(package_folder() / name, folder / "dbt_package" / name)
    templates = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - YAML, not HTML
    for template in (files("reverse_etl") / "demo" / "templates").iterdir():
        text = templates.from_string(template.read_text()).render(
            version=__version__, package="dbt_package", database=DATABASE
        )
        (folder / template.name.removesuffix(".j2")).write_text(text)
    return existed


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


class _Demo:
    """Runs commands in the demo's folder and shows them as a user types them."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "MICROSOFT_ADS_", "REVERSE_ETL_"))}
        self._environment = kept | {"NO_COLOR": "1", "COLUMNS": "120", "DO_NOT_TRACK": "1"}

    def step(self, command: str, *, last_lines: int | None = None) -> None:
        """Run a command; exit code 3 (rows were refused) is part of the story."""
        self._say(f"\n$ {command}")
        program, *arguments = command.replace("'demo_day: 2'", "demo_day:~2").split()
        words = [word.replace("~", " ") for word in arguments]
        done = subprocess.run(  # noqa: S603 - our own commands
            [*(_DBT if program == "dbt" else _SYNC), *words],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=STEP_TIMEOUT,
            check=False,
        )
        if done.returncode not in (0, 3):
            raise RunStoppedError(f"`{command}` failed with exit code {done.returncode}:\n{done.stdout}")
        lines = done.stdout.strip().splitlines()
        self._say("\n".join(lines[-last_lines:] if last_lines else lines))

    @contextmanager
    def sandbox(self) -> Iterator[None]:
        """The local sandbox in the background while the block runs."""
        port = _free_port()
        command = "reverse-etl sandbox --goals goals.yml" + (f" --port {port}" if port != PORT else "")
        if port != PORT:
            self._environment["MICROSOFT_ADS_ENDPOINT"] = f"http://127.0.0.1:{port}"
        self._say(f"\n$ {command} &")
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*_SYNC, *command.split()[1:]],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            ready = process.stdout.readline().strip() if process.stdout else ""
            if process.poll() is not None:
                raise RunStoppedError(f"The local sandbox did not start: {ready}")
            self._say(ready)
            yield
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        # As the sandbox does itself: a port that only waits for old connections to end is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
