"""The courier: whose fault a refusal is, and which rows are found, held or spared by it."""

from collections.abc import Sequence

import pytest

from reverse_etl.commands.courier import GUILTY_ROWS
from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import Answer, Answered, Blamed, Outcome, Reason
from tests.unit.scripted import (
    BLAMED,
    BLAMED_FOR_NOW,
    DOUBTFULLY_BLAMED,
    FINE,
    ScriptedDestination,
    batches,
    deliver,
    meanings,
    outcomes,
    refusal,
)


def poisoned(*guilty: int, unprocessed: bool = True) -> ScriptedDestination:
    """A service that refuses every call with one of these records in it, naming none."""
    answer = BLAMED if unprocessed else DOUBTFULLY_BLAMED

    def send(records: Sequence[Record]) -> Answer:
        return answer if {record.seq for record in records} & set(guilty) else FINE

    return ScriptedDestination(send=send)


@pytest.mark.parametrize("place", [1, 2, 437, 500, 501, 999, 1000])
@pytest.mark.parametrize("unprocessed", [True, False])
def test_one_poisoned_row_is_found(place: int, unprocessed: bool) -> None:
    """One row of 1,000 that makes its call fail is found in at most 22 calls, and the other 999 are delivered."""
    destination, work = poisoned(place, unprocessed=unprocessed), batches(1, 1000)

    delivery = deliver(destination, work)

    said = meanings(delivery.receipts, work[0])
    assert said.pop(place) == (("rejected", True) if unprocessed else ("in_doubt", False))
    assert set(said.values()) == {("accepted", False)}
    assert len(destination.calls) <= 22
    assert delivery.stopped is None


def test_a_row_that_a_fault_puts_off_is_deferred() -> None:
    """Where the code itself proves that its row was not taken, the row that is found is put off and not in doubt."""
    work = batches(1, 1000)
    destination = ScriptedDestination(send=lambda rs: BLAMED_FOR_NOW if 617 in {r.seq for r in rs} else FINE)
    delivery = deliver(destination, work)
    said = meanings(delivery.receipts, work[0])
    assert said.pop(617) == ("deferred", True)
    assert set(said.values()) == {("accepted", False)}
    assert len(destination.calls) <= 22


@pytest.mark.parametrize("places", [(1, 2), (1, 1000), (500, 501), (250, 777)])
def test_two_poisoned_rows_are_found(places: tuple[int, int]) -> None:
    """Two poisoned rows are both found, and the other 998 are delivered."""
    destination, work = poisoned(*places), batches(1, 1000)
    delivery = deliver(destination, work)
    assert outcomes(delivery, work) == {"accepted": 998, "rejected": 2}
    assert {r.seq_from for r in delivery.receipts if r.outcome is Outcome.REJECTED} == set(places)
    assert len(destination.calls) <= 44


@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize(("answer", "outcome"), [(BLAMED, "not_sent"), (DOUBTFULLY_BLAMED, "in_doubt")])
def test_a_refusal_of_all_rows_alike_is_no_row_s_fault(answer: Answer, outcome: str, rows: int) -> None:
    """A code that names no row's flaw and meets every row of a batch, even of one: the run stops, no row is held."""
    work = batches(1, rows)
    delivery = deliver(ScriptedDestination(send=lambda records: answer), work)
    assert outcomes(delivery, work) == {outcome: rows}
    assert delivery.stopped is not None
    assert delivery.stopped.reason == answer.reason  # type: ignore[union-attr]
    assert "no row is held" in delivery.stopped.hint


@pytest.mark.parametrize(("flaw", "expected"), [(False, {"not_sent": 3}), (True, {"rejected": 3})])
def test_errors_of_every_row_that_name_no_flaw_are_no_row_s_fault(flaw: bool, expected: dict[str, int]) -> None:
    """Where the service names each row by its index, a generic or unknown code for all of them blames none either."""
    work = batches(1, 3)
    answer = Answered(tuple(refusal(i, flaw=flaw) for i in range(3)), "t")
    delivery = deliver(ScriptedDestination(answer), work)
    assert outcomes(delivery, work) == expected
    assert (delivery.stopped is None) is flaw


@pytest.mark.parametrize(
    "answer",
    [
        Answered((refusal(1, flaw=False),), "t"),
        Answered((refusal(0, flaw=True), refusal(1, flaw=False)), "t"),
    ],
)
def test_a_row_that_is_refused_while_another_fares_better_is_to_blame(answer: Answered) -> None:
    """Whatever its code: the service looks at rows, and this one it refused."""
    work = batches(1, 2)
    delivery = deliver(ScriptedDestination(answer), work)
    assert meanings(delivery.receipts, work[0])[2] == ("rejected", True)
    assert delivery.stopped is None


