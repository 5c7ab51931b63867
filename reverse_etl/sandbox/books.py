"""The books of the local sandbox: one SQLite file that holds every call and every row it answered for."""

import os
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from reverse_etl.sandbox.clock import now, utc_text
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.entries import Entry, Stem
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.goals import World
from reverse_etl.sandbox.request import Row, RowError

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

    def record_fault(self, call: Call, fault: str, rows: Sequence[Row | None] = ()) -> None:
        """Write down a call that was not judged, and the rows that it held."""
        with self._writing():
            Entry(self._db, World(), self._insert_call(call, fault)).add_unjudged(rows, fault)

    def record_rows(
        self, call: Call, rows: Sequence[Row | None], world: World, refusals: Mapping[int, Code]
    ) -> list[RowError]:
        """Judge the rows of one call in order and write them down; give the errors of those refused.

        `refusals` are rows that a test wants refused, by index.
        """
        with self._writing():
            entry = Entry(self._db, world, self._insert_call(call))
            for index, row in enumerate(rows):
                entry.add(index, row, refusals.get(index))
        return entry.errors

    def record_lookup(self, call: Call) -> None:
        """Write down a call that carried no rows."""
        with self._writing():
            self._insert_call(call)

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

    def _insert_call(self, call: Call, fault: str = "") -> Stem:
        at = now()
        about = (call.tracking_id, utc_text(at), call.account_id, call.customer_id)
        of_call = (fault, ",".join(call.injected), call.operation, call.protocol)
        call_id = self._db.execute(_INSERT_CALL, (*about, *of_call)).lastrowid or 0
        return Stem(call_id, at, call.operation, call.account_id or "", call.customer_id or "")


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
