"""Plans, runs, statuses and rejected rows as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from reverse_etl.guards import Guard
from reverse_etl.interfaces import Rejected, RunSummary
from reverse_etl.plans import CLASSES, Plan, PlanLine
from reverse_etl.report.match import matched_lines
from reverse_etl.report.words import CLASS_WORDS, STANDING_WORDS, reason_words
from reverse_etl.reports import PlanReport, StatusReport
from reverse_etl.run import RunResult
from reverse_etl.sync import Sync

OUTCOMES = ("accepted", "rejected", "deferred", "in_doubt")
# Tracking ids of one refusal that a text shows.
IDS_SHOWN = 4
LEDGER_SIDE = "Sent before, and no longer in the source as it was sent:"


def safe(text: str) -> str:
    """Text from outside without what would steer a terminal or forge a line; at most 200 characters of it."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= 200 else shown[:197] + "..."


def title(sync: Sync) -> str:
    """One line that says which sync this is and where it goes."""
    return safe(f"{sync.name} -> {sync.destination}, {sync.environment.value}, account {sync.account_id}")


def plan_text(report: PlanReport) -> str:
    """A plan: counts per class, reasons with examples, guards, and what a push would do next."""
    plan, guards = report.plan, report.guards
    out = [
        f"Plan of {title(report.sync)}",
        f"As of {plan.now}, {plan.source_rows:,} source {_rows(plan.source_rows)}.",
        "",
    ]
    out += _table(_class_rows(plan, "source")) or [f"  The source model {report.sync.model} is empty."]
    if plan.ledger_rows:
        out += ["", LEDGER_SIDE, *_table(_class_rows(plan, "ledger"))]
    for line in _by_class(plan.lines):
        if line.reasons or (line.sends and line.samples):
            why = ", ".join(line.reasons) or "for example"
            out += ["", f"{line.class_}, {line.rows:,} {_rows(line.rows)}{_ledger_side(line)}: {why}"]
            out += [f"  {reason_words(reason)}" for reason in line.reasons]
            out += _samples(line)
    refusing = [guard for guard in guards if guard.refusal]
    out += ["", "Guards"]
    out += [f"  {_guard_word(g)}  {g.name}: {g.refusal or g.passes}" for g in guards]
    out += [""]
    if refusing:
        out += [f"A push would be refused (exit 5). {refusing[0].hint}"]
    elif plan.to_send:
        out += [f"A push would send {plan.to_send:,} {_rows(plan.to_send)}, 1,000 a call."]
    else:
        out += ["A push would send nothing."]
    return "\n".join(out)


def result_text(sync: Sync, result: RunResult) -> str:
    """What a run did, row by row in numbers."""
    word = {"done": "done", "stopped": "STOPPED", "interrupted": "interrupted"}[result.name]
    by = f", by {result.protocol.upper()}" if result.protocol else ""
    out = [f"Run {result.run_seq} of {title(sync)}{by}: {word}", ""]
    out += _table(standing_rows(result.source)) or ["  No source rows."]
    if result.ledger:
        out += ["", LEDGER_SIDE]
        out += _table(standing_rows(result.ledger))
    out += ["", f"Sent in this run: {_sent_words(result.sent)}." if result.sent else "Nothing was sent in this run."]
    if result.standing_refused:
        count = result.standing_refused
        out += [f"Refused in an earlier run and unchanged: {count:,} {_rows(count)}. See `reverse-etl rejected`."]
    if any(result.rows(name) for name in ("held", "invalid", "expired", "waiting", "duplicate")):
        out += ["The reasons of what was not sent: `reverse-etl plan`."]
    if result.refusals:
        out += ["", "Refused in this run, by the destination's code:"]
        out += _table((code, f"{rows:,}", "") for code, rows in sorted(result.refusals.items()))
        out += ["", "See each with `reverse-etl rejected`."]
    if result.in_doubt_because:
        out += [
            "",
            f"Rows are in doubt: {result.in_doubt_because}. The next push settles them; nothing is lost.",
        ]
    if result.interrupted:
        out += ["", "Interrupted: calls under way were finished and recorded. Push again to go on."]
    for sum_ in result.unbalanced:
        out += ["", f"A SUM IS OFF, please report it: {sum_}"]
    return "\n".join(out)


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
    out += _counts(statuses, words)
    if not statuses:
        out += ["  Nothing was sent yet."]
    if report.corrections:
        out += ["", "Corrections of these", *_counts(report.corrections, corrections)]
    if report.matched is not None:
        out += ["", *matched_lines(report.matched)]
    out += ["", "Newest runs" if runs else "No push yet."]
    out += [f"  {run.run_seq:>4}  {run.started_at}  target {run.target}  {_run_words(run)}" for run in runs]
    return "\n".join(out)


