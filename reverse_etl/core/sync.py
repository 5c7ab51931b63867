"""A sync: one source model delivered to one destination, as its dbt exposure declares it."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum


class Environment(StrEnum):
    """Which of the destination's worlds a sync writes to."""

    LOCAL = "local"
    SANDBOX = "sandbox"
    PRODUCTION = "production"


class WireProtocol(StrEnum):
    """How a destination is spoken to."""

    SOAP = "soap"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a ledger row belongs to and a plan compares within."""

    destination: str
    environment: str
    account_id: str
    sync: str

    def as_dict(self) -> dict[str, str]:
        """The scope as the macros take it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RetractionLimit:
    """How many conversions one push may take back: at most `rows`, and at most a `share` of those that count.

    None where the source is empty, unless `even_if_empty`: a user said the number for this very push.
    """

    rows: int = 100
    share: float = 0.05
    even_if_empty: bool = False

    def allowed(self, known: int) -> int:
        """The number for a ledger that holds so many; one is always allowed, unless the limit is 0."""
        return max(1, min(self.rows, int(self.share * known))) if self.rows and self.share else 0


@dataclass(frozen=True, slots=True)
class RestatementLimit:
    """How many values one push may change: `rows`, or a `share` of the conversions that count, whichever is more.

    `change`: by how much the sum of the restated values may change in any one currency; None for no limit.
    """

    rows: int = 100
    share: float = 0.2
    change: float | None = None

    def allowed(self, known: int) -> int:
        """The number for a ledger that holds so many."""
        return max(self.rows, int(self.share * known))


@dataclass(frozen=True, slots=True)
class Sync:
    """The settings of one sync.

    `source` is the dbt unique id of its source model. A sync that is not `enabled` is paused. `warn_after`,
    `error_after`: how old the newest conversion of the source may be. `adjust_after`: how long an accepted conversion
    waits for its first correction, where the exposure says so. `account_column`: the column of the source that names
    each row's account; with it, `account_id` is the one of them that is worked on, or empty. `protocol`: what is
    spoken, None where the day decides. `hold_refusable`: are rows held that their goal would refuse?
    """

    name: str
    source: str
    destination: str
    environment: Environment
    account_id: str
    customer_id: str
    unique_key: str | None = None
    enabled: bool = True
    targets: tuple[str, ...] = ()
    adjustments: tuple[str, ...] = ()
    warn_after: timedelta | None = None
    error_after: timedelta | None = None
    max_retractions: RetractionLimit = RetractionLimit()
    max_restatements: RestatementLimit = RestatementLimit()
    adjust_after: timedelta | None = None
    account_column: str = ""
    protocol: WireProtocol | None = None
    hold_refusable: bool = False

    @property
    def label(self) -> str:
        """What tells it from the others of a command: its name, and its account where it has several."""
        return f"{self.name}@{self.account_id}" if self.account_column and self.account_id else self.name

    @property
    def adjustment_delay(self) -> timedelta:
        """How long an accepted conversion waits for its first correction.

        Microsoft's reports lag by 6 hours, and whether a correction finds a conversion earlier is not documented.
        """
        if self.adjust_after is not None:
            return self.adjust_after
        return timedelta(hours=6) if self.environment is Environment.PRODUCTION else timedelta()

    @property
    def model(self) -> str:
        """The source model's name as dbt's selection syntax takes it, a version behind a point."""
        return self.source.split(".", 2)[-1]

    @property
    def scope(self) -> Scope:
        """The part of the ledger that is this sync's."""
        return Scope(self.destination, self.environment.value, self.account_id, self.name)
