"""Reading the books of the local sandbox, beside one that may be running: rows, sums, and the page."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, Template

from reverse_etl.sandbox.books import ANOTHER_FILE
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.goals import World
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
class Summary:
    """What the books hold in all. received = counted + duplicates + refused + ignored.

    `lookups` and `by_rest`: how many of the calls carried no rows, and came by REST. Adjustments are not received rows;
    `counted` stays what it was when a conversion is retracted. `reasons`: of conversions that did not count. `goals`:
    what counts for each in a currency, after adjustments; `learnt` where a row named it. `faults`: calls that were not
    judged; `injected` is the kind of fault if a test had asked for it.
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
    reasons: list[dict[str, Any]]
    goals: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    adjustments: list[dict[str, Any]]


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
_CALLS = f"""
SELECT count(*) AS calls, count(*) FILTER (WHERE operation IN ({", ".join(f"'{one}'" for one in LOOKUPS)})) AS lookups,
    count(*) FILTER (WHERE protocol = 'rest') AS by_rest
FROM calls
"""
_OUTCOMES = """
SELECT count(*) AS received, count(*) FILTER (WHERE outcome = 'counted') AS counted,
    count(*) FILTER (WHERE outcome = 'duplicate') AS duplicates,
    count(*) FILTER (WHERE outcome = 'refused') AS refused, count(*) FILTER (WHERE outcome = 'ignored') AS ignored
FROM received WHERE operation = 'S' AND outcome <> 'unjudged'
"""
_REASONS = """
SELECT outcome, code, reason, count(*) AS rows FROM received
WHERE outcome <> 'unjudged' AND {} GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""
_GOALS = """
WITH worth AS (
    SELECT conversion_name AS name, counted_currency AS currency, count(*) AS counted, total(counted_value) AS value
    FROM received WHERE outcome = 'counted' AND NOT retracted GROUP BY 1, 2
)
SELECT name, name IN (SELECT name FROM learnt) AS learnt, coalesce(counted, 0) AS counted,
    coalesce(currency, '') AS currency, coalesce(value, 0.0) AS value
FROM (
    SELECT name FROM learnt
    UNION
    SELECT conversion_name FROM received WHERE operation = 'S' AND outcome IN ('counted', 'duplicate', 'ignored')
) LEFT JOIN worth USING (name) ORDER BY name, currency
"""
_FAULTS = """
SELECT fault, injected, count(*) AS calls FROM calls WHERE fault <> '' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
_NEWEST = 100
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
    with reading(books) as db:

        def counts(query: str) -> list[dict[str, Any]]:
            return [dict(row) for row in db.execute(query)]

        goals = [goal | {"learnt": bool(goal["learnt"])} for goal in counts(_GOALS)]
        return Summary(
            **{**counts("SELECT books_id FROM about")[0], **counts(_CALLS)[0], **counts(_OUTCOMES)[0]},
            reasons=counts(_REASONS.format("operation = 'S' AND outcome <> 'counted'")),
            goals=goals,
            faults=counts(_FAULTS),
            adjustments=counts(_REASONS.format("operation <> 'S'")),
        )


def page(books: Path, world: World) -> str:
    """The page at `/`: sums, goals, what did not count and why, adjustments, and the newest rows."""
    total = summary(books)
    seen = {goal["name"] for goal in total.goals}
    unseen = [{"name": name, "learnt": False, "counted": 0} for name in world.goals if name not in seen]
    return _template().render(
        total=total,
        goals=[*total.goals, *unseen],
        newest=read_received(books, limit=_NEWEST)[::-1],
        adjustments=read_adjustments(books, limit=_NEWEST)[::-1],
        books=str(books),
    )


def books_json(books: Path, world: World) -> dict[str, Any]:
    """The sums as JSON: one number per outcome; whether goals are learnt from rows that name them, and which were."""
    total = summary(books)
    lists = ("reasons", "goals", "faults", "adjustments")
    sums = {key: value for key, value in asdict(total).items() if key not in lists}
    # What books of earlier days learnt may stand in the goals file since.
    learnt = {goal["name"]: None for goal in total.goals if goal["learnt"] and goal["name"] not in world.goals}
    return sums | {"learns_goals": world.learn, "learnt_goals": list(learnt)}


@cache
def _template() -> Template:
    source = (files("reverse_etl.sandbox") / "page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)


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
