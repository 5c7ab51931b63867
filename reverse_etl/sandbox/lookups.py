"""Calls that carry no rows: what the service tells of the account."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.books import Books
from reverse_etl.sandbox.diagnostics import report
from reverse_etl.sandbox.goals import Goal, World
from reverse_etl.sandbox.request import GOALS, REPORT, Long, Request, RowError


def look_up(request: Request, world: World, books: Books) -> tuple[dict[str, Any], list[RowError]]:
    """What a call asked for, by the service's names in the order of its schema, and the errors of single items."""
    answers = {GOALS: _goals, REPORT: _report}
    return answers[request.operation](request, world, books)


def goal_id(name: str) -> Long:
    """The id of a goal: the same for a name, whatever else there is."""
    return Long(int.from_bytes(blake2b(name.encode(), digest_size=5).digest(), "big"))


def _goals(request: Request, world: World, books: Books) -> tuple[dict[str, Any], list[RowError]]:
    """The offline conversion goals, all of them or those of the ids; null in the place of one that is not there."""
    goals = {str(goal_id(goal.name)): goal for goal in _known(world, books)}
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
    return report(request, {str(goal_id(goal.name)): goal.name for goal in _known(world, books)}, books)


def _known(world: World, books: Books) -> Iterator[Goal]:
    yield from world.goals.values()
    if world.learn:
        yield from (Goal(name) for name in books.learnt() if name not in world.goals)


def _said(goal: Goal, fields: list[str]) -> Iterator[tuple[str, Any]]:
    yield "ConversionWindowInMinutes", goal.window_minutes
    yield "CountType", goal.count_type
    if "GoalCategory" in fields:
        yield "GoalCategory", "Purchase"
    yield "Id", goal_id(goal.name)
    if "IsEnhancedConversionsEnabled" in fields:
        yield "IsEnhancedConversionsEnabled", goal.enhanced
    yield "Name", goal.name
    revenue = {"CurrencyCode": goal.revenue_currency, "Type": goal.revenue_type, "Value": goal.revenue_value}
    yield "Revenue", revenue
    yield "Scope", "Account"
    yield "Status", goal.status
    yield "Type", "OfflineConversion"
    if "IsExternallyAttributed" in fields:
        yield "IsExternallyAttributed", goal.external_attribution
