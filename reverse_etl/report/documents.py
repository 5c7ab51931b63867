"""Parts of documents for programs. `version` rises when a field changes its meaning."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from reverse_etl.core.ports import RunSummary
from reverse_etl.core.sync import Sync

VERSION = 1


def run_fields(run: RunSummary) -> dict[str, Any]:
    """One run. `seconds` is null while no end is recorded."""
    return asdict(run) | {"seconds": seconds(run)}


def seconds(run: RunSummary) -> int | None:
    """How long a run took; None where no end is recorded."""
    if not run.started_at or not run.ended_at:
        return None
    return max(int((_time(run.ended_at) - _time(run.started_at)).total_seconds()), 0)


def _time(utc_text: str) -> datetime:
    return datetime.strptime(utc_text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def number(value: float | None) -> float | None:
    """A number as JSON can say it: what is none, as NaN is, becomes null."""
    return value if value is not None and math.isfinite(value) else None


def document(sync: Sync, **content: Any) -> dict[str, Any]:
    """One document with its head: the version and whose it is."""
    head = {
        "version": VERSION,
        "sync": sync.name,
        "destination": sync.destination,
        "environment": sync.environment.value,
        "account_id": sync.account_id,
    }
    return head | content
