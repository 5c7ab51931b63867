"""What is read of Microsoft's report, by whatever wire and in whatever types it comes, and what is asked for."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.core.attribution import Reported, ReportedDay, Window
from reverse_etl.core.errors import DestinationError
from reverse_etl.destinations.microsoft_ads.codes import REASONS, explain
from reverse_etl.destinations.microsoft_ads.lookups import read_report
from reverse_etl.destinations.microsoft_ads.wire.port import Processed, ServiceError
from reverse_etl.sandbox import LocalSandbox
from tests.unit.dialects import Dialect
from tests.unit.enquiries import Script, enquiry
from tests.unit.wire import row

FIRST, LAST = date(2026, 11, 24), date(2026, 11, 25)
WINDOW = Window(FIRST, LAST, (1, 2))


def tell(summaries: object, *errors: ServiceError) -> Reported:
    body = {"OfflineGoalConversionSummaries": summaries}
    return read_report(enquiry(Processed(body, "id", errors)), WINDOW)


def summary(goal_id: Any, *days: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"GoalId": goal_id, "ConversionName": "Lead", "DailySummaries": list(days) or None} | more


def daily(day: Any, attributed: Any, unattributed: Any, alerts: Any = None) -> dict[str, Any]:
    rates = {"SuccessRate": Decimal("0.5")}
    return {"UploadDate": day, "SuccessCount": attributed, "UnattributedCount": unattributed, "Alerts": alerts} | rates


def test_what_is_asked_for_is_within_the_days_and_of_the_api_alone() -> None:
    """The first day from its beginning, the last to its last second, the goals as numbers, the channel of a push."""
    wire = Script(Processed({}, "id"))
    read_report(enquiry(wire), WINDOW)
    assert wire.asked == [
        (
            "GetOfflineConversionReportByGoalIds",
            {
                "StartDateUtc": "2026-11-24T00:00:00Z",
                "EndDateUtc": "2026-11-25T23:59:59Z",
                "GoalIds": [1, 2],
                "UploadChannelFilter": ["CampaignManagementAPI"],
            },
        )
    ]


@pytest.mark.parametrize(
    ("goal_id", "day", "counts", "alert"),
    [
        (1, datetime.fromisoformat("2026-11-25T00:00:00"), (3, 2), 2),
        (1, datetime(2026, 11, 25, tzinfo=UTC), (3, 2), 2),
        ("1", "2026-11-25T00:00:00", ("3", "2"), "2"),
        ("1", "2026-11-25T00:00:00.0000000Z", (3, 2), "2"),
        (1, "2026-11-25", (3, 2), 2),
        (1, datetime(2026, 11, 24, 16, tzinfo=timezone(timedelta(hours=-8))), (3, 2), 2),
    ],
    ids=["soap", "soap with a zone", "rest texts", "rest with decimals", "a bare date", "another zone"],
)
def test_numbers_and_days_are_read_in_every_type(goal_id: Any, day: Any, counts: tuple[Any, Any], alert: Any) -> None:
    """Ids and counts as numbers or texts, days as times with or without a zone: all say the same."""
    alerts = [{"UnattributedReason": "AccountMismatch", "Count": alert}]
    reported = tell([summary(goal_id, daily(day, *counts, alerts))])
    assert reported.days == (ReportedDay(1, FIRST, 0, 0), ReportedDay(1, LAST, 3, 2, (("AccountMismatch", 2),)))


def test_a_goal_without_days_had_nothing() -> None:
    """A summary without a day, and a day that is left out, tell of nothing sent: each is a line with zeros."""
    for empty in (summary(1), summary(1, DailySummaries=[]), summary(1, DailySummaries=[None])):
        assert tell([empty, summary(2)]) == Reported(
            tuple(ReportedDay(n, day, 0, 0) for n in (1, 2) for day in (FIRST, LAST))
        )


def test_a_goal_that_the_answer_leaves_out_is_silent() -> None:
    """Null in a place, a list without the goal and no list at all leave it unreported: that is no zero."""
    for summaries in ([summary(1), None], [summary(1)]):
        reported = tell(summaries)
        assert {day.goal_id for day in reported.days} == {1}
        assert reported.silent == ((2, "the answer does not speak of it"),)
    assert [goal_id for goal_id, _ in tell(None).silent] == [1, 2]


def test_an_error_of_a_goal_is_reported_with_the_services_words() -> None:
    """A partial error names its goal by its place; one that names none makes every goal of the call uncertain."""
    error = ServiceError(5314, "InvalidConversionGoalId", "No such goal.", 1)
    reported = tell([summary(1, daily("2026-11-24", 1, 0)), None], error)
    assert reported.silent == ((2, "InvalidConversionGoalId: No such goal."),)
    assert reported.days[0].attributed == 1
    of_all = tell([summary(1), summary(2)], ServiceError(0, "InternalError", "", None))
    assert (of_all.days, [goal_id for goal_id, _ in of_all.silent]) == ((), [1, 2])


def test_a_goal_with_sums_and_no_days_is_silent() -> None:
    """Sums above nothing say that there are days: a zero in their place would hide what an earlier fetch knew."""
    for days in ({}, {"DailySummaries": []}, {"DailySummaries": [None]}):
        for sums in ({"OverallSuccessCount": 3}, {"OverallUnattributedCount": "1"}):
            reported = tell(
                [summary(1, **days, **sums), summary(2, OverallSuccessCount=0, OverallUnattributedCount=None)]
            )
            assert reported.silent == ((1, "its report has sums and no days"),)
            assert {day.goal_id for day in reported.days} == {2}


def test_a_line_of_another_goal_is_passed_over() -> None:
    """A line that names a goal of its own counts for that one alone, and one that names none for the goal around it."""
    lines = [
        daily("2026-11-24", 1, 0) | {"GoalId": 1},
        daily("2026-11-24", 1, 0),
        daily("2026-11-24", 1, 0) | {"GoalId": 0},
        daily("2026-11-24", 9, 9) | {"GoalId": "2"},
        daily("2026-11-24", 9, 9) | {"GoalId": 99},
    ]
    assert tell([summary(1, *lines), summary(2)]).days[0] == ReportedDay(1, FIRST, 3, 0)


def test_what_was_not_asked_for_is_not_taken() -> None:
    """A goal or a day outside the window is passed over: another call asks for it."""
    reported = tell([summary(1, daily("2026-11-23", 9, 9), daily("2026-11-26", 9, 9)), summary(7), summary(2)])
    assert reported == Reported(tuple(ReportedDay(n, day, 0, 0) for n in (1, 2) for day in (FIRST, LAST)))


def test_reasons_and_their_sum_agree() -> None:
    """What is unattributed without a reason counts as Unknown; reasons beyond the sum make it as large as they are."""
    alerts = [{"UnattributedReason": "AccountMismatch", "Count": 2}, None, {"UnattributedReason": None, "Count": 1}]
    reported = tell([summary(1, daily("2026-11-24", 0, 5, alerts)), summary(2, daily("2026-11-24", 0, 1, alerts))])
    by_goal = {day.goal_id: day for day in reported.days if day.day == FIRST}
    assert (by_goal[1].unattributed, dict(by_goal[1].reasons)) == (5, {"AccountMismatch": 2, "Unknown": 3})
    assert (by_goal[2].unattributed, dict(by_goal[2].reasons)) == (3, {"AccountMismatch": 2, "Unknown": 1})


def test_several_lines_of_a_day_are_added() -> None:
    """Should a day come in several lines, they are one day."""
    reported = tell([summary(1, daily("2026-11-24", 1, 1), daily("2026-11-24", 2, 1)), summary(2)])
    assert reported.days[0] == ReportedDay(1, FIRST, 3, 2, (("Unknown", 2),))


@pytest.mark.parametrize(
    "broken",
    [
        daily("yesterday", 1, 1),
        daily(None, 1, 1),
        daily("0001-01-01T00:00:00+14:00", 1, 1),
        daily("9999-12-31T23:00:00-14:00", 1, 1),
        daily("2026-11-24", "many", 1),
        daily("2026-11-24", -1, 1),
        daily("2026-11-24", 2**62, 1),
    ],
    ids=["day", "no day", "before all days", "after all days", "count", "negative", "too large to add up"],
)
def test_a_report_that_cannot_be_read_is_none(broken: dict[str, Any]) -> None:
    """Where a day or a count is none, nothing of the answer is taken, and the error says so."""
    with pytest.raises(DestinationError, match=r"something else than it describes: a (day|count) is no"):
        tell([summary(1, daily("2026-11-24", 1, 0), broken), summary(2)])


@pytest.mark.parametrize("found", [5, True, "x", {"a": 1}], ids=["number", "truth", "text", "object"])
def test_what_is_no_list_cannot_be_read(found: object) -> None:
    """Summaries, their days and the reasons of a day are lists or null: nothing of another answer is taken."""
    for name, summaries in {
        "OfflineGoalConversionSummaries": found,
        "DailySummaries": [summary(1, DailySummaries=found)],
        "Alerts": [summary(1, daily("2026-11-24", 1, 1, found))],
    }.items():
        with pytest.raises(DestinationError, match=f"something else than it describes: {name} is no list"):
            tell(summaries)


def test_a_long_reason_is_cut() -> None:
    """What is far longer than any reason does not get into the warehouse whole."""
    reported = tell(
        [summary(1, daily("2026-11-24", 0, 1, [{"UnattributedReason": "x" * 999, "Count": 1}])), summary(2)]
    )
    assert [len(name) for name, _ in reported.days[0].reasons] == [100]


def test_the_local_sandbox_is_understood(tmp_path: Path, dialect: Dialect) -> None:
    """By either protocol: goals and counts are what was sent, and an id that no goal has is silent with an error."""
    with LocalSandbox(tmp_path / "books.sqlite", port=0) as sandbox:
        client = dialect.client(sandbox.url)
        client.send([row(1), row(2)])
        today = datetime.now(UTC).date()
        (goal,) = client.goals()
        assert goal.name == row().conversion_name
        assert goal.id is not None
        reported = client.report(Window(today - timedelta(days=6), today, (5, goal.id)))
        assert sum(day.attributed for day in reported.days) == 2
        assert len(reported.days) == 7
        ((silent, why),) = reported.silent
        assert (silent, why.split(":")[0]) == (5, "InvalidConversionGoalId")
        with pytest.raises(DestinationError, match="refused GetOfflineConversionReportByGoalIds"):
            client.report(Window(today - timedelta(days=7), today, (goal.id,)))


def test_every_documented_reason_is_explained() -> None:
    """The table has each reason of the service description, once, and says so where it does not know one."""
    from importlib.resources import files

    wsdl = (files("reverse_etl") / "wsdl" / "campaign_management_v13.wsdl").read_text()
    listed = wsdl.split('simpleType name="OfflineConversionUnattributedReason"')[1].split("</xs:simpleType>")[0]
    documented = [part.split('"')[0] for part in listed.split('enumeration value="')[1:]]
    assert sorted(REASONS) == sorted(documented)
    assert all(all(explain(name)) for name in documented)
    assert "not among those" in explain("SomethingNew")[0]
