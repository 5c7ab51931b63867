"""Accounts: what was taken in one is new to another, unless the goal is the whole customer's."""

from typing import Any

from .conftest import Caller, Start, a_retraction, a_row, ago, an_adjustment, errors
from .test_sandbox_diagnostics import ids, report, summaries

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
