"""Times as the service reads them: XML Schema dateTime in, UTC to seven decimals out."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:[0-5]\d)?", re.ASCII)
_FARTHEST = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC; `text` is canonical, so two equal times have equal texts."""

    at: datetime
    text: str


def now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def utc_text(at: datetime) -> str:
    """A time as books and answers write it: UTC, whole milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_date_time(text: str) -> Moment | None:
    """Read an XML Schema dateTime, or give None where it is not one.

    The service asks for UTC and does not say what it makes of anything else. Here a time without
    a zone is taken as UTC, and one with an offset is brought to UTC. It does not say either how
    precisely it compares times; seven decimals are kept, so that a caller whose times wander by a
    fraction of a second is seen to count twice.
    """
    found = _DATE_TIME.fullmatch(text.strip(" \t\r\n"))
    if found is None:
        return None
    fraction = (found[2] or "")[:7].rstrip("0")
    try:
        said = datetime.fromisoformat(found[1] + (found[3] or "Z"))
        if abs(said.utcoffset() or timedelta()) > _FARTHEST:
            return None
        at = said.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    canonical = at.replace(tzinfo=None).isoformat() + (f".{fraction}" if fraction else "") + "Z"
    return Moment(at + timedelta(microseconds=int(fraction.ljust(7, "0")) // 10), canonical)
