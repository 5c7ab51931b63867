"""How many calls may be under way at once, and from when on: fewer once the service says that there are too many."""

from __future__ import annotations

import threading
from collections.abc import Callable

# Calls in a row that are answered before one more is made at once.
GROW_AFTER = 10
# Before a worker without a permit asks again. Seconds.
ASK_AGAIN = 0.1


class Pace:
    """Permits for calls, shared by all workers: throttling makes all wait and halves them, success brings them back."""

    def __init__(self, workers: int, clock: Callable[[], float]) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._most = workers
        self._at_once = workers
        self._under_way = 0
        self._answered = 0
        self._pause_until = 0.0

    @property
    def at_once(self) -> int:
        """Calls that may be under way now."""
        return self._at_once

    def take(self, not_before: float) -> float:
        """Take a permit: 0 where it was given, else the seconds until it is worth asking again."""
        with self._lock:
            left = max(not_before, self._pause_until) - self._clock()
            if left > 0:
                return left
            if self._under_way >= self._at_once:
                return ASK_AGAIN
            self._under_way += 1
            return 0.0

    def give_back(self) -> None:
        """A permit is no longer in use."""
        with self._lock:
            self._under_way -= 1

    def throttled(self, seconds: float) -> None:
        """The service turned a call away: no call starts for so long, and then half as many at once.

        No call starts in a pause, so that what is turned away during one began before it, and halves nothing again.
        """
        with self._lock:
            now = self._clock()
            if now >= self._pause_until:
                self._at_once = max(self._at_once // 2, 1)
            self._answered = 0
            self._pause_until = max(self._pause_until, now + seconds)

    def answered(self) -> None:
        """The service processed a call: after some of these one more may be under way."""
        with self._lock:
            self._answered += 1
            if self._answered >= GROW_AFTER and self._at_once < self._most:
                self._at_once += 1
                self._answered = 0
