"""The corners of the fold: what is left out, which answer counts, and where an S and an X stand."""

from dataclasses import replace

import pytest

from .builders import ACCEPTED, attempt, step, tables
from .fold import fold
from .nouns import Receipt, RunEvent


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([step("send"), step("send", "rejected")], "rejected"),
        ([step("send"), step("send", "rejected", settles=False)], "maybe_taken"),
        ([step("send"), step("send", "rejected", settles=False), step("send")], "in_doubt"),
        ([step("send"), step("send", "deferred")], "deferred"),
        ([step("send"), step("send", "deferred", settles=False)], "in_doubt"),
        ([step("send", "deferred", settles=False)], "deferred"),
        ([step("send", "rejected"), step("retry")], "deferred"),
        ([step("send", "rejected"), step("retry"), step("send", "rejected")], "rejected"),
        ([step("send", "rejected"), step("retry"), step("send")], "in_doubt"),
        ([step("send"), step("retry")], "in_doubt"),
        ([ACCEPTED, step("retry")], "accepted"),
        ([ACCEPTED, step("retract", "accepted"), step("retry")], "retracted"),
        ([step("send"), ACCEPTED], "accepted"),
        ([ACCEPTED, step("retract"), step("retract", "rejected", settles=False)], "accepted"),
        ([step("send"), step("send", "rejected", settles=False), step("retract", "accepted")], "retracted"),
    ],
)
def test_status(steps, status):
    """State is a fold over all attempts, not the last one."""
    attempts, receipts = tables(*steps)
    (state,) = fold(reversed(attempts), receipts * 2, []).values()
    assert state.status == status


@pytest.mark.parametrize(
    ("steps", "lifted"),
    [
        ([], False),
        ([step("retry")], True),
        ([step("retry"), step("send", "deferred", settles=False)], True),
        ([step("retry"), step("send", "rejected", settles=False)], False),
        ([step("retry"), step("send", "rejected", settles=False), step("retry")], True),
    ],
)
def test_a_retry_lifts_maybe_until_the_next_refusal(steps, lifted):
    """What may have been taken stays so, whatever is asked for; a repeat that is put off is still asked for."""
    (state,) = fold(*tables(step("send"), step("send", "rejected", settles=False), *steps), []).values()
    assert (state.status, state.lifted) == ("maybe_taken", lifted)


@pytest.mark.parametrize(
    ("steps", "in_doubt"),
    [
        ([step("retract")], True),
        ([step("retract"), step("retract", "rejected", settles=False)], True),
        ([step("retract"), step("retract", "rejected")], False),
        ([step("retract", "rejected"), step("retract")], True),
    ],
)
def test_retract_in_doubt(steps, in_doubt):
    """Only a later refusal that settles clears a retract without an answer."""
    (state,) = fold(*tables(ACCEPTED, *steps), []).values()
    assert state.retract_in_doubt is in_doubt


def test_value_is_that_of_the_last_accepted_restate():
    """A refused restate replaces nothing, and an accepted one clears the doubt before it."""
    restates = step("restate", value=30.0), step("restate", "accepted", value=20.0)
    (state,) = fold(*tables(ACCEPTED, *restates, step("restate", "rejected", value=40.0)), []).values()
    assert (state.value, state.restate_in_doubt, state.restate_refused) == (20.0, False, (40.0, "USD"))


def test_in_doubt_after_a_refusal_repeats_what_is_in_doubt():
    """A settled refusal was not taken: what may have been is the changed bytes that were sent after it."""
    (state,) = fold(*tables(step("send", "rejected"), step("send", value=20.0)), []).values()
    assert (state.status, state.sent.value) == ("in_doubt", 20.0)


@pytest.mark.parametrize(
    ("narrow", "wide", "expected"),
    [
        ("rejected", "accepted", ["accepted", "rejected", "accepted"]),
        ("accepted", "deferred", ["deferred", "accepted", "deferred"]),
    ],
)
def test_the_narrower_receipt_wins(narrow, wide, expected):
    """The receipt of a single row stands out of the range that was answered another way."""
    attempts = [attempt(seq=seq, click_id=f"c{seq}") for seq in (1, 2, 3)]
    receipts = [Receipt(1, 1, 2, 2, narrow, True), Receipt(1, 1, 1, 3, wide, True)]
    assert [state.status for state in fold(attempts, receipts, []).values()] == expected


