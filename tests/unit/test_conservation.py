"""The sums that a run is held against: each is off in both directions, and a limit counts over all rounds."""

from collections import Counter
from dataclasses import replace

import pytest

from reverse_etl.commands.push import PushOptions, carry_out
from reverse_etl.core.ports import Standings
from reverse_etl.core.sync import RetractionLimit
from tests.unit.memory_ledger import Judge, MemoryLedger, Warehouse, Watcher
from tests.unit.test_run_laws import BOTH, Service, row, run_push

# What a ledger says wrongly by so many rows, and the sum that names it.
WRONG = {
    "source rows": lambda result, by: (
        replace(result, source=Counter(result.source) + Counter(unchanged=by))
        if by > 0
        else replace(result, source_rows=result.source_rows - by)
    ),
    "identities known to the ledger": lambda result, by: replace(result, known_standing=result.known_standing + by),
    **{
        f"records {outcome} in this run": lambda result, by, outcome=outcome: replace(
            result, run_outcomes=result.run_outcomes | {outcome: result.run_outcomes.get(outcome, 0) + by}
        )
        for outcome in ("accepted", "rejected", "deferred", "in_doubt", "not_sent")
    },
}


@pytest.mark.parametrize("sum_", WRONG)
@pytest.mark.parametrize("by", [1, -1])
def test_a_sum_is_held_from_both_sides(sum_: str, by: int) -> None:
    """A row that stands twice is no better than one that stands nowhere: either makes the run fail and is named."""
    ledger = MemoryLedger(Warehouse([row(number) for number in range(3)]))
    standings = ledger.standings

    def wrong(run_seq: int) -> Standings:
        found = WRONG[sum_](standings(run_seq), by)
        assert isinstance(found, Standings)
        return found

    ledger.standings = wrong  # type: ignore[method-assign]
    result = carry_out(ledger, Service(Judge()), Watcher(), PushOptions(workers=1))
    assert [line.partition(":")[0] for line in result.unbalanced] == [sum_]
    assert (result.name, result.exit_code) == ("stopped", 1)


def test_what_earlier_rounds_took_back_counts_towards_the_limit() -> None:
    """Two are taken back at once, three more once it is settled that they count: five of a run, where four may be."""
    warehouse, judge = Warehouse([row(number) for number in range(6)]), Judge()
    run_push(warehouse, judge, ["ok", "taken_unanswered", "taken_unanswered"])
    warehouse.source = [row(0)]
    ledger = MemoryLedger(warehouse, adjustments=BOTH)
    options = PushOptions(workers=1, retractions=RetractionLimit(4, 1.0))
    result = carry_out(ledger, Service(judge), Watcher(), options)
    assert result.stopped is not None
    assert result.stopped.message.startswith("5 of ")
    assert (result.exit_code, result.sent) == (1, {"accepted": 5})
    assert [plan.to_retract for plan in ledger.plans] == [2, 3]
    assert len(judge.retracted) == 2
