"""The rows that the destination refused, as text and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Annotated, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.ports import Rejected
from reverse_etl.core.sync import Sync
from reverse_etl.report.documents import OfSync, Says, head
from reverse_etl.report.text import named, refusal, rows_of, safe, title
from reverse_etl.report.words import reason_words

# Rows and tracking ids of one refusal that a text shows; JSON has all.
ROWS_SHOWN = 10
IDS_SHOWN = 4


class RefusedRowJson(TypedDict):
    record_key: str
    conversion_name: str
    conversion_time: str
    reason: Literal["rejected_unchanged", "retract_refused", "maybe_taken"]
    code: Annotated[int | None, Says("The destination's code of a refusal.")]
    error_code: str
    message: str
    tracking_id: str
    what_to_do: str


class RejectedJson(OfSync):
    """Rows that the destination refused and that are held for that. Where several syncs are asked for at once, the
    output is an array of such documents. `version` rises when a field changes its meaning.
    """

    rejected: list[RefusedRowJson]


def rejected_text(sync: Sync, rows: Sequence[tuple[Rejected, str]]) -> str:
    """Refused rows with what to do about each, grouped by code. No personal data."""
    if not rows:
        return f"{title(sync)}\n\nNo row stands refused."
    out = [f"{title(sync)}: {rows_of(len(rows))} refused and held"]
    refusals = groupby(rows, key=lambda pair: (pair[0].code, pair[0].error_code, pair[0].message, pair[0].reason))
    for (code, error_code, message, reason), group in refusals:
        refused = list(group)
        out += ["", safe(f"{refusal(code, error_code)}: {message}")]
        out += [f"  What to do: {refused[0][1]}"]
        out += [f"  {reason_words(reason)}"] if reason != "rejected_unchanged" else []
        shown = [row for row, _ in refused[:ROWS_SHOWN]]
        out += [safe(f"    {named(row.record_key, row.conversion_name, row.conversion_time)}") for row in shown]
        out += [f"    and {len(refused) - ROWS_SHOWN:,} more: --json lists each"] if refused[ROWS_SHOWN:] else []
        # One per call, so that many rows share it.
        ids = list(dict.fromkeys(row.tracking_id for row, _ in refused if row.tracking_id))
        more = f" and {len(ids) - IDS_SHOWN} more" if len(ids) > IDS_SHOWN else ""
        out += [safe(f"  Tracking id{'s' if ids[1:] else ''}: {', '.join(ids[:IDS_SHOWN])}{more}")] if ids else []
    out += ["", "Such a row is held until it changes; `reverse-etl retry` makes it sendable again as it is."]
    return "\n".join(out)


def rejected_json(sync: Sync, rows: Sequence[tuple[Rejected, str]]) -> RejectedJson:
    return {
        **head(sync),
        "rejected": [cast(RefusedRowJson, asdict(row) | {"what_to_do": advice}) for row, advice in rows],
    }