def test_a_batch_of_one_that_was_refused_is_refused():
    """Of two receipts of one width the one that claims least is believed."""
    receipts = [Receipt(1, 1, 1, 1, "accepted"), Receipt(1, 1, 1, 1, "rejected", True)]
    assert [state.status for state in fold([attempt()], receipts, []).values()] == ["rejected"]


def test_void_and_not_sent_leave_no_state():
    """What lies above the lowest fence of its run, or was written not to be sent, never left."""
    attempts = [attempt(seq=1), attempt(seq=2, click_id="b"), attempt(seq=3, batch=2, click_id="c")]
    fences = [RunEvent(2, "fence", 1, 2), RunEvent(3, "fence", 1, 3)]
    states = fold(attempts, [Receipt(1, 1, 1, 1, "not_sent")], fences)
    assert [identity.click_id for identity in states] == ["b"]


def test_twins_count_once():
    """A repeated insert is one attempt, even where the copy does not say that it was the first."""
    twin = replace(attempt(first_attempt=True), first_attempt=False)
    (state,) = fold([twin, attempt(first_attempt=True)], [Receipt(1, 1, 1, 1, "accepted")], []).values()
    assert state.status == "accepted"


def test_the_last_adjustment_is_known_with_its_answer():
    """The run that plans asks what it has tried itself; what never left was not tried."""
    steps = ACCEPTED, step("restate", "rejected", value=20.0), step("retract", "not_sent")
    (state,) = fold(*tables(*steps), []).values()
    tried = state.adjusted
    assert (tried.operation, tried.run_seq, tried.says, tried.outcome) == ("restate", 2, (20.0, "USD"), "rejected")
    (state,) = fold(*tables(ACCEPTED), []).values()
    assert state.adjusted is None


@pytest.mark.parametrize(
    ("steps", "tried"),
    [
        ([step("restate", value=20.0), step("restate", value=30.0)], (30.0, "USD")),
        ([step("restate", value=20.0), step("restate", "rejected", value=30.0)], (20.0, "USD")),
        ([step("restate", value=20.0), step("restate", "accepted", value=30.0)], None),
    ],
)
def test_what_a_restate_in_doubt_tried(steps, tried):
    """The last value without an answer is the one to repeat, until a restate is accepted."""
    (state,) = fold(*tables(ACCEPTED, *steps), []).values()
    assert state.restate_tried == tried
    assert state.restate_in_doubt is (tried is not None)


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([step("retract", "rejected")], True),
        ([step("retract", "rejected"), step("restate", "accepted")], True),
        ([step("retract", "rejected"), step("retract", "deferred")], False),
    ],
)
def test_the_last_retract_says_whether_it_was_refused(steps, refused):
    """A restate changes nothing about that."""
    (state,) = fold(*tables(ACCEPTED, *steps), []).values()
    assert state.retract_refused is refused


def test_runs_without_an_answer_stay_known():
    """An unanswered call may still be under way, whatever was answered later; a retry is no call."""
    steps = step("send"), step("retry"), ACCEPTED, step("restate"), step("restate", "accepted")
    (state,) = fold(*tables(*steps), []).values()
    assert state.unanswered_run_seqs == {1, 4}


def test_the_time_of_acceptance_is_that_of_the_answer():
    """The receipt that accepted the S dates it, and no later one."""
    attempts, receipts = tables(step("send"), ACCEPTED, step("restate", "accepted"))
    first, second = (
        replace(receipt, recorded_at=f"2026-03-0{day}T12:00:00Z") for day, receipt in enumerate(receipts, 1)
    )
    (state,) = fold(attempts, [first, second], []).values()
    assert state.accepted_at == "2026-03-01T12:00:00Z"
    (state,) = fold(attempts[:1], [], []).values()
    assert state.accepted_at == ""
