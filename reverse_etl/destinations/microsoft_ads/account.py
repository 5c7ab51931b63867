"""Auto-tagging of the account: are click ids appended to its landing pages."""

from __future__ import annotations

from reverse_etl.destinations.microsoft_ads.lookups import Enquiry, items, text, truth

AUTO_TAGGING = "MSCLKIDAutoTaggingEnabled"


def read_auto_tagging(enquiry: Enquiry) -> bool | None:
    """Is it on? None where the service does not say. Raises DestinationError."""
    content = {"AccountPropertyNames": [AUTO_TAGGING]}
    found = enquiry.read("GetAccountProperties", content, lambda reply: items(reply.body, "AccountProperties"))
    for item in found:
        if text(item.get("Name")) == AUTO_TAGGING:
            return truth(item.get("Value"))
    return None


def turn_on_auto_tagging(enquiry: Enquiry) -> None:
    """Turn it on; raises DestinationError."""
    enquiry.ask("SetAccountProperties", {"AccountProperties": [{"Name": AUTO_TAGGING, "Value": "true"}]})
