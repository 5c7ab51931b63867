"""What a call writes into the books, row by row: conversions, and adjustments of those that counted."""

import sqlite3
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.goals import MAX_NAME, Goal, World
from reverse_etl.sandbox.judge import Verdict, blank, identity, judge, judge_adjustment
from reverse_etl.sandbox.request import RowError
from reverse_etl.sandbox.rows import Adjustment, Keys, Row

_Item = TypeVar("_Item", bound=Keys)
_ROW_COLUMNS = (
    "call_id, row_index, tracking_id, received_at, conversion_name, click_id, hashed_email, hashed_phone, "
    "conversion_time, conversion_value, currency, attribution_credit, attribution_model, outcome, code, "
    "error_code, reason, identity, unique_key, counted_value, counted_currency, account_id"
)
_ADJUSTMENT_COLUMNS = (
    "call_id, row_index, tracking_id, received_at, conversion_name, click_id, hashed_email, hashed_phone, "
    "conversion_time, adjustment_type, adjustment_time, adjustment_value, currency, outcome, code, error_code, "
    "reason, identity"
)
_INSERT_ROW = f"INSERT INTO received ({_ROW_COLUMNS}) VALUES ({', '.join('?' * 22)})"
_INSERT_ADJUSTMENT = f"INSERT INTO adjustments ({_ADJUSTMENT_COLUMNS}) VALUES ({', '.join('?' * 18)})"
_INSERT_UNJUDGED = f"INSERT INTO unjudged VALUES ({', '.join('?' * 12)})"
_COUNT_CALL = "UPDATE calls SET received = ?, counted = ?, duplicates = ?, refused = ?, ignored = ? WHERE call_id = ?"
_ADD_TALLY = (
    "INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n, value = value + excluded.value"
)
_ADD_ADJUSTMENT_TALLY = "INSERT INTO adjustment_tally VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
_ADJUST = (
    "INSERT INTO adjusted VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET adjusted_at = excluded.adjusted_at, "
    "value = excluded.value, currency = excluded.currency, retracted = excluded.retracted"
)
# By a goal's scope: where a row must have been taken for another to be a repeat of it.
_WITHIN = {
    "Account": "account_id = :account",
    "Customer": "(account_id = :account OR :customer = "
    "(SELECT customer_id FROM calls WHERE calls.call_id = received.call_id))",
}
_TAKEN = (
    "SELECT id, outcome, counted_value, counted_currency, adjusted_at, adjusted.value, adjusted.currency, retracted "
    "FROM received LEFT JOIN adjusted ON received_id = id "
    "WHERE identity = :key AND outcome IN ('counted', 'ignored') AND {} ORDER BY account_id <> :account, id LIMIT 1"
)
_COUNTED_CLICK = "SELECT 1 FROM received WHERE unique_key = :key AND outcome = 'counted' AND {}"


@dataclass(frozen=True, slots=True)
class Stem:
    """What all rows of a call have in common."""

    call_id: int
    tracking_id: str
    at: str
    account_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class _Outcome:
    kind: str
    code: Code | None = None
    reason: str = ""

    @property
    def columns(self) -> tuple[str, int | None, str | None, str]:
        return self.kind, self.code.number if self.code else None, self.code.name if self.code else None, self.reason


@dataclass(frozen=True, slots=True)
class _Taken:
    """What the books hold of an identity that was taken before: the row that was, and what it is worth now."""

    row_id: int
    outcome: str
    value: float | None
    currency: str | None
    adjusted_at: str | None
    retracted: bool


def _refused(code: Code) -> _Outcome:
    return _Outcome("refused", code, code.message)


