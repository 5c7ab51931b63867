"""The account's offline conversion goals, by GetConversionGoalsByIds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reverse_etl.core.goal import Goal
from reverse_etl.destinations.microsoft_ads.enquiry import Enquiry, finite, items, text, truth, whole

OPERATION = "GetConversionGoalsByIds"
OFFLINE = "OfflineConversion"
# Reported on request only.
_MORE = ["IsExternallyAttributed", "GoalCategory", "IsEnhancedConversionsEnabled"]


def read_goals(enquiry: Enquiry) -> tuple[Goal, ...]:
    """All offline conversion goals of the account, by name; raises DestinationError.

    Without ids the service tells all goals of the kinds that are asked for, in one call.
    """
    content = {"ConversionGoalTypes": [OFFLINE], "ReturnAdditionalFields": _MORE}
    found = enquiry.read(OPERATION, content, lambda reply: items(reply.body, "ConversionGoals"))
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
