"""Calls that carry no rows: what they read of any wire's answer, and what each failure says with host and hint."""

from pathlib import Path
from typing import Any

import pytest

from reverse_etl.core.errors import DestinationError
from reverse_etl.core.goal import Goal
from reverse_etl.core.receipt import Reason
from reverse_etl.destinations.microsoft_ads.codes import CODES
from reverse_etl.destinations.microsoft_ads.lookups import read_auto_tagging, read_goals, turn_on_auto_tagging
from reverse_etl.destinations.microsoft_ads.wire.port import Faulted, Lost, Processed, Reply, ServiceError, Withheld
from reverse_etl.sandbox import LocalSandbox
from tests.unit.enquiries import LOCAL, Script, enquiry
from tests.unit.scripted import JumpingClock
from tests.unit.wire import ACCESS_TOKEN, DEVELOPER_TOKEN, RawServer, http

ACCESS = (105, 106, 109, 120, 122, 123, 124, 125, 126, 208, 210, 1029, 1030)


def failure(reply: Reply | None = None, *, url: str = LOCAL) -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        read_goals(enquiry(reply, url=url))
    return caught.value


def fault(number: int | None, name: str, **more: Any) -> Faulted:
    return Faulted((ServiceError(number, name, ""),), "", **more)


@pytest.mark.parametrize("text", [False, True], ids=["numbers", "texts"])
def test_goals_are_read_of_any_wire_s_answer(text: bool) -> None:
    """Numbers and truths may come as texts, words as lists, and what is missing stays unknown."""
    full = {
        "Id": "7001" if text else 7001,
        "Name": "Lead",
        "Status": "Active",
        "Type": "OfflineConversion" if text else ["OfflineConversion"],
        "CountType": "Unique",
        "ConversionWindowInMinutes": "60" if text else 60,
        "Scope": "Customer",
        "GoalCategory": "Signup",
        "Revenue": {"Type": "FixedValue", "Value": "7.5" if text else 7.5, "CurrencyCode": "EUR"},
        "IsEnhancedConversionsEnabled": "true" if text else True,
        "IsExternallyAttributed": "false" if text else False,
    }
    body = {"ConversionGoals": [None, {"Name": "Bare", "Revenue": None}, full, {"Name": "Page", "Type": "Url"}]}
    wire = Script(Processed(body, "t"))
    goals = read_goals(enquiry(wire))
    assert goals == (
        Goal("Bare", status=""),
        Goal("Lead", 7001, "Active", "Unique", 60, "Customer", "Signup", "FixedValue", 7.5, "EUR", True, False),
    )
    ((operation, content),) = wire.asked
    assert operation == "GetConversionGoalsByIds"
    assert content["ConversionGoalTypes"] == ["OfflineConversion"]
    assert set(content["ReturnAdditionalFields"]) == {
        "IsExternallyAttributed",
        "IsEnhancedConversionsEnabled",
        "GoalCategory",
    }


@pytest.mark.parametrize("body", [{}, {"ConversionGoals": None}, {"ConversionGoals": []}])
def test_no_goals_are_none(body: dict[str, Any]) -> None:
    """A list may be absent, null or empty."""
    assert read_goals(enquiry(Processed(body, ""))) == ()


@pytest.mark.parametrize("found", [5, True, "Lead", {"Name": "Lead"}], ids=["number", "truth", "text", "object"])
def test_goals_that_are_no_list_are_an_answer_that_cannot_be_read(found: object) -> None:
    """It names host, operation and what to do: it cannot be taken for an account without goals."""
    error = failure(Processed({"ConversionGoals": found}, ""))
    assert error.message == (
        "127.0.0.1:8765 answered GetConversionGoalsByIds with something else than it describes: "
        "ConversionGoals is no list."
    )
    assert error.hint == "Nothing of this answer is used. Where it stays so, upgrade this tool."


