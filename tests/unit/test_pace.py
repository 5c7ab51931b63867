"""The pace of calls: fewer at once after the service says that there are too many, more again with success."""

import threading
import time
from collections.abc import Sequence

from reverse_etl.commands.courier import Courier
from reverse_etl.core.errors import WarehouseError
from reverse_etl.core.pace import ASK_AGAIN, GROW_AFTER, Pace, Patience, shared_pace
from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import Answer, Throttled
from tests.unit.scripted import BUSY, FINE, JumpingClock, ScriptedDestination, batches, deliver, outcomes


def taken(pace: Pace) -> int:
    """How many calls may start now."""
    count = 0
    while not pace.take(0.0):
        count += 1
    for _ in range(count):
        pace.give_back()
    return count


def test_each_burst_of_throttling_halves_the_calls_at_once() -> None:
    """Four calls that are turned away at once halve the rate once; one after the pause halves it again, down to one."""
    clock = JumpingClock()
    pace = Pace(8, clock)
    expected = [4, 2, 1, 1]
    for at_once in expected:
        for _ in range(4):
            pace.throttled(60.0)
        assert pace.at_once == at_once
        assert pace.take(0.0) == 60.0
        clock.sleep(60.0)
        assert taken(pace) == at_once


def test_answered_calls_bring_the_rate_back_one_by_one() -> None:
    """After so many answered calls in a row one more goes at once, never more than there are workers."""
    clock = JumpingClock()
    pace = Pace(3, clock)
    pace.throttled(1.0)
    clock.sleep(1.0)
    seen = []
    for _ in range(3 * GROW_AFTER):
        pace.answered()
        seen.append(pace.at_once)
    assert seen == [1] * (GROW_AFTER - 1) + [2] * GROW_AFTER + [3] * (GROW_AFTER + 1)


def test_throttling_begins_the_count_anew() -> None:
    """What was answered before the service had enough says nothing of the rate that it takes."""
    clock = JumpingClock()
    pace = Pace(4, clock)
    for _ in range(GROW_AFTER - 1):
        pace.answered()
    pace.throttled(1.0)
    pace.answered()
    assert pace.at_once == 2


def test_a_permit_that_is_out_makes_others_wait() -> None:
    """No more calls start than there are permits, and one that ends makes room."""
    pace = Pace(2, JumpingClock())
    assert [pace.take(0.0) for _ in range(3)] == [0.0, 0.0, ASK_AGAIN]
    pace.give_back()
    assert pace.take(0.0) == 0.0
    assert pace.take(5.0) == 5.0


def test_fewer_calls_are_under_way_after_a_throttled_one() -> None:
    """Eight workers make four calls at once after a first 117 and two after a second; every record arrives."""
    lock, under_way, widest, first_calls = threading.Lock(), 0, [0], threading.Barrier(8)
    calls = 0

    def send(records: Sequence[Record]) -> Answer:
        nonlocal under_way, calls
        with lock:
            calls += 1
            under_way += 1
            widest[-1] = max(widest[-1], under_way)
            number = calls
            busy = number in (8, 16)
            if busy:
                widest.append(0)
        if number <= 8:
            first_calls.wait(timeout=60)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return Throttled(BUSY.reason, 0.2) if busy else FINE

    work = batches(24, 2)
    courier = Courier(ScriptedDestination(send=send), workers=8, may_call=lambda: True, stop=threading.Event())
    delivery = courier.finish(courier.start(work), meanwhile=lambda: None, on_batch=lambda part, batch: None)
    courier.close()
    assert outcomes(delivery, work) == {"accepted": 48}
    assert calls == 26
    assert widest[0] == 8
    assert widest[2] <= 4


def test_a_customer_has_one_pace_in_a_process() -> None:
    """Accounts and syncs of one customer share waits; another customer or host has its own."""
    first, again = (shared_pace("shared.example", "1") for _ in range(2))
    others = [shared_pace("shared.example", "2"), shared_pace("other.example", "1")]
    assert first is again
    first.throttled(60.0)
    assert again.take(0.0) > 50
    assert [other.take(0.0) for other in others] == [0.0, 0.0]
    for other in others:
        other.give_back()


def test_a_later_run_goes_on_with_the_pace_that_is_left() -> None:
    """A run sets how many calls may be under way; what throttling took is earned back, not given."""
    clock = JumpingClock()
    pace = Pace(1, clock)
    pace.allow(8)
    assert taken(pace) == 8
    pace.throttled(60.0)
    pace.allow(8)
    assert pace.take(0.0) == 60.0
    clock.sleep(60.0)
    assert taken(pace) == 4
    pace.allow(2)
    assert taken(pace) == 2
    for _ in range(6 * GROW_AFTER):
        pace.answered()
    pace.allow(8)
    assert taken(pace) == 8


def test_two_runs_share_the_wait_of_one() -> None:
    """A call that was turned away in the first run makes the second wait before its first."""
    clock = JumpingClock()
    pace = Pace(1, clock)
    begun: list[float] = []

    def send(records: Sequence[Record]) -> Answer:
        begun.append(clock())
        return FINE if len(begun) > 1 else BUSY

    for patience in (Patience(tries=1), Patience()):
        deliver(ScriptedDestination(send=send), batches(1, 1), clock=clock, patience=patience, pace=pace)
    assert begun == [0.0, BUSY.seconds]


def test_a_run_that_fails_keeps_no_permit() -> None:
    """Whatever becomes of the lease while a call is about to start, the permit is there for the next run."""
    clock = JumpingClock()
    pace = Pace(1, clock)

    def fails() -> bool:
        raise WarehouseError("gone")

    delivery = deliver(ScriptedDestination(), batches(1, 1), clock=clock, may_call=fails, pace=pace)
    assert isinstance(delivery.failed, WarehouseError)
    assert taken(pace) == 1
