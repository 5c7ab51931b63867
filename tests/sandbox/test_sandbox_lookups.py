"""What the local sandbox tells of the account: its goals, properties, and what became of what was sent."""

import contextlib
import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import zeep
from zeep.exceptions import Fault

from reverse_etl.sandbox import soap

from .conftest import Caller, Start, a_retraction, a_row, ago, an_adjustment, click

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


def test_goals_of_the_file_are_given_with_their_settings(start: Start) -> None:
    """Each goal has an id, its name, what it counts, its window, its revenue, and what was asked for besides."""
    lead, once = listed(goals(start(GOALS)))
    assert (lead.Name, lead.CountType, lead.ConversionWindowInMinutes, lead.Status) == ("Lead", "All", 43200, "Active")
    assert (lead.Revenue.Type, lead.Revenue.Value, lead.Revenue.CurrencyCode) == ("FixedValue", 7, "USD")
    assert (lead.IsEnhancedConversionsEnabled, lead.IsExternallyAttributed) == (True, False)
    assert (once.CountType, once.ConversionWindowInMinutes, once.Status) == ("Unique", 60, "Paused")
    assert (once.IsEnhancedConversionsEnabled, once.IsExternallyAttributed) == (False, True)
    assert lead.Id != once.Id


def test_what_is_not_asked_for_is_left_out(start: Start) -> None:
    """Fields that are given on request only are absent without it, and other kinds of goal are none of these."""
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


def test_a_learnt_goal_is_given_too(start: Start) -> None:
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


CLICKED = f"""
goals:
  - {{name: Lead}}
  - {{name: Once, count_type: Unique}}
  - {{name: Idle, status: Paused}}
clicks:
  - {{click_id: '{click(1)}', time: {(datetime.now(UTC) - timedelta(days=2)).isoformat()}}}
  - {{click_id: '{click(2)}', time: {(datetime.now(UTC) - timedelta(days=2)).isoformat()}}}
  - {{click_id: '{click(3)}', time: {(datetime.now(UTC) - timedelta(days=95)).isoformat()}}}
"""


def today() -> date:
    """The day of UTC, which may begin anew while the tests run."""
    return datetime.now(UTC).date()


def ids(caller: Caller) -> dict[str, int]:
    return {goal.Name: goal.Id for goal in listed(goals(caller))}


def report(caller: Caller, *goal_ids: int, first: Any = None, last: Any = None, **more: Any) -> Any:
    return caller.ask(
        "GetOfflineConversionReportByGoalIds",
        StartDateUtc=f"{first or today()}T00:00:00Z",
        EndDateUtc=f"{last or today()}T23:59:59Z",
        GoalIds={"long": list(goal_ids)},
        **more,
    ).body


def summaries(body: Any) -> list[Any]:
    return list(body.OfflineGoalConversionSummaries.OfflineGoalConversionSummary)


def alerts(of: Any) -> dict[str, int]:
    return {one.UnattributedReason: one.Count for one in of.OfflineConversionAlert} if of else {}


def move(caller: Caller, days: int) -> None:
    """Bring all that is in the books so many days back."""
    with contextlib.closing(sqlite3.connect(caller.books)) as books, books:
        books.execute(f"update received set received_at = date(received_at, '-{days} days') || 'T23:59:59.999Z'")


def test_what_counts_is_a_success_and_the_rest_has_a_reason(start: Start) -> None:
    """Counted rows are successes, ignored ones and duplicates alerts by reason; refused rows are not reported."""
    caller = start(CLICKED)
    caller.send(a_row(), a_row(), a_row(MicrosoftClickId=click(9)), a_row(MicrosoftClickId="broken"))
    caller.send(a_row(MicrosoftClickId=click(3), ConversionTime=ago(days=80)))
    caller.send(a_row(ConversionName="Idle"), a_row(ConversionName="Unknown"))
    assert caller.send(a_row(ConversionName="Once"), a_row(ConversionName="Once", ConversionTime=ago(hours=3))) == []
    known = ids(caller)
    lead, once, off = summaries(report(caller, known["Lead"], known["Once"], known["Idle"]))
    assert (lead.GoalId, lead.ConversionName) == (known["Lead"], "Lead")
    assert (lead.OverallSuccessCount, lead.OverallUnattributedCount) == (1, 3)
    assert float(lead.OverallSuccessRate) == 0.25
    assert alerts(lead.OverallAlerts) == {
        "DuplicateConversionKey": 1,
        "HistoricalClickDataExpired": 1,
        "NoMatchingClickFound": 1,
    }
    (day,) = lead.DailySummaries.OfflineGoalDailySummary
    assert (day.UploadDate.date(), day.SuccessCount, day.UnattributedCount) == (today(), 1, 3)
    assert alerts(day.Alerts) == alerts(lead.OverallAlerts)
    assert alerts(once.OverallAlerts) == {"DuplicateConversionKey": 1}
    assert alerts(off.OverallAlerts) == {"GoalNotFoundOrInactive": 1}


