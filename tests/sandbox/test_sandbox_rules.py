"""What the local sandbox refuses, ignores, counts and calls a duplicate."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zeep

from reverse_etl.sandbox.codes import BY_NUMBER

from .conftest import OTHERS, Caller, Start, a_row, ago, an_adjustment, click

GOALS = """
goals:
  - {name: Lead, enhanced: true, external_attribution: true, age_hours: 48}
  - {name: Plain, revenue: {type: FixedValue, value: 7, currency: USD}}
  - {name: Young, age_hours: 1.9}
  - {name: Old enough, age_hours: 2.1}
  - {name: Once, count_type: Unique}
  - {name: Paused, status: Paused}
  - {name: Deleted, status: Deleted}
  - {name: Short window, window_minutes: 60}
"""
MODEL = {"ExternalAttributionModel": "m"}
# By code: what is changed of a row that would be taken.
REFUSALS: dict[int, list[dict[str, Any]]] = {
    5603: [{"MicrosoftClickId": nothing} for nothing in (None, " ", zeep.xsd.Nil)],
    5604: [{"MicrosoftClickId": wrong} for wrong in ("g" * 32, "a" * 31, "a" * 32 + "\n", "a-" + "a" * 31)],
    5605: [{"ConversionName": None}, {"ConversionName": ""}],
    5606: [{"ConversionName": "lead"}, {"ConversionName": "Lead "}, {"ConversionName": "Deleted"}],
    5607: [{"ConversionTime": "1899-12-31T00:00:00Z"}],
    5608: [{"ConversionTime": None}, {"ConversionTime": "0001-01-01T00:00:00"}],
    5609: [{"ConversionTime": ago(days=90, seconds=5)}],
    5610: [{"ConversionValue": wrong} for wrong in (-0.01, 1e12, "NaN", "INF")],
    5611: [{"ConversionCurrencyCode": wrong} for wrong in ("EURO", "eur", "XXX")],
    5614: [{"ConversionTime": ago(days=-1)}],
    5615: [{"ConversionName": "Young"}],
    990001: [{"HashedEmailAddress": "A" * 64}, {"HashedEmailAddress": "a@example.com"}],
    990002: [{"HashedPhoneNumber": "a" * 63}],
    990003: [{"ConversionName": "Plain", "MicrosoftClickId": None, "HashedEmailAddress": "a" * 64}],
    990004: [{"ConversionName": "Plain", "ExternalAttributionCredit": 0.5} | MODEL],
    990005: [{"ExternalAttributionCredit": 0.5}, MODEL],
    990006: [{"ExternalAttributionCredit": 0} | MODEL, {"ExternalAttributionCredit": 1.1} | MODEL],
}


def test_each_refusal_has_its_code_and_index(start: Start) -> None:
    """Each broken row is refused by its index with the service's code, beside rows that are taken."""
    caller = start(GOALS)
    broken = [(code, a_row(**changes)) for code, several in REFUSALS.items() for changes in several]
    rows: list[Any] = [a_row(MicrosoftClickId=click(90))]
    for _, row in broken:
        rows += [row, a_row(MicrosoftClickId=click(1000 + len(rows)))]
    expected = [(2 * place + 1, code, BY_NUMBER[code].name) for place, (code, _) in enumerate(broken)]
    assert caller.send(*rows) == expected
    assert caller.outcomes() == ["counted"] + ["refused", "counted"] * len(broken)
    refused = [row for row in caller.rows() if row.outcome == "refused"]
    assert [(row.row_index, row.code, row.error_code) for row in refused] == expected
    assert all(row.reason for row in refused)


@pytest.mark.parametrize(
    "changes",
    [
        {"ConversionTime": ago(days=89, hours=23)},
        {"ConversionTime": ago(seconds=2)},
        {"ConversionValue": 0},
        {"ConversionValue": 999_999_999_999},
        {"ConversionValue": None, "ConversionCurrencyCode": None},
        {"ConversionCurrencyCode": ""},
        {"MicrosoftClickId": "F894F652-EA33-4E73-9002-F7167AB8F8E3"},
        {"MicrosoftClickId": None, "HashedPhoneNumber": "b" * 64},
        {"ConversionName": "Old enough"},
        {"ConversionName": "Plain", "HashedEmailAddress": "a" * 64},
        {"ExternalAttributionCredit": 1, "ExternalAttributionModel": "m"},
    ],
)
def test_row_at_the_edge_of_a_rule_counts(start: Start, changes: dict[str, Any]) -> None:
    """A row that just keeps a rule is taken and counts."""
    caller = start(GOALS)
    assert caller.send(a_row(**changes)) == []
    assert caller.outcomes() == ["counted"]