@pytest.mark.parametrize("revenue", [[1], "NoValue", 7, True, None], ids=["list", "text", "number", "truth", "null"])
def test_a_revenue_of_another_shape_is_unknown(revenue: object) -> None:
    """The rest of the goal is read all the same."""
    body = {"ConversionGoals": [{"Name": "Lead", "Id": 1, "Revenue": revenue}, 5]}
    assert read_goals(enquiry(Processed(body, ""))) == (Goal("Lead", 1, ""),)


@pytest.mark.parametrize(
    "value", ["abc", "1,5", [1], {"a": 1}, True, "nan", "INF", 10**400, 10**5000, "9" * 400], ids=lambda v: str(type(v))
)
def test_a_revenue_that_is_no_finite_number_is_unknown(value: object) -> None:
    """Words, lists and what is too large for a number leave the value unknown, and the type as it is."""
    body = {"ConversionGoals": [{"Name": "Lead", "Revenue": {"Type": "FixedValue", "Value": value}}]}
    assert read_goals(enquiry(Processed(body, ""))) == (Goal("Lead", status="", revenue_type="FixedValue"),)


@pytest.mark.parametrize(
    ("value", "on"), [("true", True), ("True", True), (True, True), ("false", False), (None, None), ("", None)]
)
def test_auto_tagging_is_a_text(value: object, on: bool | None) -> None:
    """The service gives it as a text; without one it is unknown."""
    body = {"AccountProperties": [{"Name": "FinalUrlSuffix", "Value": "true"}]}
    assert read_auto_tagging(enquiry(Processed(body, ""))) is None
    body["AccountProperties"].append({"Name": "MSCLKIDAutoTaggingEnabled", "Value": value})  # type: ignore[dict-item]
    assert read_auto_tagging(enquiry(Processed(body, ""))) is on


def test_auto_tagging_is_read_and_set_at_the_local_sandbox(tmp_path: Path) -> None:
    """Read, set and read again, by the real wire."""
    file = tmp_path / "goals.yml"
    file.write_text("auto_tagging: false")
    with LocalSandbox(tmp_path / "books.sqlite", port=0, goals=file) as sandbox:
        asking = enquiry(url=sandbox.url)
        assert read_auto_tagging(asking) is False
        turn_on_auto_tagging(asking)
        assert read_auto_tagging(asking) is True


def answered(value: str) -> Processed:
    return Processed({"AccountProperties": [{"Name": "MSCLKIDAutoTaggingEnabled", "Value": value}]}, "")


def test_auto_tagging_is_on_only_where_the_service_says_so_afterwards() -> None:
    """An empty answer is none to rely on: the property is read again, and where it is off still, that is said."""
    script = Script(Processed({}, ""), answered("true"))
    turn_on_auto_tagging(enquiry(script))
    assert [operation for operation, _ in script.asked] == ["SetAccountProperties", "GetAccountProperties"]
    for after in (answered("false"), Processed({"AccountProperties": None}, "")):
        with pytest.raises(DestinationError) as caught:
            turn_on_auto_tagging(enquiry(Script(Processed({}, ""), after)))
        assert caught.value.message == (
            "127.0.0.1:8765 took SetAccountProperties for account 123, and auto-tagging is not on all the same."
        )
        assert caught.value.hint == "Look at it later, or turn it on in the account's settings at Microsoft."


def test_auto_tagging_that_is_refused_in_part_is_refused() -> None:
    """An error beside the answer is shown in the service's words, with the number; nothing is read after it."""
    errors = (ServiceError(9999, "AccountPropertyNotSupported", "Not for this account.", 0),)
    script = Script(Processed({}, "track-1", errors))
    with pytest.raises(DestinationError) as caught:
        turn_on_auto_tagging(enquiry(script))
    assert caught.value.message == (
        "127.0.0.1:8765 refused SetAccountProperties for account 123: AccountPropertyNotSupported (9999), "
        "Not for this account. Tracking id track-1."
    )
    assert len(script.asked) == 1