class _Entry(ABC, Generic[_Item]):
    """The rows of one call on their way into the books."""

    def __init__(self, db: sqlite3.Connection, world: World, at: datetime, stem: Stem) -> None:
        self._db, self._world, self._at, self._stem = db, world, at, stem
        self._learnt = {name for (name,) in db.execute("SELECT name FROM learnt")} if world.learn else set()
        self._tally: dict[tuple[str, str, int, str, str], tuple[int, float]] = {}
        self.errors: list[RowError] = []

    @abstractmethod
    def add(self, index: int, row: _Item | None, refusal: Code | None) -> None:
        """Judge a row and write it down; `refusal` is the code that a test wants it refused with."""

    def write(self) -> None:
        """Add the sums of this call to those of the books."""
        self._db.executemany(_ADD_TALLY, [(*key, *sums) for key, sums in self._tally.items()])

    def _add_errors(self, index: int, verdict: Verdict, refusal: Code | None) -> Verdict:
        if refusal is not None:
            verdict = replace(verdict, errors=(refusal,))
        self.errors += [RowError(index, code) for code in verdict.errors]
        return verdict

    def _count(self, goal: str, outcome: _Outcome, n: int, currency: str | None, value: float | None) -> None:
        number = outcome.code.number if outcome.code else -1
        key = (goal, outcome.kind, number, outcome.reason, currency or "")
        rows, total = self._tally.get(key, (0, 0.0))
        self._tally[key] = (rows + n, total + n * (value or 0.0))

    def _taken(self, key: bytes, goal: Goal | None) -> _Taken | None:
        found = self._found(_TAKEN, key, goal)
        if found is None:
            return None
        row_id, outcome, value, currency, adjusted_at, new_value, new_currency, retracted = found
        if adjusted_at is not None:
            value, currency = new_value, new_currency
        return _Taken(row_id, outcome, value, currency, adjusted_at, bool(retracted))

    def _found(self, query: str, key: bytes, goal: Goal | None) -> Any:
        """What the books hold by a key, within the account or, where the goal is all accounts', within the customer."""
        within = _WITHIN["Account" if goal is None else goal.scope]
        values = {"key": key, "account": self._stem.account_id, "customer": self._stem.customer_id}
        return self._db.execute(query.format(within), values).fetchone()

    def _goal(self, row: Keys | None) -> Goal | None:
        if row is None or row.name is None or blank(row.name):
            return None
        goal = self._world.goals.get(row.name)
        if goal is None and self._world.learn and len(row.name) <= MAX_NAME:
            if row.name not in self._learnt:
                self._learnt.add(row.name)
                self._db.execute("INSERT OR IGNORE INTO learnt VALUES (?, ?)", (row.name, self._stem.at))
            goal = Goal(row.name)
        return goal


class ConversionEntry(_Entry[Row]):
    """Conversions: the first of an identity counts, be it retracted later or not."""

    def __init__(self, db: sqlite3.Connection, world: World, at: datetime, stem: Stem) -> None:
        super().__init__(db, world, at, stem)
        self._counts: Counter[str] = Counter()

    def add(self, index: int, row: Row | None, refusal: Code | None) -> None:
        """Judge a conversion and write it down."""
        goal = self._goal(row)
        verdict = self._add_errors(index, judge(row, goal, self._world, self._at), refusal)
        outcome = self._outcome(verdict, goal)
        self._counts[outcome.kind] += 1
        worth = (verdict.value, verdict.currency) if outcome.kind == "counted" else (None, None)
        self._count(goal.name if goal else "", outcome, 1, worth[1], worth[0])
        one = row or Row()
        keys = (one.name, one.click_id, one.hashed_email, one.hashed_phone, one.time_text)
        texts = (one.value_text, one.currency, one.credit_text, one.model)
        own = (verdict.identity or None, verdict.unique_key)
        stem = (self._stem.call_id, index, self._stem.tracking_id, self._stem.at)
        self._db.execute(_INSERT_ROW, (*stem, *keys, *texts, *outcome.columns, *own, *worth, self._stem.account_id))

    def write(self) -> None:
        """Add the sums of this call to those of the books."""
        super().write()
        counts = [self._counts[outcome] for outcome in ("counted", "duplicate", "refused", "ignored")]
        self._db.execute(_COUNT_CALL, (sum(counts), *counts, self._stem.call_id))

    def _outcome(self, verdict: Verdict, goal: Goal | None) -> _Outcome:
        if verdict.errors:
            return _refused(verdict.errors[0])
        taken = self._taken(verdict.identity, goal)
        if taken is not None:
            # The service does not say what becomes of a conversion that is sent again after its retraction;
            # the assumption here is that it stays a repeat of what was there, and so does not count.
            return _Outcome("duplicate", None, "ConversionRetracted" if taken.retracted else "DuplicateConversionKey")
        if verdict.ignored:
            return _Outcome("ignored", None, verdict.ignored)
        if verdict.unique_key is not None and self._found(_COUNTED_CLICK, verdict.unique_key, goal):
            return _Outcome("ignored", None, "UniqueGoalCountedThisClick")
        return _Outcome("counted")


