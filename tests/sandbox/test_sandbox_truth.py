"""The ground truth: every identity with all that was seen of it, and what counts now."""

from typing import Any

from .conftest import YESTERDAY, Caller, a_retraction, a_row, ago, an_adjustment, click


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