def test_a_small_rate_is_a_plain_decimal() -> None:
    """A rate below a ten-thousandth has no exponent, which the schema's type forbids."""
    assert b">0.00005</" in soap.answer("t", "X", {"OverallSuccessRate": 5e-05}).body


def test_days_are_those_of_utc_and_both_ends_are_included(start: Start) -> None:
    """A second before midnight belongs to the day that ends, and only the days that were asked for are reported."""
    caller = start()
    caller.send(a_row())
    move(caller, 6)
    caller.send(a_row(MicrosoftClickId=click(2)))
    (goal_id,) = ids(caller).values()
    week_ago = today() - timedelta(days=6)
    (lead,) = summaries(report(caller, goal_id, first=week_ago))
    assert [day.UploadDate.date() for day in lead.DailySummaries.OfflineGoalDailySummary] == [week_ago, today()]
    (lead,) = summaries(report(caller, goal_id, first=week_ago + timedelta(days=1)))
    assert (lead.OverallSuccessCount, len(lead.DailySummaries.OfflineGoalDailySummary)) == (1, 1)


def test_adjustments_are_reported_where_they_did_nothing(caller: Caller) -> None:
    """An adjustment without its conversion or of a retracted one is an alert; one that took effect is not reported."""
    caller.send(a_row())
    caller.adjust(an_adjustment())
    caller.adjust(an_adjustment(MicrosoftClickId=click(8)))
    caller.adjust(*[a_retraction(AdjustmentTime=ago(minutes=5))] * 2)
    (lead,) = summaries(report(caller, *ids(caller).values()))
    assert (lead.OverallSuccessCount, lead.OverallUnattributedCount) == (1, 2)
    assert alerts(lead.OverallAlerts) == {"AdjustmentOriginalNotFound": 1, "ConversionAlreadyRetracted": 1}


def test_an_account_hears_of_its_own_uploads(caller: Caller) -> None:
    """What was sent for another account is not in the report, nor is what came by another way than the API."""
    caller.call([a_row()], CustomerAccountId="999")
    (goal_id,) = ids(caller).values()
    assert summaries(report(caller, goal_id))[0].OverallSuccessCount == 0
    caller.send(a_row(MicrosoftClickId=click(2)))
    assert summaries(report(caller, goal_id))[0].OverallSuccessCount == 1
    by_file = summaries(report(caller, goal_id, UploadChannelFilter=["BulkAPI", "WebUpload"]))
    assert by_file[0].OverallSuccessCount == 0
    by_api = summaries(report(caller, goal_id, UploadChannelFilter=["CampaignManagementAPI"]))
    assert by_api[0].OverallSuccessCount == 1


def test_an_unknown_goal_is_an_error_of_its_place(caller: Caller) -> None:
    """In the place of a goal that is not there stands null, with an error."""
    caller.send(a_row())
    body = report(caller, 5, *ids(caller).values())
    assert [one and one.ConversionName for one in summaries(body)] == [None, "Lead"]
    (error,) = body.PartialErrors.BatchError
    assert (error.Index, error.ErrorCode) == (0, "InvalidConversionGoalId")


@pytest.mark.parametrize(
    ("goal_ids", "days"), [(range(1, 22), 1), ((), 1), ((1,), 8), ((1,), 0)], ids=["21 goals", "no goal", "8 days", "0"]
)
def test_a_call_for_too_much_is_refused(caller: Caller, goal_ids: Any, days: int) -> None:
    """More than 20 goals or 7 days, and fewer than one, are refused as a whole, and the call is in the books."""
    with pytest.raises(zeep.exceptions.Fault) as caught:
        report(caller, *goal_ids, first=today() - timedelta(days=days - 1))
    assert b"ApiInputValidationError" in zeep.wsdl.utils.etree_to_string(caught.value.detail)
    with contextlib.closing(sqlite3.connect(caller.books)) as books:
        assert books.execute("select fault from calls").fetchall() == [("201 ApiInputValidationError",)]
