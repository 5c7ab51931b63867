"""How many calls may be under way at once, from when on, and how often one is tried: fewer once there are too many."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

# Calls in a row that are answered before one more is made at once.
GROW_AFTER = 10
# Before a worker without a permit asks again. Seconds.
ASK_AGAIN = 0.1


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried and how long is waited between tries at most, in seconds."""

    tries: int = 4
    first_wait: float = 2.0
    longest_wait: float = 60.0

    def wait_before(self, try_: int, chance: float = 1.0) -> float:
        """The wait before a try, counted from 1: doubling from the first wait up to the longest.

        `chance`, from 0 to 1, shortens it by up to half, so that many workers do not come back at once.
        """
        whole = min(self.first_wait * 2.0 ** (try_ - 2), self.longest_wait) if try_ > 1 else 0.0
        return whole * (0.5 + chance / 2)


class Pace:
    """Permits for calls, shared by all workers: throttling makes all wait and halves them, success brings them back.

    `workers`: how many calls may be under way until the service says that these are too many.
    """

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

    def allow(self, workers: int) -> None:
        """A run begins that has so many workers. What throttling has left of the pace before it stays."""
        with self._lock:
            self._at_once = workers if self._at_once >= self._most else min(self._at_once, workers)
            self._most = workers

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


_shared: dict[tuple[str, str], Pace] = {}
_shared_lock = threading.Lock()


def shared_pace(host: str, customer_id: str) -> Pace:
    """The pace of all calls of a customer to a host in this process, whatever account, sync or purpose they have.

    The service counts the calls of a customer together. One at a time, until a run allows more.
    """
    with _shared_lock:
        return _shared.setdefault((host, customer_id), Pace(1, time.monotonic))
