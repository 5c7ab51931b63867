"""Asking the local sandbox for faults, and waiting for what it does."""

import json
import time
from collections.abc import Callable
from typing import Any

import requests

from reverse_etl.sandbox import LocalSandbox


def ask_for(sandbox: LocalSandbox, *faults: dict[str, object]) -> None:
    """Ask for faults in the place of those before; the next calls meet them."""
    requests.post(f"{sandbox.url}/control/faults", data=json.dumps(faults), timeout=60).raise_for_status()


def unanswered(fault: dict[str, Any]) -> int:
    """How many calls the fault leaves without an answer, so that only a time-out ends them."""
    return int(fault.get("count", 1)) if fault["kind"] in ("timeout_before", "timeout_after", "lands_late") else 0


def release(sandbox: LocalSandbox) -> None:
    """Drop all faults and let held calls go on."""
    requests.delete(f"{sandbox.url}/control/faults", timeout=60).raise_for_status()


def used_up(sandbox: LocalSandbox) -> bool:
    """Have all faults that do not stay met their calls?"""
    asked = requests.get(f"{sandbox.url}/control/faults", timeout=60).json()["faults"]
    return all(fault["left"] in (0, None) for fault in asked)


def truth(sandbox: LocalSandbox) -> dict[str, Any]:
    """What the sandbox knows of every identity that it has seen."""
    answer = requests.get(f"{sandbox.url}/control/truth", timeout=60)
    answer.raise_for_status()
    content: dict[str, Any] = answer.json()
    return content


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def held(sandbox: LocalSandbox) -> int:
    """How many calls the sandbox keeps waiting, or has yet to take."""
    return int(requests.get(f"{sandbox.url}/control/faults", timeout=60).json()["held"])