def test_row_with_two_mistakes_has_two_errors(start: Start) -> None:
    """A row that breaks two rules is answered with two errors under one index, and is one refused row."""
    caller = start(GOALS)
    errors = caller.send(a_row(ConversionValue=-1, ConversionCurrencyCode="?"))
    assert [(index, code) for index, code, _ in errors] == [(0, 5610), (0, 5611)]
    assert caller.outcomes() == ["refused"]


def test_repeat_is_a_duplicate_without_an_error(caller: Caller) -> None:
    """The first of an identity counts; a repeat, however its click id is spelt, is taken silently."""
    first = "f894f652ea334e739002f7167ab8f8e3"
    dashed = "F894F652-EA33-4E73-9002-F7167AB8F8E3"
    time = ago(days=1)
    assert caller.send(a_row(MicrosoftClickId=first, ConversionTime=time)) == []
    again = a_row(MicrosoftClickId=dashed, ConversionTime=time, ConversionValue=99)
    assert caller.send(again, again) == []
    assert caller.outcomes() == ["counted", "duplicate", "duplicate"]
    assert caller.get("/books").json()["counted"] == 1


@pytest.mark.parametrize("changes", [*OTHERS, {"ConversionName": "Sale"}])
def test_each_part_of_the_identity_makes_another_conversion(caller: Caller, changes: dict[str, Any]) -> None:
    """A row that differs in click id, name, time or a hash counts beside the first."""
    row = a_row()
    assert caller.send(row, row | changes) == []
    assert caller.outcomes() == ["counted", "counted"]


def test_times_are_compared_in_utc_to_seven_decimals(caller: Caller) -> None:
    """A time without a zone is one of UTC, an offset is taken into account, and trailing zeros have no weight."""
    day = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%d")
    same = ["12:00:00Z", "12:00:00", "14:00:00+02:00", "06:30:00-05:30", "12:00:00.000Z"]
    assert caller.send(*(a_row(ConversionTime=f"{day}T{time}") for time in (*same, "12:00:00.0000001Z"))) == []
    assert caller.outcomes() == ["counted", *["duplicate"] * 4, "counted"]


def test_refused_row_does_not_block_its_correction(caller: Caller) -> None:
    """A refused row leaves nothing behind, so the same identity counts once it is right."""
    time = ago(days=1)
    caller.send(a_row(ConversionTime=time, ConversionValue=-1))
    assert caller.send(a_row(ConversionTime=time)) == []
    assert caller.outcomes() == ["refused", "counted"]


@pytest.mark.parametrize("file_first", [False, True])
def test_a_repeat_stays_one_whatever_a_restart_says_of_its_goal(start: Start, *, file_first: bool) -> None:
    """A row with hashes has one identity, whether its goal is learnt and so enhanced or the file's and plain."""
    row = a_row(ConversionName="Plain", HashedEmailAddress="a" * 64)
    before, after = (GOALS, None) if file_first else (None, GOALS)
    caller = start(before)
    assert caller.send(row, row) == []
    caller.sandbox.__exit__()
    caller = start(after)
    assert caller.send(row, row | {"HashedPhoneNumber": "b" * 64}) == []
    assert caller.outcomes() == ["counted", "duplicate", "duplicate", "counted"]
    assert caller.adjust(an_adjustment(ConversionName="Plain", HashedEmailAddress="a" * 64)) == []


def test_paused_goal_takes_and_ignores(start: Start) -> None:
    """A row for a goal that is not active is taken without an error and does not count."""
    caller = start(GOALS)
    assert caller.send(a_row(ConversionName="Paused")) == []
    assert [(row.outcome, row.reason) for row in caller.rows()] == [("ignored", "GoalNotFoundOrInactive")]


