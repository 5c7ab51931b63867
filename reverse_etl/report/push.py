"""What a push did, as text and as JSON."""

from typing import Annotated, Any, Literal, cast

from reverse_etl.core.results import RunResult
from reverse_etl.core.sync import Sync
from reverse_etl.report.documents import Count, OfSync, Says, head
from reverse_etl.report.text import LEDGER_SIDE, columns, rows_of, sent_words, standing_lines, title


class PushJson(OfSync):
    """What a run did. With --all or --select the output is an array of such documents, and of error.json for a sync
    that stopped by itself. `version` rises when a field changes its meaning.
    """

    protocol: Annotated[Literal["soap", "rest"], Says("What Microsoft was spoken to by.")]
    run: Annotated[int, Says(minimum=1)]
    result: Literal["done", "interrupted", "stopped"]
    exit_code: Literal[0, 1, 3]
    source: Annotated[dict[str, Count], Says("Source rows by standing.")]
    without_account: Annotated[
        int,
        Says(
            "Rows beside those of `source`, which name no account where each row names its own. They are of "
            "no account, so each account's document tells the same number.",
            minimum=0,
        ),
    ]
    ledger: Annotated[dict[str, Count], Says("Identities by standing that stand in no sendable source row.")]
    sent: Annotated[dict[str, Count], Says("Records that left in this run, by outcome.")]
    refusals: Annotated[dict[str, Count], Says("Refused records by the destination's code.")]
    standing_refused: Annotated[
        int,
        Says(
            "Source rows among the held that the destination refused in an earlier run, unchanged since.",
            minimum=0,
        ),
    ]
    in_doubt_because: Annotated[str, Says("Why records are in doubt; blank where none are.")]
    stopped: Annotated[str, Says("Why the run ended early; blank where it did not.")]
    unbalanced: Annotated[list[str], Says("Sums that are off; empty unless the product is at fault.")]


def result_text(sync: Sync, result: RunResult) -> str:
    word = {"done": "done", "stopped": "STOPPED", "interrupted": "interrupted"}[result.name]
    by = f", by {result.protocol.upper()}" if result.protocol else ""
    out = [f"Run {result.run_seq} of {title(sync)}{by}: {word}", ""]
    out += standing_lines(result.source) or ["  No source rows."]
    if result.ledger:
        out += ["", LEDGER_SIDE, *standing_lines(result.ledger)]
    out += ["", f"Sent in this run: {sent_words(result.sent)}." if result.sent else "Nothing was sent in this run."]
    if result.standing_refused:
        refused = rows_of(result.standing_refused)
        out += [f"Refused in an earlier run and unchanged: {refused}. See `reverse-etl rejected`."]
    if any(result.rows(name) for name in ("held", "invalid", "expired", "waiting", "duplicate")):
        out += ["The reasons of what was not sent: `reverse-etl plan`."]
    if result.refusals:
        out += ["", "Refused in this run, by the destination's code:"]
        out += columns([(code, f"{rows:,}", "") for code, rows in sorted(result.refusals.items())], right=2)
        out += ["", "See each with `reverse-etl rejected`."]
    if result.in_doubt_because:
        out += ["", f"Rows are in doubt: {result.in_doubt_because}. The next push settles them; nothing is lost."]
    if result.interrupted:
        out += ["", "Interrupted: calls under way were finished and recorded. Push again to go on."]
    for sum_ in result.unbalanced:
        out += ["", f"A SUM IS OFF, please report it: {sum_}"]
    return "\n".join(out)


def result_json(sync: Sync, result: RunResult) -> PushJson:
    return {
        **head(sync),
        "protocol": cast(Any, result.protocol),
        "run": result.run_seq,
        "result": cast(Any, result.name),
        "exit_code": cast(Any, result.exit_code),
        "source": result.source,
        "without_account": result.without_account,
        "ledger": result.ledger,
        "sent": result.sent,
        "refusals": result.refusals,
        "standing_refused": result.standing_refused,
        "in_doubt_because": result.in_doubt_because,
        "stopped": result.stopped.message if result.stopped else "",
        "unbalanced": list(result.unbalanced),
    }
