"""Auto-tagging of the account: are click ids appended to its landing pages."""

from __future__ import annotations

from reverse_etl.core.errors import DestinationError
from reverse_etl.destinations.microsoft_ads.enquiry import Enquiry, items, text, truth

AUTO_TAGGING = "MSCLKIDAutoTaggingEnabled"
_SET = "SetAccountProperties"


def read_auto_tagging(enquiry: Enquiry) -> bool | None:
    """Is it on? None where the service does not say. Raises DestinationError."""
    content = {"AccountPropertyNames": [AUTO_TAGGING]}
    found = enquiry.read("GetAccountProperties", content, lambda reply: items(reply.body, "AccountProperties"))
    for item in found:
        if text(item.get("Name")) == AUTO_TAGGING:
            return truth(item.get("Value"))
    return None


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
