"""The courier: tries, waits, stops, and what becomes of every record."""

import threading
import time
from collections.abc import Sequence

import pytest

from reverse_etl.commands.courier import Courier
from reverse_etl.core.pace import Patience
from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import Answer, Answered, Outcome, Reason, RowOutcome, Throttled
from tests.unit.scripted import (
    BLAMED,
    BUSY,
    DOUBTFULLY_BLAMED,
    DOUBTFULLY_REFUSED,
    FINE,
    FLAWED,
    LOST,
    NOT_REACHED,
    REFUSED,
    JumpingClock,
    ScriptedDestination,
    batches,
    deliver,
    meanings,
    outcomes,
    record,
    refusal,
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([FINE], {"accepted": 3}),
        ([LOST] * 4, {"in_doubt": 3}),
        ([LOST, LOST, FINE], {"accepted": 3}),
        ([NOT_REACHED] * 4, {"not_sent": 3}),
        ([NOT_REACHED, NOT_REACHED, FINE], {"accepted": 3}),
        ([NOT_REACHED, LOST, NOT_REACHED, NOT_REACHED], {"in_doubt": 3}),
        ([NOT_REACHED] * 3 + [LOST], {"in_doubt": 3}),
        ([BLAMED, *[NOT_REACHED] * 4], {"not_sent": 3}),
        ([DOUBTFULLY_BLAMED, *[NOT_REACHED] * 4], {"in_doubt": 3}),
        ([BUSY] * 4, {"deferred": 3}),
        ([BUSY, FINE], {"accepted": 3}),
        ([BUSY, LOST, BUSY, BUSY], {"in_doubt": 3}),
        ([REFUSED], {"not_sent": 3}),
        ([LOST, REFUSED], {"in_doubt": 3}),
        ([DOUBTFULLY_REFUSED], {"in_doubt": 3}),
        ([BUSY, DOUBTFULLY_REFUSED], {"in_doubt": 3}),
        ([BLAMED, FINE, FINE], {"accepted": 3}),
        ([BLAMED, FINE, REFUSED], {"accepted": 1, "not_sent": 2}),
        ([DOUBTFULLY_BLAMED, FINE, REFUSED], {"accepted": 1, "in_doubt": 2}),
        ([BLAMED, REFUSED], {"not_sent": 3}),
        ([DOUBTFULLY_BLAMED, REFUSED], {"in_doubt": 3}),
        ([BLAMED, *[LOST] * 4, FINE], {"in_doubt": 1, "accepted": 2}),
    ],
)
def test_each_answer_gives_each_record_one_outcome(answers: list[Answer], expected: dict[str, int]) -> None:
    """Whatever is answered, every record of the batch has exactly one outcome, and no call too many is made."""
    destination, batch = ScriptedDestination(*answers), batches(1, 3)

    delivery = deliver(destination, batch)

    assert outcomes(delivery, batch) == expected
    assert len(destination.calls) == len(answers)


def test_tries_are_counted_and_waits_double_up_to_the_longest() -> None:
    """A call without an answer is tried as often as patience says, with growing and bounded waits between."""
    clock, destination = JumpingClock(), ScriptedDestination(*[LOST] * 6)

    delivery = deliver(
        destination,
        batches(1, 2),
        clock=clock,
        patience=Patience(tries=6, first_wait=2.0, longest_wait=10.0),
    )

    assert len(destination.calls) == 6
    assert clock() == 2 + 4 + 8 + 10 + 10
    assert max(clock.slept) <= 0.5  # so that a stop is seen soon
    assert delivery.last_doubt == LOST.reason


def test_waits_differ_from_worker_to_worker() -> None:
    """Of each wait a chance takes up to a half, so that workers that lost their answers at once come back apart."""
    chances = iter([0.0, 0.5, 1.0])
    clock, destination = JumpingClock(), ScriptedDestination(*[LOST] * 4)
    patience = Patience(tries=4, first_wait=2.0)
    deliver(destination, batches(1, 2), clock=clock, patience=patience, jitter=lambda: next(chances))
    assert clock() == 2 * 0.5 + 4 * 0.75 + 8 * 1.0


