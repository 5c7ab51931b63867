"""The local sandbox's report of what became of what was sent: by goal and day, from its own books."""

import contextlib
import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import zeep

from reverse_etl.sandbox import soap

from .conftest import Caller, Start, a_retraction, a_row, ago, an_adjustment, click
from .test_sandbox_lookups import goals, listed

GOALS = f"""
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
    """Counted rows are successes, ignored ones and duplicates alerts by reason; refused rows are not told."""
    caller = start(GOALS)
    caller.send(a_row(), a_row(), a_row(MicrosoftClickId=click(9)), a_row(MicrosoftClickId="broken"))
    caller.send(a_row(MicrosoftClickId=click(3), ConversionTime=ago(days=80)))
    caller.send(a_row(ConversionName="Idle"), a_row(ConversionName="Nobody"))
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
    """A second before midnight belongs to the day that ends, and only the days that were asked for are told."""
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


def test_adjustments_are_told_where_they_did_nothing(caller: Caller) -> None:
    """An adjustment without its conversion or of a retracted one is an alert; one that was carried out is not told."""
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
