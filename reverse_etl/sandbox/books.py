"""The books of the local sandbox: one SQLite file that holds every call and every row it answered for."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reverse_etl.sandbox.clock import now, utc_text
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.entries import AdjustmentEntry, ConversionEntry, Stem, write_unjudged
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.file import open_books, transaction
from reverse_etl.sandbox.goals import World
from reverse_etl.sandbox.request import ADJUSTMENTS, RowError

_INSERT_CALL = (
    "INSERT INTO calls (tracking_id, received_at, account_id, customer_id, bytes, fault, injected, operation, "
    "protocol) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

_UPLOADS = " UNION ALL ".join(
    f"SELECT rows.conversion_name, substr(rows.received_at, 1, 10), '{kind}', rows.outcome, "
    f"coalesce(rows.error_code, rows.reason), count(*) FROM {table} AS rows JOIN calls ON calls.call_id = rows.call_id "
    "WHERE calls.account_id = :account AND substr(rows.received_at, 1, 10) BETWEEN :first AND :last "
    "AND rows.conversion_name IS NOT NULL GROUP BY 1, 2, 4, 5"
    for kind, table in (("conversion", "received"), ("adjustment", "adjustments"))
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived. Its tokens are not part of it: the books never hold them."""

    tracking_id: str
    body: bytes
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
        self._db = open_books(path)
        self._file = path.stat().st_ino

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def record_fault(self, call: Call, fault: str, rows: Sequence[Any] = ()) -> None:
        """Write down a call that was not judged, and the rows that it held."""
        at = utc_text(now())
        with self._writing():
            stem = self._insert_call(call, at, fault)
            write_unjudged(self._db, stem, rows)

    def record_rows(
        self, call: Call, rows: Sequence[Any], world: World, refusals: Mapping[int, Code]
    ) -> list[RowError]:
        """Judge the rows of one call in order and write them down; give the errors of those refused.

        `rows` are what the call's operation carries, None where one is null; `refusals` are rows that a test
        wants refused, by index.
        """
        at = now()
        with self._writing():
            stem = self._insert_call(call, utc_text(at), "")
            kind: type[AdjustmentEntry | ConversionEntry]
            kind = AdjustmentEntry if call.operation == ADJUSTMENTS else ConversionEntry
            entry = kind(self._db, world, at, stem)
            for index, row in enumerate(rows):
                entry.add(index, row, refusals.get(index))
            entry.write()
        return entry.errors

    def record_lookup(self, call: Call) -> None:
        """Write down a call that carried no rows."""
        with self._writing():
            self._insert_call(call, utc_text(now()), "")

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

    def uploads(self, account_id: str | None, first: str, last: str) -> list[tuple[str, str, str, str, str, int]]:
        """What an account sent from one UTC day to another, both as 2026-11-25 and both included.

        By goal and day: `conversion` or `adjustment`, the outcome, why (blank, or the reason of what did not count, or
        the name of a refusal's code), and how many.
        """
        with self._lock:
            return self._db.execute(_UPLOADS, {"account": account_id, "first": first, "last": last}).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            # What is written to a file that was removed or replaced would be lost without a sign.
            if not self.path.is_file() or self.path.stat().st_ino != self._file:
                raise SandboxError(f"The books {self.path} were removed.", "Start the local sandbox again.")
            with transaction(self._db):
                yield

    def _insert_call(self, call: Call, at: str, fault: str) -> Stem:
        about = (call.tracking_id, at, call.account_id, call.customer_id, len(call.body))
        of_call = (fault, ",".join(call.injected), call.operation, call.protocol)
        call_id = self._db.execute(_INSERT_CALL, (*about, *of_call)).lastrowid or 0
        return Stem(call_id, call.tracking_id, at, call.account_id or "", call.customer_id or "")
