"""A plan as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from reverse_etl.core.guards import Guard
from reverse_etl.core.plan import CLASSES, Plan, PlanLine
from reverse_etl.core.results import PlanReport
from reverse_etl.report.documents import document
from reverse_etl.report.text import (
    LEDGER_SIDE,
    columns,
    rows_word,
    safe,
    title,
)
from reverse_etl.report.words import CLASS_WORDS, reason_words


def plan_text(report: PlanReport) -> str:
    """A plan: counts per class, reasons with examples, guards, and what a push would do next."""
    plan, guards = report.plan, report.guards
    out = [
        f"Plan of {title(report.sync)}",
        f"As of {plan.now}, {plan.source_rows:,} source {rows_word(plan.source_rows)}.",
        "",
    ]
    out += columns(_class_rows(plan, "source"), right=2) or [f"  The source model {report.sync.model} is empty."]
    if plan.ledger_rows:
        out += ["", LEDGER_SIDE, *columns(_class_rows(plan, "ledger"), right=2)]
    for line in _by_class(plan.lines):
        if line.reasons or (line.sends and line.samples):
            why = ", ".join(line.reasons) or "for example"
            out += ["", f"{line.class_}, {line.rows:,} {rows_word(line.rows)}{_ledger_side(line)}: {why}"]
            out += [f"  {reason_words(reason)}" for reason in line.reasons]
            out += _samples(line)
    refusing = [guard for guard in guards if guard.refusal]
    out += ["", "Guards"]
    out += [f"  {_guard_word(g)}  {g.name}: {g.refusal or g.passes}" for g in guards]
    out += [""]
    if refusing:
        out += [f"A push would be refused (exit 5). {refusing[0].hint}"]
    elif plan.to_send:
        out += [f"A push would send {plan.to_send:,} {rows_word(plan.to_send)}, 1,000 a call."]
    else:
        out += ["A push would send nothing."]
    return "\n".join(out)


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
