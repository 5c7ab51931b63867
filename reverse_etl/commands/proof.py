"""What an answer proves of the rows of its call: receipts, rows in doubt, and whether any row is to blame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import (
    Answer,
    Answered,
    Blamed,
    Outcome,
    Reason,
    Receipt,
    Refusal,
    RowOutcome,
    Stopped,
    Throttled,
)

_GRAVITY = (RowOutcome.DEFERRED, RowOutcome.REJECTED, RowOutcome.IN_DOUBT)


@dataclass(slots=True)
class Delivery:
    """What is known of a stretch: receipts, the rows left in doubt, and why the run must stop, if it must.

    `failed` is an error of the product or the warehouse on the way: to be raised once the receipts are recorded.
    `seconds`, of a single batch: from its first try to its last answer.
    """

    receipts: list[Receipt] = field(default_factory=list)
    in_doubt: int = 0
    last_doubt: Reason | None = None
    stopped: Stopped | None = None
    failed: BaseException | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is not known of the tries of a call before: `taken`, one may count; `unexplained`, for something else than a
    row's flaw: it got no answer, or a fault that names none. `reason`: what became of the last that may count."""

    taken: bool = False
    unexplained: bool = False
    reason: Reason | None = None

    def __or__(self, other: Doubt) -> Doubt:
        return Doubt(self.taken or other.taken, self.unexplained or other.unexplained, other.reason or self.reason)


@dataclass(frozen=True, slots=True)
class Suspect:
    """Records that were refused for nothing that is wrong with one of them; `order`: when, among the calls of a run."""

    records: Sequence[Record]
    answer: Blamed | Answered
    doubt: Doubt
    order: int


def names_no_flaw(records: Sequence[Record], answer: Blamed | Answered) -> bool:
    """Were these rows refused, all of them alike, for nothing that is wrong with one of them?

    An error with the index of a row that was alone in its call names that row.
    """
    if isinstance(answer, Blamed):
        return not answer.flaw or len(records) > 1
    everyone = {r.index for r in answer.refusals} == set(range(len(records)))
    rejected = any(r.outcome is RowOutcome.REJECTED for r in answer.refusals)
    return len(records) > 1 and everyone and rejected and not any(r.flaw for r in answer.refusals)


def tells_rows_apart(records: Sequence[Record], answer: Answer | None) -> bool:
    """Does the answer show that the service looks at single rows: was one taken, or refused for its own flaw?"""
    if not isinstance(answer, Answered):
        return False
    refused, rows = {r.index for r in answer.refusals}, set(range(len(records)))
    return refused < rows or (refused == rows and any(r.flaw for r in answer.refusals))


def spared(records: Sequence[Record], answer: Blamed | Answered, hint: str) -> Stopped:
    """The same refusal, for which no row is held: by it a first try of each was not taken, if it says so of each."""
    if isinstance(answer, Blamed):
        return Stopped(answer.reason, hint, answer.unprocessed)
    settles = all(r.outcome is RowOutcome.REJECTED for r in answer.refusals) and all(r.untouched for r in records)
    return Stopped(answer.refusals[0].reason, hint, unprocessed=settles)


def receipts_of(
    records: Sequence[Record], answer: Answer | None, doubt: Doubt, delivery: Delivery
) -> Iterator[Receipt]:
    """The receipts of one call, refused rows first; rows in doubt get none and are counted in `delivery`."""
    doubtful = doubt.taken
    if isinstance(answer, Stopped):
        delivery.stopped = delivery.stopped or answer
    match answer:
        case Answered(refusals, tracking_id) if all(0 <= r.index < len(records) for r in refusals):
            yield from _answered(records, refusals, tracking_id, doubtful, delivery)
        # Its code names the row's flaw, and no try before was lost or refused for something else.
        case Blamed(reason, tracking_id, _, RowOutcome() as alone) if (
            len(records) == 1 and records[0].untouched and not doubt.unexplained
        ):
            yield receipt_of_range(records, Outcome(alone.value), reason, tracking_id, settles=True)
        # A fault that may have followed processing leaves a first try in doubt; of a repeat it is a refusal.
        case Blamed(reason, tracking_id, unprocessed) if len(records) == 1 and (
            unprocessed or not records[0].untouched
        ):
            settles = unprocessed and records[0].untouched and not doubtful
            yield receipt_of_range(records, Outcome.REJECTED, reason, tracking_id, settles=settles)
        case Throttled(reason) if not doubtful:
            yield receipt_of_range(records, Outcome.DEFERRED, reason)
        case Stopped(unprocessed=True) | None if not doubtful:
            yield receipt_of_range(records, Outcome.NOT_SENT)
        case _:
            # This is also the place of an answer that names rows which were not sent: it says nothing reliable.
            delivery.in_doubt += len(records)
            if isinstance(answer, Answered):
                delivery.last_doubt = Reason(None, "", "the answer names a row that was not in the call")
            else:
                delivery.last_doubt = doubt.reason or (answer.reason if answer else None)


def _answered(
    records: Sequence[Record], refusals: Sequence[Refusal], tracking_id: str, doubtful: bool, delivery: Delivery
) -> Iterator[Receipt]:
    gravest: dict[int, Refusal] = {}
    for refusal in refusals:
        # Several errors may blame one row: the gravest decides, and the first of equals.
        known = gravest.get(refusal.index)
        if known is None or _GRAVITY.index(refusal.outcome) > _GRAVITY.index(known.outcome):
            gravest[refusal.index] = refusal
    doubts = []
    for index, refusal in sorted(gravest.items()):
        settles = refusal.settles or (records[index].untouched and not doubtful)
        if refusal.outcome is RowOutcome.IN_DOUBT or (
            refusal.outcome is RowOutcome.DEFERRED and doubtful and not settles
        ):
            doubts.append(index)
            delivery.last_doubt = refusal.reason
        else:
            outcome, row = Outcome(refusal.outcome.value), [records[index]]
            yield receipt_of_range(row, outcome, refusal.reason, tracking_id, settles=settles)
    delivery.in_doubt += len(doubts)
    # An accepted range is cut where a row is in doubt; refused rows inside it win by being narrower.
    start = 0
    for end in [*doubts, len(records)]:
        if any(index not in gravest for index in range(start, end)):
            yield receipt_of_range(records[start:end], Outcome.ACCEPTED, tracking_id=tracking_id)
        start = end + 1


def receipt_of_range(
    records: Sequence[Record],
    outcome: Outcome,
    reason: Reason | None = None,
    tracking_id: str = "",
    *,
    settles: bool = False,
) -> Receipt:
    """A receipt for records that follow one another."""
    first, last, why = records[0], records[-1], reason or Reason(None, "", "")
    words = (why.code, why.error_code, why.message)
    return Receipt(first.batch, first.seq, last.seq, outcome, settles, *words, tracking_id)
