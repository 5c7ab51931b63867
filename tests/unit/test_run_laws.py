"""Laws 1 and 2 over several pushes: whatever fails or dies on the way, nothing is lost and nothing counts twice."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reverse_etl.commands.push import PushOptions, carry_out
from reverse_etl.core.errors import WarehouseError
from reverse_etl.core.pace import Patience
from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import Answer, Answered, Blamed, Reason, RowOutcome, Stopped, Throttled, Unanswered
from reverse_etl.core.results import RunResult
from reverse_etl.core.sync import RetractionLimit
from tests.reference.fold import State
from tests.reference.nouns import SourceRow
from tests.unit.memory_ledger import Accident, Judge, MemoryLedger, ProcessDiedError, Warehouse, Watcher, place_of
from tests.unit.scripted import REASON, refusal

BATCH = 3
# What happens to calls, one after another; those left over are taken and answered.
LOSSES = ("ok", "taken_unanswered", "lost", "late", "busy", "refused_all", "half_taken", "blamed", "row_in_doubt")
DEATHS = ("dies_before", "dies_after")
REFUSALS = ("row_refused", "row_refused_for_good", "row_deferred", "row_deferred_unsettled", "one_blamed")


class Service:
    """A destination that follows the script, and a judge of its own that it cannot fool."""

    batch_limit = BATCH
    call_timeout = 1.0
    clock_ahead: float | None = None

    def __init__(self, judge: Judge, fates: Sequence[str] = (), ledger: MemoryLedger | None = None) -> None:
        self.judge = judge
        self.ledger = ledger
        self._fates = iter(fates)

    def preflight(self, accepted: int) -> Sequence[str]:
        return []

    def send(self, records: Sequence[Record]) -> Answer:
        fate = next(self._fates, "ok")
        if fate in ("half_taken", "blamed") and len(records) == 1:
            fate = "ok"  # a fault of a single row is a refusal
        if fate in DEATHS:
            assert self.ledger is not None
            if fate == "dies_after":
                self.judge.take(records)
            self.ledger.dead = True
            raise ProcessDiedError
        taken = {
            "half_taken": records[: len(records) // 2],
            "row_in_doubt": records,
            "taken_unanswered": records,
            "opaque_and_taken": records,
        }
        if fate in taken:
            self.judge.take(taken[fate])
        if fate == "late":
            self.judge.late += records
        whole: dict[str, Answer] = {
            "taken_unanswered": Unanswered(REASON),
            "lost": Unanswered(REASON),
            "late": Unanswered(REASON),
            "busy": Throttled(REASON, 0.0),
            "refused_all": Stopped(REASON, "", unprocessed=True),
            "half_taken": Blamed(Reason(1, "Unknown", ""), "", unprocessed=False),
            "blamed": Blamed(REASON, "", unprocessed=True),
            "opaque": Blamed(Reason(None, "DeserializationFailed", ""), "", unprocessed=True),
            "opaque_and_taken": Blamed(Reason(1, "Unknown", ""), "", unprocessed=False),
            "one_blamed": Blamed(Reason(1, "Unknown", ""), "", unprocessed=False),
            "row_in_doubt": Answered((refusal(0, RowOutcome.IN_DOUBT),), ""),
        }
        if fate in whole:
            return whole[fate]
        return self._by_row(fate, records)

    def _by_row(self, fate: str, records: Sequence[Record]) -> Answer:
        if fate not in REFUSALS or records[0].operation != "send":
            refused = self.judge.take(records)
            return Answered(tuple(refusal(n, RowOutcome.REJECTED, settles=False) for n in refused), "")
        place = place_of(records[0])
        # Only a row that was never taken, and will not be, can be refused for what it is.
        taken = place in self.judge.counted or any(place_of(one) == place for one in self.judge.late)
        settles = fate in ("row_refused_for_good", "row_deferred") and not taken
        outcome = RowOutcome.REJECTED if fate.startswith("row_refused") else RowOutcome.DEFERRED
        self.judge.take(records[1:])
        return Answered((refusal(0, outcome, settles=settles),), "")


def row(number: int, value: float = 1.0, key: str = "") -> SourceRow:
    """A row of the source; one number, one identity."""
    return SourceRow(
        conversion_name="Lead",
        conversion_time="2026-03-01T12:00:00Z",
        microsoft_click_id=f"{number:032x}",
        conversion_value=value,
        conversion_currency_code="USD",
        key=key,
    )


def run_push(
    warehouse: Warehouse,
    judge: Judge,
    fates: Sequence[str] = (),
    accident: Accident | None = None,
    workers: int = 1,
    *,
    adjustments: frozenset[str] = frozenset(),
) -> RunResult | None:
    """One push in a process of its own; None where the process died or the warehouse failed."""
    ledger = MemoryLedger(warehouse, accident=accident, adjustments=adjustments)
    limit = RetractionLimit(1000, 1.0, even_if_empty=True)
    options = PushOptions(workers=workers, patience=Patience(tries=2, first_wait=0.0), retractions=limit)
    try:
        result = carry_out(ledger, Service(judge, fates, ledger), Watcher(), options)
    except (ProcessDiedError, WarehouseError):
        return None
    assert result.unbalanced == ()
    assert sum(result.source.values()) == len(warehouse.source)
    return result


ACCIDENTS = st.none() | st.builds(
    Accident, st.integers(1, 24), st.sampled_from(["before", "amid", "after"]), st.booleans()
)


def pushes(fates: Sequence[str]) -> st.SearchStrategy[list[tuple[list[str], Accident | None, dict[int, int]]]]:
    """Pushes with their fates, their accident, and the values (or keys) of the source before each."""
    changes = st.dictionaries(st.integers(0, 7), st.integers(0, 3), max_size=8)
    return st.lists(st.tuples(st.lists(st.sampled_from(fates), max_size=10), ACCIDENTS, changes), max_size=4)


def settle(warehouse: Warehouse, judge: Judge, adjustments: frozenset[str] = frozenset()) -> RunResult:
    """Push without faults until nothing is sent any more."""
    judge.land()
    for _ in range(4):
        sent = len(judge.received)
        result = run_push(warehouse, judge, adjustments=adjustments)
        assert result is not None
        if len(judge.received) == sent:
            return result
    raise AssertionError("pushes without faults go on sending")


@pytest.fixture(autouse=True, scope="module")
def short_stretches() -> object:
    """Stretches of two batches, so that a push has several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reverse_etl.commands.push.STRETCH_BATCHES", 2)
        yield


