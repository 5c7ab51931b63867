"""A baseline, or its undoing, as text and as JSON, before it is done and after."""

from dataclasses import asdict
from typing import Annotated, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.sync import Sync
from reverse_etl.core.upkeep import BaselineReport
from reverse_etl.report.documents import OfSync, Says, head
from reverse_etl.report.text import columns, rows_of, safe, title


class BaselineGoalJson(TypedDict):
    conversion_name: str
    rows: Annotated[int, Says(minimum=1)]
    oldest: Annotated[str, Says("The oldest conversion time, UTC.")]
    newest: Annotated[str, Says("The newest conversion time, UTC.")]


class BaselineJson(OfSync):
    """Rows that were marked as accepted without being sent, or an earlier baseline that was undone. `version` rises
    when a field changes its meaning.
    """

    run: Annotated[int | None, Says("The run's number; null where there was nothing to mark.")]
    result: Annotated[Literal["baseline", "undo"], Says("undo with --undo, else baseline.")]
    rows: Annotated[int, Says("Rows that were marked; of an undo, rows that count as never sent again.", minimum=0)]
    goals: Annotated[list[BaselineGoalJson], Says("`rows` by conversion goal.")]
    to_send: Annotated[int | None, Says("Rows that the next push still sends; null of an undo.", minimum=0)]
    unmatched: Annotated[
        int | None,
        Says("Rows of the relation of --from that stand for no source row; null without --from.", minimum=0),
    ]
    unreadable: Annotated[int, Says("Those of `unmatched` whose conversion_time is no time.", minimum=0)]
    passed_over: Annotated[
        int | None,
        Says("Listed conversions that stand in the source, and no push would send; null without --from.", minimum=0),
    ]
    undone_run: Annotated[int | None, Says("The run whose baseline was undone; null of a baseline.")]
    refused: Annotated[int, Says("Rows that the destination refused before and that are not marked.", minimum=0)]


def baseline_text(sync: Sync, report: BaselineReport) -> str:
    rows, run = rows_of(report.rows), report.run_seq
    if report.undone is not None:
        head = f"Run {run} of {title(sync)}: undo" if run else f"Undo of run {report.undone} of {title(sync)}"
        said = f"The baseline of run {report.undone} {'is' if run else 'would be'} undone: {rows} of it"
        counts = ("counts" if report.rows == 1 else "count") if run else "would count"
        them = "it" if report.rows == 1 else "them"
        out = [head, "", f"{said} {counts} as never sent, and the next push sends {them}.", ""]
    elif not report.rows:
        out = [f"{title(sync)}: there is nothing to mark."]
    else:
        head = f"Run {run} of {title(sync)}: baseline" if run else f"Baseline of {title(sync)}"
        done = "are marked as accepted, and were not sent" if run else "would be marked as accepted, without being sent"
        out = [head, "", f"{rows} {done}.", ""]
    out += columns(
        [(safe(goal.conversion_name), f"{goal.rows:,}", f"{goal.oldest} to {goal.newest}") for goal in report.goals],
        right=2,
    )
    if report.to_send is not None:
        out += ["", f"To be sent by the next push: {rows_of(report.to_send)}."]
    if report.refused:
        out += [f"Refused by the destination before, and so not marked: {rows_of(report.refused)}."]
    if report.unmatched is not None:
        times = f", {report.unreadable:,} with a conversion_time that is no time" if report.unreadable else ""
        out += [f"Listed without a source row: {rows_of(report.unmatched)}{times}."]
    if report.passed_over:
        why = "counted, invalid, expired or held" + (", or of another account" if sync.account_column else "")
        out += [f"Listed, and not to be sent ({why}): {rows_of(report.passed_over)}."]
    if run and report.undone is None:
        which = f" {sync.label}" if sync.account_column else ""
        out += ["", f"`reverse-etl baseline --undo {run}{which}` takes it back while none of its rows was sent on top."]
    return "\n".join(out).rstrip()


def baseline_json(sync: Sync, report: BaselineReport) -> BaselineJson:
    return {
        **head(sync),
        "run": report.run_seq,
        "result": "baseline" if report.undone is None else "undo",
        "rows": report.rows,
        "goals": [cast(BaselineGoalJson, asdict(goal)) for goal in report.goals],
        "to_send": report.to_send,
        "refused": report.refused,
        "unmatched": report.unmatched,
        "unreadable": report.unreadable,
        "passed_over": report.passed_over,
        "undone_run": report.undone,
    }
