"""Receipts against what the answers said, record by record, for any answers."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reverse_etl.core.pace import Patience
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
    Unanswered,
)
from tests.unit.scripted import FINE, REASON, ScriptedDestination, batches, deliver, meanings, record, refusal

Calls = list[tuple[Sequence[Record], Answer]]


# Answers before it is known how many rows they speak of; mostly ones that were processed.
KINDS = st.sampled_from(["answered"] * 6 + ["unanswered", "throttled", "blamed", "blamed", "stopped"])
ERRORS = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(RowOutcome), st.booleans()), max_size=6)
OUTLINES = st.tuples(KINDS, st.booleans(), ERRORS, st.sampled_from([0] * 9 + [1]), st.booleans())
Outline = tuple[str, bool, list[tuple[int, RowOutcome, bool]], int, bool]


def answer_of(outline: Outline, rows: int) -> Answer:
    """An answer to a call of so many rows."""
    kind, proves, errors, beyond, flaw = outline
    if kind == "unanswered":
        return Unanswered(REASON)
    if kind == "throttled":
        return Throttled(REASON, 1.0)
    if kind == "blamed":
        proven = [outcome for _, outcome, settles in errors if settles and outcome is not RowOutcome.IN_DOUBT]
        return Blamed(REASON, "t", proves, proven[0] if proven and flaw else None, flaw)
    if kind == "stopped":
        return Stopped(REASON, "", unprocessed=proves)
    # Now and then an index that no row of the call has.
    return Answered(
        tuple(
            refusal(index % (rows + beyond), outcome, settles=settles and flaw, flaw=flaw)
            for index, outcome, settles in errors
        ),
        "t",
    )


def blames_no_row(records: Sequence[Record], answer: Answer) -> bool:
    """Does it refuse all of its rows alike, without a word on what is wrong with one of them?"""
    match answer:
        case Blamed(flaw=flaw):
            return len(records) > 1 or not flaw
        case Answered(refusals):
            said = [{r.outcome for r in refusals if r.index == n} for n in range(len(records))]
            rejects = any(RowOutcome.REJECTED in outcomes for outcomes in said)
            within = all(0 <= r.index < len(records) for r in refusals)
            return len(records) > 1 and within and all(said) and rejects and not any(r.flaw for r in refusals)
    return False


def shows_rows_apart(records: Sequence[Record], answer: Answer) -> bool:
    """Does it show that the service takes some row of the batch, or refuses it for its own flaw?"""
    if not isinstance(answer, Answered) or any(not 0 <= r.index < len(records) for r in answer.refusals):
        return False
    return len({r.index for r in answer.refusals}) < len(records) or any(r.flaw for r in answer.refusals)


def leaves_doubt(records: Sequence[Record], answer: Answer) -> bool:
    """May a call with this answer have been taken, although no later word on it will come?"""
    match answer:
        case Unanswered() | Blamed(unprocessed=False) | Stopped(unprocessed=False):
            return True
        case Answered(refusals):
            unsaid = {r.index for r in refusals if r.outcome is RowOutcome.IN_DOUBT}
            return any(not 0 <= r.index < len(records) for r in refusals) or unsaid == set(range(len(records)))
    return False


def expected(one: Record, calls: Calls) -> tuple[str, bool]:
    """The outcome of a record, from all calls that it was in."""
    own = [(records, answer) for records, answer in calls if one in records]
    doubtful = any(leaves_doubt(*call) for call in own[:-1])
    if not own:
        return "not_sent", False
    records, answer = own[-1]
    if blames_no_row(records, answer) and not is_to_blame(own[-1], calls):
        unprocessed = isinstance(answer, Blamed) and answer.unprocessed
        if isinstance(answer, Answered):
            rejected = all(r.outcome is RowOutcome.REJECTED for r in answer.refusals)
            unprocessed = rejected and all(r.untouched for r in records)
        return "not_sent" if unprocessed and not doubtful else "in_doubt", False
    proves = one.untouched and not doubtful
    said = ("in_doubt", False)
    # Of the tries before, only those that a row's flaw was blamed for prove as much as this one.
    only_flaws = all(isinstance(a, Blamed) and a.alone for r, a in own[:-1] if leaves_doubt(r, a))
    if isinstance(answer, Blamed) and len(records) == 1 and answer.alone and one.untouched and only_flaws:
        said = answer.alone.value, True
    elif not leaves_doubt(records, answer):
        match answer:
            case Answered(refusals):
                said = of_row([r for r in refusals if records[r.index] == one], proves, doubtful)
            case Throttled() if not doubtful:
                said = "deferred", False
            case Blamed() if len(records) == 1:
                said = "rejected", proves
            case Blamed() | Stopped() if not doubtful:
                said = "not_sent", False  # blamed with others, and halted before the halves were called
    elif isinstance(answer, Blamed) and len(records) == 1 and not one.untouched:
        said = "rejected", False  # a repeat that was refused
    return said


def is_to_blame(call: tuple[Sequence[Record], Answer], calls: Calls) -> bool:
    """Of a refusal that names no flaw: was a row of the batch taken after it, or was it the only one since?"""
    batch = call[0][0].batch
    # The last word on each record of the batch; a call that was tried again, or in halves, is none.
    last = {record.seq: n for n, (records, _) in enumerate(calls) for record in records if record.batch == batch}
    words = sorted(set(last.values()))
    apart = [n for n in words if shows_rows_apart(*calls[n])]
    since = [n for n in words if blames_no_row(*calls[n]) and (not apart or n > apart[-1])]
    this = next(n for n in words if calls[n][0] is call[0] and calls[n][1] is call[1])
    single = len(call[0]) == 1 or isinstance(call[1], Answered)
    return bool(apart) and single and (this < apart[-1] or since == [this])


def of_row(refusals: list[Refusal], proves: bool, doubtful: bool) -> tuple[str, bool]:
    """What the errors of one row in a processed call mean."""
    by_outcome = {outcome: [r for r in refusals if r.outcome is outcome] for outcome in RowOutcome}
    if not refusals:
        return "accepted", False
    if by_outcome[RowOutcome.IN_DOUBT]:
        return "in_doubt", False
    first = (by_outcome[RowOutcome.REJECTED] or by_outcome[RowOutcome.DEFERRED])[0]
    settles = first.settles or proves
    if first.outcome is RowOutcome.DEFERRED and doubtful and not settles:
        return "in_doubt", False
    return first.outcome.value, settles


WORK = st.lists(st.lists(st.booleans(), min_size=1, max_size=9), min_size=1, max_size=3)


def word(kind: str, *rejected: int) -> Outline:
    """An answer of that kind that proves nothing by itself; `rejected`: the rows that it refuses, without a flaw."""
    return kind, False, [(index, RowOutcome.REJECTED, False) for index in rejected], 0, False


# The service stops before the halves of a refused call are called: their refusal counts beside that of two rows.
STOPPED_BEFORE_THE_HALVES = [word(kind) for kind in ("answered", "blamed", "blamed", "answered")] + [
    word("answered", 0, 1),
    *(word(kind) for kind in ("unanswered", "blamed", "stopped")),
]


@example(untouched=[[False], [False] * 6], outlines=STOPPED_BEFORE_THE_HALVES)
@given(untouched=WORK, outlines=st.lists(OUTLINES, max_size=12))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_receipts_say_what_the_answers_said(untouched: list[list[bool]], outlines: list[Outline]) -> None:
    """Every record has exactly one meaning, the one that the answers to its calls gave it."""
    seqs = iter(range(1, 100))
    work = [[record(next(seqs), batch=batch, untouched=one) for one in ones] for batch, ones in enumerate(untouched, 1)]
    calls: Calls = []
    script = iter(outlines)

    def send(records: Sequence[Record]) -> Answer:
        outline = next(script, ("answered", True, [], 0, True))
        calls.append((records, answer_of(outline, len(records))))
        return calls[-1][1]

    delivery = deliver(ScriptedDestination(send=send), work, patience=Patience(tries=2, first_wait=1.0))

    everything = [one for batch in work for one in batch]
    said = meanings(delivery.receipts, everything)
    assert said == {one.seq: expected(one, calls) for one in everything}
    assert delivery.in_doubt == sum(outcome == "in_doubt" for outcome, _ in said.values())
    assert_refusals_come_first(delivery.receipts)


def assert_refusals_come_first(receipts: Sequence[Receipt]) -> None:
    accepted: list[tuple[int, int]] = []
    for receipt in receipts:
        if receipt.outcome is Outcome.ACCEPTED:
            accepted.append((receipt.seq_from, receipt.seq_to))
        else:
            assert not any(first <= receipt.seq_from <= last for first, last in accepted), receipt


def test_several_errors_on_one_row_count_once() -> None:
    """Of several errors on one row the gravest stands, and the first of equals with its words."""
    first, second = Reason(5605, "A", "a"), Reason(5610, "B", "b")
    answer = Answered(
        (
            refusal(1, RowOutcome.DEFERRED, reason=REASON),
            refusal(1, reason=first),
            refusal(1, reason=second),
        ),
        "t",
    )
    (work,) = batches(1, 3)
    delivery = deliver(ScriptedDestination(answer), [work])
    single, whole = delivery.receipts
    assert (single.code, single.error_code, single.message, single.tracking_id) == (5605, "A", "a", "t")
    assert (whole.outcome, whole.seq_from, whole.seq_to) == (Outcome.ACCEPTED, 1, 3)


@pytest.mark.parametrize("index", [-1, 3, 2**31 - 1])
def test_an_index_outside_of_the_call_makes_the_answer_unreliable(index: int) -> None:
    """An answer that names a row which was not in the call accepts nothing and refuses nothing."""
    (work,) = batches(1, 3)
    answer = Answered((refusal(0), refusal(index)), "t")
    delivery = deliver(ScriptedDestination(answer), [work])
    assert delivery.receipts == []
    assert delivery.in_doubt == 3
    assert "not in the call" in str(delivery.last_doubt)


def test_a_row_in_doubt_cuts_the_accepted_range() -> None:
    """Around a row that is left in doubt (5612) the accepted range is cut, so that nothing covers it."""
    (work,) = batches(1, 7)
    answer = Answered((refusal(0, RowOutcome.IN_DOUBT), refusal(4, RowOutcome.IN_DOUBT), refusal(2)), "t")
    delivery = deliver(ScriptedDestination(answer), [work])
    ranges = [(r.outcome.value, r.seq_from, r.seq_to) for r in delivery.receipts]
    assert ranges == [("rejected", 3, 3), ("accepted", 2, 4), ("accepted", 6, 7)]
    assert delivery.in_doubt == 2


def test_an_earlier_try_of_the_same_run_takes_proof_away() -> None:
    """After a try without an answer a refusal proves something only where its code alone does."""
    (work,) = batches(1, 2)
    answer = Answered((refusal(0, settles=False), refusal(1, settles=True)), "t")
    first, second = deliver(ScriptedDestination(Unanswered(REASON), answer), [work]).receipts
    assert (first.settles, second.settles) == (False, True)
    first, second = deliver(ScriptedDestination(answer), [work]).receipts
    assert (first.settles, second.settles) == (True, True)


def test_an_earlier_run_takes_proof_away() -> None:
    """What may have been taken by an earlier run is not settled by a refusal of the repeat."""
    answer = Answered((refusal(0), refusal(1)), "t")
    work = [record(1, untouched=False), record(2, untouched=True)]
    first, second = deliver(ScriptedDestination(answer), [work]).receipts
    assert (first.settles, second.settles) == (False, True)


FLAW = Blamed(
    Reason(5614, "FutureConversionTimeCannotBeSet", ""), "", unprocessed=False, alone=RowOutcome.DEFERRED, flaw=True
)
NAMELESS = Blamed(Reason(1, "Unknown", ""), "", unprocessed=False)


@pytest.mark.parametrize(
    ("answers", "untouched", "outcomes"),
    [
        ([FLAW, FLAW, FINE], True, [Outcome.DEFERRED, Outcome.ACCEPTED]),
        # The try without an answer may still arrive, and so does not share the flaw for certain.
        ([Unanswered(REASON), FLAW, FLAW, FINE], True, [Outcome.ACCEPTED]),
        ([NAMELESS, FLAW, FINE], True, [Outcome.ACCEPTED]),
        ([FLAW, FLAW, FINE], False, [Outcome.REJECTED, Outcome.ACCEPTED]),
    ],
)
def test_a_fault_that_names_a_flaw_settles_only_a_first_try(
    answers: list[Answer], untouched: bool, outcomes: list[Outcome]
) -> None:
    """A row alone in its call is put off or refused for its flaw; where an earlier try may count it stays in doubt."""
    script = iter(answers)
    rows = [record(1)._replace(untouched=untouched), record(2)._replace(untouched=untouched)]
    delivery = deliver(ScriptedDestination(send=lambda _: next(script)), [rows])
    assert [receipt.outcome for receipt in delivery.receipts] == outcomes
    assert delivery.in_doubt == 2 - len(outcomes)
    assert not any(receipt.settles for receipt in delivery.receipts if receipt.outcome is Outcome.REJECTED)


def test_a_batch_refused_row_by_row_accepts_nothing() -> None:
    """Where every row was refused there is no accepted range at all."""
    (work,) = batches(1, 3)
    delivery = deliver(ScriptedDestination(Answered(tuple(refusal(i) for i in range(3)), "t")), [work])
    assert [r.outcome for r in delivery.receipts] == [Outcome.REJECTED] * 3
