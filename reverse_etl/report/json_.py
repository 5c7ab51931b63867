"""Plans, runs, statuses and rejected rows as JSON for programs. `version` rises when a field changes its meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from reverse_etl.interfaces import Rejected, RunSummary
from reverse_etl.report.match import matched_json
from reverse_etl.reports import PlanReport, StatusReport
from reverse_etl.run import RunResult
from reverse_etl.sync import Sync

VERSION = 1


def plan_json(report: PlanReport) -> dict[str, Any]:
    """A plan with its guards."""
    plan = report.plan
    return document(
        report.sync,
        now=plan.now,
        source_rows=plan.source_rows,
        to_send=plan.to_send,
        counts={side: plan.counts(side) for side in ("source", "ledger")},
        lines=[
            {
                "side": line.side,
                "class": line.class_,
                "reasons": list(line.reasons),
                "sends": line.sends,
                "rows": line.rows,
                "samples": [asdict(sample) for sample in line.samples],
            }
            for line in plan.lines
        ],
        guards=[
            {"name": g.name, "refuses": bool(g.refusal), "warns": g.warns, "message": g.refusal or g.passes}
            for g in report.guards
        ],
    )


def result_json(sync: Sync, result: RunResult) -> dict[str, Any]:
    """What a run did."""
    return document(
        sync,
        protocol=result.protocol,
        run=result.run_seq,
        result=result.name,
        exit_code=result.exit_code,
        source=result.source,
        without_account=result.without_account,
        ledger=result.ledger,
        sent=result.sent,
        refusals=result.refusals,
        standing_refused=result.standing_refused,
        in_doubt_because=result.in_doubt_because,
        stopped=result.stopped.message if result.stopped else "",
        unbalanced=list(result.unbalanced),
    )


def status_json(report: StatusReport) -> dict[str, Any]:
    """What the ledger knows of a sync."""
    return document(
        report.sync,
        statuses=report.statuses,
        corrections=report.corrections,
        attribution=None if report.matched is None else matched_json(report.matched),
        runs=[run_fields(run) for run in report.runs],
    )


def rejected_json(sync: Sync, rows: Sequence[tuple[Rejected, str]]) -> dict[str, Any]:
    """Refused rows with what to do about each."""
    return document(sync, rejected=[asdict(row) | {"what_to_do": advice} for row, advice in rows])


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
