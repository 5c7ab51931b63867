"""REST at the local sandbox: the same judge and the same books as by SOAP, in JSON."""

import json
from typing import Any

import pytest
import requests

from .conftest import YESTERDAY, Caller, Start, a_row, an_adjustment, click

PATH = "/CampaignManagement/v13/"
HEADERS = {
    "Authorization": "Bearer secret-token",
    "DeveloperToken": "secret-developer",
    "CustomerId": "456",
    "CustomerAccountId": "123",
    "Content-Type": "application/json",
}
ROW = {"ConversionName": "Lead", "ConversionTime": YESTERDAY, "MicrosoftClickId": click(1)}


def post(caller: Caller, body: Any, path: str = "OfflineConversions/Apply", **headers: str | None) -> requests.Response:
    """Post a body, as it is or as JSON; a header of None is left out, and _ stands for -."""
    changed = HEADERS | {name.replace("_", "-"): text for name, text in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {name: text for name, text in changed.items() if text is not None}
    return caller.session.post(caller.url + PATH + path, data=content, headers=sent, timeout=60)


def apply(caller: Caller, *rows: Any, **headers: str | None) -> requests.Response:
    """Post conversions."""
    return post(caller, {"OfflineConversions": list(rows)}, **headers)


def test_one_set_of_books(caller: Caller) -> None:
    """What was sent by one protocol is a duplicate by the other, and is corrected by either."""
    assert apply(caller, a_row(), a_row(MicrosoftClickId=click(2))).json() == {"PartialErrors": []}
    assert caller.send(a_row()) == []
    assert caller.outcomes() == ["counted", "counted", "duplicate"]
    books = caller.get("/books").json()
    assert (books["calls"], books["by_rest"]) == (2, 1)
    body = {"OfflineConversionAdjustments": [an_adjustment(AdjustmentValue=99.5)]}
    assert post(caller, body, "OfflineConversionAdjustments/Apply").json() == {"PartialErrors": []}
    assert [worth for worth, _, _ in caller.worth()] == [99.5, 12.5]


def test_errors_of_rows_have_all_their_parts(caller: Caller) -> None:
    """An error is what Microsoft documents, with its row's index, and the tracking id is in the header."""
    answer = apply(caller, a_row(), a_row(MicrosoftClickId="x"), None)
    first, second = answer.json()["PartialErrors"]
    assert first == {
        "Code": 5604,
        "Details": None,
        "ErrorCode": "OfflineConversionMicrosoftClickIdInvalid",
        "FieldPath": None,
        "ForwardCompatibilityMap": None,
        "Index": 1,
        "Message": first["Message"],
        "Type": "BatchError",
    }
    assert (second["Index"], second["Code"]) == (2, 5602)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert {row.tracking_id for row in caller.rows()} == {answer.headers["TrackingId"]}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": None}, 400, 116),
        ({"Authorization": "Basic abc"}, 400, 116),
        ({"Authorization": "Bearer expired"}, 401, 109),
        ({"Authorization": "bearer invalid"}, 401, 105),
        ({"CustomerId": None}, 400, 1029),
        ({"CustomerAccountId": None}, 400, 1030),
    ],
)
def test_headers_are_looked_at_first(caller: Caller, headers: dict[str, str | None], status: int, code: int) -> None:
    """A header that is missing or wrong is a fault with a status of its own, and nothing is taken."""
    answer = apply(caller, a_row(), **headers)
    fault = answer.json()
    errors = fault.get("Errors") or fault["OperationErrors"]
    assert (answer.status_code, [error["Code"] for error in errors]) == (status, [code])
    assert fault["Type"] == ("AdApiFaultDetail" if code < 1000 else "ApiFaultDetail")
    assert fault["TrackingId"] == answer.headers["TrackingId"]
    assert caller.get("/books").json()["counted"] == 0


