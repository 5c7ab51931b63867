"""Match rates in words and as JSON."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from reverse_etl.core.attribution import MatchTotals
from reverse_etl.report.documents import Count, Date, Says, Time


class MatchJson(TypedDict):
    """A match rate, and what it is of."""

    match_rate: Annotated[
        float | None,
        Says("attributed, divided by attributed and unattributed together.", minimum=0, maximum=1),
    ]
    attributed: Count
    unattributed: Count
    first_day: Annotated[Date, Says("The first day of upload, in UTC.")]
    last_day: Annotated[Date, Says("The last day of upload, in UTC.")]
    fetched_at: Annotated[Time, Says("When the day that was fetched longest ago was, UTC.")]


def percent(rate: float | None) -> str:
    """A share as people read it."""
    return "unknown" if rate is None else f"{100 * rate:.1f} %"


def matched_lines(matched: MatchTotals) -> list[str]:
    """How much of the last days' uploads was attributed, and as of when that is known."""
    reported = matched.attributed + matched.unattributed
    days = f"{matched.first_day} to {matched.last_day}" if matched.first_day != matched.last_day else matched.first_day
    return [
        f"Match rate {percent(matched.match_rate)}: {matched.attributed:,} of {reported:,} attributed to a click "
        f"(uploads of {days}, fetched {matched.fetched_at})."
    ]


def matched_json(matched: MatchTotals) -> MatchJson:
    """The same for programs."""
    return {
        "match_rate": matched.match_rate,
        "attributed": matched.attributed,
        "unattributed": matched.unattributed,
        "first_day": matched.first_day.isoformat(),
        "last_day": matched.last_day.isoformat(),
        "fetched_at": matched.fetched_at,
    }
