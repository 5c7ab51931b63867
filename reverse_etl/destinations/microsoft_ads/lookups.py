"""What the service says of an account: its goals, auto-tagging of its landing pages, and what became of conversions.

The report (GetOfflineConversionReportByGoalIds) is by goal and day of upload. Asked for is what came by the channel
that a push takes, the Campaign Management API: what somebody uploads by hand or in bulk files would be reported with
the rest otherwise, and the match rate include what was not sent from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reverse_etl.core.attribution import Reported, ReportedDay, Window
from reverse_etl.core.errors import DestinationError
from reverse_etl.core.goal import Goal
from reverse_etl.destinations.microsoft_ads.enquiry import Enquiry, UnreadableError, finite, items, text, truth, whole
from reverse_etl.destinations.microsoft_ads.wire.port import Processed, ServiceError, clean

OFFLINE = "OfflineConversion"
# Reported on request only.
_MORE = ["IsExternallyAttributed", "GoalCategory", "IsEnhancedConversionsEnabled"]
AUTO_TAGGING = "MSCLKIDAutoTaggingEnabled"
_SET = "SetAccountProperties"


def read_goals(enquiry: Enquiry) -> tuple[Goal, ...]:
    """All offline conversion goals of the account, by name; raises DestinationError.

    Without ids the service tells all goals of the kinds that are asked for, in one call.
    """
    content = {"ConversionGoalTypes": [OFFLINE], "ReturnAdditionalFields": _MORE}
    found = enquiry.read("GetConversionGoalsByIds", content, lambda reply: items(reply.body, "ConversionGoals"))
    goals = [_goal(item) for item in found if text(item.get("Type")) in (OFFLINE, "") and text(item.get("Name"))]
    return tuple(sorted(goals, key=lambda goal: goal.name))


def _goal(item: Mapping[str, Any]) -> Goal:
    found = item.get("Revenue")
    revenue = found if isinstance(found, Mapping) else {}
    return Goal(
        name=text(item.get("Name")),
        id=whole(item.get("Id")),
        status=text(item.get("Status")),
        count_type=text(item.get("CountType")),
        window_minutes=whole(item.get("ConversionWindowInMinutes")),
        scope=text(item.get("Scope")),
        category=text(item.get("GoalCategory")),
        revenue_type=text(revenue.get("Type")),
        revenue_value=finite(revenue.get("Value")),
        revenue_currency=text(revenue.get("CurrencyCode")),
        enhanced=truth(item.get("IsEnhancedConversionsEnabled")),
        external=truth(item.get("IsExternallyAttributed")),
    )


def read_auto_tagging(enquiry: Enquiry) -> bool | None:
    """Is it on? None where the service does not say. Raises DestinationError."""
    content = {"AccountPropertyNames": [AUTO_TAGGING]}
    found = enquiry.read("GetAccountProperties", content, lambda reply: items(reply.body, "AccountProperties"))
    return next((truth(item.get("Value")) for item in found if text(item.get("Name")) == AUTO_TAGGING), None)


def turn_on_auto_tagging(enquiry: Enquiry) -> None:
    """Turn it on; raises DestinationError, also where it is not on afterwards.

    The answer to this call is empty, and tells nothing.
    """
    enquiry.set(_SET, {"AccountProperties": [{"Name": AUTO_TAGGING, "Value": "true"}]})
    if not read_auto_tagging(enquiry):
        account = enquiry.settings.account_id
        raise DestinationError(
            f"{enquiry.host} took {_SET} for account {account}, and auto-tagging is not on all the same.",
            hint="Look at it later, or turn it on in the account's settings at Microsoft.",
        )


OPERATION = "GetOfflineConversionReportByGoalIds"
# Goals and days of one call at most (the operation's documentation, March 2026).
GOALS_AT_ONCE = 20
DAYS_AT_ONCE = 7
CHANNEL = "CampaignManagementAPI"
# What a goal's own counts are called, beside those of its days.
_SUMS = ("OverallSuccessCount", "OverallUnattributedCount")
# What a column for reasons holds; a longer one is none.
_LONGEST_REASON = 100


def read_report(enquiry: Enquiry, window: Window) -> Reported:
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


def _told(reply: Processed, window: Window) -> Reported:
    lines, without_days = _lines_of(reply.body, window)
    silent = dict.fromkeys(window.goal_ids, "the answer does not speak of it")
    silent |= dict.fromkeys(without_days, "its report has sums and no days")
    silent = {goal_id: why for goal_id, why in silent.items() if goal_id not in lines}
    silent |= _by_goal(reply.partial_errors, window)
    return Reported(
        tuple(day for goal_id in sorted(set(lines) - set(silent)) for day in _days_of(goal_id, lines[goal_id], window)),
        tuple((goal_id, silent[goal_id]) for goal_id in window.goal_ids if goal_id in silent),
    )


def _lines_of(body: Mapping[str, Any], window: Window) -> tuple[dict[int, list[Mapping[str, Any]]], set[int]]:
    """The daily lines of each goal that the report tells of, and the goals of which it has sums alone.

    A goal without lines had nothing, unless its sums say otherwise: the report does not say of which days these are.
    """
    lines: dict[int, list[Mapping[str, Any]]] = {}
    without_days: set[int] = set()
    for summary in items(body, "OfflineGoalConversionSummaries"):
        goal_id = whole(summary.get("GoalId"))
        if goal_id is None or goal_id not in window.goal_ids:
            continue
        # 0 is how a number that was not filled in is written.
        own = [line for line in items(summary, "DailySummaries") if (whole(line.get("GoalId")) or goal_id) == goal_id]
        if own or not any(whole(summary.get(name)) for name in _SUMS):
            lines.setdefault(goal_id, []).extend(own)
        else:
            without_days.add(goal_id)
    return lines, without_days


def _days_of(goal_id: int, lines: Iterable[Mapping[str, Any]], window: Window) -> Iterator[ReportedDay]:
    """Each day of the window; one that the lines leave out had nothing."""
    days = {day: ReportedDay(goal_id, day, 0, 0) for day in _each_day(window)}
    for line in lines:
        day = _day(line.get("UploadDate"))
        if day in days:
            days[day] = _added(days[day], line)
    yield from days.values()


def _added(before: ReportedDay, line: Mapping[str, Any]) -> ReportedDay:
    """A day and what one line of the report says of it, should there be several.

    Sum and reasons are made to agree, since both are shown: what has no reason is Unknown, and where the reasons are
    more, each of them was given for conversions that were not attributed, so that the sum is at least theirs.
    """
    found = [
        (clean(alert.get("UnattributedReason"))[:_LONGEST_REASON] or "Unknown", _count(alert.get("Count")))
        for alert in items(line, "Alerts")
    ]
    explained = sum(count for _, count in found)
    unattributed = max(_count(line.get("UnattributedCount")), explained)
    if unattributed > explained:
        found.append(("Unknown", unattributed - explained))
    reasons: defaultdict[str, int] = defaultdict(int, before.reasons)
    for reason, count in found:
        reasons[reason] += count
    return ReportedDay(
        before.goal_id,
        before.day,
        before.attributed + _count(line.get("SuccessCount")),
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
        return at.date() if at.tzinfo is None else at.astimezone(UTC).date()
    except (ValueError, OverflowError):
        # The other zone may have a day that UTC has not.
        raise UnreadableError("a day is no date") from None