def test_clicks_are_matched_where_they_are_given(start: Start) -> None:
    """With clicks in the file: unknown ones are ignored, and times are judged against known ones."""
    clicks = f"""
clicks:
  - {{click_id: "{click(1)}", time: "{ago(days=3)}"}}
  - {{click_id: "{click(2)}", time: "{ago(days=95)}"}}
"""
    caller = start(GOALS.replace("Short window, window_minutes: 60", "Short, window_minutes: 60") + clicks)
    assert caller.send(
        a_row(ConversionTime=ago(days=2)),
        a_row(MicrosoftClickId=click(9)),
        a_row(ConversionTime=ago(days=4)),
        a_row(ConversionName="Short", ConversionTime=ago(days=2)),
        a_row(ConversionName="Short", ConversionTime=ago(days=2, hours=23, minutes=30)),
        a_row(MicrosoftClickId=click(2), ConversionTime=ago(days=89)),
        a_row(MicrosoftClickId=None, HashedEmailAddress="a" * 64),
    ) == [
        (2, 5616, "ConversionTimeEarlierThanClickTime"),
        (3, 5617, "ClickIdDateTimeOutsideGoalConversionWindow"),
    ]
    assert caller.outcomes() == ["counted", "ignored", "refused", "refused", "counted", "ignored", "counted"]
    reasons = [row.reason for row in caller.rows() if row.outcome == "ignored"]
    assert reasons == ["NoMatchingClickFound", "HistoricalClickDataExpired"]


def test_goals_are_learnt_without_a_file(start: Start) -> None:
    """Without a goals file, or with learn, the first row that names a goal makes it."""
    learnt = start()
    assert learnt.send(a_row(ConversionName="Anything", MicrosoftClickId=None, HashedEmailAddress="a" * 64)) == []
    assert learnt.send(a_row(ConversionName="x" * 101))[0][1] == 5606
    both = start("learn: true\ngoals: [{name: Lead}]", books="both.db")
    assert both.send(a_row(ConversionName="Anything")) == []
    strict = start("goals: [{name: Lead}]", books="strict.db")
    assert strict.send(a_row(ConversionName="Anything"))[0][1] == 5606


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"AuthenticationToken": None}, ("AdApiFaultDetail", 116, "RequestMissingHeaders")),
        ({"DeveloperToken": None}, ("AdApiFaultDetail", 116, "RequestMissingHeaders")),
        ({"AuthenticationToken": "expired"}, ("AdApiFaultDetail", 109, "AuthenticationTokenExpired")),
        ({"CustomerId": None}, ("ApiFaultDetail", 1029, "CampaignServiceCustomerIdHasToBeSpecified")),
        ({"CustomerAccountId": None}, ("ApiFaultDetail", 1030, "CampaignServiceAccountIdHasToBeSpecified")),
    ],
)
def test_headers_are_required(caller: Caller, header: dict[str, str | None], expected: tuple[str, int, str]) -> None:
    """A call without one of the four headers, or with a bad token, is a fault, and nothing is taken."""
    assert caller.fault([a_row()], **header) == expected
    assert caller.rows() == []


def test_list_may_hold_one_to_a_thousand(caller: Caller) -> None:
    """No list, an empty one, and more than 1,000 rows are faults of the request; 1,000 rows are taken."""
    empty = ("ApiFaultDetail", 5600, "OfflineConversionsNullOrEmpty")
    assert caller.fault(None) == empty
    assert caller.fault([]) == empty
    rows = [a_row(MicrosoftClickId=click(number)) for number in range(1001)]
    assert caller.fault(rows) == ("ApiFaultDetail", 5601, "OfflineConversionsLimitExceeded")
    assert caller.rows() == []
    assert caller.send(*rows[:1000]) == []
    assert len(caller.rows()) == 1000


@pytest.mark.parametrize(
    "changes",
    [
        {"ConversionValue": "nan"},
        {"ConversionValue": "12,5"},
        {"ConversionValue": ""},
        {"ConversionTime": "2026-11-20 10:00:00"},
        {"ConversionTime": "2026-02-30T10:00:00Z"},
        {"ConversionTime": "2026-11-20T10:00:00+15:00"},
        {"ConversionTime": zeep.xsd.Nil},
    ],
)
def test_unreadable_field_fails_the_whole_call(caller: Caller, changes: dict[str, Any]) -> None:
    """A value or time that cannot be read fails the whole call, without a detail and without an index."""
    with pytest.raises(zeep.exceptions.Fault) as caught:
        caller.call([a_row(), a_row(**changes), a_row()])
    assert caught.value.detail is None
    assert caught.value.code.endswith(":DeserializationFailed")
    assert not any(character.isdigit() for character in caught.value.message)
    assert caller.rows() == []
