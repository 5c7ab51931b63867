"""What the ledger knows of a sync, as text and as JSON."""

from __future__ import annotations

from typing import Annotated

from reverse_etl.core.ports import RunSummary
from reverse_etl.core.results import StatusReport
from reverse_etl.report.documents import Count, OfSync, Says, head
from reverse_etl.report.match import MatchJson, matched_json, matched_lines
from reverse_etl.report.runs import OneRunJson, run_fields, upkeep_words
from reverse_etl.report.text import (
    OUTCOMES,
    count_lines,
    sent_words,
    title,
)


class StatusJson(OfSync):
    """What the ledger knows of a sync. Where several syncs are asked for at once, the output is an array of such
    documents. `version` rises when a field changes its meaning.
    """

    statuses: Annotated[
        dict[str, Count],
        Says("Conversions by status: accepted, rejected, maybe_taken, deferred, in_doubt, retracted."),
    ]
    corrections: Annotated[
        dict[str, Count],
        Says(
            "Conversions of which a restatement or retraction was refused, or may have arrived, beside their "
            "status: restate_refused, restate_in_doubt, retract_refused, retract_in_doubt.",
        ),
    ]
    attribution: Annotated[
        MatchJson | None,
        Says(
            "How much of the uploads of the last 30 days was attributed to clicks; null where that was never fetched.",
        ),
    ]
    runs: Annotated[list[OneRunJson], Says("The newest runs, the newest first.")]


def status_text(report: StatusReport) -> str:
    """What the ledger knows of a sync: conversions by status, and its newest runs."""
    statuses, runs = report.statuses, report.runs
    words = {
        "accepted": "taken by the destination",
        "rejected": "refused, and held until they change",
        "maybe_taken": "a try may have been taken, a repeat was refused; held",
        "deferred": "put off; the next push tries again",
        "in_doubt": "may have arrived; the next push settles them, up to 90 days after the conversion",
        "retracted": "taken back",
    }
    corrections = {
        "restate_refused": "a restatement was refused; the value before it counts",
        "restate_in_doubt": "a restatement may have arrived; the next push settles it, if `adjustments` allow",
        "retract_refused": "a retraction was refused; nothing was taken back",
        "retract_in_doubt": "a retraction may have arrived; the next push settles it, if `adjustments` allow",
    }
    out = [title(report.sync), ""]
    out += count_lines(statuses, words)
    if not statuses:
        out += ["  Nothing was sent yet."]
    if report.corrections:
        out += ["", "Corrections of these", *count_lines(report.corrections, corrections)]
    if report.matched is not None:
        out += ["", *matched_lines(report.matched)]
    out += ["", "Newest runs" if runs else "No push yet."]
    out += [f"  {run.run_seq:>4}  {run.started_at}  target {run.target}  {_run_words(run)}" for run in runs]
    return "\n".join(out)


def status_json(report: StatusReport) -> StatusJson:
    """What the ledger knows of a sync."""
    return {
        **head(report.sync),
        "statuses": report.statuses,
        "corrections": report.corrections,
        "attribution": None if report.matched is None else matched_json(report.matched),
        "runs": [run_fields(run) for run in report.runs],
    }


def _run_words(run: RunSummary) -> str:
    if not run.ended_at and run.fenced_by is not None:
        return f"died (PID {run.pid} on {run.host}); run {run.fenced_by} took over"
    if not run.ended_at:
        return f"no end recorded (PID {run.pid} on {run.host}): still running, or died"
    sent = {name: run.counts.get(f"sent_{name}", 0) for name in OUTCOMES}
    return f"{run.result or 'ended'}: {upkeep_words(run) or sent_words(sent)}"
