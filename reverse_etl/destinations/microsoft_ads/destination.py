"""The Destination port for Microsoft Advertising, and records as the service's items."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from reverse_etl.core.attribution import Reported, Window
from reverse_etl.core.errors import DestinationError
from reverse_etl.core.goal import Goal
from reverse_etl.core.pace import Pace, Patience, shared_pace
from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import Answer, Blamed, Reason
from reverse_etl.core.sync import Environment, WireProtocol
from reverse_etl.destinations.microsoft_ads.answering import (
    LocalBooks,
    ask_local_sandbox,
    check_service,
    local_sandbox_notes,
)
from reverse_etl.destinations.microsoft_ads.codes import answer_of
from reverse_etl.destinations.microsoft_ads.lookups import (
    DAYS_AT_ONCE,
    GOALS_AT_ONCE,
    Enquiry,
    read_auto_tagging,
    read_goals,
    read_report,
    turn_on_auto_tagging,
)
from reverse_etl.destinations.microsoft_ads.recording import Recording
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.wire.line import Wire
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


# What Microsoft asks to wait after CallRateExceeded, in seconds.
THROTTLE_WAIT = 60.0


def new_wire(settings: MicrosoftAdsSettings, recording: Recording | None = None) -> Wire:
    """The wire of the protocol that the settings name. What only the other one needs is not loaded."""
    if settings.protocol is WireProtocol.REST:
        from reverse_etl.destinations.microsoft_ads.wire.rest import RestWire

        return RestWire(settings, recording=recording)
    from reverse_etl.destinations.microsoft_ads.wire.soap import SoapWire

    return SoapWire(settings, recording=recording)


class MicrosoftAds:
    """Sends conversions by ApplyOfflineConversions and corrects them by ApplyOfflineConversionAdjustments."""

    # Items that ApplyOfflineConversions takes in one call (its documentation, August 2026).
    batch_limit = 1000
    goals_at_once = GOALS_AT_ONCE
    days_at_once = DAYS_AT_ONCE

    def __init__(
        self,
        settings: MicrosoftAdsSettings,
        *,
        wire: Wire | None = None,
        throttle_wait: float = THROTTLE_WAIT,
        note: Callable[[str], None] = lambda _: None,
        patience: Patience | None = None,
        recording: Recording | None = None,
    ) -> None:
        """`throttle_wait`: seconds, where the service does not say. `note` is called with long waits of lookups, which
        are tried as often as `patience` says. `recording`: what keeps each call."""
        self._settings = settings
        self._wire = wire or new_wire(settings, recording)
        self._throttle_wait = throttle_wait
        self._enquiry = Enquiry(settings, self._wire, self.pace, throttle_wait, note, patience or Patience())

    @property
    def protocol(self) -> str:
        """What it is spoken to by: soap or rest."""
        return self._settings.protocol.value

    @property
    def pace(self) -> Pace:
        """What all calls of the customer to this host share, those of other accounts and syncs too."""
        return shared_pace(urlsplit(self._settings.endpoint).netloc, self._settings.customer_id)

    def learns_goals(self) -> bool:
        """Does the other side take any name for a goal? The local sandbox does, unless it was given goals.

        Raises DestinationError when the local sandbox is not running.
        """
        books = self._local_books()
        return books is not None and books.learns_goals

    def goals(self) -> tuple[Goal, ...]:
        """The account's offline conversion goals, by name; raises DestinationError in words where it cannot tell."""
        books = self._local_books()
        learnt = books.learnt_goals if books else frozenset()
        return tuple(replace(goal, learnt=goal.name in learnt) for goal in read_goals(self._enquiry))

    def auto_tagging(self) -> bool | None:
        """Are click ids appended to landing pages? None where the service does not say; raises DestinationError."""
        return read_auto_tagging(self._enquiry)

    def turn_on_auto_tagging(self) -> None:
        """Have click ids appended to landing pages; raises DestinationError."""
        turn_on_auto_tagging(self._enquiry)

    def _local_books(self) -> LocalBooks | None:
        """What the local sandbox tells beside the service; None of Microsoft's own."""
        local = self._settings.environment is Environment.LOCAL
        return ask_local_sandbox(self._settings.endpoint) if local else None

    @property
    def call_timeout(self) -> float:
        """Seconds that one call lasts at most."""
        return self._wire.call_timeout

    @property
    def clock_ahead(self) -> float | None:
        """Seconds by which the service's clock is ahead of this machine's; None until it has sent its time."""
        return self._wire.clock_ahead

    def ask_clock(self) -> float | None:
        """As `clock_ahead`, asked now and without credentials; None where the service does not tell."""
        try:
            return check_service(self._settings.endpoint)[1]
        except DestinationError:
            # A push that cannot reach it says so itself.
            return None

    def preflight(self, accepted: int) -> Sequence[str]:
        """Check that the local sandbox runs and still has its books, and that there is an access token.

        Microsoft's own service is not asked. Raises DestinationError when the local sandbox is not running or when no
        token is to be had.
        """
        local = self._settings.environment is Environment.LOCAL
        notes = local_sandbox_notes(self._settings.endpoint, accepted) if local else ()
        # Who cannot sign in learns it here, before anything is written.
        self._settings.credentials.token()
        return notes

    def report(self, window: Window) -> Reported:
        """What became of the uploads of a window; raises DestinationError in words where it cannot tell."""
        return read_report(self._enquiry, window)

    def send(self, records: Sequence[Record]) -> Answer:
        """Make one call with these records. Never raises for what the call or its answer brings.

        A record that cannot be written as it should be keeps its call from leaving.
        """
        for record in records:
            if wrong := mistake(record):
                message = f"record {record.seq} of the plan: {wrong}; it was not sent"
                return Blamed(Reason(None, "RecordCannotBeSent", message), "", unprocessed=True, flaw=True)
        reply = self._wire.call(*call_of(records))
        retracted = len(records) if records[0].operation == "retract" else 0
        return answer_of(reply, retracted=retracted, throttle_wait=self._throttle_wait)
