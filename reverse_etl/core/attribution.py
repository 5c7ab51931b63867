"""What a destination made of what was sent: the nouns of asking for it and of telling it. Days are days of UTC."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reverse_etl.core.sync import Sync

# Days back that are fetched by default.
DAYS = 30
# And at most: ten years, which no report goes back.
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Window:
    """What one call asks for: some goals by id, and the days from `first` to `last`, both included."""

    first: date
    last: date
    goal_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReportedDay:
    """What the destination tells of one goal and day of upload. `reasons`: why not attributed, with how many."""

    goal_id: int
    day: date
    attributed: int
    unattributed: int
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reported:
    """What an answer tells: a line for each day of each goal that it speaks of, and why it is silent of another.

    `silent`: ids of goals, each with why nothing is known of it.
    """

    days: tuple[ReportedDay, ...]
    silent: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one fetch brought, in how many reports. `unreported`: goals that were sent to and not reported, with why."""

    fetch_seq: int
    first_day: date
    last_day: date
    reports: int
    unreported: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class UnattributedReason:
    """Why so many conversions were not attributed: the destination's word, what it means and what to do."""

    name: str
    conversions: int
    meaning: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What was sent, and what became of it. `attributed` and `unattributed` are None where they were not reported.

    `sent` is accepted, rejected, deferred and in_doubt together, every try counted; `corrections` are not among them.
    """

    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    deferred: int = 0
    in_doubt: int = 0
    corrections: int = 0
    attributed: int | None = None
    unattributed: int | None = None

    @property
    def match_rate(self) -> float | None:
        """The share of what was reported that was attributed, from 0 to 1; None where nothing was."""
        return match_rate(self.attributed or 0, self.unattributed or 0)


@dataclass(frozen=True, slots=True)
class AttributedDay:
    """One day of upload of a goal. `fetched_at`: when its report was fetched, UTC text; blank where it never was."""

    upload_date: date
    counts: Counts
    fetched_at: str = ""


@dataclass(frozen=True, slots=True)
class AttributedGoal:
    """One goal: its days with an upload, the oldest first, and the reasons over all of them, the commonest first."""

    conversion_name: str
    days: tuple[AttributedDay, ...]
    reasons: tuple[UnattributedReason, ...] = ()

    @property
    def counts(self) -> Counts:
        """The sums over its days."""
        return total(day.counts for day in self.days)

    @property
    def fetched_at(self) -> str:
        """When the day that was fetched longest ago was, UTC text; blank where none was."""
        return min((day.fetched_at for day in self.days if day.fetched_at), default="")


@dataclass(frozen=True, slots=True)
class AttributionReport:
    """What was sent since `first_day` and what became of it, per goal. `first_day` is None where nothing was sent.

    `fetched`: what this very call fetched, None where it fetched nothing.
    """

    sync: Sync
    first_day: date | None
    goals: tuple[AttributedGoal, ...]
    fetched: Fetched | None = None


@dataclass(frozen=True, slots=True)
class MatchTotals:
    """How much was attributed over some days of upload, as it was known at `fetched_at` (UTC text)."""

    attributed: int
    unattributed: int
    first_day: date
    last_day: date
    fetched_at: str

    @property
    def match_rate(self) -> float | None:
        """The share that was attributed, from 0 to 1."""
        return match_rate(self.attributed, self.unattributed)


def match_rate(attributed: int, unattributed: int) -> float | None:
    """The share that was attributed, from 0 to 1; None of nothing."""
    reported = attributed + unattributed
    return attributed / reported if reported else None


def total(counts: Iterable[Counts]) -> Counts:
    """The sums; None only where nothing was reported of any."""
    parts = list(counts)
    reported = [part for part in parts if part.attributed is not None]
    return Counts(
        sent=sum(part.sent for part in parts),
        accepted=sum(part.accepted for part in parts),
        rejected=sum(part.rejected for part in parts),
        deferred=sum(part.deferred for part in parts),
        in_doubt=sum(part.in_doubt for part in parts),
        corrections=sum(part.corrections for part in parts),
        attributed=sum(part.attributed or 0 for part in reported) if reported else None,
        unattributed=sum(part.unattributed or 0 for part in reported) if reported else None,
    )
