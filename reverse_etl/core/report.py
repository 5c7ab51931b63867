"""What a report of a sync tells: the nouns of reading it from the warehouse and of writing it down. Days are of UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from reverse_etl.core.attribution import AttributionReport, MatchTotals
from reverse_etl.core.ports import RunSummary
from reverse_etl.core.results import PlanReport

# A refusal as the destination names it: its number and its name.
Code = tuple[int | None, str]


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Source rows alike in class, reasons, code and currency. `value`: the sum over `valued` of the `rows`.

    `accepted`: they count at the destination. `expiring`: they never did and still could, but not for much longer;
    `oldest` is the time of the first of them, UTC text.
    """

    class_: str
    reasons: tuple[str, ...]
    code: Code
    currency: str
    accepted: bool
    expiring: bool
    rows: int
    value: float
    valued: int
    oldest: str


@dataclass(frozen=True, slots=True)
class GoalDay:
    """Conversions of one goal, day and currency that count. `value`: the sum over the `valued` of them."""

    conversion_name: str
    day: date
    currency: str
    conversions: int
    value: float
    valued: int


@dataclass(frozen=True, slots=True)
class RefusedDay:
    """Tries of one day that the destination refused. `operation`: send, restate or retract."""

    day: date
    operation: str
    code: Code
    attempts: int


@dataclass(frozen=True, slots=True)
class Correction:
    """Accepted corrections of one goal: what counted before, over `valued_before` of them, and what counts since."""

    operation: str
    conversion_name: str
    conversions: int
    before: float
    currency_before: str
    valued_before: int
    value: float
    currency: str
    valued: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """All that is reported of one sync, as of the plan's time.

    `first_day`: since when conversions, refusals and corrections are reported. `open_corrections`: how many are refused
    or in doubt, by kind. `runs`: the newest first. `attribution`: None where its table is not built. `newest`: the time
    of the source's newest conversion, UTC text, blank where there is none. `advice`: what to do about each refusal.
    """

    plan: PlanReport
    first_day: date
    rows: tuple[RowGroup, ...]
    conversions: tuple[GoalDay, ...]
    refusals: tuple[RefusedDay, ...]
    corrections: tuple[Correction, ...]
    open_corrections: Mapping[str, int]
    runs: tuple[RunSummary, ...]
    matched: MatchTotals | None
    attribution: AttributionReport | None
    newest: str
    max_age_days: int
    advice: Mapping[Code, str]

    @property
    def now(self) -> datetime:
        """The warehouse's time that it was read at."""
        return datetime.fromisoformat(self.plan.plan.now)
