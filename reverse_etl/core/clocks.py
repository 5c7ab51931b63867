"""How much time has passed, and how this machine's clock compares with others."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Clocks that differ by less are taken for the same. Seconds.
TOLERANCE = 300.0
HINT = "A push goes by the warehouse's clock; set the one that is wrong, or rows wait or expire too early or too late."


def elapsed() -> float:
    """Seconds that also pass while the machine sleeps, where the system has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


def now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


def ahead_of_here(text: str | None) -> float | None:
    """By how many seconds a clock is ahead of this machine's: it just said this HTTP date or ISO time."""
    try:
        said = parsedate_to_datetime(text or "") if "," in (text or "") else datetime.fromisoformat(text or "")
        return (said - now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def warning(whose: str, ahead: float | None) -> str:
    """What to tell of a clock that differs by so many seconds; nothing where it does not."""
    if ahead is None or abs(ahead) < TOLERANCE:
        return ""
    side = "ahead of" if ahead > 0 else "behind"
    return f"{whose} clock is {_duration(abs(ahead))} {side} this machine's."


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"
