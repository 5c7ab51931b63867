"""Calls that carry no rows: what the service tells of the account, its goals, and what became of what was sent.

Of the report the service documents the elements, the reasons and two limits: 20 goals and 7 days of UTC a call. What it
leaves open is decided here: both days are included, their times of day are not looked at, a day without an upload is
left out, and beyond a limit the call is refused with code 201.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.books import Books
from reverse_etl.sandbox.clock import read_date_time
from reverse_etl.sandbox.errors import CallRefusedError
from reverse_etl.sandbox.goals import Goal, World, learnt_goal
from reverse_etl.sandbox.request import (
    Long,
    Operation,
    Request,
    RowError,
    UnreadableError,
    as_list,
    as_text,
    batch_errors,
)

AUTO_TAGGING = "MSCLKIDAutoTaggingEnabled"
# Of the properties that the service has; a new account has a value for the first alone.
PROPERTY_NAMES = (AUTO_TAGGING, "TrackingUrlTemplate", "FinalUrlSuffix")
# What is said of a goal only where a call asks for it.
_ON_REQUEST = ("GoalCategory", "IsEnhancedConversionsEnabled", "IsExternallyAttributed")
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
_REPORTED_REFUSALS = {codes.ORIGINAL_NOT_FOUND.name, codes.ALREADY_RETRACTED.name}


def look_up(request: Request, world: World, books: Books) -> dict[str, Any]:
    """What a call asked for, by the service's names in the order of its schema, with the errors of single items.

    Raises UnreadableError where it asks for what its type does not have, CallRefusedError where the call is refused.
    """
    answers = {
        Operation.GOALS: _goals,
        Operation.REPORT: _report,
        Operation.PROPERTIES: _properties,
        Operation.SET_PROPERTIES: _set_properties,
    }
    return answers[Operation(request.operation)](request, world, books)


def _texts(request: Request, name: str) -> list[str]:
    return [as_text(one) or "" for one in as_list(request.content.get(name))]


def _words(request: Request, name: str) -> list[str]:
    """Words of a list that the service knows, which SOAP parts by blanks and REST by commas."""
    return (as_text(request.content.get(name)) or "").replace(",", " ").split()


def goal_id(name: str) -> Long:
    """The id of a goal that has none in a file: the same for a name, whatever else there is."""
    return Long(int.from_bytes(blake2b(name.encode(), digest_size=5).digest(), "big"))


def _by_id(world: World, books: Books) -> dict[str, Goal]:
    learnt = [learnt_goal(name) for name in books.learnt() if name not in world.goals] if world.learn else []
    return {str(goal.id or goal_id(goal.name)): goal for goal in (*world.goals.values(), *learnt)}


def _unknown_goals(asked: Iterable[str], goals: Mapping[str, Goal]) -> list[dict[str, object]]:
    return batch_errors([RowError(at, codes.GOAL_ID_INVALID) for at, one in enumerate(asked) if one not in goals])


def _goals(request: Request, world: World, books: Books) -> dict[str, Any]:
    """The offline conversion goals, all of them or those of the ids; null in the place of one that is not there."""
    wanted = "OfflineConversion" in _words(request, "ConversionGoalTypes")
    goals = _by_id(world, books) if wanted else {}
    asked = _texts(request, "ConversionGoalIds") or list(goals)
    fields = _words(request, "ReturnAdditionalFields")
    found = [_said(one, goals[one], fields) if one in goals else None for one in asked]
    return {"ConversionGoals": found, "PartialErrors": _unknown_goals(asked, goals)}


def _said(own_id: str, goal: Goal, fields: list[str]) -> dict[str, Any]:
    """A goal by the service's names; some of it only where it was asked for."""
    said = {
        "ConversionWindowInMinutes": goal.window_minutes,
        "CountType": goal.count_type,
        "GoalCategory": goal.category,
        "Id": Long(own_id),
        "IsEnhancedConversionsEnabled": goal.enhanced,
        "Name": goal.name,
        "Revenue": {"CurrencyCode": goal.revenue.currency, "Type": goal.revenue.type, "Value": goal.revenue.value},
        "Scope": goal.scope,
        "Status": goal.status,
        "Type": "OfflineConversion",
        "IsExternallyAttributed": goal.external_attribution,
    }
    return {name: value for name, value in said.items() if name in fields or name not in _ON_REQUEST}


