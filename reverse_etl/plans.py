"""The plan: what a push would do with every row, and the records that it would send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

# The classes in the order in which people read them. The first three are those that are sent.
CLASSES = (
    "new",
    "deferred",
    "in_doubt",
    "accepted",  # these two only in a later plan of the run that sent them
    "rejected",
    "unchanged",
    "held",
    "invalid",
    "expired",
    "waiting",
    "duplicate",
    "aged_out",
)


@dataclass(frozen=True, slots=True)
class Record:
    """One conversion to send, with the bytes that are sent: texts blank for absent, time as UTC text.

    `untouched`: no earlier try can have been taken, so that a refusal proves that nothing was.
    """

    seq: int
    batch: int
    operation: str
    conversion_name: str
    conversion_time: str
    click_id: str = field(repr=False)
    hashed_email: str = field(repr=False)
    hashed_phone: str = field(repr=False)
    value: float | None
    currency: str
    attribution_credit: float | None
    attribution_model: str
    untouched: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a plan as people see it; it names no person."""

    record_key: str
    conversion_name: str
    conversion_time: str
    code: int | None
    error_code: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """All rows of one side that share class and reason.

    `side` is "source" for rows of the source model, "ledger" for identities that it no longer holds.
    """

    side: str
    class_: str
    reasons: tuple[str, ...]
    sends: bool
    rows: int
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push would do. `now` is the warehouse's time in UTC that it was made for."""

    now: str
    lines: tuple[PlanLine, ...]

    @property
    def to_send(self) -> int:
        """Records that a push would send."""
        return sum(line.rows for line in self.lines if line.sends)

    @property
    def source_rows(self) -> int:
        """Rows of the source model."""
        return sum(line.rows for line in self.lines if line.side == "source")

    @property
    def ledger_rows(self) -> int:
        """Identities that the ledger holds as taken or in doubt and that stand in no sendable source row."""
        return sum(line.rows for line in self.lines if line.side == "ledger")

    def counts(self, side: str | None = None) -> dict[str, int]:
        """Rows per class, in the order of CLASSES, without the empty ones."""
        return count_by_class(line for line in self.lines if side in (None, line.side))


def count_by_class(lines: Iterable[PlanLine]) -> dict[str, int]:
    """Rows per class of some lines, in the order of CLASSES, without the empty ones."""
    counts = dict.fromkeys(CLASSES, 0)
    for line in lines:
        counts[line.class_] += line.rows
    return {name: rows for name, rows in counts.items() if rows}
