"""A run that stands still while another takes over: nothing counts twice for it, and once awake it makes no call."""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence

import pytest

from reverse_etl.commands.courier import OLD_LOOK, Courier
from reverse_etl.commands.push import PushOptions, carry_out
from reverse_etl.core.errors import LeaseLostError, WarehouseError
from reverse_etl.core.pace import Patience
from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import Answer
from reverse_etl.core.results import RunResult
from tests.unit.memory_ledger import Judge, MemoryLedger, Warehouse, Watcher
from tests.unit.scripted import FINE, LOST, ScriptedDestination, batches, outcomes
from tests.unit.test_run_laws import Service, assert_ledger_and_judge_agree, row, settle

BEFORE, SINCE = [row(1, key="a"), row(3, key="b")], [row(2, key="a"), row(3, key="b")]
# So many times one push uses the warehouse: claim, plan, page, intents, lease, receipts, lease, standings, drop, close.
STEPS = 10


class Interrupted(MemoryLedger):
    """A ledger before whose nth use something happens: it is what stands still."""

    def __init__(self, warehouse: Warehouse, nth: int, meanwhile: Callable[[], object]) -> None:
        super().__init__(warehouse)
        self.uses = 0
        self._nth = nth
        self._meanwhile = meanwhile

    def use(self, effects: Sequence[Callable[[], None]]) -> None:
        self.uses += 1
        if self.uses == self._nth:
            self._meanwhile()
        super().use(effects)


class OneByOne(Service):
    batch_limit = 1


def push_by(ledger: MemoryLedger, judge: Judge) -> RunResult:
    return carry_out(ledger, OneByOne(judge), Watcher(), PushOptions(workers=1))


@pytest.mark.parametrize("step", range(2, STEPS + 1))
def test_a_takeover_between_any_two_steps(step: int) -> None:
    """A row takes another identity while a run stands still; the successor sends what its key stands for now, where
    nothing of it may have left. Of each key one conversion counts, and the ledger knows of all that count."""
    warehouse, judge = Warehouse(BEFORE), Judge()

    def take_over() -> None:
        warehouse.source = SINCE
        push_by(MemoryLedger(warehouse), judge)

    stalled = Interrupted(warehouse, step, take_over)
    with contextlib.suppress(LeaseLostError, WarehouseError):
        push_by(stalled, judge)

    assert stalled.uses >= step
    assert len(judge.counted) == 2, "a key counts twice"
    assert_ledger_and_judge_agree(warehouse, judge)
    settle(warehouse, judge)
    assert len(judge.counted) == 2
    assert_ledger_and_judge_agree(warehouse, judge)


class Sleeper:
    """A machine that sleeps through every call, and a lease that is read slowly: a call that does not wait for it is
    made meanwhile. `mine`: what the lease says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Answer, mine: bool) -> None:
        monkeypatch.setattr("reverse_etl.commands.courier.LOOK_EVERY", 0.01)
        monkeypatch.setattr("reverse_etl.commands.courier.elapsed", lambda: self.time)
        self.time = 1000.0
        self.destination = ScriptedDestination(send=self.send)
        self._answers = iter(answers)
        self._mine = mine

    def send(self, records: Sequence[Record]) -> Answer:
        self.time += OLD_LOOK + 1
        return next(self._answers, FINE)

    def deliver(self, work: list[list[Record]], **more: float) -> dict[str, int]:
        patience = Patience(first_wait=0.0)
        courier = Courier(self.destination, workers=1, may_call=lambda: True, stop=threading.Event(), patience=patience)

        def look() -> None:
            time.sleep(0.1)
            self.time += OLD_LOOK + 1
            if not self._mine:
                courier.halt()

        delivery = courier.finish(courier.start(work, **more), meanwhile=look, on_batch=lambda part, batch: None)
        courier.close()
        return outcomes(delivery, work)


@pytest.mark.parametrize(
    ("answer", "expected"), [(FINE, {"accepted": 1, "not_sent": 2}), (LOST, {"in_doubt": 1, "not_sent": 2})]
)
def test_who_wakes_looks_at_the_lease_before_the_next_call(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, expected: dict[str, int]
) -> None:
    """The machine sleeps while somebody shuts the run out: neither another batch nor another try leaves afterwards."""
    sleeper = Sleeper(monkeypatch, answer, mine=False)
    assert sleeper.deliver(batches(3, 1)) == expected
    assert len(sleeper.destination.calls) == 1


def test_who_slept_since_the_lease_was_read_makes_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine sleeps right after the look that comes before the first calls: none of them leaves."""
    sleeper = Sleeper(monkeypatch, mine=False)
    assert sleeper.deliver(batches(3, 1), looked=sleeper.time - OLD_LOOK - 1) == {"not_sent": 3}


def test_a_lease_that_is_read_slowly_puts_calls_off_and_ends_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each look lasts longer than one counts for, calls still go on, one after another."""
    sleeper = Sleeper(monkeypatch, mine=True)
    assert sleeper.deliver(batches(3, 1)) == {"accepted": 3}


def test_who_slept_since_the_intents_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease was just read when the machine fell asleep, and somebody took over: the run sends nothing."""
    monkeypatch.setattr("reverse_etl.commands.courier.LOOK_EVERY", 0.01)
    slept = [0.0]
    for module in ("core.clocks", "commands.courier"):
        monkeypatch.setattr(f"reverse_etl.{module}.elapsed", lambda: slept[0])
    warehouse, judge = Warehouse(BEFORE), Judge()

    def fall_asleep() -> bool:
        if not slept[0]:
            slept[0] = OLD_LOOK + 1
            push_by(MemoryLedger(warehouse), judge)
            judge.received.clear()
        return True

    result = push_by(MemoryLedger(warehouse, mine=fall_asleep), judge)
    assert isinstance(result.stopped, LeaseLostError)
    assert judge.received == []