class AdjustmentEntry(_Entry[Adjustment]):
    """Adjustments: the latest by its own time holds, and a retraction holds for good."""

    def __init__(self, db: sqlite3.Connection, world: World, at: datetime, stem: Stem) -> None:
        super().__init__(db, world, at, stem)
        self._outcomes: Counter[tuple[str, int, str]] = Counter()

    def add(self, index: int, row: Adjustment | None, refusal: Code | None) -> None:
        """Judge an adjustment, write it down, and change what its conversion is worth."""
        goal = self._goal(row)
        verdict = judge_adjustment(row, goal, self._at)
        taken = self._taken(verdict.identity, goal)
        if not verdict.errors:
            verdict = replace(verdict, errors=_history_errors(taken))
        verdict = self._add_errors(index, verdict, refusal)
        one = row or Adjustment()
        outcome = _adjustment_outcome(one, verdict, taken)
        if taken is not None and outcome.kind in ("restated", "retracted"):
            self._adjust(one, goal.name if goal else "", verdict, taken)
        self._outcomes[outcome.kind, outcome.code.number if outcome.code else -1, outcome.reason] += 1
        keys = (one.name, one.click_id, one.hashed_email, one.hashed_phone, one.time_text)
        texts = (one.kind, one.at_text, one.value_text, one.currency)
        stem = (self._stem.call_id, index, self._stem.tracking_id, self._stem.at)
        self._db.execute(_INSERT_ADJUSTMENT, (*stem, *keys, *texts, *outcome.columns, verdict.identity or None))

    def write(self) -> None:
        """Add the sums of this call to those of the books."""
        super().write()
        self._db.executemany(_ADD_ADJUSTMENT_TALLY, [(*key, n) for key, n in self._outcomes.items()])

    def _adjust(self, row: Adjustment, goal: str, verdict: Verdict, taken: _Taken) -> None:
        counted = _Outcome("counted")
        self._count(goal, counted, -1, taken.currency, taken.value)
        retracted = row.kind == "Retract"
        if not retracted:
            self._count(goal, counted, 1, verdict.currency, verdict.value)
        worth = (None, None) if retracted else (verdict.value, verdict.currency)
        self._db.execute(_ADJUST, (taken.row_id, _sortable(row), *worth, retracted))


def _history_errors(taken: _Taken | None) -> tuple[Code, ...]:
    """What the books have against an adjustment. The service gives these reasons in its reports only; that a
    call is refused for them, and under these names, is an assumption."""
    if taken is None or taken.outcome != "counted":
        return (codes.ORIGINAL_NOT_FOUND,)
    return (codes.ALREADY_RETRACTED,) if taken.retracted else ()


def _adjustment_outcome(row: Adjustment, verdict: Verdict, taken: _Taken | None) -> _Outcome:
    if verdict.errors:
        return _refused(verdict.errors[0])
    if verdict.ignored:
        return _Outcome("ignored", None, verdict.ignored)
    # The service does not say which of two adjustments holds; the assumption is the one whose own time is later.
    if taken is not None and taken.adjusted_at is not None and _sortable(row) <= taken.adjusted_at:
        return _Outcome("ignored", None, "NotLaterThanLastAdjustment")
    return _Outcome("retracted" if row.kind == "Retract" else "restated")


def _sortable(row: Adjustment) -> str:
    return "" if row.at is None else row.at.at.isoformat(timespec="microseconds")


def write_unjudged(db: sqlite3.Connection, stem: Stem, rows: Sequence[Row | Adjustment | None]) -> None:
    """Write down rows that were seen and not judged; a row that is null leaves nothing to tell."""
    for index, row in enumerate(rows):
        if row is None:
            continue
        keys = (row.name, row.click_id, row.hashed_email, row.hashed_phone, row.time_text)
        kind, at = (row.kind, row.at_text) if isinstance(row, Adjustment) else (None, None)
        own = (row.value_text, row.currency, kind, at, identity(row))
        db.execute(_INSERT_UNJUDGED, (stem.call_id, index, *keys, *own))
