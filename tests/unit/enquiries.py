"""Lookups by a wire that answers by a script, or by SOAP, with a clock that jumps."""

from collections.abc import Callable, Mapping
from typing import Any

from reverse_etl.core.pace import Pace
from reverse_etl.destinations.microsoft_ads.lookups import Enquiry
from reverse_etl.destinations.microsoft_ads.wire.port import Reply
from reverse_etl.destinations.microsoft_ads.wire.soap import SoapWire
from tests.unit.scripted import JumpingClock
from tests.unit.wire import settings

LOCAL = "http://127.0.0.1:8765"


class Script:
    """A wire that gives these replies, the last one again and again, and keeps what it was asked."""

    call_timeout = 1.0
    clock_ahead: float | None = None

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def call(self, operation: str, content: Mapping[str, Any]) -> Reply:
        self.asked.append((operation, content))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def enquiry(
    replies: Script | Reply | None = None,
    *,
    url: str = LOCAL,
    clock: JumpingClock | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> Enquiry:
    """Asks by this script, by a wire that gives this one reply, else by SOAP at `url`. No wait takes any time."""
    clock, made = clock or JumpingClock(), settings(url)
    if replies is None:
        wire: Script | SoapWire = SoapWire(made, read_timeout=1.0)
    else:
        wire = replies if isinstance(replies, Script) else Script(replies)
    return Enquiry(made, wire, Pace(1, clock), 60.0, note, sleep=clock.sleep, jitter=lambda: 1.0)
