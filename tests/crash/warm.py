"""A process that has dbt imported and one project loaded, and forks: pushes that start in no time, to be killed."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.crash.moments import Moments, Order, hurry
from tests.support.shop import REPOSITORY, Shop


@dataclass(frozen=True)
class Push:
    """A push under way in a process of its own, and what it wrote."""

    warm: Warm
    pid: int
    folder: Path

    def wait(self, seconds: float = 90) -> int:
        """Its exit code once it has ended; minus the signal's number where a signal ended it."""
        code = self.warm.ask(wait=self.pid, seconds=seconds)
        if code is None:
            os.kill(self.pid, signal.SIGKILL)
            raise AssertionError(f"push {self.pid} did not end:\n{self.err}\n{self.moments}")
        return int(code)

    def kill(self) -> None:
        """Send SIGKILL, whether it has ended or not: until it is waited for, its number is its own."""
        os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> bool:
        """Has it ended? Whether it did so or was killed tells `wait`."""
        return _state(self.pid) in "ZX"

    def stalled(self) -> bool:
        """Is it stopped by a signal, or has it ended?"""
        return _state(self.pid) in "TZX"

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text()

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text()

    @property
    def moments(self) -> list[str]:
        """The moments that it passed; the last is the one that it died or stalled at."""
        return (self.folder / "moments").read_text().splitlines()


class Warm:
    """A shop whose pushes are forked. The process ends with the block of `warm`."""

    def __init__(self, shop: Shop, process: subprocess.Popen[str], folder: Path) -> None:
        self.shop = shop
        self._process = process
        self._folder = folder
        self._started = 0

    def start(self, *arguments: str, order: Order | None = None, **environment: str) -> Push:
        """Start a command."""
        self._started += 1
        folder = self._folder / str(self._started)
        folder.mkdir(parents=True)
        (folder / "moments").touch()
        pid = self.ask(arguments=arguments, environment=environment, order=asdict(order or Order()), folder=str(folder))
        return Push(self, int(pid), folder)

    def ask(self, **question: Any) -> Any:
        """Ask the process, and give its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextlib.contextmanager
def warm(shop: Shop, folder: Path) -> Iterator[Warm]:
    """A warm process for a shop; what its pushes write goes to the folder."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crash.warm", str(shop.folder)],
        cwd=REPOSITORY,
        env=shop._environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Warm(shop, process, folder)
        assert process.stdin is not None
        process.stdin.close()


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def _serve(folder: Path) -> None:
    """Load the project and answer questions until there are no more."""
    import reverse_etl.cli.app
    import reverse_etl.report.push  # noqa: F401
    from reverse_etl.commands.plan import plan
    from reverse_etl.session import Workspace
    from reverse_etl.warehouse.dbt_calls import DbtOptions
    from reverse_etl.warehouse.project import Project

    os.chdir(folder)
    project = Project(DbtOptions(folder, folder))
    # One plan: it imports what is imported late, and compiles the macros. No connection stays.
    workspace = Workspace(project)
    plan(workspace.open(workspace.syncs[0]), samples=0)
    project.close()
    gc.collect()
    gc.freeze()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        question = json.loads(line)
        if "wait" in question:
            answer = _wait(question["wait"], question["seconds"])
        else:
            answer = os.fork()
            if not answer:
                _be_a_push(project, question)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _wait(pid: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


def _be_a_push(project: Any, question: dict[str, Any]) -> None:
    """In the forked process: run the command with the project that is loaded already, and leave."""
    from reverse_etl import session
    from reverse_etl.cli import main

    code: Any = 70
    try:
        folder = Path(question["folder"])
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(question["environment"])
        order = Order(**question["order"])
        hurry(order.limit)
        Moments(order, os.open(folder / "moments", os.O_WRONLY | os.O_APPEND)).watch()
        session.Project = lambda *_, **__: project  # type: ignore[assignment, misc]
        sys.argv = ["reverse-etl", *question["arguments"]]
        main()
    except SystemExit as leaving:
        code = leaving.code or 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
