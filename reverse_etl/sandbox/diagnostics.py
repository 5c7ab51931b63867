"""The report of what became of what was sent, per goal and day of upload, made from the books.

The service documents the elements, the reasons and two limits: 20 goals and 7 days of UTC a call. What it leaves open
is decided here: both days are included, their times of day are not looked at, a day without an upload is left out, and
beyond a limit the call is refused with code 201.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.books import Books
from reverse_etl.sandbox.clock import read_date_time
from reverse_etl.sandbox.errors import CallRefusedError
from reverse_etl.sandbox.request import Long, Request, RowError

MAX_GOALS = 20
MAX_DAYS = 7
CHANNEL = "CampaignManagementAPI"
# The books' words for what does not count, where the report knows none so exact. That a second conversion of a click is
# reported as one that was attributed already is an assumption, as is what the report says of a late adjustment.
_REASONS = {
    "ConversionRetracted": "DuplicateConversionKey",
    "UniqueGoalCountedThisClick": "DuplicateConversionKey",
    "NotLaterThanLastAdjustment": "Unknown",
}
# Refusals of adjustments by a word that the service documents for its report alone: there they stand, too.
_TOLD_REFUSALS = {codes.ORIGINAL_NOT_FOUND.name, codes.ALREADY_RETRACTED.name}


class _Tally:
    """What was attributed of some uploads, and what was not by reason."""

    def __init__(self) -> None:
        self.attributed = 0
        self.reasons: Counter[str] = Counter()

    def counts(self, before: str, kind: type[int]) -> dict[str, Any]:
        """The three numbers, `before` standing before the names of each."""
        unattributed = self.reasons.total()
        in_all = self.attributed + unattributed
        return {
            f"{before}SuccessCount": kind(self.attributed),
            f"{before}UnattributedCount": kind(unattributed),
            f"{before}SuccessRate": round(self.attributed / in_all, 6) if in_all else 0,
        }

    def alerts(self) -> list[dict[str, Any]]:
        return [{"UnattributedReason": reason, "Count": Long(n)} for reason, n in sorted(self.reasons.items())]


def report(request: Request, goals: Mapping[str, str], books: Books) -> tuple[dict[str, Any], list[RowError]]:
    """The summaries of the goals that a call asks for, null in the place of one that is not there.

    `goals`: names by id. Raises CallRefusedError where the call asks for too much or for nothing.
    """
    first, last = _span(request.content)
    asked = request.content.get("GoalIds") or []
    if not 1 <= len(asked) <= MAX_GOALS:
        raise _invalid(f"GoalIds holds 1 to {MAX_GOALS} ids.")
    errors = [RowError(index, codes.GOAL_ID_INVALID) for index, one in enumerate(asked) if one not in goals]
    channels = request.content.get("UploadChannelFilter") or [CHANNEL]
    days: dict[str, defaultdict[str, _Tally]] = {goals[one]: defaultdict(_Tally) for one in asked if one in goals}
    if CHANNEL in channels:
        account = request.headers.get("CustomerAccountId")
        for name, day, kind, outcome, reason, n in books.uploads(account, first.isoformat(), last.isoformat()):
            if name not in days:
                continue
            if kind == "conversion" and outcome == "counted":
                days[name][day].attributed += n
            # An adjustment that was carried out changes what was reported before, and is no upload of its own.
            elif outcome in ("duplicate", "ignored") or reason in _TOLD_REFUSALS:
                days[name][day].reasons[_REASONS.get(reason, reason)] += n
    summaries = [_summary(one, goals[one], days[goals[one]]) if one in goals else None for one in asked]
    return {"OfflineGoalConversionSummaries": summaries}, errors


def _summary(goal_id: str, name: str, days: Mapping[str, _Tally]) -> dict[str, Any]:
    total = _Tally()
    for tally in days.values():
        total.attributed += tally.attributed
        total.reasons += tally.reasons
    return {
        "GoalId": Long(goal_id),
        "ConversionName": name,
        **total.counts("Overall", Long),
        "OverallAlerts": total.alerts(),
        "DailySummaries": [
            {
                "GoalId": Long(goal_id),
                "UploadDate": f"{day}T00:00:00Z",
                **tally.counts("", int),
                "Alerts": tally.alerts(),
            }
            for day, tally in sorted(days.items())
        ],
    }


def _span(content: Mapping[str, Any]) -> tuple[date, date]:
    first, last = (_day(content, name) for name in ("StartDateUtc", "EndDateUtc"))
    if not 1 <= (last - first).days + 1 <= MAX_DAYS:
        raise _invalid(f"StartDateUtc and EndDateUtc span 1 to {MAX_DAYS} days.")
    return first, last


def _day(content: Mapping[str, Any], name: str) -> date:
    moment = read_date_time(content.get(name, ""))
    if moment is None or moment.at == datetime.min.replace(tzinfo=moment.at.tzinfo):
        raise _invalid(f"{name} is not a time.")
    return moment.at.date()


def _invalid(message: str) -> CallRefusedError:
    return CallRefusedError(codes.INPUT_INVALID.saying(message))
