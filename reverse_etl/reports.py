"""What is answered to who asks for a plan or a status: typed and frozen."""

from __future__ import annotations

from dataclasses import dataclass

from reverse_etl.guards import Guard
from reverse_etl.interfaces import RunSummary
from reverse_etl.plans import Plan
from reverse_etl.sync import Sync


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a push of `sync` would do, and what each guard would say to it."""

    sync: Sync
    plan: Plan
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What the ledger knows of `sync`: conversions per status, and the newest runs, the newest first."""

    sync: Sync
    statuses: dict[str, int]
    runs: tuple[RunSummary, ...]
