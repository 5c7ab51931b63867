"""Asking the local sandbox for faults, and waiting for what it does."""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import requests

from reverse_etl.sandbox import LocalSandbox
from reverse_etl.sandbox.clock import read_date_time
from reverse_etl.sandbox.goals import click_key
from reverse_etl.sandbox.reading import reading


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
    """The ground truth, from the sandbox's books.

    Each identity of an account with every call that named it, in the order in which the books took them, and what
    counts of it now; and how often each fault was met.
    """
    with reading(sandbox._path) as db:
        books_id = db.execute("SELECT books_id FROM about").fetchone()[0]
        calls = db.execute("SELECT injected, count(*) FROM calls GROUP BY injected").fetchall()
        seen = db.execute("SELECT *, received_at AS at FROM received ORDER BY call_id, row_index").fetchall()
    identities: dict[tuple[str, bytes], dict[str, Any]] = {}
    for row in seen:
        if row["identity"] is None:
            continue
        one = identities.setdefault((row["account_id"], row["identity"]), _identity(row))
        one["seen"] += 1
        one["calls"].append({name: row[name] for name in _CALL})
        if row["outcome"] == "counted":
            worth = {"value": row["counted_value"], "currency": row["counted_currency"]}
            one |= {"counts": not row["retracted"], "retracted": bool(row["retracted"])} | worth
    faults: Counter[str] = Counter()
    for kinds, n in calls:
        faults.update(dict.fromkeys(kinds.split(",") if kinds else [], n))
    return {
        "books_id": books_id,
        "calls": sum(n for _, n in calls),
        "faults": dict(faults),
        "without_identity": sum(row["identity"] is None for row in seen),
        "identities": list(identities.values()),
    }


_CALL = (
    *("call_id", "row_index", "operation", "value", "currency", "adjustment_time", "outcome", "code", "reason"),
    "at",
)


def _identity(row: sqlite3.Row) -> dict[str, Any]:
    """An identity that does not count, with its parts as the service compares them."""
    moment = read_date_time(row["conversion_time"] or "")
    return {
        "account_id": row["account_id"],
        "conversion_name": row["conversion_name"],
        "click_id": click_key(row["click_id"] or "") or None,
        "hashed_email": row["hashed_email"] or None,
        "hashed_phone": row["hashed_phone"] or None,
        "conversion_time": moment.text if moment else row["conversion_time"],
        "seen": 0,
        "counts": False,
        "retracted": False,
        "value": None,
        "currency": None,
        "calls": [],
    }


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def held(sandbox: LocalSandbox) -> int:
    """How many calls the sandbox keeps waiting, or has yet to take."""
    return int(requests.get(f"{sandbox.url}/control/faults", timeout=60).json()["held"])
