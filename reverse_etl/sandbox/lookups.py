"""Calls that carry no rows: what the service tells of the account."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.books import Books
from reverse_etl.sandbox.diagnostics import report
from reverse_etl.sandbox.errors import CallRefusedError
from reverse_etl.sandbox.goals import Goal, World
from reverse_etl.sandbox.request import (
    GOALS,
    PROPERTIES,
    REPORT,
    SET_PROPERTIES,
    Long,
    Request,
    RowError,
    UnreadableError,
)

AUTO_TAGGING = "MSCLKIDAutoTaggingEnabled"
# The properties that the service description has; a new account has a value for the first alone.
PROPERTY_NAMES = (
    AUTO_TAGGING,
    "TrackingUrlTemplate",
    "AdClickParallelTracking",
    "FinalUrlSuffix",
    "IncludeViewThroughConversions",
    "ProfileExpansionEnabled",
    "AllowImageAutoRetrieve",
    "AutoApplyRecommendations",
    "IncludeAutoBiddingViewThroughConversions",
    "AutoBiddingViewThroughConversionsValueAttributionWeight",
    "LoopBackWindowForViewThroughConversions",
    "BusinessAttributes",
    "EnableMMAUnderDSAAdgroups",
    "OptOutFromMCM",
    "NetflixTCAccepted",
    "BlockedContentSegments",
    "AssetAIEnhancementOptout",
    "AcceptNielsenTermsAndConditions",
    "ImageMissingWarningOptout",
    "OptOutFromSystemSourcedImagesInSWF",
)


def look_up(request: Request, world: World, books: Books) -> tuple[dict[str, Any], list[RowError]]:
    """What a call asked for, by the service's names in the order of its schema, and the errors of single items.

    Raises UnreadableError where it asks for what its type does not have, CallRefusedError where the call is refused.
    """
    answers = {GOALS: _goals, REPORT: _report, PROPERTIES: _properties, SET_PROPERTIES: _set_properties}
    return answers[request.operation](request, world, books)


def goal_id(name: str) -> Long:
    """The id of a goal: the same for a name, whatever else there is."""
    return Long(int.from_bytes(blake2b(name.encode(), digest_size=5).digest(), "big"))


def id_of(goal: Goal) -> Long:
    """The id of a goal: the file's, else its name's."""
    return goal_id(goal.name) if goal.id is None else Long(goal.id)


def _goals(request: Request, world: World, books: Books) -> tuple[dict[str, Any], list[RowError]]:
    """The offline conversion goals, all of them or those of the ids; null in the place of one that is not there."""
    goals = {str(id_of(goal)): goal for goal in _known(world, books)}
    asked = request.content.get("ConversionGoalIds") or list(goals)
    fields = request.content.get("ReturnAdditionalFields", ())
    wanted = "OfflineConversion" in request.content.get("ConversionGoalTypes", ())
    found = [goals.get(one) if wanted else None for one in asked]
    errors = [RowError(index, codes.GOAL_ID_INVALID) for index, goal in enumerate(found) if goal is None]
    if not request.content.get("ConversionGoalIds"):
        found, errors = [goal for goal in found if goal is not None], []
    return {"ConversionGoals": [None if goal is None else dict(_said(goal, fields)) for goal in found]}, errors


def _report(request: Request, world: World, books: Books) -> tuple[dict[str, Any], list[RowError]]:
    """What became of what the account sent, per goal and day."""
    return report(request, {str(id_of(goal)): goal.name for goal in _known(world, books)}, books)


def _known(world: World, books: Books) -> Iterator[Goal]:
    yield from world.goals.values()
    if world.learn:
        yield from (Goal(name) for name in books.learnt() if name not in world.goals)


def _said(goal: Goal, fields: list[str]) -> Iterator[tuple[str, Any]]:
    yield "ConversionWindowInMinutes", goal.window_minutes
    yield "CountType", goal.count_type
    if "GoalCategory" in fields:
        yield "GoalCategory", goal.category
    yield "Id", id_of(goal)
    if "IsEnhancedConversionsEnabled" in fields:
        yield "IsEnhancedConversionsEnabled", goal.enhanced
    yield "Name", goal.name
    revenue = {"CurrencyCode": goal.revenue_currency, "Type": goal.revenue_type, "Value": goal.revenue_value}
    yield "Revenue", revenue
    yield "Scope", goal.scope
    yield "Status", goal.status
    yield "Type", "OfflineConversion"
    if "IsExternallyAttributed" in fields:
        yield "IsExternallyAttributed", goal.external_attribution


def _properties(request: Request, world: World, books: Books) -> tuple[dict[str, Any], list[RowError]]:
    """The properties that are asked for, in that order; null for one that has no value."""
    names = request.content.get("AccountPropertyNames", [])
    _check_names(names)
    values = {AUTO_TAGGING: "true" if world.auto_tagging else "false"} | books.properties(_account(request))
    return {"AccountProperties": [{"Name": name, "Value": values.get(name)} for name in names]}, []


def _set_properties(request: Request, world: World, books: Books) -> tuple[dict[str, Any], list[RowError]]:
    """Set what the call says, all of it or nothing."""
    values = {item.get("Name") or "": item.get("Value") or "" for item in request.content.get("AccountProperties", [])}
    _check_names(values)
    if AUTO_TAGGING in values:
        values[AUTO_TAGGING] = values[AUTO_TAGGING].lower()
        if values[AUTO_TAGGING] not in ("true", "false"):
            raise CallRefusedError(
                codes.INPUT_INVALID.saying("The value of an account property is not one that it may have.")
            )
    books.set_properties(_account(request), values)
    return {}, []


def _check_names(names: Iterable[str]) -> None:
    if any(name not in PROPERTY_NAMES for name in names):
        raise UnreadableError


def _account(request: Request) -> str:
    return request.headers["CustomerAccountId"]
