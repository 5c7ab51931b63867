"""The way of a push: rounds, limit, interrupts, a lost lease, the result, and what a run that breaks off leaves."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from reverse_etl.commands.courier import Patience
from reverse_etl.commands.push import PushOptions, carry_out
from reverse_etl.core.errors import DestinationError, GuardError, LeaseLostError, WarehouseError
from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import Answer, Answered, Blamed, Stopped, Unanswered
from reverse_etl.core.results import RunResult
from tests.reference.fold import State
from tests.reference.nouns import RunEvent
from tests.unit.memory_ledger import Accident, Judge, MemoryLease, MemoryLedger, Warehouse, Watcher
from tests.unit.scripted import FINE, REASON, ScriptedDestination, refusal
from tests.unit.test_run_laws import row

FULL = [row(number) for number in range(10)]


class Case:
    """A warehouse, a judge and pushes of batches of three."""

    def __init__(self, source: list[object] | None = None) -> None:
        self.warehouse = Warehouse(list(FULL if source is None else source))  # type: ignore[arg-type]
        self.judge = Judge()
        self.watcher = Watcher()

    def push(
        self,
        send: Callable[[Sequence[Record]], Answer] | None = None,
        *,
        accident: Accident | None = None,
        mine: Callable[[], bool] = lambda: True,
        limit: int | None = None,
        workers: int = 1,
        stop: threading.Event | None = None,
        prepare: Callable[[MemoryLedger], None] = lambda ledger: None,
    ) -> RunResult:
        def take(records: Sequence[Record]) -> Answer:
            self.judge.take(records)
            return FINE

        self.ledger = MemoryLedger(self.warehouse, accident=accident, mine=mine)
        prepare(self.ledger)
        self.destination = ScriptedDestination(send=send or take)
        self.destination.batch_limit = 3
        options = PushOptions(
            limit=limit, workers=workers, patience=Patience(tries=2, first_wait=0.0), stop=stop or threading.Event()
        )
        return carry_out(self.ledger, self.destination, self.watcher, options)

    def states(self) -> list[State]:
        return list(self.warehouse.states().values())


def test_a_push_sends_everything_once_and_the_next_sends_nothing() -> None:
    """The plain case: all accepted, then nothing to do."""
    case = Case()
    result = case.push()
    assert (result.name, result.exit_code, result.source) == ("done", 0, {"accepted": 10})
    assert case.watcher.done[-1] == (10, 10)
    assert case.watcher.done == sorted(set(case.watcher.done))
    assert case.ledger.closed == [("done", {"source_accepted": 10, "sent_accepted": 10})]
    assert case.push().source == {"unchanged": 10}
    assert case.destination.calls == []


def test_a_limit_cuts_off_and_the_next_push_goes_on() -> None:
    """`--limit` sends exactly that many; what it cut off stands as not reached, and no intent is left of it."""
    case = Case()
    result = case.push(limit=4)
    assert (result.exit_code, result.source) == (0, {"accepted": 4, "not_reached": 6})
    assert len(case.judge.received) == len(case.warehouse.attempts) == 4
    assert case.push(limit=100).source == {"accepted": 6, "unchanged": 4}


def test_a_limit_holds_over_rounds() -> None:
    """The limit is of the run, not of each round of it."""
    case = Case([row(1, key="a"), *FULL[2:6]])
    case.push(lambda records: Unanswered(REASON))
    case.warehouse.source = [row(99, key="a"), *FULL[2:6]]
    case.push(limit=5)
    assert len(case.judge.received) == 5


def test_what_was_in_doubt_is_settled_and_then_the_one_that_waited_goes() -> None:
    """A row whose key is in doubt waits one round; once that is settled as refused, it goes in the same push."""
    case = Case([row(1, key="a")])
    assert case.push(lambda records: Unanswered(REASON)).source == {"in_doubt": 1}
    case.warehouse.source = [row(2, key="a")]
    answers = iter([Answered((refusal(0, settles=True),), ""), FINE])

    result = case.push(lambda records: next(answers))

    assert [int(record[0]) for record in case.destination.calls] == [1, 2]
    assert result.source == {"accepted": 1}
    assert case.watcher.planned_rounds == [1, 1, 2]
    assert result.exit_code == 3


def test_nothing_settled_ends_the_rounds() -> None:
    """Where a round settles nothing there is no other: a service that does not answer is not asked for ever."""
    case = Case()
    case.push(lambda records: Unanswered(REASON))
    case.watcher.planned_rounds.clear()
    result = case.push(lambda records: Unanswered(REASON))
    assert case.watcher.planned_rounds == [1]
    assert result.source == {"in_doubt": 10}
    assert result.in_doubt_because == str(REASON)
    assert result.exit_code == 1
    assert isinstance(result.stopped, DestinationError)


def test_a_service_that_answers_nothing_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a stretch without a single answer the run stops, with no more than the next one under way."""
    monkeypatch.setattr("reverse_etl.commands.push.STRETCH_BATCHES", 2)
    case = Case([row(number) for number in range(21)])
    result = case.push(lambda records: Unanswered(REASON))
    assert 6 <= result.source["in_doubt"] <= 12
    assert sum(result.source.values()) == 21
    assert len(case.warehouse.attempts) == 12
    assert "No call was answered" in str(result.stopped)
    assert result.exit_code == 1


