"""The ground truth: every identity with all that was seen of it, and what counts now."""

from typing import Any

import pytest

from .conftest import YESTERDAY, Caller, Start, a_retraction, a_row, ago, an_adjustment, click


def told(identity: dict[str, Any]) -> list[tuple[str, str]]:
    return [(call["operation"], call["outcome"]) for call in identity["calls"]]


def test_truth_tells_the_life_of_an_identity(caller: Caller) -> None:
    """Each S, R and X is there in the order in which it was taken, with what it said and what became of it."""
    caller.send(a_row(), a_row(MicrosoftClickId=click(2)))
    caller.adjust(an_adjustment(AdjustmentTime=ago(hours=3)))
    caller.adjust(a_retraction(MicrosoftClickId=click(2)))
    caller.send(a_row(), a_row(MicrosoftClickId=click(2)))
    caller.adjust(an_adjustment(AdjustmentTime=ago(hours=4)), an_adjustment(MicrosoftClickId=click(2)))
    caller.send(a_row(MicrosoftClickId=click(3), ConversionValue=-1))
    truth = caller.truth()
    first, second, third = truth["identities"]
    assert told(first) == [("S", "counted"), ("R", "restated"), ("S", "duplicate"), ("R", "ignored")]
    assert told(second) == [("S", "counted"), ("X", "retracted"), ("S", "duplicate"), ("R", "refused")]
    assert told(third) == [("S", "refused")]
    now = [(one["seen"], one["counts"], one["retracted"], one["value"], one["currency"]) for one in truth["identities"]]
    assert now == [(4, True, False, 10.0, "EUR"), (4, False, True, None, None), (1, False, False, None, None)]
    assert (truth["calls"], truth["faults"], truth["without_identity"]) == (6, {}, 0)
    keys = ("conversion_name", "click_id", "hashed_email", "hashed_phone", "conversion_time")
    assert [first[key] for key in keys] == ["Lead", click(1), None, None, YESTERDAY]
    restated = first["calls"][1]
    assert (restated["call_id"], restated["row_index"], restated["value"], restated["currency"]) == (2, 0, "10", "EUR")
    assert second["calls"][-1]["code"] == 990008
    times = [call["at"] for call in first["calls"]]
    assert times == sorted(times)


def test_spellings_of_a_click_id_are_one_identity(caller: Caller) -> None:
    """An identity is told with its click id as it is compared."""
    caller.send(a_row(MicrosoftClickId="F894F652-EA33-4E73-9002-F7167AB8F8E3"))
    caller.send(a_row(MicrosoftClickId="f894f652ea334e739002f7167ab8f8e3"))
    (one,) = caller.truth()["identities"]
    assert (one["click_id"], one["seen"]) == ("f894f652ea334e739002f7167ab8f8e3", 2)


def test_truth_tells_what_faults_kept_from_the_judge(caller: Caller) -> None:
    """A row of a call that met a fault was seen; whether it was taken depends on the kind of the fault."""
    caller.faults({"kind": "reset_before"}, {"kind": "fault_5612"}, {"kind": "reset_after"}, {"kind": "half_answer"})
    for _ in range(4):
        with pytest.raises(Exception, match=r"reset|refused|IncompleteRead|aborted"):
            caller.call([a_row()])
    caller.faults({"kind": "poison", "row": "Lead"}, {"kind": "fault_117", "operation": "adjustments", "count": 2})
    with pytest.raises(Exception, match="could not be read"):
        caller.call([a_row()])
    for row in (an_adjustment(), a_retraction()):
        caller.fault([row], adjustments=True)
    truth = caller.truth()
    (one,) = truth["identities"]
    assert told(one) == [
        ("S", "unjudged"),
        ("S", "unjudged"),
        ("S", "counted"),
        ("S", "duplicate"),
        ("S", "unjudged"),
        ("R", "unjudged"),
        ("X", "unjudged"),
    ]
    assert [call["reason"] for call in one["calls"]][:2] == ["reset_before", "5612 OfflineConversionsApplyFailed"]
    assert (one["seen"], one["counts"], one["value"]) == (7, True, 12.5)
    assert truth["faults"] == {
        "reset_before": 1,
        "fault_5612": 1,
        "reset_after": 1,
        "half_answer": 1,
        "poison": 1,
        "fault_117": 2,
    }


def test_truth_tells_calls_that_were_refused_as_a_whole(caller: Caller) -> None:
    """A call that the service itself answers with a fault was seen, too."""
    caller.fault([a_row()], AuthenticationToken="expired")
    (one,) = caller.truth()["identities"]
    assert [call["reason"] for call in one["calls"]] == ["109 AuthenticationTokenExpired"]
    assert told(one) == [("S", "unjudged")]


def test_null_rows_have_no_identity(caller: Caller) -> None:
    """A null row is counted and belongs to no identity."""
    caller.post('<OfflineConversion i:nil="true"/>')
    assert (caller.truth()["without_identity"], caller.truth()["identities"]) == (1, [])


def test_ignored_conversion_does_not_count(start: Start) -> None:
    """What was taken and ignored is an identity that does not count."""
    caller = start("goals: [{name: Lead, status: Paused}]")
    caller.send(a_row())
    (one,) = caller.truth()["identities"]
    assert (one["counts"], told(one)) == (False, [("S", "ignored")])