def rejected_text(sync: Sync, rows: Sequence[tuple[Rejected, str]]) -> str:
    """Refused rows with what to do about each, grouped by code. No personal data."""
    if not rows:
        return f"{title(sync)}\n\nNo row stands refused."
    out = [f"{title(sync)}: {len(rows):,} {_rows(len(rows))} refused and held"]
    for (code, error_code, message, reason), group in groupby(rows, key=lambda pair: _refusal_of(pair[0])):
        refused = list(group)
        out += ["", safe(f"{error_code or 'no code'}{f' ({code})' if code else ''}: {message}")]
        out += [f"  What to do: {refused[0][1]}"]
        out += [f"  {reason_words(reason)}"] if reason == "maybe_taken" else []
        out += [
            safe(f"    {row.record_key or '(no key)'}  {row.conversion_name}  {row.conversion_time}")
            for row, _ in refused
        ]
        # One per call, so that many rows share it.
        ids = list(dict.fromkeys(row.tracking_id for row, _ in refused if row.tracking_id))
        more = f" and {len(ids) - IDS_SHOWN} more" if len(ids) > IDS_SHOWN else ""
        out += [safe(f"  Tracking id{'s' if ids[1:] else ''}: {', '.join(ids[:IDS_SHOWN])}{more}")] if ids else []
    out += ["", "Such a row is held until it changes; `reverse-etl retry` makes it sendable again as it is."]
    return "\n".join(out)


def _refusal_of(row: Rejected) -> tuple[int | None, str, str, str]:
    return row.code, row.error_code, row.message, row.reason


def _run_words(run: RunSummary) -> str:
    if not run.ended_at and run.fenced_by is not None:
        return f"died (PID {run.pid} on {run.host}); run {run.fenced_by} took over"
    if not run.ended_at:
        return f"no end recorded (PID {run.pid} on {run.host}): still running, or died"
    sent = {name: run.counts.get(f"sent_{name}", 0) for name in OUTCOMES}
    return f"{run.result or 'ended'}: {mend_words(run) or _sent_words(sent)}"


def mend_words(run: RunSummary) -> str:
    """What a run did that was no push; blank for a push."""
    rows = f"{run.counts.get('rows', 0):,} {_rows(run.counts.get('rows', 0))}"
    undone = "" if run.fenced_by is None else f"; undone by run {run.fenced_by}"
    words = {
        "retry": f"{rows} made sendable again",
        "baseline": f"{rows} marked as accepted{undone}",
        "undo": f"baseline of run {run.counts.get('undone_run')} undone, {rows}",
        "unlock": f"run {run.counts.get('shut_out')} shut out",
        "forget": f"identifiers blanked, {rows.replace('row', 'conversion')}",
    }
    return words.get(run.result, "")


def _sent_words(sent: Mapping[str, int]) -> str:
    return ", ".join(f"{sent[name]:,} {name}" for name in OUTCOMES if sent.get(name)) or "nothing sent"


def _class_rows(plan: Plan, side: str) -> Iterable[tuple[str, str, str]]:
    return ((name, f"{rows:,}", CLASS_WORDS[name]) for name, rows in plan.counts(side).items())


def standing_rows(counts: Mapping[str, int]) -> Iterable[tuple[str, str, str]]:
    """Rows per standing with its words, in the order in which people read them."""
    order = [
        "accepted",
        "rejected",
        "deferred",
        "in_doubt",
        "not_reached",
        *(c for c in CLASSES if c != "new"),
    ]
    return ((name, f"{counts[name]:,}", STANDING_WORDS[name]) for name in dict.fromkeys(order) if counts.get(name))


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


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"


def _counts(counts: Mapping[str, int], words: Mapping[str, str]) -> list[str]:
    return _table((name, f"{counts[name]:,}", text) for name, text in words.items() if counts.get(name))


def _table(rows: Iterable[tuple[str, str, str]]) -> list[str]:
    cells = list(rows)
    if not cells:
        return []
    first, second = (max(len(row[i]) for row in cells) for i in (0, 1))
    return [f"  {name:<{first}}  {count:>{second}}  {text}".rstrip() for name, count, text in cells]
