"""Accounts: what was taken in one is new to another, unless the goal is the whole customer's; and the ground truth."""

from typing import Any

from .conftest import YESTERDAY, Caller, Start, a_retraction, a_row, ago, an_adjustment, click, errors
from .test_sandbox_lookups import ids, report, summaries

GOALS = """
goals:
  - {name: Lead}
  - {name: Once, count_type: Unique}
  - {name: Shared, scope: Customer}
  - {name: Shared once, scope: Customer, count_type: Unique}
"""


def send(caller: Caller, account: str, *rows: Any, **headers: str) -> None:
    """Send rows to an account; none may be refused."""
    assert caller.call(list(rows), CustomerAccountId=account, **headers).body.PartialErrors is None


def adjust(caller: Caller, account: str, *rows: Any, **headers: str) -> list[str]:
    """Send adjustments to an account, and give the names of their refusals."""
    answer = caller.call(list(rows), adjustments=True, CustomerAccountId=account, **headers)
    return [name for _, _, name in errors(answer)]


def test_a_conversion_counts_once_in_each_account(caller: Caller) -> None:
    """A repeat is one within its account; the same row counts in another, and each account's report tells its own."""
    send(caller, "123", a_row())
    send(caller, "777", a_row(), a_row())
    send(caller, "123", a_row())
    assert caller.outcomes() == ["counted", "counted", "duplicate", "duplicate"]
    (lead,) = summaries(report(caller, *ids(caller).values()))
    assert (lead.OverallSuccessCount, lead.OverallUnattributedCount) == (1, 1)


def test_a_unique_goal_counts_a_click_once_in_each_account(start: Start) -> None:
    """The same holds of a goal that counts once a click."""
    caller = start(GOALS)
    for account in ("123", "777"):
        send(caller, account, *(a_row(ConversionName="Once", ConversionTime=ago(days=day)) for day in (3, 2)))
    assert caller.outcomes() == ["counted", "ignored", "counted", "ignored"]


def test_a_goal_of_the_customer_counts_once_in_all_its_accounts(start: Start) -> None:
    """With scope Customer a repeat is one in any account of the customer, and new to another customer."""
    caller = start(GOALS)
    shared = a_row(ConversionName="Shared")
    once = [a_row(ConversionName="Shared once", ConversionTime=ago(days=day)) for day in (3, 2)]
    send(caller, "123", shared, once[0])
    send(caller, "777", shared, once[1])
    assert caller.outcomes() == ["counted", "counted", "duplicate", "ignored"]
    send(caller, "888", shared, once[1], CustomerId="another")
    assert caller.outcomes()[4:] == ["counted", "counted"]


def test_adjustments_find_their_original_within_the_account(start: Start) -> None:
    """An account adjusts what counted in it alone; of a goal of the customer, what counted in any of its accounts."""
    caller = start(GOALS)
    send(caller, "123", a_row(), a_row(ConversionName="Shared"))
    assert adjust(caller, "777", a_retraction(), an_adjustment()) == ["AdjustmentOriginalNotFound"] * 2
    send(caller, "777", a_row())
    assert adjust(caller, "777", a_retraction(), an_adjustment(ConversionName="Shared")) == []
    assert caller.worth() == [(12.5, "EUR", False), (10.0, "EUR", False), (None, None, True)]
    assert adjust(caller, "123", an_adjustment()) == []
    assert caller.worth()[0] == (10.0, "EUR", False)
    away = an_adjustment(ConversionName="Shared", AdjustmentTime=ago(minutes=1))
    assert adjust(caller, "888", away, CustomerId="another") == ["AdjustmentOriginalNotFound"]


def test_a_goal_that_becomes_the_customer_s_counts_no_repeat(start: Start) -> None:
    """What counted before a restart that gives its goal scope Customer is a duplicate in every account of it."""
    caller = start()
    send(caller, "123", a_row(ConversionName="Shared"))
    caller.sandbox.__exit__()
    caller = start(GOALS)
    for account in ("123", "777"):
        send(caller, account, a_row(ConversionName="Shared"))
    assert caller.outcomes() == ["counted", "duplicate", "duplicate"]


def events(identity: dict[str, Any]) -> list[tuple[str, str]]:
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
    assert events(first) == [("S", "counted"), ("R", "restated"), ("S", "duplicate"), ("R", "ignored")]
    assert events(second) == [("S", "counted"), ("X", "retracted"), ("S", "duplicate"), ("R", "refused")]
    assert events(third) == [("S", "refused")]
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
    """An identity is shown with its click id as it is compared."""
    caller.send(a_row(MicrosoftClickId="F894F652-EA33-4E73-9002-F7167AB8F8E3"))
    caller.send(a_row(MicrosoftClickId="f894f652ea334e739002f7167ab8f8e3"))
    (one,) = caller.truth()["identities"]
    assert (one["click_id"], one["seen"]) == ("f894f652ea334e739002f7167ab8f8e3", 2)