def test_rows_that_the_service_could_not_take_are_tried_again() -> None:
    """A call of which no row was taken for want of an internal server is repeated, a few times and no more."""
    nothing = Answered(tuple(refusal(i, RowOutcome.IN_DOUBT) for i in range(3)), "t")
    for answers, expected in (([nothing, FINE], {"accepted": 3}), ([nothing] * 4, {"in_doubt": 3})):
        destination, work = ScriptedDestination(*answers), batches(1, 3)
        delivery = deliver(destination, work)
        assert outcomes(delivery, work) == expected
        assert len(destination.calls) == len(answers)


def test_throttling_makes_every_worker_wait() -> None:
    """After one 117 no worker starts a call before the time is over that the service asked for."""
    clock, first_calls, lock = JumpingClock(), threading.Barrier(4), threading.Lock()
    started: list[float] = []

    def send(records: Sequence[Record]) -> Answer:
        with lock:
            started.append(clock())
            number = len(started)
        if number <= 4:
            first_calls.wait(timeout=60)
            if records[0].batch == 1:
                return BUSY
            # The others end once the throttled worker sleeps, that is, once the pause is set.
            assert clock.somebody_slept.wait(timeout=60)
        return FINE

    work = batches(12, 2)
    delivery = deliver(ScriptedDestination(send=send), work, workers=4, clock=clock)

    assert outcomes(delivery, work) == {"accepted": 24}
    assert len(started) == 13
    assert min(started[4:]) >= 60.0


def test_a_longer_pause_is_not_cut_short_by_a_later_one() -> None:
    """Of two throttled answers the one that asks for more decides how long is waited."""
    clock = JumpingClock()
    short, long = Throttled(BUSY.reason, 1.0), Throttled(BUSY.reason, 30.0)
    deliver(ScriptedDestination(long, short, FINE), batches(1, 1), clock=clock)
    assert clock() == 31.0


def test_a_refused_run_halts_the_others() -> None:
    """Once the service refuses all calls, what has not left does not leave and is recorded as not sent."""
    destination, work = ScriptedDestination(FINE, REFUSED), batches(6, 10)

    delivery = deliver(destination, work)

    assert outcomes(delivery, work) == {"accepted": 10, "not_sent": 50}
    assert delivery.stopped == REFUSED
    assert len(destination.calls) == 2


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([LOST, NOT_REACHED, NOT_REACHED, NOT_REACHED], LOST.reason),
        ([LOST, BUSY, BUSY, BUSY], LOST.reason),
        ([DOUBTFULLY_BLAMED, *[NOT_REACHED] * 4], DOUBTFULLY_BLAMED.reason),
    ],
)
def test_doubt_is_reported_with_its_cause(answers: list[Answer], reason: Reason) -> None:
    """Tries that prove nothing, or that nothing left, do not stand as the reason of rows that are in doubt."""
    work = batches(1, 3)
    delivery = deliver(ScriptedDestination(*answers), work)
    assert (outcomes(delivery, work), delivery.last_doubt) == ({"in_doubt": 3}, reason)


def test_a_service_that_cannot_be_reached_stops_the_run() -> None:
    """After as many tries as patience has no other batch is tried, and it is said what to look at."""
    work = batches(3, 2)
    destination = ScriptedDestination(*[NOT_REACHED] * 4)
    delivery = deliver(destination, work)
    assert (outcomes(delivery, work), len(destination.calls)) == ({"not_sent": 6}, 4)
    assert delivery.stopped is not None
    assert str(delivery.stopped.reason) == "ConnectionError: The call could not be made: no connection came about."
    assert "can be reached" in delivery.stopped.hint


@pytest.mark.parametrize(
    ("answer", "expected"), [(LOST, {"in_doubt": 2, "not_sent": 4}), (NOT_REACHED, {"not_sent": 6})]
)
def test_a_stop_is_seen_during_a_pause(answer: Answer, expected: dict[str, int]) -> None:
    """Ctrl-C during the wait for the service ends it: what was never answered for is not sent or in doubt."""
    stop = threading.Event()
    destination, work = ScriptedDestination(answer), batches(3, 2)
    courier = Courier(
        destination,
        workers=1,
        may_call=lambda: True,
        stop=stop,
        sleep=lambda seconds: stop.set(),
        clock=JumpingClock(),
    )
    delivery = courier.finish(courier.start(work), meanwhile=lambda: None, on_batch=lambda part, batch: None)

    assert courier.halted
    courier.close()
    assert outcomes(delivery, work) == expected
    assert (len(destination.calls), delivery.stopped) == (1, None)


