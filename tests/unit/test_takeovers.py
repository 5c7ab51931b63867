"""A run that stands still between any two of its steps while another takes over: nothing counts twice for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import pytest

from reverse_etl.errors import LeaseLostError, WarehouseError
from reverse_etl.run import PushOptions, RunResult, push
from tests.unit.memory_ledger import Judge, MemoryLedger, Warehouse, Watcher
from tests.unit.test_run_laws import Service, assert_ledger_and_judge_agree, row, settle

BEFORE, SINCE = [row(1, key="a"), row(3, key="b")], [row(2, key="a"), row(3, key="b")]
# So many times one push uses the warehouse: claim, plan, page, intents, lease, receipts, lease, standings, drop, close.
STEPS = 10


class Interrupted(MemoryLedger):
    """A ledger before whose nth use something happens: it is what stands still."""

    def __init__(self, warehouse: Warehouse, nth: int, meanwhile: Callable[[], object]) -> None:
        super().__init__(warehouse, batch_limit=1)
        self.uses = 0
        self._nth = nth
        self._meanwhile = meanwhile

    def use(self, effects: Sequence[Callable[[], None]]) -> None:
        self.uses += 1
        if self.uses == self._nth:
            self._meanwhile()
        super().use(effects)


def push_by(ledger: MemoryLedger, judge: Judge) -> RunResult:
    return push(ledger, Service(judge), Watcher(), PushOptions(workers=1))


@pytest.mark.parametrize("step", range(2, STEPS + 1))
def test_a_takeover_between_any_two_steps(step: int) -> None:
    """A row takes another identity while a run stands still; the successor sends what its key stands for now, where
    nothing of it may have left. Of each key one conversion counts, and the ledger knows of all that count."""
    warehouse, judge = Warehouse(BEFORE), Judge()

    def take_over() -> None:
        warehouse.source = SINCE
        push_by(MemoryLedger(warehouse, batch_limit=1), judge)

    stalled = Interrupted(warehouse, step, take_over)
    with contextlib.suppress(LeaseLostError, WarehouseError):
        push_by(stalled, judge)

    assert stalled.uses >= step
    assert len(judge.counted) == 2, "a key counts twice"
    assert_ledger_and_judge_agree(warehouse, judge)
    settle(warehouse, judge)
    assert len(judge.counted) == 2
    assert_ledger_and_judge_agree(warehouse, judge)