def test_a_row_that_is_named_is_to_blame_when_it_is_alone() -> None:
    """An error with an index names its row, and a batch of one has no other to compare it with."""
    work = batches(1, 1)
    delivery = deliver(ScriptedDestination(Answered((refusal(0, flaw=False),), "t")), work)
    assert (outcomes(delivery, work), delivery.stopped) == ({"rejected": 1}, None)


def test_our_own_refusal_does_not_show_that_the_service_looks_at_rows() -> None:
    """A record that cannot be written is refused before any call; beside it the service may still refuse all alike."""
    unwritable = Blamed(Reason(None, "RecordCannotBeSent", "no time"), "", unprocessed=True, flaw=True)
    work = batches(1, 3)
    destination = ScriptedDestination(send=lambda rs: unwritable if 1 in {r.seq for r in rs} else BLAMED)
    assert outcomes(deliver(destination, work), work) == {"rejected": 1, "not_sent": 2}


def test_what_is_refused_alike_keeps_back_its_own_operation_alone() -> None:
    """A retraction that is poison and alone in its batch does not keep conversions from leaving, push after push."""
    work = batches(4, 2)
    for number in (0, 1, 3):
        work[number] = [one._replace(operation="retract", value=None) for one in work[number]]
    destination = ScriptedDestination(send=lambda rs: BLAMED if rs[0].operation == "retract" else FINE)
    delivery = deliver(destination, work)
    assert outcomes(delivery, work) == {"accepted": 2, "not_sent": 6}
    assert len(destination.calls) == 10  # each batch and its two halves, and the conversions
    assert delivery.stopped is not None


def test_poison_in_every_part_does_not_keep_the_others_from_leaving_for_good() -> None:
    """Where each part that is left holds a poisoned row, parts are halved further until a row is taken."""
    guilty = [*range(1, 12), 20, 40, 80, 160, 300, 600]
    delivery = deliver(poisoned(*guilty), work := batches(1, 1000))
    counts = outcomes(delivery, work)
    assert counts["rejected"] >= 11
    assert counts["accepted"] > 0


def test_a_service_that_begins_to_fail_holds_no_row() -> None:
    """One part is taken, and all that comes after it refused: nothing was taken since, so no row is to blame."""
    calls: list[int] = []

    def send(records: Sequence[Record]) -> Answer:
        calls.append(len(records))
        return FINE if len(calls) == 2 else BLAMED

    delivery = deliver(ScriptedDestination(send=send), work := batches(1, 1000))
    assert outcomes(delivery, work) == {"accepted": 500, "not_sent": 500}
    assert delivery.stopped is not None


def test_what_is_in_doubt_and_refused_alike_lets_others_leave() -> None:
    """Rows in doubt go first; batches of them that are refused for ever stop the run, and not what comes after them."""
    *old, new = batches(5, 100)
    work = [*([one._replace(untouched=False) for one in batch] for batch in old), new]
    destination = ScriptedDestination(send=lambda rs: FINE if rs[0].untouched else DOUBTFULLY_BLAMED)
    delivery = deliver(destination, work)
    assert outcomes(delivery, work) == {"in_doubt": 400, "accepted": 100}
    assert delivery.stopped is not None


def test_many_poisoned_rows_do_not_keep_the_others_from_leaving() -> None:
    """Beyond so many guilty rows nothing is halved any more; what is left leaves as it is, and the run stops."""
    guilty = range(1, GUILTY_ROWS + 2)
    destination, work = poisoned(*guilty), batches(2, 1000)
    delivery = deliver(destination, work)
    counts = outcomes(delivery, work)
    assert counts == {"rejected": len(guilty), "accepted": 1000 - len(guilty), "not_sent": 1000}
    assert delivery.stopped is not None
    assert "in common" in delivery.stopped.hint


@pytest.mark.parametrize("unprocessed", [True, False])
def test_poison_everywhere_stops_the_run(unprocessed: bool) -> None:
    """Where every row seems guilty, none is: the run stops after a few calls, and nothing is given up."""
    destination, work = poisoned(*range(1, 4001), unprocessed=unprocessed), batches(4, 1000)

    delivery = deliver(destination, work)

    assert len(destination.calls) < 120
    assert delivery.stopped is not None
    assert "no row is held" in delivery.stopped.hint
    # What never left is not sent; what was in a call that may have been processed is in doubt.
    expected = {"not_sent": 4000} if unprocessed else {"in_doubt": 3000, "not_sent": 1000}
    assert outcomes(delivery, work) == expected


def test_as_many_poisoned_rows_as_are_allowed_do_not_stop_the_run() -> None:
    """Up to the limit of guilty rows the rest of the batch is delivered."""
    guilty = range(1, 1001, 100)
    destination, work = poisoned(*guilty), batches(2, 1000)
    delivery = deliver(destination, work)
    assert len(guilty) == GUILTY_ROWS
    assert delivery.stopped is None
    assert outcomes(delivery, work) == {"accepted": 1990, "rejected": 10}
