"""The way of a fetch of attribution: which days and goals are asked for, in which calls, and how long is waited.

Each answer is in the warehouse before the next call leaves, whole or not at all: a fetch that dies leaves what it had.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol, TypeVar

from reverse_etl.attributed import Fetched, Told, Window
from reverse_etl.delivery import Patience
from reverse_etl.errors import DestinationError
from reverse_etl.receipts import Answer, Answered, Blamed, Reason, Stopped, Throttled

T = TypeVar("T")
# Days back that are fetched unless somebody says otherwise.
DAYS = 30
_KEPT = "What was fetched before stays; run `reverse-etl attribution` again to go on."


class Teller(Protocol):
    """The destination, asked what became of conversions. Neither method raises for what a call brings."""

    @property
    def goals_at_once(self) -> int:
        """Goals of one call at most."""

    @property
    def days_at_once(self) -> int:
        """Days of one call at most."""

    def goals(self) -> Mapping[str, Sequence[int]] | Answer:
        """The ids of the account's goals by name, or what came in place of them."""

    def tell(self, window: Window) -> Told | Answer:
        """What became of conversions, or what came in place of that."""


class AttributionBooks(Protocol):
    """Where one scope keeps what it was told. Every writing method has committed when it returns."""

    def sent_to(self, first_day: date) -> list[str]:
        """Names of the goals that anything was sent to since then."""

    def open_fetch(self) -> int:
        """Begin a fetch; gives its number."""

    def record(self, told: Told, names: Mapping[int, str]) -> None:
        """Write what one answer tells, whole or not at all. `names`: of the goals, by id."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """How a call is tried again. `sleep` and `jitter`, from 0 to 1, are replaced in tests."""

    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


def windows(first: date, last: date, goal_ids: Sequence[int], *, days: int, goals: int) -> Iterator[Window]:
    """Every goal and day from `first` to `last`, each in one window, none with more `days` or `goals` than allowed."""
    begin = first
    while begin <= last:
        end = min(begin + timedelta(days=days - 1), last)
        for start in range(0, len(goal_ids), goals):
            yield Window(begin, end, tuple(goal_ids[start : start + goals]))
        begin = end + timedelta(days=1)


def fetch(
    teller: Teller, books: AttributionBooks, first: date, last: date, *, note: Callable[[str], None], pacing: Pacing
) -> Fetched:
    """Ask what became of what was sent from the first day to the last, and write it down.

    `note` is told of long waits. Raises DestinationError where the destination refuses or does not answer, and
    WarehouseError.
    """
    caller = _Caller(note, pacing)
    sent_to = books.sent_to(first)
    ids = caller.call(teller.goals) if sent_to else {}
    # Several goals may bear one name, of which the destination tells one by one.
    names = {goal_id: name for name in sent_to for goal_id in ids.get(name, ())}
    untold = {name: "there is no offline conversion goal of this name" for name in sent_to if name not in ids}
    fetch_seq = books.open_fetch()
    for window in windows(first, last, sorted(names), days=teller.days_at_once, goals=teller.goals_at_once):
        told = caller.call(lambda window=window: teller.tell(window))  # type: ignore[misc]
        books.record(told, names)
        untold |= {names[goal_id]: why for goal_id, why in told.silent}
    return Fetched(fetch_seq, first, last, caller.calls, tuple(sorted(untold.items())))


class _Caller:
    """Makes calls one after another. Asking changes nothing, so whatever got no answer is asked again."""

    def __init__(self, note: Callable[[str], None], pacing: Pacing) -> None:
        self._note = note
        self._pacing = pacing
        self.calls = 0

    def call(self, ask: Callable[[], T | Answer]) -> T:
        """The answer, after as many tries as a push makes; raises DestinationError where none came."""
        tries = self._pacing.patience.tries
        try_ = 1
        while True:
            self.calls += 1
            answer = ask()
            if not isinstance(answer, Answer):
                return answer
            if try_ == tries or isinstance(answer, Stopped | Blamed | Answered):
                raise _error(answer)
            self._wait(answer, try_)
            try_ += 1

    def _wait(self, answer: Answer, try_: int) -> None:
        if isinstance(answer, Throttled):
            self._note(f"Too many calls: waiting {answer.seconds:.0f} seconds, as the service asks.")
            self._pacing.sleep(answer.seconds)
        else:
            self._pacing.sleep(self._pacing.patience.wait_before(try_ + 1) * (0.5 + self._pacing.jitter() / 2))


def _error(answer: Answer) -> DestinationError:
    if isinstance(answer, Answered):
        return DestinationError("The service's answer is not one to what was asked.", hint=_KEPT)
    reason = answer.reason
    said = f"{_code(reason)}{reason.message}"
    if isinstance(answer, Stopped):
        return DestinationError(f"The service refused to tell of conversions: {said}", hint=answer.hint)
    if isinstance(answer, Blamed):
        return DestinationError(f"The service refused what it was asked: {said}", hint=f"See the message. {_KEPT}")
    return DestinationError(f"The service did not tell of conversions, however often it was asked: {said}", hint=_KEPT)


def _code(reason: Reason) -> str:
    number = f" ({reason.code})" if reason.code is not None else ""
    return f"{reason.error_code}{number}: " if reason.error_code or number else ""
