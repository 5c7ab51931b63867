"""What the account says of itself: its offline conversion goals, and auto-tagging of its landing pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reverse_etl.core.errors import DestinationError
from reverse_etl.core.goal import Goal
from reverse_etl.destinations.microsoft_ads.enquiry import Enquiry, finite, items, text, truth, whole

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