def test_answers_are_recorded_before_an_error_in_a_worker_is_raised() -> None:
    """What was answered before a worker failed stands in the ledger; only its own batch and later ones do not."""
    case = Case()
    calls = iter([FINE, FINE])

    def fail_on_the_third(records: Sequence[Record]) -> Answer:
        try:
            return next(calls)
        except StopIteration:
            raise RuntimeError("a defect") from None

    with pytest.raises(RuntimeError, match="a defect"):
        case.push(fail_on_the_third)
    assert sorted(state.status for state in case.states()) == ["accepted"] * 6 + ["in_doubt"] * 3
    assert case.ledger.closed == [("stopped", {"sent_accepted": 6, "sent_in_doubt": 3})]
    assert case.push().source == {"accepted": 4, "unchanged": 6}


def test_a_run_whose_time_ran_out_says_so() -> None:
    """A lease too short for another call ends the run as stopped, though no other run took it over."""
    case = Case()

    def sleep_too_long(records: Sequence[Record]) -> Answer:
        case.ledger.lease.time_left = 0.5
        return FINE

    result = case.push(sleep_too_long)
    assert result.source == {"accepted": 3, "not_reached": 7}
    assert isinstance(result.stopped, LeaseLostError)
    assert result.exit_code == 1


def test_an_interrupt_after_the_last_call_changes_nothing() -> None:
    """Ctrl-C when everything is through already is no interruption."""
    case = Case([row(1)])
    stop = threading.Event()

    def last(records: Sequence[Record]) -> Answer:
        stop.set()
        return FINE

    result = case.push(last, stop=stop)
    assert (result.name, result.exit_code, result.source) == ("done", 0, {"accepted": 1})


def test_a_lease_lost_before_a_stretch_sends_nothing() -> None:
    """Whoever lost the lease sends nothing, and says in the ledger that the recorded stretch never left."""
    case = Case()
    result = case.push(mine=lambda: False)
    assert case.destination.calls == []
    assert isinstance(result.stopped, LeaseLostError)
    assert (result.exit_code, result.source) == (1, {"not_reached": 10})
    assert {receipt.outcome for receipt in case.warehouse.receipts} == {"not_sent"}
    assert len(case.warehouse.attempts) == 10
    assert case.states() == []
    assert case.push().source == {"accepted": 10}


def test_a_run_that_was_shut_out_before_its_intents_balances() -> None:
    """Its intents are void, and it withholds them: no sum is off, and it says that the lease is lost."""
    case = Case()

    def prepare(ledger: MemoryLedger) -> None:
        record_intents = ledger.record_intents

        def record_late(run_seq: int, seq_from: int, seq_to: int) -> None:
            case.warehouse.events += [RunEvent(2, "open"), RunEvent(2, "fence", 1, 0), RunEvent(2, "close")]
            record_intents(run_seq, seq_from, seq_to)

        ledger.record_intents = record_late  # type: ignore[method-assign]

    result = case.push(mine=lambda: False, prepare=prepare)
    assert (result.unbalanced, case.destination.calls) == ((), [])
    assert isinstance(result.stopped, LeaseLostError)
    assert case.states() == []


def test_a_lease_without_time_for_a_call_sends_nothing() -> None:
    """Where another run could take over before a call ends, that call does not start."""
    case = Case()

    def prepare(ledger: MemoryLedger) -> None:
        claim = ledger.claim

        def claim_without_time(tests: str = "") -> object:
            lease = claim(tests)
            lease.time_left = 1.0  # as long as a call
            return lease

        ledger.claim = claim_without_time  # type: ignore[method-assign,assignment]

    result = case.push(prepare=prepare)
    assert case.destination.calls == []
    assert isinstance(result.stopped, LeaseLostError)


