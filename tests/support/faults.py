"""Asking the local sandbox for faults, and waiting for what it does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import requests

from reverse_etl.sandbox import LocalSandbox


def ask_for(sandbox: LocalSandbox, *faults: dict[str, object]) -> None:
    """Queue faults; the next calls use them up."""
    requests.post(f"{sandbox.url}/control/faults", data=json.dumps(faults), timeout=5).raise_for_status()


def release(sandbox: LocalSandbox) -> None:
    """Drop all faults and let held calls go on."""
    requests.post(f"{sandbox.url}/control/clear", timeout=5).raise_for_status()


def used_up(sandbox: LocalSandbox) -> bool:
    """Have all faults of the queue met their calls?"""
    return not sandbox._server.service.faults._faults


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
