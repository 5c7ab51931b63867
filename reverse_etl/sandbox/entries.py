"""What a call writes into the books, row by row: conversions, and adjustments of those that counted."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.clock import utc_text
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.goals import MAX_NAME, Goal, World, learnt_goal
from reverse_etl.sandbox.judge import Verdict, blank, identity, judge
from reverse_etl.sandbox.request import ADJUSTMENTS, Row, RowError

_COLUMNS = (
    *("call_id", "row_index", "received_at", "account_id", "operation", "conversion_name", "click_id", "hashed_email"),
    *("hashed_phone", "conversion_time", "value", "currency", "attribution_credit", "attribution_model"),
    *("adjustment_type", "adjustment_time", "outcome", "code", "error_code", "reason", "identity", "unique_key"),
    *("counted_value", "counted_currency"),
)
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


@dataclass(frozen=True, slots=True)
class Stem:
    """What all rows of a call have in common."""

    call_id: int
    at: datetime
    operation: str
    account_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class _Taken:
    """What the books hold of an identity that was taken before."""

    row_id: int
    outcome: str
    adjusted_at: str | None
    retracted: int


class Entry:
    """The rows of one call on their way into the books.

    Of conversions the first of an identity counts, be it retracted later or not. Of adjustments the latest by its own
    time holds, and a retraction holds for good.
    """

    def __init__(self, db: sqlite3.Connection, world: World, stem: Stem) -> None:
        self._db, self._world, self._stem = db, world, stem
        self._learnt = {name for (name,) in db.execute("SELECT name FROM learnt")} if world.learn else set()
        self.errors: list[RowError] = []

    def add(self, index: int, row: Row | None, refusal: Code | None) -> None:
        """Judge a row and write it down; `refusal` is the code that a test wants it refused with."""
        goal = self._goal(row)
        verdict = judge(row, goal, self._world, self._stem.at)
        one = row or Row(operation="R" if self._stem.operation == ADJUSTMENTS else "S")
        taken = None if verdict.errors else self._taken(verdict.identity, goal)
        if one.operation != "S" and not verdict.errors:
            verdict = replace(verdict, errors=_history_errors(taken))
        if refusal is not None:
            verdict = replace(verdict, errors=(refusal,))
        self.errors += [RowError(index, code) for code in verdict.errors]
        if verdict.errors:
            self._insert(index, one, verdict, "refused", verdict.errors[0].message)
            return
        outcome, reason = self._adjusted(one, verdict, taken) if taken else self._sent(verdict, goal)
        self._insert(index, one, verdict, outcome, reason)

    def _sent(self, verdict: Verdict, goal: Goal | None) -> tuple[str, str]:
        """What becomes of a conversion that was not there before, and why it does not count."""
        if verdict.ignored:
            return "ignored", verdict.ignored
        if verdict.unique_key is not None and self._found(_COUNTED_CLICK, verdict.unique_key, goal):
            return "ignored", "UniqueGoalCountedThisClick"
        return "counted", ""

    def _adjusted(self, row: Row, verdict: Verdict, taken: _Taken) -> tuple[str, str]:
        """What becomes of a row about a conversion that was there before, and why it does nothing."""
        if row.operation == "S":
            # The service does not say what becomes of a conversion that is sent again after its retraction;
            # the assumption here is that it stays a repeat of what was there, and so does not count.
            return "duplicate", "ConversionRetracted" if taken.retracted else "DuplicateConversionKey"
        if verdict.ignored:
            return "ignored", verdict.ignored
        at = row.adjusted.at.isoformat(timespec="microseconds") if row.adjusted else ""
        # The service does not say which of two adjustments holds; the assumption is the one whose own time is later.
        if taken.adjusted_at is not None and at <= taken.adjusted_at:
            return "ignored", "NotLaterThanLastAdjustment"
        retracted = row.operation == "X"
        worth = (None, None) if retracted else (verdict.value, verdict.currency)
        self._db.execute(_ADJUST, (at, *worth, retracted, taken.row_id))
        return ("retracted" if retracted else "restated"), ""

    def add_unjudged(self, rows: Sequence[Row | None], fault: str) -> None:
        """Write down rows that were seen and not judged; a row that is null leaves nothing to tell."""
        for index, row in enumerate(rows):
            if row is not None:
                self._insert(index, row, Verdict(identity=identity(row)), "unjudged", fault)

    def _insert(self, index: int, row: Row, verdict: Verdict, outcome: str, reason: str) -> None:
        stem = (self._stem.call_id, index, utc_text(self._stem.at), self._stem.account_id, row.operation)
        keys = (row.name, row.click_id, row.hashed_email, row.hashed_phone, row.time_text)
        texts = (row.value_text, row.currency, row.credit_text, row.model, row.adjustment_type, row.adjusted_text)
        code = verdict.errors[0] if verdict.errors else None
        answered = (outcome, code and code.number, code and code.name, reason)
        worth = (verdict.value, verdict.currency) if outcome == "counted" else (None, None)
        own = (verdict.identity or None, verdict.unique_key, *worth)
        self._db.execute(_INSERT, (*stem, *keys, *texts, *answered, *own))

    def _taken(self, key: bytes, goal: Goal | None) -> _Taken | None:
        found = self._found(_TAKEN, key, goal)
        return None if found is None else _Taken(*found)

    def _found(self, query: str, key: bytes, goal: Goal | None) -> Any:
        """What the books hold by a key, within the account or, where the goal is all accounts', within the customer."""
        within = _WITHIN["Account" if goal is None else goal.scope]
        values = {"key": key, "account": self._stem.account_id, "customer": self._stem.customer_id}
        return self._db.execute(query.format(within), values).fetchone()

    def _goal(self, row: Row | None) -> Goal | None:
        if row is None or row.name is None or blank(row.name):
            return None
        goal = self._world.goals.get(row.name)
        if goal is None and self._world.learn and len(row.name) <= MAX_NAME:
            if row.name not in self._learnt:
                self._learnt.add(row.name)
                self._db.execute("INSERT OR IGNORE INTO learnt VALUES (?)", (row.name,))
            goal = learnt_goal(row.name)
        return goal


def _history_errors(taken: _Taken | None) -> tuple[Code, ...]:
    """What the books have against an adjustment. The service gives these reasons in its reports only; that a
    call is refused for them, and under these names, is an assumption."""
    if taken is None or taken.outcome != "counted":
        return (codes.ORIGINAL_NOT_FOUND,)
    return (codes.ALREADY_RETRACTED,) if taken.retracted else ()
