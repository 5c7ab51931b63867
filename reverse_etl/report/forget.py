"""A forget as text and as JSON, before it is done and after. It repeats no identifier."""

from typing import Annotated, Literal

from reverse_etl.core.sync import Sync
from reverse_etl.core.upkeep import ForgetReport
from reverse_etl.report.documents import OfSync, Says, head
from reverse_etl.report.text import columns, rows_of, title


class ForgetJson(OfSync):
    """How much of a person was blanked in the ledger of a sync; with --all a list of these documents, one for each
    sync. It repeats no identifier. `version` rises when a field changes its meaning.
    """

    run: Annotated[int | None, Says("The run's number; null where the ledger held nothing of it.")]
    result: Literal["forget"]
    records: Annotated[int, Says("Conversions whose identifiers were blanked.", minimum=0)]
    attempts: Annotated[int, Says("Rows of the ledger that these have.", minimum=0)]
    messages: Annotated[int, Says("Receipts whose message was blanked.", minimum=0)]
    elsewhere: Annotated[
        int,
        Says(
            "Rows of the ledger that lead to the person for other syncs, environments or accounts, and that stay.",
            minimum=0,
        ),
    ]


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


def forget_json(sync: Sync, report: ForgetReport) -> ForgetJson:
    return {
        **head(sync),
        "run": report.run_seq,
        "result": "forget",
        "records": report.records,
        "attempts": report.attempts,
        "messages": report.messages,
        "elsewhere": report.elsewhere,
    }
