"""Helpers of all benchmarks: medians, child processes, and what they use of memory."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[1]
# Commands run in other folders, and find the benchmarks.
ENVIRONMENT = os.environ | {"PYTHONPATH": str(REPOSITORY)}


class Took(NamedTuple):
    """What something takes: seconds that pass, and seconds of processor time of all threads of this process.

    Other processes on the machine lengthen the first and hardly the second.
    """

    seconds: float
    cpu: float


def timed(work: Callable[[], Any]) -> Took:
    """What a call takes."""
    began, cpu = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - began, time.process_time() - cpu)


def peak_megabytes() -> float:
    """The most memory that this process has had so far, in MB (millions of bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def child(module: str, *arguments: object) -> dict[str, Any]:
    """Run a module of this package in a process of its own; its last line is its JSON result.

    The calling process must stay small: a child's peak of memory is never below what its parent used.
    """
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


class Whole(NamedTuple):
    """What a process took from its start to its end, and the most memory that it had, in MB (millions of bytes)."""

    seconds: float
    peak_mb: float


def whole(command: Sequence[str], environment: Mapping[str, str]) -> Whole:
    """Run a command to its end; where it fails, so does the benchmark."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=environment["SHOP"], env=ENVIRONMENT | environment, stdout=said, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        if os.waitstatus_to_exitcode(status):
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} failed: {said.read().decode()[-2000:]}")
    return Whole(seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6)


def answer(result: dict[str, Any]) -> None:
    """What a child gives back."""
    print(json.dumps(result), flush=True)


def middle(results: list[dict[str, Any]], name: str) -> float:
    """The median of one figure over several results."""
    return median(result[name] for result in results)


def spread(values: list[float]) -> str:
    """The range in words."""
    return f"{min(values):.2f} to {max(values):.2f}"


def title(text: str) -> None:
    """The heading of a benchmark."""
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def line(what: str, figure: str, note: str = "") -> None:
    """One figure."""
    print(f"  {what:<58}{figure:>14}  {note}".rstrip(), flush=True)


def verdict(what: str, met: bool) -> None:
    """Whether an aim was met in this run. It is shown and never enforced: machines and neighbours differ."""
    print(f"  Aim: {what}: {'met' if met else 'NOT met'} in this run.", flush=True)
