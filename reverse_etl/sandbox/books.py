"""The books of the local sandbox: one SQLite file that holds every call and every row it answered for."""

import os
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.clock import now, utc_text
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.goals import MAX_NAME, Goal, World, learnt_goal
from reverse_etl.sandbox.judge import Verdict, identity, judge
from reverse_etl.sandbox.request import Operation, Row, RowError

ANOTHER_FILE = "Name another file, or move this one away."
# Rises with `schema.sql`: books of another version are not opened.
_VERSION = 8
_INSERT_CALL = (
    "INSERT INTO calls (tracking_id, received_at, account_id, customer_id, fault, injected, operation, protocol) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPLOADS = (
    "SELECT conversion_name, substr(received_at, 1, 10), operation = 'S', outcome, coalesce(error_code, reason), "
    "count(*) FROM received WHERE account_id = ? AND substr(received_at, 1, 10) BETWEEN ? AND ? "
    "AND conversion_name IS NOT NULL AND outcome <> 'unjudged' GROUP BY 1, 2, 3, 4, 5"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived. Its tokens are not part of it: the books never hold them."""

    tracking_id: str
    account_id: str | None = None
    customer_id: str | None = None
    injected: tuple[str, ...] = ()  # kinds of the faults that a test had asked for
    operation: str = ""
    protocol: str = "soap"


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

    def record(self, call: Call, fault: str = "", rows: Sequence[Row | None] = ()) -> None:
        """Write down a call that carried no rows or was not judged, and why, and the rows that it held."""
        with self._writing():
            entry = _Entry(self._db, World(), call, fault)
            for index, row in enumerate(rows):
                if row is not None:  # a row that is null leaves nothing to tell
                    entry.insert(index, row, Verdict(identity=identity(row)), "unjudged", fault)

    def record_rows(
        self, call: Call, rows: Sequence[Row | None], world: World, refusals: Mapping[int, Code]
    ) -> list[RowError]:
        """Judge the rows of one call in order and write them down; give the errors of those refused.

        `refusals` are rows that a test wants refused, by index.
        """
        with self._writing():
            entry = _Entry(self._db, world, call)
            for index, row in enumerate(rows):
                entry.add(index, row, refusals.get(index))
        return entry.errors

    def learnt(self) -> list[str]:
        """The names of the goals that were learnt from rows, by name."""
        with self._lock:
            return [name for (name,) in self._db.execute("SELECT name FROM learnt ORDER BY name")]

    def properties(self, account_id: str) -> dict[str, str]:
        """What was set of an account, by name."""
        with self._lock:
            rows = self._db.execute("SELECT name, value FROM account_properties WHERE account_id = ?", (account_id,))
            return dict(rows.fetchall())

    def set_properties(self, account_id: str, values: Mapping[str, str]) -> None:
        """Write down what is set of an account."""
        with self._writing():
            self._db.executemany(
                "INSERT OR REPLACE INTO account_properties VALUES (?, ?, ?)",
                [(account_id, name, value) for name, value in values.items()],
            )

    def uploads(self, account_id: str | None, first: str, last: str) -> list[tuple[str, str, int, str, str, int]]:
        """What an account sent from one UTC day to another, both as 2026-11-25 and both included.

        By goal and day: is it a conversion or an adjustment, the outcome, why (blank, or the reason of what did not
        count, or the name of a refusal's code), and how many.
        """
        with self._lock:
            return self._db.execute(_UPLOADS, (account_id, first, last)).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            # What is written to a file that was removed or replaced would be lost without a sign.
            if not self.path.is_file() or self.path.stat().st_ino != self._file:
                raise SandboxError(f"The books {self.path} were removed.", "Start the local sandbox again.")
            with _transaction(self._db):
                yield


_ROW = tuple(one.name for one in fields(Row))
_OWN = ("outcome", "code", "error_code", "reason", "identity", "unique_key", "counted_value", "counted_currency")
_COLUMNS = ("call_id", "row_index", "received_at", "account_id", *_ROW, *_OWN)
_INSERT = f"INSERT INTO received ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_ADJUST = "UPDATE received SET adjusted_at = ?, counted_value = ?, counted_currency = ?, retracted = ? WHERE id = ?"
# By a goal's scope: where a row must have been taken for another to be a repeat of it.
_WITHIN = {
    "Account": "account_id = :account",
    "Customer": "(account_id = :account OR :customer = "
    "(SELECT customer_id FROM calls WHERE calls.call_id = received.call_id))",
}
_TAKEN = (
    "SELECT id, outcome, adjusted_at, retracted FROM received WHERE identity = :key AND operation = 'S' "
    "AND outcome IN ('counted', 'ignored') AND {} ORDER BY account_id <> :account, id LIMIT 1"
)
_COUNTED_CLICK = "SELECT 1 FROM received WHERE unique_key = :key AND outcome = 'counted' AND {}"


class _Entry:
    """One call and its rows on their way into the books.

    Of conversions the first of an identity counts, be it retracted later or not. Of adjustments the latest by its own
    time holds, and a retraction holds for good.
    """

    def __init__(self, db: sqlite3.Connection, world: World, call: Call, fault: str = "") -> None:
        self._db, self._world, self._call, self._at = db, world, call, now()
        about = (call.tracking_id, utc_text(self._at), call.account_id, call.customer_id)
        of_call = (fault, ",".join(call.injected), call.operation, call.protocol)
        self._call_id = db.execute(_INSERT_CALL, (*about, *of_call)).lastrowid
        self._learnt = {name for (name,) in db.execute("SELECT name FROM learnt")} if world.learn else set()
        self.errors: list[RowError] = []

    def add(self, index: int, row: Row | None, refusal: Code | None) -> None:
        """Judge a row and write it down; `refusal` is the code that a test wants it refused with."""
        goal = self._goal(row)
        verdict = judge(row, goal, self._world, self._at)
        one = row or Row(operation="R" if self._call.operation == Operation.ADJUSTMENTS else "S")
        taken = None if verdict.errors else self._found(_TAKEN, verdict.identity, goal)
        if one.operation != "S" and not verdict.errors:
            verdict = replace(verdict, errors=_history_errors(taken))
        if refusal is not None:
            verdict = replace(verdict, errors=(refusal,))
        self.errors += [RowError(index, code) for code in verdict.errors]
        if verdict.errors:
            self.insert(index, one, verdict, "refused", verdict.errors[0].message)
            return
        outcome, reason = self._adjusted(one, verdict, taken) if taken else self._sent(verdict, goal)
        self.insert(index, one, verdict, outcome, reason)

    def _sent(self, verdict: Verdict, goal: Goal | None) -> tuple[str, str]:
        """What becomes of a conversion that was not there before, and why it does not count."""
        if verdict.ignored:
            return "ignored", verdict.ignored
        if verdict.unique_key is not None and self._found(_COUNTED_CLICK, verdict.unique_key, goal):
            return "ignored", "UniqueGoalCountedThisClick"
        return "counted", ""

    def _adjusted(self, row: Row, verdict: Verdict, taken: sqlite3.Row) -> tuple[str, str]:
        """What becomes of a row about a conversion that was there before, and why it does nothing."""
        if row.operation == "S":
            # The service does not say what becomes of a conversion that is sent again after its retraction;
            # the assumption here is that it stays a repeat of what was there, and so does not count.
            return "duplicate", "ConversionRetracted" if taken["retracted"] else "DuplicateConversionKey"
        if verdict.ignored:
            return "ignored", verdict.ignored
        at = row.adjusted.at.isoformat(timespec="microseconds") if row.adjusted else ""
        # The service does not say which of two adjustments holds; the assumption is the one whose own time is later.
        if taken["adjusted_at"] is not None and at <= taken["adjusted_at"]:
            return "ignored", "NotLaterThanLastAdjustment"
        retracted = row.operation == "X"
        worth = (None, None) if retracted else (verdict.value, verdict.currency)
        self._db.execute(_ADJUST, (at, *worth, retracted, taken["id"]))
        return ("retracted" if retracted else "restated"), ""

    def insert(self, index: int, row: Row, verdict: Verdict, outcome: str, reason: str) -> None:
        """Write a row down."""
        stem = (self._call_id, index, utc_text(self._at), self._call.account_id or "")
        said = tuple(getattr(row, column) for column in _ROW)
        code = verdict.errors[0] if verdict.errors else None
        answered = (outcome, code and code.number, code and code.name, reason)
        worth = (verdict.value, verdict.currency) if outcome == "counted" else (None, None)
        own = (verdict.identity or None, verdict.unique_key, *worth)
        self._db.execute(_INSERT, (*stem, *said, *answered, *own))

    def _found(self, query: str, key: bytes, goal: Goal | None) -> Any:
        """What the books hold by a key, within the account or, where the goal is all accounts', within the customer."""
        within = _WITHIN["Account" if goal is None else goal.scope]
        values = {"key": key, "account": self._call.account_id, "customer": self._call.customer_id}
        return self._db.execute(query.format(within), values).fetchone()

    def _goal(self, row: Row | None) -> Goal | None:
        if row is None or row.conversion_name is None:
            return None
        goal = self._world.goals.get(row.conversion_name)
        if goal is None and self._world.learn and len(row.conversion_name) <= MAX_NAME:
            if row.conversion_name not in self._learnt:
                self._learnt.add(row.conversion_name)
                self._db.execute("INSERT OR IGNORE INTO learnt VALUES (?)", (row.conversion_name,))
            goal = learnt_goal(row.conversion_name)
        return goal


def _history_errors(taken: sqlite3.Row | None) -> tuple[Code, ...]:
    """What the books have against an adjustment. The service gives these reasons in its reports only; that a
    call is refused for them, and under these names, is an assumption."""
    if taken is None or taken["outcome"] != "counted":
        return (codes.ORIGINAL_NOT_FOUND,)
    return (codes.ALREADY_RETRACTED,) if taken["retracted"] else ()


def _open(path: Path) -> sqlite3.Connection:
    """Open the books for writing, or make them: readable by their owner alone from the first byte on."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    except (OSError, sqlite3.Error) as error:
        raise SandboxError(f"The books {path} cannot be opened: {error}.") from None
    db.row_factory = sqlite3.Row
    try:
        # A commit is safe from a killed process as soon as it is written; only a power cut could undo it.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        # Identities fall all over their index; room for it keeps long books about as quick as short ones.
        db.execute("PRAGMA cache_size = -65536")
        db.execute("PRAGMA wal_autocheckpoint = 10000")
        with _transaction(db):
            _make(db, path)
    except sqlite3.Error as error:
        db.close()
        raise SandboxError(f"The books {path} cannot be opened: {error}.", ANOTHER_FILE) from None
    except SandboxError:
        db.close()
        raise
    return db


def _make(db: sqlite3.Connection, path: Path) -> None:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version == _VERSION:
        return
    if version or db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise SandboxError(f"{path} does not hold books of this version of the local sandbox.", ANOTHER_FILE)
    statement = ""
    # One by one: sqlite3's own executescript would commit between them.
    for line in (files("reverse_etl.sandbox") / "schema.sql").read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""
    db.execute("INSERT INTO about VALUES (?, ?)", (str(uuid.uuid4()), utc_text(now())))
    db.execute(f"PRAGMA user_version = {_VERSION}")


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is written."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