def identities(warehouse: Warehouse) -> dict[tuple[str, str, str], State]:
    """What the ledger says of each identity."""
    return {(one.conversion_name, one.click_id, one.conversion_time): s for one, s in warehouse.states().items()}


def assert_ledger_and_judge_agree(warehouse: Warehouse, judge: Judge) -> None:
    """What the ledger holds as counted counts, at the value that the ledger says; what counts, the ledger knows of."""
    states = identities(warehouse)
    for place, state in states.items():
        if state.status == "accepted" and not state.retract_in_doubt:
            assert place in judge.counted
            assert state.restate_in_doubt or judge.counted[place] == state.value
        if state.status == "retracted":
            assert place in judge.retracted
    for place in judge.counted:
        assert states[place].status in ("accepted", "in_doubt", "maybe_taken")


@given(pushes(LOSSES + DEATHS), st.integers(1, 20))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_row_counts_exactly_once_in_the_end(
    history: list[tuple[list[str], Accident | None, dict[int, int]]], rows: int
) -> None:
    """Without refusals every row of the source counts once, however often a push died, failed or was not answered."""
    warehouse, judge = Warehouse(), Judge()
    values = dict.fromkeys(range(rows), 1.0)
    for fates, accident, changes in history:
        values |= {number: float(value) for number, value in changes.items() if number in values}
        warehouse.source = [row(number, value) for number, value in values.items()]
        run_push(warehouse, judge, fates, accident)
        assert_ledger_and_judge_agree(warehouse, judge)

    warehouse.source = [row(number, value) for number, value in values.items()]
    result = settle(warehouse, judge)

    assert len(judge.counted) == rows
    assert_ledger_and_judge_agree(warehouse, judge)
    # Held: its value changed after it had been taken, and this version sends no restatement.
    assert set(result.source) <= {"unchanged", "held"}


@pytest.mark.parametrize("rows", [1, 2, BATCH, 3 * BATCH + 1])
@pytest.mark.parametrize("fate", ["opaque", "opaque_and_taken"])
def test_a_service_that_refuses_every_call_for_a_while_costs_no_row(fate: str, rows: int) -> None:
    """Push after push is refused whole by a code that names no row's flaw; once it is over every row counts once."""
    warehouse, judge = Warehouse([row(number) for number in range(rows)]), Judge()
    for _ in range(3):
        result = run_push(warehouse, judge, [fate] * 1000)
        assert result is not None
        assert (result.refusals, result.exit_code) == ({}, 1)
        assert result.stopped is not None
        assert "refused alike" in result.stopped.hint
    assert settle(warehouse, judge).source == {"unchanged": rows}
    assert len(judge.counted) == rows


