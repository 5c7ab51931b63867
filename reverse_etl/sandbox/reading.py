"""Reading the books of the local sandbox, beside one that may be running."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from reverse_etl.sandbox.books import ANOTHER_FILE
from reverse_etl.sandbox.clock import read_date_time
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.goals import click_key
from reverse_etl.sandbox.request import LOOKUPS

OUTCOMES = ("counted", "duplicate", "ignored", "refused", "restated", "retracted")


@dataclass(frozen=True, slots=True)
class _Received:
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
    currency: str | None
    outcome: str
    code: int | None
    error_code: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class ReceivedRow(_Received):
    """One conversion. The latest value and currency: what one that counted is worth now, nothing once retracted."""

    conversion_value: str | None
    attribution_credit: str | None
    attribution_model: str | None
    latest_value: float | None
    latest_currency: str | None
    restated: bool
    retracted: bool

    def __post_init__(self) -> None:
        # SQLite has no truth of its own.
        object.__setattr__(self, "restated", bool(self.restated))
        object.__setattr__(self, "retracted", bool(self.retracted))


@dataclass(frozen=True, slots=True)
class ReceivedAdjustment(_Received):
    """One adjustment."""

    adjustment_type: str | None
    adjustment_time: str | None
    adjustment_value: str | None


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


# By field: where it is not the column of its name.
_COLUMNS = {
    "call_id": "received.call_id",
    "received_at": "received.received_at",
    "conversion_value": "value",
    "adjustment_value": "value",
    "latest_value": "counted_value",
    "latest_currency": "counted_currency",
    "restated": "adjusted_at IS NOT NULL AND NOT retracted",
}
_Kind = TypeVar("_Kind", ReceivedRow, ReceivedAdjustment)


def read_received(books: Path, *, outcome: str | None = None, limit: int | None = None) -> list[ReceivedRow]:
    """The conversions that the books hold, oldest first; with a limit, the newest so many of them."""
    return _newest(books, ReceivedRow, "operation = 'S'", outcome, limit)


def read_adjustments(books: Path, *, outcome: str | None = None, limit: int | None = None) -> list[ReceivedAdjustment]:
    """The adjustments that the books hold, oldest first; with a limit, the newest so many of them."""
    return _newest(books, ReceivedAdjustment, "operation <> 'S'", outcome, limit)


def _newest(books: Path, kind: type[_Kind], which: str, outcome: str | None, limit: int | None) -> list[_Kind]:
    if outcome is not None and outcome not in OUTCOMES:
        raise SandboxError(f"There is no outcome {outcome!r}.", f"Outcomes: {', '.join(OUTCOMES)}.")
    names = [one.name for one in fields(kind)]
    columns = ", ".join(f"{_COLUMNS.get(name, name)} AS {name}" for name in names)
    query = (
        f"SELECT {columns} FROM received JOIN calls USING (call_id) WHERE received.{which} "
        "AND outcome <> 'unjudged' AND outcome = coalesce(?, outcome) ORDER BY id DESC LIMIT ?"
    )
    with reading(books) as db:
        rows = db.execute(query, (outcome, -1 if limit is None else limit)).fetchall()[::-1]
    return [kind(**dict(row)) for row in rows]


def summary(books: Path) -> Summary:
    """What the books hold in all, by outcome, reason and goal."""
    lookups = ", ".join("?" * len(LOOKUPS))
    with reading(books) as db:
        calls, looked_up, by_rest = db.execute(
            f"SELECT count(*), total(operation IN ({lookups})), total(protocol = 'rest') FROM calls", tuple(LOOKUPS)
        ).fetchone()
        faults = db.execute(
            "SELECT fault, injected, count(*) FROM calls WHERE fault <> '' "
            "GROUP BY fault, injected ORDER BY count(*) DESC, fault, injected"
        ).fetchall()
        reasons = db.execute(
            "SELECT operation = 'S', outcome, code, reason, count(*) FROM received WHERE outcome <> 'unjudged' "
            "GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 2, 3, 4"
        ).fetchall()
        goals = db.execute(
            "SELECT names.name, learnt.name IS NOT NULL, count(id), coalesce(counted_currency, ''), "
            "total(counted_value) FROM (SELECT name FROM learnt UNION SELECT conversion_name FROM received "
            "WHERE operation = 'S' AND outcome IN ('counted', 'duplicate', 'ignored')) AS names "
            "LEFT JOIN learnt ON learnt.name = names.name LEFT JOIN received "
            "ON conversion_name = names.name AND outcome = 'counted' AND NOT retracted GROUP BY 1, 4 ORDER BY 1, 4"
        ).fetchall()
        books_id = db.execute("SELECT books_id FROM about").fetchone()[0]
    outcomes: Counter[str] = Counter()
    for sent, outcome, _, _, rows in reasons:
        outcomes[outcome] += rows if sent else 0
    return Summary(
        books_id=books_id,
        received=outcomes.total(),
        counted=outcomes["counted"],
        duplicates=outcomes["duplicate"],
        refused=outcomes["refused"],
        ignored=outcomes["ignored"],
        calls=calls,
        lookups=int(looked_up),
        by_rest=int(by_rest),
        reasons=tuple(ReasonCount(*row) for sent, *row in reasons if sent and row[0] != "counted"),
        goals=tuple(GoalCount(name, bool(learnt), *row) for name, learnt, *row in goals),
        faults=tuple(FaultCount(*row) for row in faults),
        adjustments=tuple(ReasonCount(*row) for sent, *row in reasons if not sent),
    )


def truth(books: Path) -> dict[str, Any]:
    """The ground truth, for tests of what a caller believes.

    Each identity of an account with every call that named it, in the order in which the books took them, and what
    counts of it now; and how often each fault was met.
    """
    with reading(books) as db:
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
            db.row_factory = sqlite3.Row
            # Opened for writing so that the last to close tidies SQLite's own files away. Nothing else is written.
            db.execute("PRAGMA query_only = ON")
            db.execute("BEGIN")  # one view of the books for all that is read
            yield db
    except sqlite3.Error as error:
        raise SandboxError(f"The books {path} cannot be read: {error}.", ANOTHER_FILE) from None
