"""What the local sandbox tells of the account: its goals."""

from typing import Any

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