UNREADABLE: dict[str, Any] = {
    "nothing": b"",
    "not utf-8": b'{"OfflineConversions": [], "x": "\xff"}',
    "NaN": b'{"OfflineConversions": [{"ConversionValue": NaN}]}',
    "a name twice": b'{"OfflineConversions": [], "OfflineConversions": []}',
    "deep": b"[" * 100_000,
    "a list": [ROW],
    "rows are an object": {"OfflineConversions": ROW},
    "a row is a text": {"OfflineConversions": ["Lead"]},
    "a value in quotes": {"OfflineConversions": [ROW | {"ConversionValue": "12.5"}]},
    "a name that is a number": {"OfflineConversions": [ROW | {"ConversionName": 7}]},
    "a time with a blank": {"OfflineConversions": [ROW | {"ConversionTime": "2026-11-20 10:00:00"}]},
    "a time that is null": {"OfflineConversions": [ROW | {"ConversionTime": None}]},
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_as_a_whole(caller: Caller, name: str) -> None:
    """A value that its type does not allow fails the request without a code or an index, and takes nothing."""
    answer = post(caller, UNREADABLE[name])
    assert answer.status_code == 400
    assert answer.json().keys() == {"TrackingId", "Type", "Message"}
    assert "DeserializationFailed" in answer.json()["Message"]
    assert caller.get("/books").json()["counted"] == 0
    assert apply(caller, a_row()).json() == {"PartialErrors": []}


def test_what_is_absent_null_or_new_is_read(caller: Caller) -> None:
    """No rows are no rows, a null is no value, and a name that the service does not know is passed over."""
    for body in ({}, {"OfflineConversions": None}, {"OfflineConversions": []}):
        (error,) = post(caller, body).json()["OperationErrors"]
        assert error["Code"] == 5600
    row = ROW | {"ConversionValue": None, "HashedEmailAddress": None, "Whatever": {"a": [1]}}
    assert apply(caller, row).json() == {"PartialErrors": []}
    assert caller.rows()[-1].conversion_value is None


def test_numbers_stand_in_the_books_as_they_came(caller: Caller) -> None:
    """A number is kept with the digits that it was sent with."""
    body = json.dumps({"OfflineConversions": [ROW | {"ConversionValue": 0}]}).replace(": 0}", ": 12.50}")
    assert post(caller, body.encode()).json() == {"PartialErrors": []}
    assert caller.rows()[0].conversion_value == "12.50"


def test_an_answer_is_packed_for_who_takes_it(caller: Caller) -> None:
    """A fault, too; and for no other."""
    packed = apply(caller, ROW, Accept_Encoding="gzip")
    assert (packed.headers["Content-Encoding"], packed.json()) == ("gzip", {"PartialErrors": []})
    assert "Content-Encoding" not in apply(caller, ROW, Accept_Encoding="identity").headers
    fault = apply(caller, ROW, Authorization="Bearer expired", Accept_Encoding="gzip")
    assert (fault.status_code, fault.headers["Content-Encoding"]) == (401, "gzip")


@pytest.mark.parametrize("headers", [{"Content_Type": "text/xml"}, {"Content_Encoding": "gzip"}])
def test_another_type_or_coding_is_refused(caller: Caller, headers: dict[str, str]) -> None:
    """JSON as it is, and nothing else: no client of Microsoft's own packs a request."""
    assert apply(caller, ROW, **headers).status_code == 415
    assert caller.rows() == []


@pytest.mark.parametrize(
    "path", ["OfflineConversions", "offlineconversions/apply", "Nothing/Here", "AccountProperties/Reset"]
)
def test_what_is_not_offered_is_404(caller: Caller, path: str) -> None:
    """A path where nothing is says so, and which operations there are."""
    answer = post(caller, {}, path)
    assert answer.status_code == 404
    assert "ApplyOfflineConversions" in answer.json()["Message"]


def test_goals_have_ids_that_are_texts(start: Start) -> None:
    """Longs are texts both ways, and flags one text."""
    caller = start("goals: [{name: Lead}, {name: Once, count_type: Unique}]\n")
    asked = {"ConversionGoalTypes": "OfflineConversion, Url", "ReturnAdditionalFields": "GoalCategory"}
    goals = post(caller, asked, "ConversionGoals/QueryByIds").json()["ConversionGoals"]
    assert [(goal["Name"], goal["CountType"], goal["GoalCategory"]) for goal in goals] == [
        ("Lead", "All", "Purchase"),
        ("Once", "Unique", "Purchase"),
    ]
    assert all(goal["Id"].isdigit() for goal in goals)
    found = post(caller, asked | {"ConversionGoalIds": [goals[1]["Id"], "5"]}, "ConversionGoals/QueryByIds").json()
    assert found["ConversionGoals"] == [goals[1], None]
    assert [error["Index"] for error in found["PartialErrors"]] == [1]
    assert post(caller, asked | {"ConversionGoalIds": [5]}, "ConversionGoals/QueryByIds").status_code == 400
