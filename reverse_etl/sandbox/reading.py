"""Reading the books of the local sandbox, beside one that may be running."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.file import ANOTHER_FILE
from reverse_etl.sandbox.request import LOOKUPS

OUTCOMES = ("counted", "duplicate", "ignored", "refused", "restated", "retracted")


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    """One row as received, and what became of it; times and numbers are the texts of the request."""

    call_id: int
    row_index: int
    tracking_id: str
    received_at: str
    conversion_name: str | None
    click_id: str | None
    hashed_email: str | None
    hashed_phone: str | None
    conversion_time: str | None
    conversion_value: str | None
    currency: str | None
    attribution_credit: str | None
    attribution_model: str | None
    outcome: str
    code: int | None
    error_code: str | None
    reason: str
    # What a row that counted is worth now, after its adjustments; nothing once it is retracted.
    latest_value: float | None
    latest_currency: str | None
    restated: bool
    retracted: bool


@dataclass(frozen=True, slots=True)
class ReceivedAdjustment:
    """One adjustment as received, and what became of it; times and numbers are the texts of the request."""

    call_id: int
    row_index: int
    tracking_id: str
    received_at: str
    conversion_name: str | None
    click_id: str | None
    hashed_email: str | None
    hashed_phone: str | None
    conversion_time: str | None
    adjustment_type: str | None
    adjustment_time: str | None
    adjustment_value: str | None
    currency: str | None
    outcome: str
    code: int | None
    error_code: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many rows had an outcome, and why; of conversions only those that did not count."""

    outcome: str
    code: int | None
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class GoalCount:
    """What counts for one goal in one currency, after adjustments; `learnt` where no goals file names it."""

    name: str
    learnt: bool
    counted: int
    currency: str
    value: float


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How many calls were not judged, and why; `injected` is the kind of fault if a test had asked for it."""

    fault: str
    injected: str
    calls: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What the books hold in all. received = counted + duplicates + refused + ignored.

    `lookups` and `by_rest`: how many of the calls carried no rows, and came by REST. Adjustments are not received rows;
    `counted` stays what it was when a conversion is retracted.
    """

    books_id: str
    received: int
    counted: int
    duplicates: int
    refused: int
    ignored: int
    calls: int
    lookups: int
    by_rest: int
    reasons: tuple[ReasonCount, ...]
    goals: tuple[GoalCount, ...]
    faults: tuple[FaultCount, ...]
    adjustments: tuple[ReasonCount, ...]


_HAS_WORTH = "outcome = 'counted' AND NOT coalesce(retracted, 0)"
_LATEST = {
    "latest_value": f"CASE WHEN {_HAS_WORTH} THEN iif(retracted IS NULL, counted_value, adjusted.value) END",
    "latest_currency": f"CASE WHEN {_HAS_WORTH} THEN iif(retracted IS NULL, counted_currency, adjusted.currency) END",
    "restated": "retracted IS NOT NULL AND NOT retracted",
    "retracted": "coalesce(retracted, 0)",
}
_ROW_COLUMNS = ", ".join(_LATEST.get(one.name, f"received.{one.name}") for one in fields(ReceivedRow))
_ADJUSTMENT_COLUMNS = ", ".join(one.name for one in fields(ReceivedAdjustment))


def read_received(books: Path, *, outcome: str | None = None, limit: int | None = None) -> list[ReceivedRow]:
    """The conversions that the books hold, oldest first; with a limit, the newest so many of them."""
    rows = _newest(
        books,
        f"SELECT {_ROW_COLUMNS} FROM received LEFT JOIN adjusted ON received_id = id",
        "received.id",
        outcome,
        limit,
    )
    return [ReceivedRow(*(*columns, bool(restated), bool(retracted))) for *columns, restated, retracted in rows]


def read_adjustments(books: Path, *, outcome: str | None = None, limit: int | None = None) -> list[ReceivedAdjustment]:
    """The adjustments that the books hold, oldest first; with a limit, the newest so many of them."""
    rows = _newest(books, f"SELECT {_ADJUSTMENT_COLUMNS} FROM adjustments", "id", outcome, limit)
    return [ReceivedAdjustment(*row) for row in rows]


def _newest(books: Path, select: str, order: str, outcome: str | None, limit: int | None) -> list[tuple[Any, ...]]:
    if outcome is not None and outcome not in OUTCOMES:
        raise SandboxError(f"There is no outcome {outcome!r}.", f"Outcomes: {', '.join(OUTCOMES)}.")
    where = "" if outcome is None else "WHERE outcome = ?"
    values = (*(() if outcome is None else (outcome,)), -1 if limit is None else limit)
    with reading(books) as db:
        return db.execute(f"{select} {where} ORDER BY {order} DESC LIMIT ?", values).fetchall()[::-1]


def summary(books: Path) -> Summary:
    """What the books hold in all, by outcome, reason and goal."""
    with reading(books) as db:
        books_id = db.execute("SELECT books_id FROM about").fetchone()[0]
        sums = db.execute(
            "SELECT count(*), total(received), total(counted), total(duplicates), total(refused), "
            f"total(ignored), total(operation IN ({', '.join('?' * len(LOOKUPS))})), total(protocol = 'rest') "
            "FROM calls",
            tuple(LOOKUPS),
        ).fetchone()
        calls, received, counted, duplicates, refused, ignored, lookups, by_rest = (int(number) for number in sums)
        faults = db.execute(
            "SELECT fault, injected, count(*) FROM calls WHERE fault <> '' "
            "GROUP BY fault, injected ORDER BY count(*) DESC, fault, injected"
        ).fetchall()
        reasons = db.execute(
            "SELECT outcome, nullif(code, -1), reason, sum(n) FROM tally WHERE outcome <> 'counted' "
            "GROUP BY outcome, code, reason ORDER BY sum(n) DESC, outcome, code, reason"
        ).fetchall()
        adjustments = db.execute(
            "SELECT outcome, nullif(code, -1), reason, n FROM adjustment_tally ORDER BY n DESC, outcome, code, reason"
        ).fetchall()
        goals = db.execute(
            "SELECT names.name, learnt.name IS NOT NULL, coalesce(n, 0), coalesce(currency, ''), "
            "coalesce(value, 0.0) "
            "FROM (SELECT name FROM learnt UNION SELECT goal FROM tally WHERE goal <> '') AS names "
            "LEFT JOIN learnt ON learnt.name = names.name "
            "LEFT JOIN tally ON goal = names.name AND outcome = 'counted' AND n > 0 ORDER BY names.name, currency"
        ).fetchall()
    return Summary(
        books_id,
        received,
        counted,
        duplicates,
        refused,
        ignored,
        calls,
        lookups,
        by_rest,
        tuple(ReasonCount(*row) for row in reasons),
        tuple(GoalCount(name, bool(learnt), *rest) for name, learnt, *rest in goals),
        tuple(FaultCount(*row) for row in faults),
        tuple(ReasonCount(*row) for row in adjustments),
    )


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """The books for reading, beside a sandbox that may be running."""
    if not path.is_file():
        raise SandboxError(
            f"There are no books of a local sandbox at {path}.", "Start `reverse-etl sandbox` in this project first."
        )
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30, isolation_level=None)
        ) as db:
            # Opened for writing so that the last to close tidies SQLite's own files away. Nothing else is written.
            db.execute("PRAGMA query_only = ON")
            db.execute("BEGIN")  # one view of the books for all that is read
            yield db
    except sqlite3.Error as error:
        raise SandboxError(f"The books {path} cannot be read: {error}.", ANOTHER_FILE) from None
