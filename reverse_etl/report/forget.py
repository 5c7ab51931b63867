"""A forget as text and as JSON, before it is done and after. It repeats no identifier."""

from __future__ import annotations

from typing import Any

from reverse_etl.core.sync import Sync
from reverse_etl.core.upkeep import ForgetReport
from reverse_etl.report.documents import document
from reverse_etl.report.text import (
    columns,
    rows_of,
    title,
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
            f"Not touched: {rows_of(report.elsewhere)} of the same ledger under another sync, environment or account.",
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