def test_no_call_starts_when_the_lease_has_no_time_for_it() -> None:
    """Before each call it is asked whether it may still start; where it may not, nothing leaves."""
    destination, work = ScriptedDestination(), batches(2, 3)
    delivery = deliver(destination, work, may_call=lambda: False)
    assert outcomes(delivery, work) == {"not_sent": 6}
    assert destination.calls == []


def test_a_lease_that_ends_between_tries_leaves_doubt() -> None:
    """A try that may have arrived stays in doubt when no second may start."""
    may = iter([True, False])
    destination, work = ScriptedDestination(LOST), batches(1, 3)
    delivery = deliver(destination, work, may_call=lambda: next(may))
    assert outcomes(delivery, work) == {"in_doubt": 3}
    assert delivery.in_doubt == 3


def test_a_batch_of_one() -> None:
    """A batch of a single record gets a single receipt, whatever is answered."""
    for answer, outcome, settles in (
        (FINE, Outcome.ACCEPTED, False),
        (FLAWED, Outcome.REJECTED, True),
        (BLAMED, Outcome.NOT_SENT, False),
        (REFUSED, Outcome.NOT_SENT, False),
    ):
        (receipt,) = deliver(ScriptedDestination(answer), [[record(7, batch=3)]]).receipts
        assert (receipt.batch, receipt.seq_from, receipt.seq_to) == (3, 7, 7)
        assert (receipt.outcome, receipt.settles) == (outcome, settles)


def test_a_fault_that_may_follow_processing_leaves_a_first_try_in_doubt() -> None:
    """Such a fault proves nothing of a first try; of a repeat it is a refusal that does not settle, where another row
    of the batch was taken."""
    for untouched, expected in ((True, ("in_doubt", False)), (False, ("rejected", False))):
        work = [record(7, untouched=untouched), record(8)]
        delivery = deliver(ScriptedDestination(DOUBTFULLY_BLAMED, DOUBTFULLY_BLAMED, FINE), [work])
        assert meanings(delivery.receipts, work) == {7: expected, 8: ("accepted", False)}
        assert delivery.last_doubt == (DOUBTFULLY_BLAMED.reason if untouched else None)


def test_the_calling_thread_reports_each_batch_once() -> None:
    """The one who watches hears of every batch exactly once, in the thread that delivers."""
    heard: list[tuple[int, int]] = []
    courier = Courier(
        ScriptedDestination(send=lambda records: FINE), workers=4, may_call=lambda: True, stop=threading.Event()
    )
    delivery = courier.finish(
        courier.start(batches(9, 5)),
        meanwhile=lambda: None,
        on_batch=lambda part, batch: heard.append((threading.get_ident(), len(batch))),
    )
    courier.close()
    assert heard == [(threading.get_ident(), 5)] * 9
    assert sum(receipt.rows for receipt in delivery.receipts) == 45


def test_the_lease_is_looked_at_while_calls_are_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long call does not keep the caller from looking at the lease, and from halting the rest."""
    monkeypatch.setattr("reverse_etl.commands.courier.LOOK_EVERY", 0.01)
    looked = threading.Event()

    def send(records: Sequence[Record]) -> Answer:
        assert looked.wait(timeout=60)
        time.sleep(0.05)
        return FINE

    destination, work = ScriptedDestination(send=send), batches(3, 1)
    courier = Courier(destination, workers=1, may_call=lambda: True, stop=threading.Event())

    def look() -> None:
        courier.halt()
        looked.set()

    delivery = courier.finish(courier.start(work), meanwhile=look, on_batch=lambda part, batch: None)
    courier.close()
    assert outcomes(delivery, work) == {"accepted": 1, "not_sent": 2}