@pytest.mark.parametrize("number", ACCESS)
def test_a_refusal_says_who_refused_what_and_what_to_do(number: int) -> None:
    """Host, operation, account, name and number of the code, its message and tracking id, and the table's advice."""
    (code,) = (one for one in CODES if one.number == number)
    error = failure(Faulted((ServiceError(number, code.name, "In its words."),), "track-1"))
    assert error.message == (
        f"127.0.0.1:8765 refused GetConversionGoalsByIds for account 123: {code.name} ({number}), In its words. "
        "Tracking id track-1."
    )
    assert error.hint == code.advice
    assert not {ACCESS_TOKEN, DEVELOPER_TOKEN} & set(error.message.split())


def test_an_unknown_refusal() -> None:
    """It is shown as it came."""
    error = failure(Faulted((ServiceError(None, "Odd", ""),), ""))
    assert error.message.endswith("for account 123: Odd.")
    assert error.hint == "Try again later."


def test_no_answer_names_the_host() -> None:
    """A time-out, a page that is not there, and a reset connection each have their words."""
    error = failure(Lost(Reason(None, "ReadTimeout", "127.0.0.1:8765 did not answer in time")))
    assert "(ReadTimeout): 127.0.0.1:8765 did not answer in time." in error.message
    with RawServer(http("", "404 Not Found", "text/html")) as server:
        error = failure(url=server.url)
    assert server.url.removeprefix("http://") in error.message
    assert "HTTP 404" in error.message
    assert "MICROSOFT_ADS_ENDPOINT" in error.hint
    with RawServer(b"") as server:
        assert "the connection to 127.0.0.1" in failure(url=server.url).message


def test_a_lookup_without_a_token_says_how_to_get_one() -> None:
    """It is no refusal: the call was never made."""
    error = failure(Withheld((ServiceError(None, "NoAccessToken", "You are not signed in."),), "", advice="Sign in."))
    assert (error.message, error.hint) == ("You are not signed in.", "Sign in.")


def test_lookups_keep_the_pace_of_all_calls() -> None:
    """They wait out a pause of others."""
    clock = JumpingClock()
    asking = enquiry(Processed({}, ""), clock=clock)
    asking.pace.throttled(30.0)
    read_goals(asking)
    assert clock() == 30.0


@pytest.mark.parametrize("lost", [Lost(Reason(None, "ReadTimeout", "")), fault(0, "InternalError")])
def test_what_got_no_answer_is_asked_again(lost: Reply) -> None:
    """Silence and an internal error cost waits that double from two seconds on, and then the answer counts."""
    clock, script = JumpingClock(), Script(lost, lost, Processed({}, ""))
    read_goals(enquiry(script, clock=clock))
    assert len(script.asked) == 3
    assert clock() == 6.0


@pytest.mark.parametrize(("asked_for", "waited"), [(None, 60.0), (7.0, 7.0)])
def test_too_many_calls_make_every_call_of_the_customer_wait(asked_for: float | None, waited: float) -> None:
    """As long as the service asks, else a minute; and the observer is informed."""
    clock, notes = JumpingClock(), []
    script = Script(fault(117, "CallRateExceeded", retry_after=asked_for), Processed({}, ""))
    asking = enquiry(script, clock=clock, note=notes.append)
    read_goals(asking)
    assert clock() == waited
    assert notes == [f"Too many calls: waiting {waited:.0f} seconds, as the service asks."]
    assert asking.pace.take(0.0) == 0.0


@pytest.mark.parametrize(
    ("reply", "tries"),
    [
        (Lost(Reason(None, "ReadTimeout", "")), 4),
        (fault(117, "CallRateExceeded"), 4),
        (fault(0, "InternalError"), 4),
        (fault(106, "UserIsNotAuthorized"), 1),
        (fault(201, "ApiInputValidationError"), 1),
        (fault(None, "Odd"), 1),
    ],
)
def test_a_lookup_is_tried_as_often_as_that_can_help(reply: Reply, tries: int) -> None:
    """Four times, or once where repeating changes nothing."""
    script = Script(reply)
    with pytest.raises(DestinationError):
        read_goals(enquiry(script))
    assert len(script.asked) == tries
