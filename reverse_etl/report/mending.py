"""Retries, baselines, forgets and unlocks as text and as JSON, before they are done and after."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reverse_etl.mends import BaselineReport, ForgetReport, RetryReport
from reverse_etl.report.json_ import document
from reverse_etl.report.runs import columns
from reverse_etl.report.text import safe, title
from reverse_etl.reports import Holder
from reverse_etl.sync import Sync


def retry_text(sync: Sync, report: RetryReport) -> str:
    """The refused rows that a retry would lift, or has lifted."""
    rows = _rows(report.rows)
    if not report.rows:
        out = [f"{title(sync)}: no row stands refused that this would make sendable.", ""]
    elif report.run_seq is None:
        out = [f"Retry of {title(sync)}: {rows} would become sendable again.", ""]
    else:
        out = [f"Run {report.run_seq} of {title(sync)}: retry", ""]
        out += [f"{rows} can be sent again; the reason of each refusal is kept. `reverse-etl push` sends them.", ""]
    out += columns(
        [
            (
                safe(line.error_code or "no code") + (f" ({line.code})" if line.code else ""),
                f"{line.rows:,}",
                "an earlier try may have been taken" if line.maybe_taken else "refused, and nothing was taken",
            )
            for line in report.lines
        ],
        right=2,
    )
    if report.maybe_taken and report.run_seq is None:
        out += [
            "",
            f"An earlier try of {_rows(report.maybe_taken)} may have been taken; then a repeat could count twice.",
        ]
    if report.left_alone:
        out += [
            "",
            f"Left alone: {_rows(report.left_alone)} that an earlier try may have brought in, so that a repeat could "
            "count twice.",
            "They stay held without --maybe-taken.",
        ]
    return "\n".join(out).rstrip()


def retry_json(sync: Sync, report: RetryReport) -> dict[str, Any]:
    """What a retry lifted."""
    return document(
        sync,
        run=report.run_seq,
        result="retry",
        rows=report.rows,
        maybe_taken=report.maybe_taken,
        left_alone=report.left_alone,
        codes=[
            {
                "code": line.code,
                "error_code": line.error_code,
                "maybe_taken": line.maybe_taken,
                "rows": line.rows,
            }
            for line in report.lines
        ],
    )


def baseline_text(sync: Sync, report: BaselineReport) -> str:
    """The rows that a baseline would mark, or has marked; or those that undoing one makes unsent again."""
    rows, run = _rows(report.rows), report.run_seq
    if report.undone is not None:
        head = f"Run {run} of {title(sync)}: undo" if run else f"Undo of run {report.undone} of {title(sync)}"
        said = f"The baseline of run {report.undone} {'is' if run else 'would be'} undone: {rows} of it"
        out = [head, "", f"{said} {'count' if run else 'would count'} as never sent, and the next push sends them.", ""]
    elif not report.rows:
        out = [f"{title(sync)}: there is nothing to mark.", ""]
    else:
        head = f"Run {run} of {title(sync)}: baseline" if run else f"Baseline of {title(sync)}"
        done = "are marked as accepted, and were not sent" if run else "would be marked as accepted, without being sent"
        out = [head, "", f"{rows} {done}.", ""]
    out += columns(
        [(safe(goal.conversion_name), f"{goal.rows:,}", f"{goal.oldest} to {goal.newest}") for goal in report.goals],
        right=2,
    )
    if report.to_send is not None:
        out += ["", f"To be sent by the next push: {_rows(report.to_send)}."]
    if report.refused:
        out += [f"Refused by the destination before, and so not marked: {_rows(report.refused)}."]
    if report.unmatched is not None:
        out += [f"Listed without a source row: {_rows(report.unmatched)}."]
    if run and report.undone is None:
        out += ["", f"`reverse-etl baseline --undo {run}` takes it back while nothing was sent on top."]
    return "\n".join(out).rstrip()


def baseline_json(sync: Sync, report: BaselineReport) -> dict[str, Any]:
    """What a baseline marked, or what undoing one made unsent again."""
    return document(
        sync,
        run=report.run_seq,
        result="baseline" if report.undone is None else "undo",
        rows=report.rows,
        goals=[asdict(goal) for goal in report.goals],
        to_send=report.to_send,
        refused=report.refused,
        unmatched=report.unmatched,
        undone_run=report.undone,
    )


def forget_text(sync: Sync, report: ForgetReport) -> str:
    """What a forget would blank, or has blanked. It repeats no identifier."""
    run = report.run_seq
    if not report.records:
        out = [f"{title(sync)}: the ledger holds nothing of this."]
    else:
        head = f"Run {run} of {title(sync)}: forget" if run else f"Forget in {title(sync)}"
        done = "are blanked" if run else "would be blanked, for good"
        out = [head, "", f"Click ids, hashes and keys {done}; all counts stay.", ""]
        out += columns(
            [
                ("conversions", f"{report.records:,}"),
                ("rows of the ledger", f"{report.attempts:,}"),
                ("messages of receipts", f"{report.messages:,}"),
            ],
            right=2,
        )
    if report.elsewhere:
        out += [
            "",
            f"Not touched: {_rows(report.elsewhere)} of the same ledger under another sync, environment or account.",
            "--all takes every sync of this project, with the environment and account that each has now.",
            "Of one that was renamed or removed: declare it under its old name and account once more, with",
            "enabled: false, and forget again.",
        ]
    return "\n".join(out)


def forget_json(sync: Sync, report: ForgetReport) -> dict[str, Any]:
    """How much a forget blanked."""
    return document(
        sync,
        run=report.run_seq,
        result="forget",
        records=report.records,
        attempts=report.attempts,
        messages=report.messages,
        elsewhere=report.elsewhere,
    )


def holder_text(sync: Sync, held: Holder | None) -> str:
    """Who holds a sync, and what an unlock would do to that run."""
    if held is None:
        return f"{title(sync)}: no run holds it, so there is nothing to unlock."
    who = f"run {held.run_seq}, PID {held.pid} on {safe(held.host)}"
    if held.dead:
        return (
            f"{title(sync)}: {who}, never gave it back and is dead. "
            "The next push takes over by itself; there is nothing to unlock."
        )
    return "\n".join(
        [
            f"{title(sync)} is held by {who}, since {held.since}, last heard of {held.heard:.0f} s ago.",
            "",
            "Shut out, that run starts no more calls as soon as it looks, within seconds; what it has under way is in",
            "doubt until the next push settles it. If it still works, better let it end, or stop it there.",
        ]
    )


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"
