"""Why a row is where it is, as text and as JSON: its class and reason, its history, and what would change it."""

import math
from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Annotated, Any, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.results import Attempted, Explained, WhyReport
from reverse_etl.report.documents import ClassName, OfSync, Says, Time, head, number
from reverse_etl.report.runs import OUTCOME_WORDS
from reverse_etl.report.text import safe, title
from reverse_etl.report.words import CLASS_WORDS, NEEDS, reason_words

READINGS = {
    "unique_key": "a unique key",
    "click_id": "a click id",
    "hash": "a hashed e-mail or phone",
    "email": "an e-mail address, hashed",
}
ABSENT = "absent"
ABSENT_WORDS = "no longer in the source, and not counted at Microsoft: nothing is sent"
NEVER_SENT = "never sent"
# What is shown of an identifier that is malformed, and may be an address that is not hashed, or was forgotten: its
# place is then held by a token.
STARTS = {"?": "malformed", "forgotten_"[:8]: "forgotten"}

# Of what a baseline marked, whose receipts have this name in the place of a code.
BASELINE = "Baseline"
BASELINE_WORDS = {
    "accepted": "marked as accepted by a baseline, not sent",
    "void": "marked as accepted by a baseline that was undone, not sent",
}
# What would change a row's class, by its reason, else by its class. Not what the reason says already.
CHANGES = {
    "new": "The next push sends it.",
    "deferred": "The next push tries it again.",
    "in_doubt": "The next push sends the very same record again; Microsoft ignores the second of two, and the answer "
    "settles it.",
    "unchanged": "Nothing needs to be done.",
    "held": "Nothing: no correction can say that.",
    "restate": "The next push restates it.",
    "move": "The next push retracts it, and then sends what its key stands for now.",
    "replace": "The next push sends it, once it has retracted what its key stood for before.",
    "retract": "The next push retracts it.",
    "invalid": "Correct what the reason names, in the source model; the next push sends the row, unless it was taken "
    "before.",
    "expired": "Nothing: Microsoft takes no conversion that is older than 90 days.",
    "waiting": "Its time: the next push after it sends the row.",
    "duplicate": "Nothing needs to be done: the other row stands for it. If they are two conversions, give them times "
    "that differ.",
    "aged_out": "Nothing needs to be done: it counts, and is left as it is. No row of its goal that could still be "
    "sent is older, so it may have rolled out of the source.",
    ABSENT: "Should the row come back into the source, the next push decides anew.",
    # by reason
    "rejected_unchanged": "Change the row, and the next push sends it; or send it again unchanged with "
    "`reverse-etl retry`, once what refused it is corrected.",
    "maybe_taken": "`reverse-etl retry --maybe-taken` sends the very same record once more.",
    "value_changed": "`adjustments: [restate]` in the exposure, and the next push restates it; or the former value in "
    "the source.",
    "value_missing": "A value in the source; or the former value and currency.",
    "currency_missing": "The currency in the source.",
    "attribution_changed": "The former attribution in the source.",
    "restate_in_doubt": "`adjustments: [restate]` in the exposure: the next push repeats it with the value of now.",
    "retract_in_doubt": "`adjustments: [retract]` in the exposure: the next push repeats it.",
    "retracted": "Nothing: Microsoft ignores a conversion once it was retracted.",
    "key_in_doubt": "The next push settles the other conversion of its key; where that was refused, see "
    "`reverse-etl rejected`.",
    "retract_refused": "`reverse-etl retry`, and the next push retracts it again; or, if no try went unanswered, its "
    "row back in the source.",
    "accepted_recently": "Time: a push after `adjust_after` (6 hours in production) corrects it.",
    "quiet": "Time: a push in a few minutes corrects it.",
    "key_sent_before": "Time, where the other one waits to be retracted; else the former click id and time in the "
    "source, or a unique key of its own, if these are two.",
    "other_account": "The account where it counts, or the former click, in the source; or a unique key of its own.",
    "goal_missing": "A goal of this name (`reverse-etl goals` says what to create), or another name in the source.",
    "goal_inactive": "The goal's status set to Active at Microsoft.",
    "goal_takes_no_hashes": "Enhanced conversions turned on for the goal, or a click id in the source.",
    "goal_takes_no_attribution": "A goal with external attribution, or both columns empty in the source.",
    "goal_window_passed": "A wider conversion window of the goal, up to 90 days.",
    "gone": "`adjustments: [retract]` in the exposure, and the next push takes it back; or its row back in the source.",
    "moved": "`adjustments: [retract]` in the exposure moves it, once the row that has its key now can be sent; or the "
    "former click id and time in the source.",
    "counts_once": "The goal's count set to All, if each conversion of a click should count.",
    "row_invalid_now": "Correct the row in the source, or the rows without a key; it stays counted meanwhile.",
    "in_doubt_too_old": "Nothing: it is past the 90 days in which a repeat could settle it.",
    "hashes_differ": "Nothing needs to be done.",
}

