"""The plan: what a push would do with every row, and the records that it would send."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

# The classes in the order in which people read them. The first seven are those that are sent.
CLASSES = (
    "new",
    "deferred",
    "in_doubt",
    "restate",
    "move",
    "replace",
    "retract",
    "accepted",  # these three only in a later plan of the run that sent them
    "retracted",
    "rejected",
    "unchanged",
    "held",
    "invalid",
    "expired",
    "waiting",
    "duplicate",
    "aged_out",
)


class Record(NamedTuple):
    """One conversion to send or to correct, with the bytes that are sent: texts blank for absent, times as UTC text.

    `operation`: send, restate or retract. `adjustment_time` is blank of a send.
    `untouched`: no earlier try can have been taken, so that a refusal proves that nothing was.
    A tuple, since a push makes millions: a frozen dataclass takes seven times as long.
    """

    seq: int
    batch: int
    operation: str
    conversion_name: str
    conversion_time: str
    click_id: str
    hashed_email: str
    hashed_phone: str
    value: float | None
    currency: str
    attribution_credit: float | None
    attribution_model: str
    untouched: bool
    adjustment_time: str = ""

    def __repr__(self) -> str:
        """Without what names a person."""
        return f"Record(seq={self.seq}, batch={self.batch}, operation={self.operation!r})"


def figure(value: float, sign: str = "") -> str:
    """An amount with two decimals, and the third where it has one: Microsoft takes three. `sign`: as in a format."""
    # No zero is negative.
    return f"{round(value, 3) + 0.0:{sign},.3f}".removesuffix("0")


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a plan as people see it; it names no person.

    `goes_at`: UTC text, from when on a row that waits may go; blank where that is not known. `refused_at`: UTC text,
    when a deferred row was put off. `value` is what would be sent, `counted_value` what counts now as far as the
    ledger knows. `moves_to_name`, `moves_to_time`: goal and time of the conversion that takes a moved one's place.
    """

    record_key: str
    conversion_name: str
    conversion_time: str
    code: int | None
    error_code: str
    goes_at: str = ""
    refused_at: str = ""
    value: float | None = None
    currency: str = ""
    counted_value: float | None = None
    counted_currency: str = ""
    moves_to_name: str = ""
    moves_to_time: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """What the rows of one goal and currency in a line of a plan are worth.

    `value`: the sum of what would be sent, `counted`: of what counts now, as far as the ledger knows; the destination
    gives rows without a value that of their goal, so `valued` and `counted_valued` say how many rows each sum is of.
    """

    conversion_name: str
    rows: int
    value: float = 0.0
    currency: str = ""
    valued: int = 0
    counted: float = 0.0
    counted_currency: str = ""
    counted_valued: int = 0


@dataclass(frozen=True, slots=True)
class PlanLine:
    """All rows of one side that share class and reason.

    `side` is "source" for rows of the source model, "ledger" for identities that it no longer holds. `operation`: what
    is sent of them, send, restate or retract; blank where nothing is, or not in this round. `money` is empty of rows
    that no push would send.
    """

    side: str
    class_: str
    reasons: tuple[str, ...]
    operation: str
    rows: int
    samples: tuple[Sample, ...] = ()
    money: tuple[Money, ...] = ()

    @property
    def sends(self) -> bool:
        """Is something sent of these rows?"""
        return bool(self.operation)

    @property
    def follows(self) -> bool:
        """Are these rows sent in the next round of the same push, after what they replace is retracted?"""
        return self.class_ == "replace"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push would do. `now` is the warehouse's time in UTC that it was made for.

    `known`: conversions within the window that the ledger holds as taken or in doubt.
    """

    now: str
    lines: tuple[PlanLine, ...]
    known: int = 0

    @property
    def to_send(self) -> int:
        """Records that a push would send by this plan."""
        return sum(line.rows for line in self.lines if line.sends)

    @property
    def to_follow(self) -> int:
        """Records that the same push would send by its next plan, after what they replace is retracted."""
        return sum(line.rows for line in self.lines if line.follows)

    @property
    def to_retract(self) -> int:
        """Conversions that a push would take back, moves and repeats among them."""
        return sum(line.rows for line in self.lines if line.operation == "retract")

    @property
    def to_restate(self) -> int:
        """Conversions whose value a push would change, repeats among them."""
        return sum(line.rows for line in self.lines if line.operation == "restate")

    @property
    def waits_for_more(self) -> bool:
        """Could another plan of the same run send what this one could not: what is in doubt, or waits for its key?"""
        counts = self.counts()
        waits = any({"key_in_doubt", "key_sent_before"} & set(line.reasons) for line in self.lines)
        return bool(counts.get("in_doubt") or (waits and (self.to_retract or counts.get("restate"))))

    def change(self, operation: str = "") -> dict[str, float]:
        """What a push, or one operation of it, would change of the sum of values that count, by currency.

        What is in doubt may count already and is left out.
        """
        sums: dict[str, float] = {}
        for line in self.lines:
            if line.class_ == "in_doubt" or operation not in ("", line.operation):
                continue
            for money in line.money:
                if money.valued:
                    sums[money.currency] = sums.get(money.currency, 0.0) + money.value
                if money.counted_valued:
                    sums[money.counted_currency] = sums.get(money.counted_currency, 0.0) - money.counted
        return dict(sorted(sums.items()))

    @property
    def source_rows(self) -> int:
        """Rows of the source model."""
        return sum(line.rows for line in self.lines if line.side == "source")

    @property
    def ledger_rows(self) -> int:
        """Identities that the ledger holds as taken or in doubt and that stand in no sendable source row."""
        return sum(line.rows for line in self.lines if line.side == "ledger")

    def without_samples(self) -> set[PlanLine]:
        """Its lines, to be compared with those of another plan."""
        return {replace(line, samples=(), money=tuple(sorted(line.money, key=repr))) for line in self.lines}

    def counts(self, side: str | None = None) -> dict[str, int]:
        """Rows per class, in the order of CLASSES, without the empty ones."""
        return count_by_class(line for line in self.lines if side in (None, line.side))


def count_by_class(lines: Iterable[PlanLine]) -> dict[str, int]:
    """Rows per class of some lines, in the order of CLASSES, without the empty ones."""
    counts = dict.fromkeys(CLASSES, 0)
    for line in lines:
        counts[line.class_] += line.rows
    return {name: rows for name, rows in counts.items() if rows}
