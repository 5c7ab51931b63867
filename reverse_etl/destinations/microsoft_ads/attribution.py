"""Asks Microsoft what became of conversions: GetOfflineConversionReportByGoalIds, by goal and day of upload.

Asked for is what came by the channel that a push takes, the Campaign Management API: what somebody uploads by hand or
in bulk files would be told with the rest otherwise, and the match rate be one of conversions that nobody here sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reverse_etl.attributed import Told, ToldDay, Window
from reverse_etl.destinations.microsoft_ads.lookups import Enquiry, UnreadableError, items, whole
from reverse_etl.destinations.microsoft_ads.wire import Processed, ServiceError, clean

OPERATION = "GetOfflineConversionReportByGoalIds"
# Goals and days of one call at most (the operation's documentation, March 2026).
GOALS_AT_ONCE = 20
DAYS_AT_ONCE = 7
CHANNEL = "CampaignManagementAPI"
# What a column for reasons holds; a longer one is none.
_LONGEST_REASON = 100


def read_report(enquiry: Enquiry, window: Window) -> Told:
    """What became of the uploads of a window; raises DestinationError.

    The last day is asked for up to its last second: it is in the report whether the service reads days or times.
    """
    content = {
        "StartDateUtc": f"{window.first.isoformat()}T00:00:00Z",
        "EndDateUtc": f"{window.last.isoformat()}T23:59:59Z",
        "GoalIds": list(window.goal_ids),
        "UploadChannelFilter": [CHANNEL],
    }
    return enquiry.read(OPERATION, content, lambda reply: _told(reply, window))


def _told(reply: Processed, window: Window) -> Told:
    days = _days_of(reply.body, window)
    told = {goal_id for goal_id, _ in days}
    errors = _by_goal(reply.partial_errors, window)
    return Told(
        tuple(days[goal_id, day] for goal_id in sorted(told - set(errors)) for day in _each_day(window)),
        tuple(
            (goal_id, errors.get(goal_id, "the answer does not speak of it"))
            for goal_id in window.goal_ids
            if goal_id not in told or goal_id in errors
        ),
    )


def _days_of(body: Mapping[str, Any], window: Window) -> dict[tuple[int, date], ToldDay]:
    """A line for each day of each goal that the report speaks of; one that it leaves out had nothing."""
    days: dict[tuple[int, date], ToldDay] = {}
    for summary in items(body, "OfflineGoalConversionSummaries"):
        goal_id = whole(summary.get("GoalId"))
        if goal_id not in window.goal_ids:
            continue
        for day in _each_day(window):
            days.setdefault((goal_id, day), ToldDay(goal_id, day, 0, 0))
        for daily in items(summary, "DailySummaries"):
            day = _day(daily.get("UploadDate"))
            if window.first <= day <= window.last:
                days[goal_id, day] = _added(days[goal_id, day], daily)
    return days


def _added(before: ToldDay, daily: Mapping[str, Any]) -> ToldDay:
    """A day and what one line of the report says of it, should there be several."""
    unattributed = _count(daily.get("UnattributedCount"))
    reasons: defaultdict[str, int] = defaultdict(int, before.reasons)
    left = unattributed
    for alert in items(daily, "Alerts"):
        count = _count(alert.get("Count"))
        reasons[clean(alert.get("UnattributedReason"))[:_LONGEST_REASON] or "Unknown"] += count
        left -= count
    if left > 0:
        reasons["Unknown"] += left
    return ToldDay(
        before.goal_id,
        before.day,
        before.attributed + _count(daily.get("SuccessCount")),
        before.unattributed + unattributed,
        tuple(sorted(reasons.items())),
    )


def _by_goal(errors: Iterable[ServiceError], window: Window) -> dict[int, str]:
    """What the service has against single goals. An error that names none of them is one of all: nothing is certain."""
    found: dict[int, str] = {}
    for error in errors:
        known = error.index is not None and 0 <= error.index < len(window.goal_ids)
        at_fault = [window.goal_ids[error.index]] if known and error.index is not None else window.goal_ids
        said = ": ".join(part for part in (error.name, error.message) if part)
        found |= dict.fromkeys(at_fault, said or "the service refuses to tell of it")
    return found


def _each_day(window: Window) -> Iterator[date]:
    for n in range((window.last - window.first).days + 1):
        yield window.first + timedelta(days=n)


def _count(value: object) -> int:
    if value is None:
        return 0
    count = whole(value)
    if count is None or not 0 <= count < 2**63:
        raise UnreadableError("a count is no number")
    return count


def _day(value: object) -> date:
    """A day of UTC; a time without a zone is of UTC, as everything in this report."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise UnreadableError("a day is no date") from None
    return at.date() if at.tzinfo is None else at.astimezone(UTC).date()