@given(pushes(LOSSES + DEATHS + REFUSALS), st.lists(st.booleans(), min_size=5, max_size=5))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_key_counts_twice(
    history: list[tuple[list[str], Accident | None, dict[int, int]]], retries: list[bool]
) -> None:
    """A record that moves to another identity under its key counts once at most, refusals, retries and all."""
    warehouse, judge = Warehouse(), Judge()
    # Each key has identities of its own; a change lets it move to another of them, or back.
    places = dict.fromkeys(range(8), 0)
    for (fates, accident, changes), retry in zip(history, retries, strict=False):
        if retry:
            warehouse.retry()
        places |= changes
        warehouse.source = [row(10 * key + place, key=f"k{key}") for key, place in places.items()]
        run_push(warehouse, judge, fates, accident)
        assert_ledger_and_judge_agree(warehouse, judge)

    if retries[-1]:
        warehouse.retry()
    settle(warehouse, judge)

    assert_ledger_and_judge_agree(warehouse, judge)
    keys = Counter(int(click_id, 16) // 10 for _, click_id, _ in judge.counted)
    assert all(count == 1 for count in keys.values()), keys


BOTH = frozenset({"restate", "retract"})
# Before a push: the value of a row, its place (another is a move), or None where it is gone.
CHANGES = st.dictionaries(
    st.integers(0, 6), st.none() | st.tuples(st.integers(1, 3).map(float), st.integers(0, 2)), max_size=7
)


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(LOSSES + DEATHS), max_size=8),
            ACCIDENTS,
            CHANGES,
            st.sampled_from([BOTH, frozenset()]),
        ),
        max_size=5,
    )
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_corrections_end_where_the_source_does(
    history: list[tuple[list[str], Accident | None, dict[int, tuple[float, int] | None], frozenset[str]]],
) -> None:
    """Where everything may be corrected, in the end each row counts with its latest value and nothing else of its key
    does, unless it was retracted before, which is said of it."""
    warehouse, judge = Warehouse(), Judge()
    # One row never changes: a source without rows says nothing of how far back it reaches.
    rows: dict[int, tuple[float, int] | None] = {7: (1.0, 0)}
    for fates, accident, changes, allowed in history:
        rows |= changes
        warehouse.source = [row(10 * key + at[1], at[0], key=f"k{key}") for key, at in rows.items() if at is not None]
        run_push(warehouse, judge, fates, accident, adjustments=allowed)
        assert_ledger_and_judge_agree(warehouse, judge)

    warehouse.source = [row(10 * key + at[1], at[0], key=f"k{key}") for key, at in rows.items() if at is not None]
    settle(warehouse, judge, BOTH)

    assert_ledger_and_judge_agree(warehouse, judge)
    dead = {place for place, state in identities(warehouse).items() if state.status == "retracted"}
    stands = {("Lead", one.microsoft_click_id, one.conversion_time): one for one in warehouse.source}
    for place, one in stands.items():
        assert place in dead or judge.counted[place] == one.conversion_value
    for place in judge.counted:
        key = int(place[1], 16) // 10
        replaced_by_what_is_dead = any(int(other[1], 16) // 10 == key for other in stands.keys() & dead)
        assert place in stands or replaced_by_what_is_dead


class OneBatch(MemoryLedger):
    """Its plan gives all rows one batch number."""

    def page(self, seq_from: int, seq_to: int) -> list[Record]:
        return [record._replace(batch=1) for record in super().page(seq_from, seq_to)]


def test_no_call_carries_two_operations() -> None:
    """Whatever the batch numbers are: a correction among sends would count as a conversion of its own."""
    warehouse, judge = Warehouse(), Judge()
    warehouse.source = [row(n) for n in range(3)]
    settle(warehouse, judge)
    warehouse.source = [row(0), row(1, 2.0), row(3)]
    calls: list[set[str]] = []

    class Listening(Service):
        def send(self, records: Sequence[Record]) -> Answer:
            calls.append({record.operation for record in records})
            return super().send(records)

    options = PushOptions(workers=1, retractions=RetractionLimit(1000, 1.0, even_if_empty=True))
    result = carry_out(OneBatch(warehouse, adjustments=BOTH), Listening(judge), Watcher(), options)
    assert result.sent == {"accepted": 3}
    assert calls == [{"send"}, {"restate"}, {"retract"}]


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("step", range(1, 16))
@pytest.mark.parametrize("moment", ["before", "amid", "after"])
def test_the_next_push_repairs_a_death_at_any_step(step: int, moment: str, workers: int) -> None:
    """A push that dies at any use of the warehouse leaves what the next one finishes."""
    warehouse, judge = Warehouse([row(number) for number in range(20)]), Judge()
    run_push(warehouse, judge, accident=Accident(step, moment, dies=True), workers=workers)  # type: ignore[arg-type]
    result = settle(warehouse, judge)
    assert len(judge.counted) == 20
    assert set(result.source) <= {"unchanged"}
