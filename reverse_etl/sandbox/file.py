"""The file of the books: made, opened, and brought from an earlier version to this one."""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from reverse_etl.sandbox.clock import now, read_date_time, utc_text
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.judge import identity
from reverse_etl.sandbox.rows import Keys

ANOTHER_FILE = "Name another file, or move this one away."
# The n-th brings books of version n - 1 to version n.
_SCRIPTS = ("schema.sql", "adjustments.sql", "protocol.sql", "account.sql", "accounts.sql", "identities.sql")


def open_books(path: Path) -> sqlite3.Connection:
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
        upgrade(db)
        with transaction(db):
            _make(db, path)
    except sqlite3.Error as error:
        db.close()
        raise SandboxError(f"The books {path} cannot be opened: {error}.", ANOTHER_FILE) from None
    except SandboxError:
        db.close()
        raise
    return db


def _make(db: sqlite3.Connection, path: Path) -> None:
    version = _version(db)
    if version == len(_SCRIPTS):
        return
    if version or db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise SandboxError(f"{path} does not hold books of this version of the local sandbox.", ANOTHER_FILE)
    for script in _SCRIPTS:
        _run(db, script)
    db.execute("INSERT INTO about VALUES (?, ?)", (str(uuid.uuid4()), utc_text(now())))
    db.execute(f"PRAGMA user_version = {len(_SCRIPTS)}")


def upgrade(db: sqlite3.Connection) -> None:
    """Bring books of an earlier version up to this one."""
    if _version(db) in range(1, len(_SCRIPTS)):
        with transaction(db):
            # Another process may have been faster.
            for script in _SCRIPTS[_version(db) :]:
                _run(db, script)
            db.execute(f"PRAGMA user_version = {len(_SCRIPTS)}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _run(db: sqlite3.Connection, script: str) -> None:
    db.create_function("identity_of", 5, _identity_of)
    for statement in _statements((files("reverse_etl.sandbox") / script).read_text(encoding="utf-8")):
        db.execute(statement)


def _identity_of(name: str | None, click: str | None, email: str | None, phone: str | None, time: str | None) -> bytes:
    """The identity of a row that the books hold, from its texts."""
    return identity(Keys(name, click, email, phone, time, None if time is None else read_date_time(time)))


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one; sqlite3's own executescript would commit between them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is written."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
