"""What is read of Microsoft's report, by whatever wire and in whatever types it comes, and what is asked for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.attributed import Told, ToldDay, Window
from reverse_etl.destinations.microsoft_ads.attribution import Attribution
from reverse_etl.destinations.microsoft_ads.unattributed import REASONS, explain
from reverse_etl.destinations.microsoft_ads.wire import Faulted, Lost, Processed, Reply, ServiceError
from reverse_etl.pace import Pace
from reverse_etl.receipts import Blamed, Reason, Stopped, Throttled, Unanswered
from reverse_etl.sandbox import LocalSandbox
from tests.unit.dialects import Dialect
from tests.unit.wire import row

FIRST, LAST = date(2026, 11, 24), date(2026, 11, 25)
WINDOW = Window(FIRST, LAST, (1, 2))


class Script:
    """A wire that gives one reply and keeps what it was asked."""

    call_timeout = 1.0
    clock_ahead = None

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def call(self, operation: str, content: Mapping[str, Any]) -> Reply:
        self.asked.append((operation, content))
        return self.reply


def attribution(reply: Reply) -> Attribution:
    return Attribution(Script(reply), Pace(4, time.monotonic), throttle_wait=60.0)


def tell(summaries: object, *errors: ServiceError) -> Any:
    body = {"OfflineGoalConversionSummaries": summaries}
    return attribution(Processed(body, "id", errors)).tell(WINDOW)


def summary(goal_id: Any, *days: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"GoalId": goal_id, "ConversionName": "Lead", "DailySummaries": list(days) or None} | more


def daily(day: Any, attributed: Any, unattributed: Any, alerts: Any = None) -> dict[str, Any]:
    rates = {"SuccessRate": Decimal("0.5")}
    return {"UploadDate": day, "SuccessCount": attributed, "UnattributedCount": unattributed, "Alerts": alerts} | rates


def test_what_is_asked_for_is_within_the_days_and_of_the_api_alone() -> None:
    """The first day from its beginning, the last to its last second, the goals as numbers, the channel of a push."""
    wire = Script(Processed({}, "id"))
    Attribution(wire, Pace(1, time.monotonic), throttle_wait=1).tell(WINDOW)
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
    told = tell([summary(goal_id, daily(day, *counts, alerts))])
    assert told.days == (ToldDay(1, FIRST, 0, 0), ToldDay(1, LAST, 3, 2, (("AccountMismatch", 2),)))


def test_a_goal_without_days_had_nothing() -> None:
    """A summary without a day, and a day that is left out, tell of nothing sent: each is a line with zeros."""
    for empty in (summary(1), summary(1, DailySummaries=[]), summary(1, DailySummaries=[None])):
        assert tell([empty, summary(2)]) == Told(tuple(ToldDay(n, day, 0, 0) for n in (1, 2) for day in (FIRST, LAST)))


def test_a_goal_that_the_answer_leaves_out_is_silent() -> None:
    """Null in a place, a list without the goal and no list at all leave it untold: that is no zero."""
    for summaries in ([summary(1), None], [summary(1)]):
        told = tell(summaries)
        assert {day.goal_id for day in told.days} == {1}
        assert told.silent == ((2, "the answer does not speak of it"),)
    assert [goal_id for goal_id, _ in tell(None).silent] == [1, 2]


def test_an_error_of_a_goal_is_told_with_the_services_words() -> None:
    """A partial error names its goal by its place; one that names none makes every goal of the call uncertain."""
    error = ServiceError(5314, "InvalidConversionGoalId", "No such goal.", 1)
    told = tell([summary(1, daily("2026-11-24", 1, 0)), None], error)
    assert told.silent == ((2, "InvalidConversionGoalId: No such goal."),)
    assert told.days[0].attributed == 1
    of_all = tell([summary(1), summary(2)], ServiceError(0, "InternalError", "", None))
    assert (of_all.days, [goal_id for goal_id, _ in of_all.silent]) == ((), [1, 2])


def test_what_was_not_asked_for_is_not_taken() -> None:
    """A goal or a day outside the window is passed over: another call asks for it."""
    told = tell([summary(1, daily("2026-11-23", 9, 9), daily("2026-11-26", 9, 9)), summary(7), summary(2)])
    assert told == Told(tuple(ToldDay(n, day, 0, 0) for n in (1, 2) for day in (FIRST, LAST)))


def test_reasons_that_do_not_make_up_the_sum_leave_a_rest_unknown() -> None:
    """What is unattributed without a reason counts as Unknown; reasons beyond the sum are kept as they are."""
    alerts = [{"UnattributedReason": "AccountMismatch", "Count": 2}, None, {"UnattributedReason": None, "Count": 1}]
    told = tell([summary(1, daily("2026-11-24", 0, 5, alerts)), summary(2, daily("2026-11-24", 0, 1, alerts))])
    by_goal = {day.goal_id: day for day in told.days if day.day == FIRST}
    assert dict(by_goal[1].reasons) == {"AccountMismatch": 2, "Unknown": 3}
    assert (by_goal[2].unattributed, dict(by_goal[2].reasons)) == (1, {"AccountMismatch": 2, "Unknown": 1})


def test_several_lines_of_a_day_are_added() -> None:
    """Should a day come in several lines, they are one day."""
    told = tell([summary(1, daily("2026-11-24", 1, 1), daily("2026-11-24", 2, 1)), summary(2)])
    assert told.days[0] == ToldDay(1, FIRST, 3, 2, (("Unknown", 2),))


@pytest.mark.parametrize(
    "broken",
    [daily("yesterday", 1, 1), daily(None, 1, 1), daily("2026-11-24", "many", 1), daily("2026-11-24", -1, 1)],
    ids=["day", "no day", "count", "negative"],
)
def test_a_report_that_cannot_be_read_is_none(broken: dict[str, Any]) -> None:
    """Where a day or a count is none, the answer counts as lost: nothing of it is taken, and it is asked for again."""
    answer = tell([summary(1, daily("2026-11-24", 1, 0), broken), summary(2)])
    assert isinstance(answer, Unanswered)
    assert answer.reason.error_code == "UnreadableReport"


def test_a_long_reason_is_cut() -> None:
    """What is far longer than any reason does not get into the warehouse whole."""
    told = tell([summary(1, daily("2026-11-24", 0, 1, [{"UnattributedReason": "x" * 999, "Count": 1}])), summary(2)])
    assert [len(name) for name, _ in told.days[0].reasons] == [100]


def test_the_local_sandbox_is_understood(tmp_path: Path, dialect: Dialect) -> None:
    """By either protocol: goals and counts are what was sent, and an id that no goal has is silent with an error."""
    with LocalSandbox(tmp_path / "books.sqlite", port=0) as sandbox:
        client = dialect.client(sandbox.url)
        client.send([row(1), row(2)])
        today = datetime.now(UTC).date()
        asked = client.attribution
        ((name, (goal_id,)),) = asked.goals().items()
        assert name == row().conversion_name
        told = asked.tell(Window(today - timedelta(days=6), today, (5, goal_id)))
        assert sum(day.attributed for day in told.days) == 2
        assert len(told.days) == 7
        ((silent, why),) = told.silent
        assert (silent, why.split(":")[0]) == (5, "InvalidConversionGoalId")
        refused = asked.tell(Window(today - timedelta(days=7), today, (goal_id,)))
        assert isinstance(refused, Blamed)


def test_goals_are_found_by_name() -> None:
    """Ids come as numbers or texts, a name may have several, and what is null or nameless is passed over."""
    goals = [{"Id": "5", "Name": "Lead"}, {"Id": 6, "Name": "Lead"}, None, {"Id": None, "Name": "x"}, {"Id": 7}]
    found = attribution(Processed({"ConversionGoals": goals}, "id"))
    assert found.goals() == {"Lead": [5, 6]}
    assert found._wire.asked == [("GetConversionGoalsByIds", {"ConversionGoalTypes": ["OfflineConversion"]})]
    assert attribution(Processed({"ConversionGoals": None}, "id")).goals() == {}


def test_faults_mean_what_they_mean_to_a_push() -> None:
    """Too many calls wait, an internal error and silence are tried again, what needs somebody to act stops."""
    kinds: list[tuple[Reply, type[Any]]] = [
        (Faulted((ServiceError(117, "CallRateExceeded", ""),), ""), Throttled),
        (Faulted((ServiceError(0, "InternalError", ""),), ""), Unanswered),
        (Lost(Reason(None, "ReadTimeout", "")), Unanswered),
        (Faulted((ServiceError(106, "UserIsNotAuthorized", ""),), ""), Stopped),
        (Faulted((ServiceError(201, "ApiInputValidationError", ""),), ""), Blamed),
    ]
    for reply, kind in kinds:
        assert isinstance(attribution(reply).goals(), kind)
        assert isinstance(attribution(reply).tell(WINDOW), kind)
    asked_to_wait = attribution(Faulted((ServiceError(117, "CallRateExceeded", ""),), "", retry_after=5.0)).goals()
    assert isinstance(asked_to_wait, Throttled)
    assert asked_to_wait.seconds == 5.0


def test_too_many_calls_slow_every_call_of_the_customer() -> None:
    """A call that is turned away makes the next one wait, whoever makes it."""
    pace = Pace(4, lambda: 0.0)
    turned_away = Faulted((ServiceError(117, "CallRateExceeded", ""),), "")
    Attribution(Script(turned_away), pace, throttle_wait=60.0).goals()
    assert pace.take(0.0) == 60.0


def test_every_documented_reason_is_explained() -> None:
    """The table has each reason of the service description, once, and says so where it does not know one."""
    from importlib.resources import files

    wsdl = (files("reverse_etl") / "wsdl" / "campaign_management_v13.wsdl").read_text()
    listed = wsdl.split('simpleType name="OfflineConversionUnattributedReason"')[1].split("</xs:simpleType>")[0]
    documented = [part.split('"')[0] for part in listed.split('enumeration value="')[1:]]
    assert sorted(reason.name for reason in REASONS) == sorted(documented)
    assert all(explain(name).name == name and explain(name).what_to_do for name in documented)
    assert "not among those" in explain("SomethingNew").meaning
