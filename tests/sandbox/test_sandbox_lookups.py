"""What the local sandbox tells of the account: its goals."""

from typing import Any

import pytest
from zeep.exceptions import Fault

from .conftest import Caller, Start, a_row

GOALS = """
goals:
  - name: Lead
    enhanced: true
    revenue: {type: FixedValue, value: 7, currency: USD}
  - {name: Once, count_type: Unique, window_minutes: 60, status: Paused, external_attribution: true}
"""
FIELDS = ["IsExternallyAttributed", "IsEnhancedConversionsEnabled", "GoalCategory"]


def goals(caller: Caller, *ids: int, kinds: tuple[str, ...] = ("OfflineConversion",), fields: Any = FIELDS) -> Any:
    """The body of the answer to a call for goals."""
    asked = {"ConversionGoalIds": {"long": list(ids)}} if ids else {}
    answer = caller.ask(
        "GetConversionGoalsByIds", ConversionGoalTypes=list(kinds), ReturnAdditionalFields=list(fields), **asked
    )
    return answer.body


def listed(body: Any) -> list[Any]:
    # zeep reads a list without items as None.
    return list(body.ConversionGoals.ConversionGoal) if body.ConversionGoals else []


def test_goals_of_the_file_are_told_with_their_settings(start: Start) -> None:
    """Each goal has an id, its name, what it counts, its window, its revenue, and what was asked for besides."""
    lead, once = listed(goals(start(GOALS)))
    assert (lead.Name, lead.CountType, lead.ConversionWindowInMinutes, lead.Status) == ("Lead", "All", 43200, "Active")
    assert (lead.Revenue.Type, lead.Revenue.Value, lead.Revenue.CurrencyCode) == ("FixedValue", 7, "USD")
    assert (lead.IsEnhancedConversionsEnabled, lead.IsExternallyAttributed) == (True, False)
    assert (once.CountType, once.ConversionWindowInMinutes, once.Status) == ("Unique", 60, "Paused")
    assert (once.IsEnhancedConversionsEnabled, once.IsExternallyAttributed) == (False, True)
    assert lead.Id != once.Id


def test_what_is_not_asked_for_is_left_out(start: Start) -> None:
    """Fields that are told on request only are absent without it, and other kinds of goal are none of these."""
    caller = start(GOALS)
    (lead, _) = listed(goals(caller, fields=()))
    assert (lead.IsEnhancedConversionsEnabled, lead.IsExternallyAttributed, lead.GoalCategory) == (None, None, None)
    assert listed(goals(caller, kinds=("Url",))) == []


def test_an_id_that_is_not_there_is_an_error_of_its_place(start: Start) -> None:
    """A goal is found by its id; in the place of another stands null, with an error."""
    caller = start(GOALS)
    lead, _ = listed(goals(caller))
    body = goals(caller, 5, lead.Id)
    assert [goal and goal.Name for goal in listed(body)] == [None, "Lead"]
    (error,) = body.PartialErrors.BatchError
    assert (error.Index, error.Code, error.ErrorCode) == (0, 5314, "InvalidConversionGoalId")


def test_a_learnt_goal_is_told_too(start: Start) -> None:
    """Without a goals file the goals are those that rows have named."""
    caller = start()
    assert listed(goals(caller)) == []
    caller.send(a_row(ConversionName="Lead"))
    (lead,) = listed(goals(caller))
    assert (lead.Name, lead.IsEnhancedConversionsEnabled) == ("Lead", True)


def test_a_goal_may_have_what_the_file_says(start: Start) -> None:
    """Id, scope and category are the file's where it has them."""
    caller = start("goals: [{name: Lead, id: 7001, scope: Customer, category: SubmitLeadForm}]")
    (lead,) = listed(goals(caller, 7001))
    assert (lead.Name, lead.Id, lead.Scope, lead.GoalCategory) == ("Lead", 7001, "Customer", "SubmitLeadForm")


AUTO_TAGGING = "MSCLKIDAutoTaggingEnabled"


def properties(caller: Caller, *names: str) -> list[tuple[str, str | None]]:
    """The names and values that the account has."""
    answer = caller.ask("GetAccountProperties", AccountPropertyNames={"AccountPropertyName": list(names)})
    found = answer.body.AccountProperties
    return [(one.Name, one.Value) for one in found.AccountProperty] if found else []


def set_property(caller: Caller, name: str, value: str) -> None:
    caller.ask("SetAccountProperties", AccountProperties={"AccountProperty": [{"Name": name, "Value": value}]})


def test_auto_tagging_is_on_until_the_file_or_a_call_says_otherwise(start: Start) -> None:
    """What is set stays in the books, also over a restart with another file."""
    assert properties(start(), AUTO_TAGGING, "FinalUrlSuffix") == [(AUTO_TAGGING, "true"), ("FinalUrlSuffix", None)]
    caller = start("auto_tagging: false", books="other.db")
    assert properties(caller, AUTO_TAGGING) == [(AUTO_TAGGING, "false")]
    set_property(caller, AUTO_TAGGING, "True")
    assert properties(caller, AUTO_TAGGING) == [(AUTO_TAGGING, "true")]
    caller.sandbox.__exit__()
    again = start("auto_tagging: false", books="other.db")
    assert properties(again, AUTO_TAGGING) == [(AUTO_TAGGING, "true")]


def test_a_value_that_a_property_cannot_have_is_refused(start: Start) -> None:
    """The whole call is refused, and nothing is set."""
    caller = start()
    with pytest.raises(Fault):
        set_property(caller, AUTO_TAGGING, "perhaps")
    assert properties(caller, AUTO_TAGGING) == [(AUTO_TAGGING, "true")]


def test_the_books_say_whether_goals_are_learnt(start: Start) -> None:
    """A client that compares names with goals has to know that any name would pass."""
    caller = start()
    caller.send(a_row(ConversionName="Lead"))
    books = caller.get("/books").json()
    assert (books["learns_goals"], books["learnt_goals"]) == (True, ["Lead"])
    assert start(GOALS, books="other.db").get("/books").json()["learns_goals"] is False


def test_a_fault_is_for_calls_that_deliver_unless_it_names_a_lookup(start: Start) -> None:
    """A lookup before the calls that it is meant for uses no fault up; one of its own it meets."""
    caller = start(GOALS)
    caller.faults({"kind": "fault_117", "count": 1})
    assert len(listed(goals(caller))) == 2
    with pytest.raises(Fault):
        caller.send(a_row(ConversionName="Lead"))
    caller.faults({"kind": "fault_117", "operation": "goals"})
    assert caller.send(a_row(ConversionName="Lead")) == []
    with pytest.raises(Fault):
        goals(caller)
