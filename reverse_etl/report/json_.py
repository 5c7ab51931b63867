"""Plans, runs, statuses and rejected rows as JSON for programs. `version` rises when a field changes its meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from reverse_etl.guards import Guard
from reverse_etl.interfaces import Rejected, RunSummary
from reverse_etl.plan import Plan
from reverse_etl.push import RunResult
from reverse_etl.sync import Sync

VERSION = 1


def plan_json(sync: Sync, plan: Plan, guards: Sequence[Guard]) -> str:
    """A plan with its guards."""
    return _document(
        sync,
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
        guards=[{"name": g.name, "refuses": bool(g.refusal), "message": g.refusal or g.passes} for g in guards],
    )


def result_json(sync: Sync, result: RunResult) -> str:
    """What a run did."""
    return _document(
        sync,
        run=result.run_seq,
        result=result.name,
        exit_code=result.exit_code,
        source=result.source,
        ledger=result.ledger,
        sent=result.sent,
        refusals=result.refusals,
        in_doubt_because=result.in_doubt_because,
        stopped=result.stopped.message if result.stopped else "",
        unbalanced=list(result.unbalanced),
    )


def status_json(sync: Sync, statuses: Mapping[str, int], runs: Sequence[RunSummary]) -> str:
    """What the ledger knows of a sync."""
    return _document(sync, statuses=dict(statuses), runs=[asdict(run) for run in runs])


def rejected_json(sync: Sync, rows: Sequence[tuple[Rejected, str]]) -> str:
    """Refused rows with what to do about each."""
    return _document(sync, rejected=[asdict(row) | {"what_to_do": advice} for row, advice in rows])


def _document(sync: Sync, **content: Any) -> str:
    head = {
        "version": VERSION,
        "sync": sync.name,
        "destination": sync.destination,
        "environment": sync.environment.value,
        "account_id": sync.account_id,
    }
    return json.dumps(head | content, indent=2)
