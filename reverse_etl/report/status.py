"""What the ledger knows of a sync, as text and as JSON."""

from typing import Annotated

from reverse_etl.core.ports import RunSummary
from reverse_etl.core.results import StatusReport
from reverse_etl.report.attribution import MatchJson, matched_json, matched_text
from reverse_etl.report.documents import Count, OfSync, Says, head
from reverse_etl.report.runs import OneRunJson, done_words, run_fields
from reverse_etl.report.text import count_lines, title

STATUSES = {
    "accepted": "taken by the destination",
    "rejected": "refused; `reverse-etl rejected` lists those that still stand so",
    "maybe_taken": "a try may have been taken, a repeat was refused; held",
    "deferred": "put off; the next push tries again",
    "in_doubt": "may have arrived; the next push settles them, up to 90 days after the conversion",
    "retracted": "taken back",
}
CORRECTION_WORDS = {
    "restate_refused": "a restatement was refused; the value before it counts",
    "restate_in_doubt": "a restatement may have arrived; the next push settles it, if `adjustments` allow",
    "retract_refused": "a retraction was refused",
    "retract_in_doubt": "a retraction may have arrived; the next push settles it, if `adjustments` allow",
}


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
    out = [title(report.sync), "", *(count_lines(report.statuses, STATUSES) or ["  Nothing was sent yet."])]
    if report.corrections:
        out += ["", "Corrections of these", *count_lines(report.corrections, CORRECTION_WORDS)]
    if report.matched is not None:
        out += ["", matched_text(report.matched)]
    out += ["", "Newest runs" if report.runs else "No push yet."]
    out += [f"  {run.run_seq:>4}  {run.started_at}  target {run.target}  {_run_words(run)}" for run in report.runs]
    return "\n".join(out)


def status_json(report: StatusReport) -> StatusJson:
    return {
        **head(report.sync),
        "statuses": report.statuses,
        "corrections": report.corrections,
        "attribution": None if report.matched is None else matched_json(report.matched),
        "runs": [run_fields(run) for run in report.runs],
    }


def _run_words(run: RunSummary) -> str:
    if run.ended_at:
        return f"{run.result or 'ended'}: {done_words(run)}"
    if run.fenced_by is not None:
        return f"died (PID {run.pid} on {run.host}); run {run.fenced_by} took over"
    return f"no end recorded (PID {run.pid} on {run.host}): still running, or died"