def test_a_lease_lost_between_stretches_keeps_what_was_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was answered before the lease was lost stands in the ledger; the next stretch does not leave."""
    monkeypatch.setattr("reverse_etl.commands.push.STRETCH_BATCHES", 1)
    case = Case()
    mine = iter([True, True, False])
    result = case.push(mine=lambda: next(mine))
    accepted = len(case.judge.received)
    assert accepted in (3, 6)
    assert result.source == {"accepted": accepted, "not_reached": 10 - accepted}
    assert isinstance(result.stopped, LeaseLostError)


def test_an_interrupt_finishes_the_call_under_way() -> None:
    """Ctrl-C: the call under way is recorded, nothing else leaves, and the run says so."""
    case, stop = Case(), threading.Event()

    def send(records: Sequence[Record]) -> Answer:
        stop.set()
        case.judge.take(records)
        return FINE

    result = case.push(send, stop=stop)

    assert (result.name, result.exit_code) == ("interrupted", 1)
    assert result.source == {"accepted": 3, "not_reached": 7}
    assert len(case.destination.calls) == 1
    assert case.push().source == {"accepted": 7, "unchanged": 3}


def test_preflight_comes_before_the_lease() -> None:
    """A destination that is not there keeps the run from starting: nothing is written at all."""
    case = Case()

    def refuse(accepted: int) -> Sequence[str]:
        raise DestinationError("not there")

    ledger, destination = MemoryLedger(case.warehouse), ScriptedDestination()
    destination.preflight = refuse  # type: ignore[method-assign]
    with pytest.raises(DestinationError):
        carry_out(ledger, destination, Watcher(), PushOptions())
    assert case.warehouse.events == []


def test_batches_and_numbers_rise_over_rounds() -> None:
    """Two rounds of one run never give a number or a batch twice, or receipts would speak of the wrong rows."""
    case = Case([row(n, key=str(n)) for n in range(5)])
    case.push(lambda records: Unanswered(REASON))
    case.warehouse.source = [row(n + 50, key=str(n)) for n in range(5)]
    case.push(
        lambda records: (
            Answered(tuple(refusal(i, settles=True) for i in range(len(records))), "")
            if int(records[0].click_id, 16) < 50
            else FINE
        )
    )
    newest = [a for a in case.warehouse.attempts if a.run_seq == 2]
    assert len({a.seq for a in newest}) == len(newest) == 10
    by_click = {a.batch: {int(b.click_id, 16) < 50 for b in newest if b.batch == a.batch} for a in newest}
    assert all(len(kinds) == 1 for kinds in by_click.values())


def test_a_run_that_was_taken_over_says_so_whatever_else_fails() -> None:
    """A stalled run whose successor dropped its plan reports the takeover, and not the table that is missing."""
    case = Case()
    looks = iter([True])

    def drop_standings(ledger: MemoryLedger) -> None:
        def gone(run_seq: int) -> object:
            raise WarehouseError("the plan's table does not exist")

        ledger.standings = gone  # type: ignore[method-assign,assignment]

    with pytest.raises(LeaseLostError, match="stood still"):
        case.push(mine=lambda: next(looks, False), prepare=drop_standings)


@pytest.mark.parametrize("failing", ["record_receipts", "still_mine", "delivered"])
@pytest.mark.parametrize("error", [WarehouseError("gone"), KeyboardInterrupt()], ids=["warehouse", "interrupt"])
def test_a_run_that_is_closed_in_a_hurry_leaves_its_counts(
    monkeypatch: pytest.MonkeyPatch, failing: str, error: BaseException
) -> None:
    """Wherever a run breaks off amid its stretches, its end says what became of its records, as the ledger does."""
    monkeypatch.setattr("reverse_etl.commands.push.STRETCH_BATCHES", 1)
    case = Case()

    def prepare(ledger: MemoryLedger) -> None:
        owner = {"record_receipts": ledger, "still_mine": MemoryLease, "delivered": case.watcher}[failing]
        work = getattr(owner, failing)

        def fail_late(*args: object) -> object:
            if len(case.warehouse.attempts) > 6:
                raise error
            return work(*args)

        monkeypatch.setattr(owner, failing, fail_late)

    with pytest.raises(type(error)):
        case.push(prepare=prepare)
    ((result, counts),) = case.ledger.closed
    states = Counter(f"sent_{state.status}" for state in case.states())
    assert (result, counts) == ("stopped", states)
    assert states["sent_accepted"] >= 3
    assert states["sent_in_doubt"] >= 1


def test_a_guard_that_refuses_a_later_round_leaves_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is refused in its second round stops with the outcome of every row, and what left before stands."""
    case = Case([row(1, key="a"), row(3)])
    case.push(lambda records: Unanswered(REASON))
    case.warehouse.source = [row(2, key="a"), row(3)]
    rounds = iter([True])

    def refuse_later(guards: object) -> None:
        if not next(rounds, False):
            raise GuardError("Too many at once.", hint="Look.")

    monkeypatch.setattr("reverse_etl.commands.push.enforce", refuse_later)
    result = case.push()
    assert (result.name, result.exit_code, result.sent) == ("stopped", 1, {"accepted": 2})
    assert result.stopped is not None
    assert (result.stopped.message, result.stopped.hint) == ("Too many at once. What left before that stands.", "Look.")
    assert sum(result.source.values()) == 2
    assert [name for name, _ in case.ledger.closed] == ["stopped"]


def test_a_refusal_in_the_next_stretch_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the service refuses a call of the next stretch, what the last one had to withhold is no lost lease."""
    monkeypatch.setattr("reverse_etl.commands.push.STRETCH_BATCHES", 1)
    case, second = Case(), threading.Event()

    def send(records: Sequence[Record]) -> Answer:
        if int(records[0].click_id, 16) < 3:
            # It is to be halved once the second stretch was refused, and then no call starts.
            second.wait(10)
            time.sleep(0.2)
            return Blamed(REASON, "", unprocessed=True)
        second.set()
        return Stopped(REASON, "Check the token.", unprocessed=True)

    result = case.push(send, workers=2)
    assert isinstance(result.stopped, DestinationError)
    assert result.stopped.hint == "Check the token."
    assert (result.source, result.unbalanced) == ({"not_reached": 10}, ())
