"""A sync: one source model delivered to one destination, as its dbt exposure declares it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Environment(StrEnum):
    """Which of the destination's worlds a sync writes to."""

    LOCAL = "local"
    SANDBOX = "sandbox"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a ledger row belongs to and a plan compares within."""

    destination: str
    environment: str
    account_id: str
    sync: str

    def as_dict(self) -> dict[str, str]:
        """The scope as the macros take it."""
        return {
            "destination": self.destination,
            "environment": self.environment,
            "account_id": self.account_id,
            "sync": self.sync,
        }


@dataclass(frozen=True, slots=True)
class Sync:
    """The settings of one sync.

    `source` is the dbt unique id of its source model. A sync that is not `enabled` is paused. `warn_after`,
    `error_after`: how old the newest conversion of the source may be.
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

    @property
    def scope(self) -> Scope:
        """The part of the ledger that is this sync's."""
        return Scope(self.destination, self.environment.value, self.account_id, self.name)
