"""What a run leaves behind where it breaks off: its counts."""

from __future__ import annotations

import pytest

from reverse_etl.core.errors import GuardError, WarehouseError
from reverse_etl.core.receipt import Unanswered
from tests.unit.memory_ledger import MemoryLease, MemoryLedger
from tests.unit.scripted import REASON
from tests.unit.test_run import Case
from tests.unit.test_run_laws import row


@pytest.mark.parametrize("failing", ["record_receipts", "still_mine", "delivered"])
@pytest.mark.parametrize("error", [WarehouseError("gone"), KeyboardInterrupt()], ids=["warehouse", "interrupt"])
def test_a_run_that_is_closed_in_a_hurry_leaves_its_counts(
    monkeypatch: pytest.MonkeyPatch, failing: str, error: BaseException
) -> None:
    """Wherever a run breaks off in its second stretch, its end says what became of its records, as the ledger does."""
    monkeypatch.setattr("reverse_etl.commands.push.STRETCH_BATCHES", 1)
    case = Case()

    def prepare(ledger: MemoryLedger) -> None:
        owner = {"record_receipts": ledger, "still_mine": MemoryLease, "delivered": case.watcher}[failing]
        work = getattr(owner, failing)

        def fail_late(*args: object) -> object:
            if len(case.warehouse.attempts) > 3:
                raise error
            return work(*args)

        monkeypatch.setattr(owner, failing, fail_late)

    with pytest.raises(type(error)):
        case.push(prepare=prepare)
    ((result, counts),) = case.ledger.closed
    assert (result, counts) == ("stopped", {"sent_accepted": 3, "sent_in_doubt": 3})
    assert sorted(state.status for state in case.states()) == ["accepted"] * 3 + ["in_doubt"] * 3


def test_a_guard_that_refuses_a_later_round_leaves_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first round sent stands in the end of a run that is refused in the second."""
    case = Case([row(1, key="a"), row(3)])
    case.push(lambda records: Unanswered(REASON))
    case.warehouse.source = [row(2, key="a"), row(3)]
    rounds = iter([True])

    def refuse_later(guards: object) -> None:
        if not next(rounds, False):
            raise GuardError("too many at once")

    monkeypatch.setattr("reverse_etl.commands.push.enforce", refuse_later)
    with pytest.raises(GuardError):
        case.push()
    assert case.ledger.closed == [("refused", {"sent_accepted": 2})]