# The same by reason, where `adjustments` allow the correction already.
CHANGES_ALLOWED = {
    "restate_in_doubt": "A value in the source while it is younger than 90 days: the next push repeats it with that.",
    "retract_in_doubt": "Nothing: it is past the 90 days in which a repeat could settle it.",
    "moved": "The row that has its key now, once it can be sent: the next push then retracts this one and sends that; "
    "or the former click id and time in the source.",
}

SENT = ("new", "deferred", "in_doubt", "restate", "move", "replace", "retract")

# When a row may go: one that waits, and one whose goal was too young.
GOES_AT = {False: "It may go at {}.", True: "Its goal is old enough at {} at the latest."}


class AttemptJson(TypedDict):
    run_seq: Annotated[int, Says(minimum=1)]
    at: Annotated[Time, Says("UTC, as 2026-11-25T10:00:00Z; blank where it is not known.")]
    operation: Annotated[str, Says("send, restate or retract; or what is no call, such as retry.")]
    record_key: str
    value: float | None
    currency: str
    outcome: Annotated[
        Literal["", "accepted", "rejected", "deferred", "not_sent", "in_doubt", "void"],
        Says(
            "in_doubt: no answer is recorded. void: never sent, since its run was shut out first. Blank: what "
            "is no call.",
        ),
    ]
    answered_at: Annotated[Time, Says("UTC, as 2026-11-25T10:00:00Z; blank where it is not known.")]
    code: Annotated[int | None, Says("The destination's code of a refusal.")]
    error_code: str
    message: str
    tracking_id: str
    fenced_by: Annotated[int | None, Says("The run that shut its run out.")]


Start = Annotated[str, Says("The first 8 characters, or ? where it is malformed.", maxLength=8)]

RowJson = TypedDict(
    "RowJson",
    {
        "in_source": Annotated[bool, Says("False: a conversion of the ledger that stands in no source row.")],
        "class": Annotated[
            ClassName | Literal["absent"],
            Says(
                "As in a plan, or absent: not in the source and not counted.",
            ),
        ],
        "reasons": list[str],
        "sentences": Annotated[list[str], Says("The reasons in words.")],
        "record_key": str,
        "conversion_name": str,
        "conversion_time": str,
        "click_id_start": Start,
        "hashed_email_start": Start,
        "hashed_phone_start": Start,
        "value": float | None,
        "currency": str,
        "attribution_credit": float | None,
        "attribution_model": str,
        "status": Annotated[
            Literal["", "accepted", "rejected", "deferred", "in_doubt", "maybe_taken", "retracted"],
            Says("The ledger's word; blank where nothing was ever sent."),
        ],
        "code": Annotated[int | None, Says("The destination's code of a refusal.")],
        "error_code": str,
        "attempts": Annotated[list[AttemptJson], Says("In the order of the ledger.")],
        "advice": Annotated[str, Says("What to do about its refusal; blank where it rests on none.")],
        "goes_at": Annotated[
            str,
            Says(
                "UTC. From when on a row that waits may go, or by when the goal of a deferred one is old enough; "
                "blank where that is not known.",
            ),
        ],
        "what_would_change_it": str,
    },
)


class WhyJson(OfSync):
    """What a key names and why each row is where it is. The key is not repeated, since it may be an e-mail address.
    Where several syncs are asked at once, the output is an array of the documents of those that know the key.
    `version` rises when a field changes its meaning.
    """

    now: Annotated[Time, Says("UTC, as 2026-11-25T10:00:00Z; blank where it is not known.")]
    read_as: Annotated[Literal["unique_key", "click_id", "hash", "email"], Says("How the key was read.")]
    rows_in_all: Annotated[int, Says("Rows that the key names; at most 20 of them are in `rows`.", minimum=0)]
    rows: list[RowJson]


def changes(row: Explained, adjustments: Collection[str]) -> str:
    """What would change a row's class, in a sentence or two. `adjustments`: the corrections that its sync may send."""
    # What a push sends needs nothing, whatever its reason says of rows that are held for it.
    known = CHANGES | {reason: words for reason, words in CHANGES_ALLOWED.items() if NEEDS[reason] in adjustments}
    found = [] if row.class_ in SENT else [known[reason] for reason in row.reasons if reason in known]
    # What was retracted is ignored for good, also should its row come back.
    class_ = "retracted" if (row.class_, row.status) == (ABSENT, "retracted") else row.class_
    words = " ".join(dict.fromkeys(found)) or CHANGES.get(class_, "")
    if row.goes_at:
        words = f"{words} {GOES_AT[row.class_ == 'deferred'].format(row.goes_at)}"
    return f"{words} {row.advice}".strip() if row.class_ in ("held", "deferred", "new") else words


