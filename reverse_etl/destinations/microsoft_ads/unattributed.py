"""Why Microsoft does not attribute a conversion that it took: each documented reason in words, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unattributed:
    """One UnattributedReason. `what_to_do` is for the one who sends the conversions."""

    name: str
    meaning: str
    what_to_do: str


# In the order in which they are worth a look. Names and meanings: Microsoft Advertising, the page on
# OfflineConversionUnattributedReason; the advice is ours.
REASONS: tuple[Unattributed, ...] = (
    Unattributed(
        "NoMatchingClickFound",
        "No click is known for the click id or the hashes.",
        "Compare the click ids with the landing-page URLs: look for cut or made-up ids, and for rows that came from "
        "elsewhere. See that auto-tagging is on.",
    ),
    Unattributed(
        "MissingMatchIdentifiers",
        "There is no click id, and the hashes matched nothing.",
        "Keep the click id (msclkid) with the lead. Where there is none, hash with hashed_email and hashed_phone, and "
        "turn on enhanced conversions for the goal.",
    ),
    Unattributed(
        "AccountMismatch",
        "The click is known, and belongs to another account.",
        "Send each row to the account that paid for its click: an exposure for each account, or account_column.",
    ),
    Unattributed(
        "OutsideGoalLookbackWindow",
        "The conversion came later after the click than the goal's conversion window allows.",
        "Widen the goal's conversion window, up to 90 days, if such late conversions should count.",
    ),
    Unattributed(
        "HistoricalClickDataExpired",
        "The click is older than 90 days, and Microsoft keeps it no longer.",
        "Send sooner, or send an earlier step of the deal as a conversion of its own; what is too old stays so.",
    ),
    Unattributed(
        "ClickTimestampAfterConversion",
        "The conversion is earlier than its click.",
        "Look for a time zone mistake: conversion_time must be UTC, see to_utc. Else the click id is of another lead.",
    ),
    Unattributed(
        "ConversionTimeInFuture",
        "The conversion time lies in the future.",
        "Look for a time zone mistake, and for planned dates in the place of the day on which it happened.",
    ),
    Unattributed(
        "ConversionTimeExceedsMaxLookback",
        "The conversion is older than 90 days.",
        "Send sooner; what is too old stays so.",
    ),
    Unattributed(
        "GoalNotFoundOrInactive",
        "There is no goal of this name, or it is not active.",
        "Compare the conversion names with the goals in Microsoft Advertising to the letter, and set a paused goal to "
        "active.",
    ),
    Unattributed(
        "DuplicateConversionKey",
        "The same conversion was sent before, or was attributed already.",
        "Nothing where a push repeated what was in doubt. Many of them mean that another tool sends the same rows.",
    ),
    Unattributed(
        "AdjustmentOriginalNotFound",
        "A correction speaks of a conversion that Microsoft does not find.",
        "Nothing where the conversion itself was not attributed. Soon after it was sent, raise adjust_after.",
    ),
    Unattributed(
        "ConversionAlreadyRetracted",
        "A correction speaks of a conversion that was retracted before.",
        "Nothing: what was retracted stays so.",
    ),
    Unattributed(
        "MalformedData",
        "Microsoft could not read the row.",
        "Run `dbt test` on the source model, whose tests name what is malformed; then ask Microsoft's support.",
    ),
    Unattributed(
        "Unknown",
        "Microsoft gives no reason.",
        "Fetch again a day later. Where it stays, ask Microsoft's support; `reverse-etl runs RUN` has tracking ids.",
    ),
)
_BY_NAME = {reason.name: reason for reason in REASONS}


def explain(name: str) -> Unattributed:
    """A reason in words; one that is not documented says so."""
    return _BY_NAME.get(name) or Unattributed(
        name, "Microsoft's word; it is not among those that it documents.", "Ask Microsoft's support what it means."
    )
