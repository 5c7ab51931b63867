"""Records as the service's items: the names it has for what a row says, and what keeps one from leaving."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reverse_etl.core.plan import Record
from reverse_etl.destinations.microsoft_ads.wire.port import UNWRITABLE

_UTC_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z")
_ADJUSTMENT_TYPES = {"restate": "Restate", "retract": "Retract"}


def call_of(records: Sequence[Record]) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """The service's operation and its content: all of the records are sent, or all of them are corrections.

    Times stay text and numbers numbers; what is None is left out by the wire.
    """
    if records[0].operation == "send":
        return "ApplyOfflineConversions", {"OfflineConversions": [_conversion(record) for record in records]}
    return "ApplyOfflineConversionAdjustments", {
        "OfflineConversionAdjustments": [_adjustment(record) for record in records]
    }


def mistake(record: Record) -> str:
    """What keeps a record from being written as it is meant, or nothing. A wire writes whatever it is given."""
    if record.operation not in ("send", *_ADJUSTMENT_TYPES):
        return f"operation {record.operation} is not one that this version sends"
    times = [record.conversion_time, *([] if record.operation == "send" else [record.adjustment_time])]
    if not all(_is_utc_time(time) for time in times):
        return "its time is not a UTC time in whole seconds"
    if record.operation == "restate" and record.value is None:
        return "a restatement without a value"
    for name, number in (("value", record.value), ("attribution credit", record.attribution_credit)):
        if number is not None and not (isinstance(number, (int, float)) and math.isfinite(number)):
            return f"its {name} is not a number"
    texts = (
        record.conversion_name,
        record.currency,
        record.click_id,
        record.hashed_email,
        record.hashed_phone,
        record.attribution_model,
    )
    # By REST, too: the service is one, and a row must be able to change its way.
    return "a text of it holds a character that XML cannot carry" if UNWRITABLE.search("".join(texts)) else ""


def _is_utc_time(text: str) -> bool:
    try:
        return bool(_UTC_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _conversion(record: Record) -> dict[str, Any]:
    return {
        "ConversionCurrencyCode": record.currency or None,
        "ConversionValue": record.value,
        "ExternalAttributionCredit": record.attribution_credit,
        "ExternalAttributionModel": record.attribution_model or None,
        **_identity(record),
    }


def _adjustment(record: Record) -> dict[str, Any]:
    """A correction; a retraction has no value."""
    return {
        "AdjustmentCurrencyCode": record.currency or None,
        "AdjustmentTime": record.adjustment_time or None,
        "AdjustmentType": _ADJUSTMENT_TYPES[record.operation],
        "AdjustmentValue": record.value,
        **_identity(record),
    }


def _identity(record: Record) -> dict[str, Any]:
    return {
        "ConversionName": record.conversion_name or None,
        "ConversionTime": record.conversion_time or None,
        "HashedEmailAddress": record.hashed_email or None,
        "HashedPhoneNumber": record.hashed_phone or None,
        "MicrosoftClickId": record.click_id or None,
    }