def kinds_in_words(kinds: Iterable[str]) -> str:
    return ", ".join(READINGS[kind] for kind in kinds)


def why_text(report: WhyReport) -> str:
    shown, in_all = len(report.rows), report.rows_in_all
    out = [
        title(report.sync),
        f"As of {report.now}. Read as {READINGS[report.read_as]}: "
        + (f"{in_all:,} {'row' if in_all == 1 else 'rows'}." if shown == in_all else f"{shown} of {in_all:,} rows."),
    ]
    for row in report.rows:
        out += ["", *_row_lines(row, report.sync.adjustments)]
    if shown < in_all:
        out += ["", f"{in_all - shown:,} more are not shown. Ask by unique key for one of them."]
    return "\n".join(out)


def why_json(report: WhyReport) -> WhyJson:
    """What a key names, for programs. The key itself is not repeated: it may be an e-mail address."""
    return {
        **head(report.sync),
        "now": report.now,
        "read_as": cast(Any, report.read_as),
        "rows_in_all": report.rows_in_all,
        "rows": [_row_json(row, report.sync.adjustments) for row in report.rows],
    }


def _row_lines(row: Explained, adjustments: Collection[str]) -> list[str]:
    where = "Row" if row.in_source else "Sent before, and in no row that could be sent:"
    head = f"{row.record_key or '(no key)'}  {row.conversion_name or '(no name)'}  {row.conversion_time or '(no time)'}"
    now = "as it is now" if row.in_source else "as it was sent"
    out = [safe(f"{where} {head}"), safe(f"  {now}: {', '.join(_facts(row))}"), ""]
    out += [f"  {row.class_}: {ABSENT_WORDS if row.class_ == ABSENT else CLASS_WORDS[row.class_]}"]
    out += [f"    {reason}: {reason_words(reason)}" for reason in row.reasons]
    out += ["", f"  History: {row.status or NEVER_SENT}"]
    for attempt in row.attempts:
        out += _attempt_lines(attempt, row)
    return [*out, "", "  What would change it", f"    {changes(row, adjustments)}"]


def _facts(row: Explained) -> list[str]:
    facts = [worth(row.value, row.currency)]
    pairs = (
        ("click id", row.click_id_start),
        ("hashed e-mail", row.hashed_email_start),
        ("hashed phone", row.hashed_phone_start),
    )
    facts += [f"{name} {STARTS.get(start, start + '..')}" for name, start in pairs if start]
    if row.attribution_credit is not None or row.attribution_model:
        facts += [f"attribution {row.attribution_credit} by {row.attribution_model or '(no model)'}"]
    return facts


def _attempt_lines(attempt: Attempted, row: Explained) -> list[str]:
    baseline = attempt.error_code == BASELINE
    words = BASELINE_WORDS if baseline else OUTCOME_WORDS | {"": "recorded"}
    under = f" under {attempt.record_key}" if attempt.record_key != row.record_key and attempt.record_key else ""
    head = (
        f"    {attempt.at}  run {attempt.run_seq}  {attempt.operation} {worth(attempt.value, attempt.currency)}{under}"
        f"  {words.get(attempt.outcome, attempt.outcome)}"
    )
    out = [safe(head)]
    if (attempt.code or attempt.error_code or attempt.message) and not baseline:
        number_ = f" ({attempt.code})" if attempt.code else ""
        out += [safe(f"      {attempt.error_code or 'no code'}{number_}: {attempt.message}".rstrip(": "))]
    if attempt.answered_at:
        tracking = f", tracking id {attempt.tracking_id}" if attempt.tracking_id else ""
        out += [safe(f"      receipt of {attempt.answered_at}{tracking}")]
    if attempt.fenced_by is not None and not baseline:
        out += [f"      run {attempt.run_seq} never ended; run {attempt.fenced_by} took over"]
    return out


def worth(value: float | None, currency: str) -> str:
    """A value with its currency, as short as it is exact."""
    if value is None:
        return "no value"
    if not math.isfinite(value):
        return "a value that is no number"
    shown = f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{shown} {currency}".strip()


def _row_json(row: Explained, adjustments: Collection[str]) -> RowJson:
    fields = asdict(row)
    document = {
        "in_source": fields.pop("in_source"),
        "class": fields.pop("class_"),
        "reasons": list(fields.pop("reasons")),
        "sentences": [reason_words(reason) for reason in row.reasons],
        **fields,
        "value": number(row.value),
        "attribution_credit": number(row.attribution_credit),
        "attempts": [asdict(attempt) | {"value": number(attempt.value)} for attempt in row.attempts],
        "what_would_change_it": changes(row, adjustments),
    }
    return cast(RowJson, document)
