"""A plan as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any, cast

from typing_extensions import TypedDict

from reverse_etl.core.guards import Guard
from reverse_etl.core.plan import CLASSES, Plan, PlanLine
from reverse_etl.core.results import PlanReport
from reverse_etl.report.documents import ClassName, Count, OfSync, Says, Side, Time, head
from reverse_etl.report.text import (
    LEDGER_SIDE,
    columns,
    rows_of,
    safe,
    title,
)
from reverse_etl.report.words import CLASS_WORDS, reason_words


class PlanCountsJson(TypedDict):
    source: Annotated[dict[str, Count], Says("Source rows by class.")]
    ledger: Annotated[
        dict[str, Count],
        Says("Identities by class that the ledger holds and that stand in no sendable source row."),
    ]


class SampleJson(TypedDict):
    """One row; it names no person."""

    record_key: str
    conversion_name: str
    conversion_time: str
    code: Annotated[int | None, Says("The destination's code of a refusal.")]
    error_code: str
    goes_at: Annotated[
        str,
        Says(
            "UTC. From when on a row that waits may go, or by when the goal of a deferred one is old enough; "
            "blank where that is not known.",
        ),
    ]
    refused_at: Annotated[str, Says("UTC. When a deferred row was put off, else blank.")]


PlanLineJson = TypedDict(
    "PlanLineJson",
    {
        "side": Side,
        "class": ClassName,
        "reasons": Annotated[list[str], Says("Names of reasons; more may be added.")],
        "sends": bool,
        "rows": Count,
        "samples": Annotated[list[SampleJson], Says("As many as --samples asks for.")],
    },
)


class GuardJson(TypedDict):
    name: Annotated[str, Says("The guard; more may be added.")]
    refuses: bool
    warns: bool
    message: str


class PlanJson(OfSync):
    """What a push would do. Where several syncs are asked for at once, the output is an array of such documents.
    `version` rises when a field changes its meaning.
    """

    now: Annotated[Time, Says("UTC, as 2026-11-25T10:00:00Z; blank where it is not known.")]
    source_rows: Annotated[int, Says("Rows of the source model.", minimum=0)]
    to_send: Annotated[int, Says("Records that a push would send.", minimum=0)]
    counts: PlanCountsJson
    lines: Annotated[list[PlanLineJson], Says("All rows of one side that share class and reasons.")]
    guards: list[GuardJson]


def plan_text(report: PlanReport) -> str:
    """A plan: counts per class, reasons with examples, guards, and what a push would do next."""
    plan, guards = report.plan, report.guards
    out = [
        f"Plan of {title(report.sync)}",
        f"As of {plan.now}, {rows_of(plan.source_rows, 'source ')}.",
        "",
    ]
    out += columns(_class_rows(plan, "source"), right=2) or [f"  The source model {report.sync.model} is empty."]
    if plan.ledger_rows:
        out += ["", LEDGER_SIDE, *columns(_class_rows(plan, "ledger"), right=2)]
    for line in _by_class(plan.lines):
        if line.reasons or (line.sends and line.samples):
            why = ", ".join(line.reasons) or "for example"
            out += ["", f"{line.class_}, {rows_of(line.rows)}{_ledger_side(line)}: {why}"]
            out += [f"  {reason_words(reason)}" for reason in line.reasons]
            out += _samples(line)
    refusing = [guard for guard in guards if guard.refusal]
    out += ["", "Guards"]
    out += [f"  {_guard_word(g)}  {g.name}: {g.refusal or g.passes}" for g in guards]
    out += [""]
    if refusing:
        out += [f"A push would be refused (exit 5). {refusing[0].hint}"]
    elif plan.to_send:
        out += [f"A push would send {rows_of(plan.to_send)}, 1,000 a call."]
    else:
        out += ["A push would send nothing."]
    return "\n".join(out)


def plan_json(report: PlanReport) -> PlanJson:
    """A plan with its guards."""
    plan = report.plan
    return {
        **head(report.sync),
        "now": plan.now,
        "source_rows": plan.source_rows,
        "to_send": plan.to_send,
        "counts": {"source": plan.counts("source"), "ledger": plan.counts("ledger")},
        "lines": [
            {
                "side": cast(Any, line.side),
                "class": cast(Any, line.class_),
                "reasons": list(line.reasons),
                "sends": line.sends,
                "rows": line.rows,
                "samples": [cast(SampleJson, asdict(sample)) for sample in line.samples],
            }
            for line in plan.lines
        ],
        "guards": [
            {"name": g.name, "refuses": bool(g.refusal), "warns": g.warns, "message": g.refusal or g.passes}
            for g in report.guards
        ],
    }


def _class_rows(plan: Plan, side: str) -> Iterable[tuple[str, str, str]]:
    return ((name, f"{rows:,}", CLASS_WORDS[name]) for name, rows in plan.counts(side).items())


def _by_class(lines: Iterable[PlanLine]) -> list[PlanLine]:
    return sorted(lines, key=lambda line: (CLASSES.index(line.class_), line.side == "ledger", -line.rows))


def _samples(line: PlanLine) -> list[str]:
    when = "its goal is old enough by" if line.class_ == "deferred" else "goes at"
    return [
        safe(
            f"    {s.record_key or '(no key)'}  {s.conversion_name or '(no name)'}  {s.conversion_time or '(no time)'}"
            + (f"  {when} {s.goes_at}" if s.goes_at else "")
        )
        for s in line.samples
    ]


def _guard_word(guard: Guard) -> str:
    return "refuses" if guard.refusal else "warns  " if guard.warns else "passes "


def _ledger_side(line: PlanLine) -> str:
    return " of the ledger" if line.side == "ledger" else ""
