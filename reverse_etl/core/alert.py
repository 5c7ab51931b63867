"""What of a command's work needs a person, and by which rule; what needs none gives no alert."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from reverse_etl.core.attribution import AttributedDay, AttributedGoal, AttributionReport, total
from reverse_etl.core.errors import LeaseHeldError, ReverseEtlError, WarehouseError
from reverse_etl.core.results import RunResult
from reverse_etl.core.sync import Sync

# A match rate fell where the newest days are lower than those before by this much, and by more than chance explains.
RECENT_DAYS = 3
FELL_BY = 0.10
# Of the difference, as of two samples of one rate.
STANDARD_ERRORS = 3.0
# As the dbt test match_rate_at_least has it: fewer conversions are not judged, nor is a day before this is over.
FEWEST = 50
SETTLES_IN = timedelta(hours=24)


class AlertReason(StrEnum):
    """Why an alert is posted."""

    STOPPED = "stopped"
    IN_DOUBT = "in_doubt"
    REJECTED = "rejected"
    GUARD = "guard"
    SETTINGS = "settings"
    MATCH_RATE_FELL = "match_rate_fell"


@dataclass(frozen=True, slots=True)
class Fall:
    """A goal whose match rate fell: the rate from `first_day` on, and the one of the days before."""

    conversion_name: str
    first_day: date
    match_rate: float
    before: float


@dataclass(frozen=True, slots=True)
class Alert:
    """What needs a person. It holds no row, and no text of the warehouse, which may quote one.

    `sync`: None where the command ended before it had chosen one; `run_seq`: None where no run began.
    """

    command: str
    reason: AlertReason
    exit_code: int
    message: str
    what_to_do: str
    sync: Sync | None = None
    run_seq: int | None = None
    sent: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    fell: tuple[Fall, ...] = ()


def of_error(command: str, sync: Sync | None, error: Exception) -> Alert | None:
    """The alert for what ended a command. None where another run holds the sync: it does the work."""
    if isinstance(error, LeaseHeldError):
        return None
    code = error.exit_code if isinstance(error, ReverseEtlError) else 1
    reason = {2: AlertReason.SETTINGS, 5: AlertReason.GUARD}.get(code, AlertReason.STOPPED)
    return Alert(command, reason, code, *_words(error), sync)


def of_result(sync: Sync, result: RunResult) -> Alert | None:
    """The alert for a push that has a result; None where all is done."""
    if not result.exit_code:
        return None
    in_doubt, refused = result.rows("in_doubt"), sum(result.refusals.values())
    reason = AlertReason.STOPPED
    if result.stopped:
        words = _words(result.stopped)
    elif result.unbalanced:
        words = f"A sum is off: {'; '.join(result.unbalanced)}.", "The product is at fault: please report it."
    elif in_doubt:
        reason = AlertReason.IN_DOUBT
        why = f": {result.in_doubt_because}" if result.in_doubt_because else ""
        words = f"{_rows(in_doubt)} in doubt{why}.", "Push again: the next push settles them."
    elif result.interrupted:
        words = "The push was interrupted.", "Push again to go on."
    elif refused:
        reason = AlertReason.REJECTED
        words = f"The destination refused {_rows(refused)}.", "`reverse-etl rejected` says what to do about each."
    else:
        reason = AlertReason.REJECTED
        words = "Rows are invalid, held or without an account.", "`reverse-etl plan` says why."
    return Alert("push", reason, result.exit_code, *words, sync, result.run_seq, result.sent, result.refusals)


def of_report(report: AttributionReport) -> Alert | None:
    """The alert for goals whose match rate fell; None where none did."""
    fell = tuple(fall for goal in report.goals if (fall := _fall(goal)))
    if not fell:
        return None
    message = f"The match rate fell: fewer conversions belong to a click ({len(fell)} of {len(report.goals)} goals)."
    hint = "`reverse-etl attribution` gives the reasons. See that auto-tagging is on and that click ids are kept whole."
    return Alert("attribution", AlertReason.MATCH_RATE_FELL, 0, message, hint, report.sync, fell=fell)


def _fall(goal: AttributedGoal) -> Fall | None:
    settled = [day for day in goal.days if day.counts.match_rate is not None and _has_settled(day)]
    recent, before = settled[-RECENT_DAYS:], settled[:-RECENT_DAYS]
    (taken, of), (taken_before, of_before) = _sums(recent), _sums(before)
    if min(of, of_before) < FEWEST:
        return None
    rate, rate_before, overall = taken / of, taken_before / of_before, (taken + taken_before) / (of + of_before)
    error = math.sqrt(overall * (1 - overall) * (1 / of + 1 / of_before))
    if rate_before - rate < max(FELL_BY, STANDARD_ERRORS * error):
        return None
    return Fall(goal.conversion_name, recent[0].upload_date, rate, rate_before)


def _sums(days: Iterable[AttributedDay]) -> tuple[int, int]:
    """Conversions of some days that were attributed, and that were reported."""
    counts = total(day.counts for day in days)
    return counts.attributed or 0, (counts.attributed or 0) + (counts.unattributed or 0)


def _has_settled(day: AttributedDay) -> bool:
    """Was the day fetched so long after its end that its numbers hardly move any more?"""
    end = datetime.combine(day.upload_date, time(), UTC) + timedelta(days=1)
    return bool(day.fetched_at) and datetime.fromisoformat(day.fetched_at) >= end + SETTLES_IN


def _words(error: Exception) -> tuple[str, str]:
    """What happened and what to do, in words of ours alone."""
    if isinstance(error, WarehouseError):
        return "The warehouse refused a statement or went away.", f"The log says which. {error.hint}".strip()
    if isinstance(error, ReverseEtlError):
        return error.message, error.hint
    return f"The program failed ({type(error).__name__}).", "See its log, and please report it."


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"
