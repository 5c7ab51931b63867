"""Calls that carry no rows: goals, auto-tagging of landing pages, and the report; and their failures in words.

The report (GetOfflineConversionReportByGoalIds) is by goal and day of upload. Asked for is what came by the channel
that a push takes, the Campaign Management API: what somebody uploads by hand or in bulk files would be reported with
the rest otherwise, and the match rate include what was not sent from here.
"""

import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from reverse_etl.core.attribution import Reported, ReportedDay, Window
from reverse_etl.core.errors import DestinationError
from reverse_etl.core.goal import Goal
from reverse_etl.core.pace import Pace, Patience
from reverse_etl.core.receipt import Answer, Throttled, Unanswered
from reverse_etl.destinations.microsoft_ads.codes import answer_of, find
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.wire.line import Wire
from reverse_etl.destinations.microsoft_ads.wire.port import (
    Faulted,
    Lost,
    Processed,
    Reply,
    ServiceError,
    Withheld,
    clean,
)

T = TypeVar("T")
_LATER = "Try again later."
_UNREADABLE = "Nothing of this answer is used. Where it stays so, upgrade this tool."
_ADDRESS = "Check MICROSOFT_ADS_ENDPOINT if it is set; else the service has moved: upgrade this tool."


class UnreadableError(ValueError):
    """An answer holds something else than the service describes; the text says what."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Asks the service of one account. Asking twice changes no more than once, so what got no answer is asked again.

    `throttle_wait`: seconds, where there were too many calls and the service does not say how long to wait. `note` is
    called with such waits. `sleep` and `jitter`, from 0 to 1, are replaced in tests.
    """

    settings: MicrosoftAdsSettings
    wire: Wire
    pace: Pace
    throttle_wait: float
    note: Callable[[str], None] = lambda _: None
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    @property
    def host(self) -> str:
        """Who is asked, for messages."""
        parts = urlsplit(self.settings.endpoint)
        return parts.netloc if parts.scheme == "http" else parts.hostname or parts.netloc

    def read(self, operation: str, content: Mapping[str, Any], reader: Callable[[Processed], T]) -> T:
        """What a reader makes of the answer; raises DestinationError where none came, or the reader cannot read it."""
        reply = self.ask(operation, content)
        try:
            return reader(reply)
        except UnreadableError as error:
            message = f"{self.host} answered {operation} with something else than it describes: {error}."
            raise DestinationError(message, hint=_UNREADABLE) from None

    def set(self, operation: str, content: Mapping[str, Any]) -> None:
        """Have something set; raises DestinationError also where the service refuses a part of it."""
        reply = self.ask(operation, content)
        if reply.partial_errors:
            raise self._refused(operation, Faulted(reply.partial_errors, reply.tracking_id))

    def ask(self, operation: str, content: Mapping[str, Any]) -> Processed:
        """The answer, after as many tries as a push makes; raises DestinationError in words where none came."""
        try_ = 1
        while True:
            reply, answer = self._call(operation, content)
            if isinstance(reply, Processed):
                return reply
            if try_ == self.patience.tries or not isinstance(answer, Throttled | Unanswered):
                raise self._lost(operation, reply) if isinstance(reply, Lost) else self._refused(operation, reply)
            try_ += 1
            if isinstance(answer, Throttled):
                self.note(f"Too many calls: waiting {answer.seconds:.0f} seconds, as the service asks.")
            else:
                self.sleep(self.patience.wait_before(try_, self.jitter()))

    def _call(self, operation: str, content: Mapping[str, Any]) -> tuple[Reply, Answer]:
        """Make one call at the pace of all calls of the customer; gives what came, and what that means."""
        while left := self.pace.take(0.0):
            self.sleep(min(left, 0.5))
        try:
            reply = self.wire.call(operation, content)
            answer = answer_of(reply, retracted=0, throttle_wait=self.throttle_wait)
            # Before the permit is back: no other call may start in between.
            if isinstance(answer, Throttled):
                self.pace.throttled(answer.seconds)
        finally:
            self.pace.give_back()
        if isinstance(reply, Processed):
            self.pace.answered()
        return reply, answer

    def _lost(self, operation: str, reply: Lost) -> DestinationError:
        name = reply.reason.error_code
        hint = _ADDRESS if name == "HTTP 404" else _LATER
        readable = "" if reply.unsent else " that can be read"
        message = f"{self.host} gave no answer to {operation}{readable} ({name}): {reply.reason.message}."
        return DestinationError(message, hint=hint)

    def _refused(self, operation: str, fault: Faulted) -> DestinationError:
        error = fault.errors[0]
        if isinstance(fault, Withheld):
            return DestinationError(error.message, hint=fault.advice)
        code = find(error.number, error.name)
        number = f" ({error.number})" if error.number is not None else ""
        traced = f" Tracking id {fault.tracking_id}." if fault.tracking_id else ""
        refused = f"{self.host} refused {operation} for account {self.settings.account_id}: {error.name}{number}"
        message = f"{refused}, {error.message.rstrip('.')}.{traced}" if error.message else f"{refused}.{traced}"
        return DestinationError(message, hint=code.advice if code else _LATER)


def items(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The items of a list in an answer, without the empty ones; a list may be absent or null.

    Raises UnreadableError where something else stands in its place.
    """
    found = body.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise UnreadableError(f"{name} is no list")
    return [item for item in found if isinstance(item, Mapping)]


def text(value: object) -> str:
    """A text of an answer; blank where there is none. What is a list of words to some wires is their text."""
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def whole(value: object) -> int | None:
    """A whole number of an answer, which may come as a text; None where it is none."""
    try:
        return int(str(value))
    except ValueError:
        return None


def finite(value: object) -> float | None:
    """A number of an answer, which may come as a text; None where it is none, or more than a number holds."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def truth(value: object) -> bool | None:
    """Yes or no of an answer, which may come as a text; None where it is not given."""
    return {"true": True, "false": False}.get(str(value).strip().lower())


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
    # Small enough that a warehouse can add up all of them.
    if count is None or not 0 <= count < 10**12:
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