def _report(request: Request, world: World, books: Books) -> dict[str, Any]:
    """What became of what the account sent, per goal and day; null in the place of a goal that is not there."""
    first, last = (_day(request.content, name) for name in ("StartDateUtc", "EndDateUtc"))
    if not 1 <= (last - first).days + 1 <= MAX_DAYS:
        raise _invalid(f"StartDateUtc and EndDateUtc span 1 to {MAX_DAYS} days.")
    goals = _by_id(world, books)
    asked = _texts(request, "GoalIds")
    if not 1 <= len(asked) <= MAX_GOALS:
        raise _invalid(f"GoalIds holds 1 to {MAX_GOALS} ids.")
    # By goal and day: how many by reason, blank for those that were attributed.
    days: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    if CHANNEL in (_words(request, "UploadChannelFilter") or [CHANNEL]):
        uploads = books.uploads(_account(request), first.isoformat(), last.isoformat())
        for name, day, conversion, outcome, reason, n in uploads:
            if conversion and outcome == "counted":
                days[name][day][""] += n
            # An adjustment that was carried out changes what was reported before, and is no upload of its own.
            elif outcome in ("duplicate", "ignored") or reason in _REPORTED_REFUSALS:
                days[name][day][_REASONS.get(reason, reason)] += n
    summaries = [_summary(one, goals[one].name, days[goals[one].name]) if one in goals else None for one in asked]
    return {"OfflineGoalConversionSummaries": summaries, "PartialErrors": _unknown_goals(asked, goals)}


def _summary(own_id: str, name: str, days: Mapping[str, Counter[str]]) -> dict[str, Any]:
    total = sum(days.values(), Counter[str]())
    return {
        "GoalId": Long(own_id),
        "ConversionName": name,
        **_counts(total, "Overall", Long),
        "OverallAlerts": _alerts(total),
        "DailySummaries": [
            {
                "GoalId": Long(own_id),
                "UploadDate": f"{day}T00:00:00Z",
                **_counts(tally, "", int),
                "Alerts": _alerts(tally),
            }
            for day, tally in sorted(days.items())
        ],
    }


def _counts(tally: Counter[str], before: str, kind: type[int]) -> dict[str, Any]:
    """The three numbers, `before` standing before the names of each."""
    in_all = tally.total()
    return {
        f"{before}SuccessCount": kind(tally[""]),
        f"{before}UnattributedCount": kind(in_all - tally[""]),
        f"{before}SuccessRate": round(tally[""] / in_all, 6) if in_all else 0,
    }


def _alerts(tally: Counter[str]) -> list[dict[str, Any]]:
    return [{"UnattributedReason": reason, "Count": Long(n)} for reason, n in sorted(tally.items()) if reason and n]


def _day(content: Mapping[str, Any], name: str) -> date:
    moment = read_date_time(as_text(content.get(name)) or "")
    if moment is None or moment.at == datetime.min.replace(tzinfo=moment.at.tzinfo):
        raise _invalid(f"{name} is not a time.")
    return moment.at.date()


def _invalid(message: str) -> CallRefusedError:
    return CallRefusedError(replace(codes.INPUT_INVALID, message=message))


def _properties(request: Request, world: World, books: Books) -> dict[str, Any]:
    """The properties that are asked for, in that order; null for one that has no value."""
    names = _texts(request, "AccountPropertyNames")
    _check_names(names)
    values = {AUTO_TAGGING: "true" if world.auto_tagging else "false"} | books.properties(_account(request))
    said = [{"Name": name, "Value": values.get(name)} for name in names]
    return {"AccountProperties": said, "PartialErrors": []}


def _set_properties(request: Request, world: World, books: Books) -> dict[str, Any]:
    """Set what the call says, all of it or nothing; the answer has no place for errors of single properties."""
    items = as_list(request.content.get("AccountProperties"))
    if not all(isinstance(item, dict) for item in items):
        raise UnreadableError
    values = {as_text(item.get("Name")) or "": as_text(item.get("Value")) or "" for item in items}
    _check_names(values)
    if AUTO_TAGGING in values:
        values[AUTO_TAGGING] = values[AUTO_TAGGING].lower()
        if values[AUTO_TAGGING] not in ("true", "false"):
            raise _invalid("The value of an account property is not one that it may have.")
    books.set_properties(_account(request), values)
    return {}


def _check_names(names: Iterable[str]) -> None:
    if any(name not in PROPERTY_NAMES for name in names):
        raise UnreadableError


def _account(request: Request) -> str:
    return request.headers["CustomerAccountId"]
