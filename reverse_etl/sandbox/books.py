"""The books of the local sandbox: one SQLite file that holds every call and every row it answered for."""

import os
import sqlite3
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from reverse_etl.sandbox.clock import now, utc_text
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.goals import MAX_NAME, Goal, World
from reverse_etl.sandbox.judge import Verdict, blank, judge
from reverse_etl.sandbox.soap import Row, RowError

OUTCOMES = ("counted", "duplicate", "ignored", "refused")
_VERSION = 1
_ROW_COLUMNS = (
    "call_id, row_index, tracking_id, received_at, conversion_name, click_id, hashed_email, hashed_phone, "
    "conversion_time, conversion_value, currency, attribution_credit, attribution_model, outcome, code, "
    "error_code, reason"
)
_INSERT_ROW = f"INSERT INTO received ({_ROW_COLUMNS}, identity, unique_key) VALUES ({', '.join('?' * 19)})"
_INSERT_CALL = (
    "INSERT INTO calls (tracking_id, received_at, account_id, customer_id, bytes, fault, injected) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_COUNT_CALL = "UPDATE calls SET received = ?, counted = ?, duplicates = ?, refused = ?, ignored = ? WHERE call_id = ?"
_ADD_TALLY = (
    "INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n, value = value + excluded.value"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived. Its tokens are not part of it: the books never hold them."""

    tracking_id: str
    bytes: int
    account_id: str | None = None
    customer_id: str | None = None
    injected: str = ""


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


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many rows did not count, and why."""

    outcome: str
    code: int | None
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class GoalCount:
    """What counted for one goal in one currency; `learnt` where no goals file names it."""

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
    """What the books hold in all. received = counted + duplicates + refused + ignored."""

    books_id: str
    received: int
    counted: int
    duplicates: int
    refused: int
    ignored: int
    calls: int
    reasons: tuple[ReasonCount, ...]
    goals: tuple[GoalCount, ...]
    faults: tuple[FaultCount, ...]


class Books:
    """The open books: judges rows against what was taken before, and writes them down in one transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._db = _open(path)
        self._file = path.stat().st_ino

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def record_fault(self, call: Call, fault: str) -> None:
        """Write down a call that was not judged."""
        with self._writing():
            self._insert_call(call, utc_text(now()), fault)

    def record_rows(
        self, call: Call, rows: Sequence[Row | None], world: World, refusals: dict[int, Code]
    ) -> list[RowError]:
        """Judge the rows of one call in order and write them down; give the errors of those refused.

        `refusals` are rows that a test wants refused, by index.
        """
        at = now()
        with self._writing():
            entry = _Entry(self._db, world, at, call, self._insert_call(call, utc_text(at), ""))
            for index, row in enumerate(rows):
                entry.add(index, row, refusals.get(index))
            entry.write()
        return entry.errors

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            # What is written to a file that was removed or replaced would be lost without a sign.
            if not self.path.is_file() or self.path.stat().st_ino != self._file:
                raise SandboxError(f"The books {self.path} were removed.", "Start the local sandbox again.")
            with _transaction(self._db):
                yield

    def _insert_call(self, call: Call, at: str, fault: str) -> int:
        values = (call.tracking_id, at, call.account_id, call.customer_id, call.bytes, fault, call.injected)
        return self._db.execute(_INSERT_CALL, values).lastrowid or 0


class _Entry:
    """The rows of one call on their way into the books."""

    def __init__(self, db: sqlite3.Connection, world: World, at: datetime, call: Call, call_id: int) -> None:
        self._db, self._world, self._at = db, world, at
        self._stem = (call_id, call.tracking_id, utc_text(at))
        self._learnt = {name for (name,) in db.execute("SELECT name FROM learnt")} if world.learn else set()
        self._counts: Counter[str] = Counter()
        self._tally: dict[tuple[str, str, int, str, str], tuple[int, float]] = {}
        self.errors: list[RowError] = []

    def add(self, index: int, row: Row | None, refusal: Code | None) -> None:
        goal = self._goal(row)
        verdict = judge(row, goal, self._world, self._at)
        if refusal is not None:
            verdict = replace(verdict, errors=(refusal,))
        self.errors += [RowError(index, code) for code in verdict.errors]
        outcome, code, reason = self._outcome(verdict)
        self._counts[outcome] += 1
        counted = outcome == "counted"
        key = (
            goal.name if goal else "",
            outcome,
            code.number if code else -1,
            reason,
            (verdict.currency or "") if counted else "",
        )
        n, value = self._tally.get(key, (0, 0.0))
        self._tally[key] = (n + 1, value + ((verdict.value or 0.0) if counted else 0.0))
        self._insert(index, row or Row(), verdict, (outcome, code, reason))

    def write(self) -> None:
        """Add the sums of this call to those of the books."""
        counts = [self._counts[outcome] for outcome in ("counted", "duplicate", "refused", "ignored")]
        self._db.execute(_COUNT_CALL, (sum(counts), *counts, self._stem[0]))
        self._db.executemany(_ADD_TALLY, [(*key, *sums) for key, sums in self._tally.items()])

    def _goal(self, row: Row | None) -> Goal | None:
        if row is None or row.name is None or blank(row.name):
            return None
        goal = self._world.goals.get(row.name)
        if goal is None and self._world.learn and len(row.name) <= MAX_NAME:
            if row.name not in self._learnt:
                self._learnt.add(row.name)
                self._db.execute("INSERT OR IGNORE INTO learnt VALUES (?, ?)", (row.name, self._stem[2]))
            goal = Goal(row.name)
        return goal

    def _outcome(self, verdict: Verdict) -> tuple[str, Code | None, str]:
        if verdict.errors:
            return "refused", verdict.errors[0], verdict.errors[0].message
        taken = "SELECT 1 FROM received WHERE identity = ? AND outcome IN ('counted', 'ignored')"
        if self._db.execute(taken, (verdict.identity,)).fetchone():
            return "duplicate", None, "DuplicateConversionKey"
        if verdict.ignored:
            return "ignored", None, verdict.ignored
        unique = "SELECT 1 FROM received WHERE unique_key = ? AND outcome = 'counted'"
        if verdict.unique_key is not None and self._db.execute(unique, (verdict.unique_key,)).fetchone():
            return "ignored", None, "UniqueGoalCountedThisClick"
        return "counted", None, ""

    def _insert(self, index: int, row: Row, verdict: Verdict, outcome: tuple[str, Code | None, str]) -> None:
        kind, code, reason = outcome
        call_id, tracking_id, at = self._stem
        texts = (row.name, row.click_id, row.hashed_email, row.hashed_phone, row.time_text, row.value_text)
        more = (row.currency, row.credit_text, row.model, kind)
        why = (code.number if code else None, code.name if code else None, reason)
        keys = (verdict.identity or None, verdict.unique_key)
        self._db.execute(_INSERT_ROW, (call_id, index, tracking_id, at, *texts, *more, *why, *keys))


def read_received(books: Path, *, outcome: str | None = None, limit: int | None = None) -> list[ReceivedRow]:
    """The rows that the books hold, oldest first; with a limit, the newest so many of them."""
    if outcome is not None and outcome not in OUTCOMES:
        raise SandboxError(f"There is no outcome {outcome!r}.", f"Outcomes: {', '.join(OUTCOMES)}.")
    where = "" if outcome is None else "WHERE outcome = ?"
    query = f"SELECT {_ROW_COLUMNS} FROM received {where} ORDER BY id DESC LIMIT ?"
    values = (*(() if outcome is None else (outcome,)), -1 if limit is None else limit)
    with _reading(books) as db:
        return [ReceivedRow(*row) for row in reversed(db.execute(query, values).fetchall())]


def summary(books: Path) -> Summary:
    """What the books hold in all, by outcome, reason and goal."""
    with _reading(books) as db:
        books_id = db.execute("SELECT books_id FROM about").fetchone()[0]
        sums = db.execute(
            "SELECT count(*), total(received), total(counted), total(duplicates), total(refused), "
            "total(ignored) FROM calls"
        ).fetchone()
        calls, received, counted, duplicates, refused, ignored = (int(number) for number in sums)
        faults = db.execute(
            "SELECT fault, injected, count(*) FROM calls WHERE fault <> '' "
            "GROUP BY fault, injected ORDER BY count(*) DESC, fault, injected"
        ).fetchall()
        reasons = db.execute(
            "SELECT outcome, nullif(code, -1), reason, sum(n) FROM tally WHERE outcome <> 'counted' "
            "GROUP BY outcome, code, reason ORDER BY sum(n) DESC, outcome, code, reason"
        ).fetchall()
        goals = db.execute(
            "SELECT names.name, learnt.name IS NOT NULL, coalesce(n, 0), coalesce(currency, ''), "
            "coalesce(value, 0.0) "
            "FROM (SELECT name FROM learnt UNION SELECT goal FROM tally WHERE goal <> '') AS names "
            "LEFT JOIN learnt ON learnt.name = names.name "
            "LEFT JOIN tally ON goal = names.name AND outcome = 'counted' ORDER BY names.name, currency"
        ).fetchall()
    return Summary(
        books_id,
        received,
        counted,
        duplicates,
        refused,
        ignored,
        calls,
        tuple(ReasonCount(*row) for row in reasons),
        tuple(GoalCount(name, bool(learnt), *rest) for name, learnt, *rest in goals),
        tuple(FaultCount(*row) for row in faults),
    )


def _open(path: Path) -> sqlite3.Connection:
    """Open the books for writing, or make them: readable by their owner alone from the first byte on."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    except (OSError, sqlite3.Error) as error:
        raise SandboxError(f"The books {path} cannot be opened: {error}.") from None
    try:
        # A commit is safe from a killed process as soon as it is written; only a power cut could undo it.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        # Identities fall all over their index; room for it keeps long books about as quick as short ones.
        db.execute("PRAGMA cache_size = -65536")
        db.execute("PRAGMA wal_autocheckpoint = 10000")
        with _transaction(db):
            _check_version(db, path)
    except sqlite3.Error as error:
        db.close()
        raise SandboxError(f"The books {path} cannot be opened: {error}.", _ANOTHER_FILE) from None
    except SandboxError:
        db.close()
        raise
    return db


_ANOTHER_FILE = "Name another file, or move this one away."


def _check_version(db: sqlite3.Connection, path: Path) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == _VERSION:
        return
    if version or db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise SandboxError(f"{path} does not hold books of this version of the local sandbox.", _ANOTHER_FILE)
    script = (files("reverse_etl.sandbox") / "schema.sql").read_text(encoding="utf-8")
    for statement in _statements(script):
        db.execute(statement)
    db.execute("INSERT INTO about VALUES (?, ?)", (str(uuid.uuid4()), utc_text(now())))
    db.execute(f"PRAGMA user_version = {_VERSION}")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one; sqlite3's own executescript would commit between them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """The books for reading, beside a sandbox that may be running."""
    if not path.is_file():
        raise SandboxError(
            f"There are no books of a local sandbox at {path}.", "Start `reverse-etl sandbox` in this project first."
        )
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)) as db:
            # Opened for writing so that the last to close tidies SQLite's own files away. Nothing is written.
            db.execute("PRAGMA query_only = ON")
            db.execute("BEGIN")  # one view of the books for all that is read
            yield db
    except sqlite3.Error as error:
        raise SandboxError(f"The books {path} cannot be read: {error}.", _ANOTHER_FILE) from None
