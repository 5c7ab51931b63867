"""Calls that carry no rows, and what their failures mean in words."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from reverse_etl.core.errors import DestinationError
from reverse_etl.core.pace import Pace, Patience
from reverse_etl.core.receipt import Answer, Throttled, Unanswered
from reverse_etl.destinations.microsoft_ads.codes import answer_of, find
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.wire.line import Wire
from reverse_etl.destinations.microsoft_ads.wire.port import Faulted, Lost, Processed, Reply, Withheld

T = TypeVar("T")
_LATER = "Try again later. Nothing depends on it: a push sends all the same."
_UNREADABLE = "Nothing of this answer is used. Where it stays so, upgrade this tool."
_ADDRESS = "Check MICROSOFT_ADS_ENDPOINT if it is set; else the service has moved: upgrade this tool."


class UnreadableError(ValueError):
    """An answer holds something else than the service describes; the text says what."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Asks the service of one account. Asking twice changes no more than once, so what got no answer is asked again.

    `throttle_wait`: seconds, where there were too many calls and the service does not say how long to wait. `note` is
    called with such waits. `sleep` and `jitter`, from 0 to 1, are replaced in tests.
    """

    settings: MicrosoftAdsSettings
    wire: Wire
    pace: Pace
    throttle_wait: float
    note: Callable[[str], None] = lambda _: None
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    @property
    def host(self) -> str:
        """Who is asked, for messages."""
        parts = urlsplit(self.settings.endpoint)
        return parts.netloc if parts.scheme == "http" else parts.hostname or parts.netloc

    def read(self, operation: str, content: Mapping[str, Any], reader: Callable[[Processed], T]) -> T:
        """What a reader makes of the answer; raises DestinationError where none came, or the reader cannot read it."""
        reply = self.ask(operation, content)
        try:
            return reader(reply)
        except UnreadableError as error:
            message = f"{self.host} answered {operation} with something else than it describes: {error}."
            raise DestinationError(message, hint=_UNREADABLE) from None

    def set(self, operation: str, content: Mapping[str, Any]) -> None:
        """Have something set; raises DestinationError also where the service refuses a part of it."""
        reply = self.ask(operation, content)
        if reply.partial_errors:
            raise self._refused(operation, Faulted(reply.partial_errors, reply.tracking_id))

    def ask(self, operation: str, content: Mapping[str, Any]) -> Processed:
        """The answer, after as many tries as a push makes; raises DestinationError in words where none came."""
        try_ = 1
        while True:
            reply, answer = self._call(operation, content)
            if isinstance(reply, Processed):
                return reply
            if try_ == self.patience.tries or not isinstance(answer, Throttled | Unanswered):
                raise self._lost(operation, reply) if isinstance(reply, Lost) else self._refused(operation, reply)
            try_ += 1
            if isinstance(answer, Throttled):
                self.note(f"Too many calls: waiting {answer.seconds:.0f} seconds, as the service asks.")
            else:
                self.sleep(self.patience.wait_before(try_, self.jitter()))

    def _call(self, operation: str, content: Mapping[str, Any]) -> tuple[Reply, Answer]:
        """Make one call at the pace of all calls of the customer; gives what came, and what that means."""
        while left := self.pace.take(0.0):
            self.sleep(min(left, 0.5))
        try:
            reply = self.wire.call(operation, content)
            answer = answer_of(reply, retracted=0, throttle_wait=self.throttle_wait)
            # Before the permit is back: no other call may start in between.
            if isinstance(answer, Throttled):
                self.pace.throttled(answer.seconds)
        finally:
            self.pace.give_back()
        if isinstance(reply, Processed):
            self.pace.answered()
        return reply, answer

    def _lost(self, operation: str, reply: Lost) -> DestinationError:
        name = reply.reason.error_code
        hint = _ADDRESS if name == "HTTP 404" else _LATER
        readable = "" if reply.unsent else " that can be read"
        message = f"{self.host} gave no answer to {operation}{readable} ({name}): {reply.reason.message}."
        return DestinationError(message, hint=hint)

    def _refused(self, operation: str, fault: Faulted) -> DestinationError:
        error = fault.errors[0]
        if isinstance(fault, Withheld):
            return DestinationError(error.message, hint=fault.advice)
        code = find(error.number, error.name)
        number = f" ({error.number})" if error.number is not None else ""
        traced = f" Tracking id {fault.tracking_id}." if fault.tracking_id else ""
        refused = f"{self.host} refused {operation} for account {self.settings.account_id}: {error.name}{number}"
        message = f"{refused}, {error.message.rstrip('.')}.{traced}" if error.message else f"{refused}.{traced}"
        return DestinationError(message, hint=code.advice if code else _LATER)


def items(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The items of a list in an answer, without the empty ones; a list may be absent or null.

    Raises UnreadableError where something else stands in its place.
    """
    found = body.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise UnreadableError(f"{name} is no list")
    return [item for item in found if isinstance(item, Mapping)]


def text(value: object) -> str:
    """A text of an answer; blank where there is none. What is a list of words to some wires is their text."""
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def whole(value: object) -> int | None:
    """A whole number of an answer, which may come as a text; None where it is none."""
    try:
        return int(str(value))
    except ValueError:
        return None


def finite(value: object) -> float | None:
    """A number of an answer, which may come as a text; None where it is none, or more than a number holds."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def truth(value: object) -> bool | None:
    """Yes or no of an answer, which may come as a text; None where it is not given."""
    return {"true": True, "false": False}.get(str(value).strip().lower())
