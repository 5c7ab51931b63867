"""The Destination port for Microsoft Advertising, and records as the service's items."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from operator import itemgetter
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
# The elements of an item, in the order of the schema, and the fields of a record.
_IDENTITY = {
    "ConversionName": "conversion_name",
    "ConversionTime": "conversion_time",
    "HashedEmailAddress": "hashed_email",
    "HashedPhoneNumber": "hashed_phone",
    "MicrosoftClickId": "click_id",
}
_CONVERSION = {
    "ConversionCurrencyCode": "currency",
    "ConversionValue": "value",
    "ExternalAttributionCredit": "attribution_credit",
    "ExternalAttributionModel": "attribution_model",
    **_IDENTITY,
}
_ADJUSTMENT = {
    "AdjustmentCurrencyCode": "currency",
    "AdjustmentTime": "adjustment_time",
    "AdjustmentType": "operation",
    "AdjustmentValue": "value",
    **_IDENTITY,
}
_ABSENT = ("", None)
_TEXTS = ("conversion_name", "currency", "click_id", "hashed_email", "hashed_phone", "attribution_model")


def call_of(records: Sequence[Record]) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """The service's operation and its content: all of the records are sent, or all of them are corrections.

    Times stay text and numbers numbers; what is absent of a record is left out.
    """
    if records[0].operation == "send":
        return "ApplyOfflineConversions", {"OfflineConversions": _items(_CONVERSION, records)}
    adjustments = _items(_ADJUSTMENT, records)
    for item in adjustments:
        item["AdjustmentType"] = _ADJUSTMENT_TYPES[item["AdjustmentType"]]
    return "ApplyOfflineConversionAdjustments", {"OfflineConversionAdjustments": adjustments}


def _items(names: Mapping[str, str], records: Sequence[Record]) -> list[dict[str, Any]]:
    values = itemgetter(*map(Record._fields.index, names.values()))
    return [
        {name: value for name, value in zip(names, values(record), strict=True) if value not in _ABSENT}
        for record in records
    ]


def mistake(records: Sequence[Record]) -> str:
    """What keeps one of these records from being written as it is meant, or nothing.

    A wire writes whatever it is given. A whole call is looked at at once, which takes a third of the time.
    """
    columns = dict(zip(Record._fields, zip(*records, strict=True), strict=True))
    operations = set(columns["operation"])
    if unknown := operations - {"send", *_ADJUSTMENT_TYPES}:
        return f"operation {min(unknown)} is not one that this version sends"
    times = [*columns["conversion_time"], *(columns["adjustment_time"] if operations != {"send"} else ())]
    if not _are_utc_times(times):
        return "its time is not a UTC time in whole seconds"
    if "restate" in operations and None in columns["value"]:
        return "a restatement without a value"
    for name in ("value", "attribution_credit"):
        numbers = [number for number in columns[name] if number is not None]
        if not all(isinstance(number, (int, float)) and math.isfinite(number) for number in numbers):
            return f"its {name.replace('_', ' ')} is not a number"
    texts = chain.from_iterable(columns[name] for name in _TEXTS)
    # By REST, too: the service is one, and a row must be able to change its way.
    return "a text of it holds a character that XML cannot carry" if UNWRITABLE.search("".join(texts)) else ""


def _are_utc_times(texts: Sequence[str]) -> bool:
    try:
        return all(map(_UTC_TIME.fullmatch, texts)) and all(map(datetime.fromisoformat, texts))
    except (ValueError, TypeError):
        return False


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
        if mistake(records):
            seq, wrong = next((record.seq, wrong) for record in records if (wrong := mistake([record])))
            message = f"record {seq} of the plan: {wrong}; it was not sent"
            return Blamed(Reason(None, "RecordCannotBeSent", message), "", unprocessed=True, flaw=True)
        reply = self._wire.call(*call_of(records))
        retracted = len(records) if records[0].operation == "retract" else 0
        return answer_of(reply, retracted=retracted, throttle_wait=self._throttle_wait)
