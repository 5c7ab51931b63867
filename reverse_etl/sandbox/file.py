"""The file of the books: made, and opened again by the same version."""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from reverse_etl.sandbox.clock import now, utc_text
from reverse_etl.sandbox.errors import SandboxError

ANOTHER_FILE = "Name another file, or move this one away."
# Rises with `schema.sql`: books of another version are not opened.
_VERSION = 7


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
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version == _VERSION:
        return
    if version or db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise SandboxError(f"{path} does not hold books of this version of the local sandbox.", ANOTHER_FILE)
    for statement in _statements((files("reverse_etl.sandbox") / "schema.sql").read_text(encoding="utf-8")):
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
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is written."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
