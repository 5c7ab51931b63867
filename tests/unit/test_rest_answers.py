"""What comes back by REST alone: JSON that is no answer, statuses with nothing to read, and how long to wait."""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from reverse_etl.core.receipt import Answer, Answered, Blamed, RowOutcome, Stopped, Throttled, Unanswered
from reverse_etl.core.sync import WireProtocol
from reverse_etl.destinations.microsoft_ads.wire.port import Faulted, Lost, Processed
from reverse_etl.destinations.microsoft_ads.wire.rest import RestWire
from tests.unit.dialects import DIALECTS
from tests.unit.wire import Sandbox, StartRaw, http, row, settings

ROWS = [row(1), row(2), row(3)]
REST = DIALECTS["rest"]
EMPTY = '{"PartialErrors": []}'
ERROR = REST.batch_error(0, 5604, "OfflineConversionMicrosoftClickIdInvalid")


def ask(raw: StartRaw, *answers: bytes) -> Answer:
    return REST.client(raw(*answers).url).send(ROWS)


@pytest.mark.parametrize("body", [EMPTY, '{"PartialErrors": null}', '\ufeff{"PartialErrors":[],"New":{"a":[1]}}'])
def test_an_answer_without_errors_accepts_all(raw: StartRaw, body: str) -> None:
    """No error, in any spelling of none, means that every row was taken; what is new beside it changes nothing."""
    answer = ask(raw, REST.http(body))
    assert isinstance(answer, Answered)
    assert answer.refusals == ()


UNREADABLE = {
    "empty": "",
    "not json": "all is well",
    "html": "<html><body>Sign in to the Wi-Fi</body></html>",
    "an empty object": "{}",
    "a list": "[]",
    "a list of errors": json.dumps([ERROR]),
    "a text": '"PartialErrors"',
    "null": "null",
    "true": "true",
    "another answer": '{"ConversionGoals": []}',
    "another case": '{"partialErrors": []}',
    "half": EMPTY[:-3],
    "two answers": EMPTY + EMPTY,
    "a name twice": REST.partial_errors(ERROR)[:-1] + ', "PartialErrors": []}',
    "a name twice inside": EMPTY.replace("[]", '[{"Index": 0, "Index": 1, "Code": 5604}]'),
    "errors are a text": '{"PartialErrors": "none"}',
    "errors are an object": '{"PartialErrors": {"Index": 0}}',
    "errors are an empty object": '{"PartialErrors": {}}',
    "errors are an empty text": '{"PartialErrors": ""}',
    "errors are zero": '{"PartialErrors": 0}',
    "errors are false": '{"PartialErrors": false}',
    "errors of a fault are an object": '{"PartialErrors": [], "Errors": {}}',
    "an error is null": '{"PartialErrors": [null]}',
    "an error is a text": '{"PartialErrors": ["no"]}',
    "no index": json.dumps({"PartialErrors": [{"Code": 1}]}),
    "index is null": REST.partial_errors(ERROR | {"Index": None}),
    "index is a text": REST.partial_errors(ERROR | {"Index": "0"}),
    "index is true": REST.partial_errors(ERROR | {"Index": True}),
    "index is a fraction": REST.partial_errors(ERROR | {"Index": 0.5}),
    "not a number": '{"PartialErrors": [], "x": NaN}',
    "infinite": '{"PartialErrors": [], "x": -Infinity}',
    "a number without an end": '{"PartialErrors": [], "x": %s}' % ("9" * 100_000),
    "deep": '{"PartialErrors":' + "[" * 200_000,
    "deep and whole": '{"PartialErrors":' + "[" * 200_000 + "]" * 200_000 + "}",
    "not utf-8": b'{"PartialErrors": [], "x": "\xff"}',
    "errors of a fault are a number": '{"Errors": 7}',
    "an error of a fault is a text": '{"Errors": ["no"]}',
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_answer_that_cannot_be_read_leaves_doubt(raw: StartRaw, name: str) -> None:
    """Whatever is not an answer to this very call proves nothing: never accepted, never refused, never an exception."""
    answer = ask(raw, REST.http(UNREADABLE[name]))
    assert isinstance(answer, Unanswered), answer
    assert answer.reason.error_code


@pytest.mark.parametrize(
    "answer",
    [
        http(EMPTY, content_type="text/html"),
        http(EMPTY, content_type="application/xml"),
        REST.http(EMPTY, status="500 Oops"),
        REST.http(EMPTY, status="202 Accepted"),
        REST.http('{"Message": "An error has occurred."}', status="500 Oops"),
        REST.http(b"\x1f\x8bnot really", extra="Content-Encoding: gzip\r\n"),
        REST.http(gzip.compress(EMPTY.encode())[:-14], extra="Content-Encoding: gzip\r\n"),
        REST.http(EMPTY)[:-5],
        b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"",
        http("", status="400 Bad Request", content_type=""),
        http("<h1>Bad Request</h1>", status="400 Bad Request", content_type="text/html"),
        http("", status="408 Request Timeout", content_type=""),
        http("", status="503 Unavailable", content_type=""),
    ],
)
def test_an_answer_of_somebody_else_leaves_doubt(raw: StartRaw, answer: bytes) -> None:
    """Another media type, another status, and an answer that breaks off prove nothing either."""
    assert isinstance(ask(raw, answer), Unanswered)


MEANINGS = [
    ("401 Unauthorized", Stopped, True, "access token"),
    ("403 Forbidden", Stopped, False, "proxy or firewall"),
    ("404 Not Found", Stopped, True, "protocol: soap"),
    ("415 Unsupported Media Type", Stopped, True, "Report"),
    ("501 Not Implemented", Stopped, True, "protocol: soap"),
    ("429 Too Many Requests", Throttled, None, ""),
]


@pytest.mark.parametrize(("status", "kind", "unprocessed", "words"), MEANINGS)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [("", ""), ("", "application/json"), ("<h1>No</h1>", "text/html"), ("no", "application/json"), ("[]", "text/json")],
)
def test_a_status_with_nothing_to_read_has_its_meaning(  # noqa: PLR0917
    raw: StartRaw, status: str, kind: type, unprocessed: bool | None, words: str, body: str, content_type: str
) -> None:
    """401, 404, 415, 429 and 501 say that nothing was done, 403 leaves it open; what to do is said of each."""
    answer = ask(raw, http(body, status, content_type, "TrackingId: t-9\r\n"))
    assert type(answer) is kind
    assert getattr(answer, "unprocessed", None) is unprocessed
    assert words in getattr(answer, "hint", "")
    assert answer.reason.error_code == f"HTTP {status[:3]}"  # type: ignore[union-attr]
    assert "t-9" in answer.reason.message  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "status", ["400 Bad", "401 No", "403 No", "404 No", "429 Slow", "500 Oops", "501 No", "502 Bad"]
)
@pytest.mark.parametrize("shape", ["platform_fault", "request_fault"])
def test_a_fault_goes_before_its_status(raw: StartRaw, status: int, shape: str) -> None:
    """Where a fault can be read, its code decides, whatever the status."""
    body = getattr(REST, shape)(5604, "OfflineConversionMicrosoftClickIdInvalid", "Because.")
    answer = ask(raw, REST.http(body, status=f"{status} No"))
    assert isinstance(answer, Blamed)
    assert (answer.reason.code, answer.alone) == (5604, RowOutcome.REJECTED)


def test_the_first_error_of_a_fault_decides(raw: StartRaw) -> None:
    """Of several errors the first does, an error of a row before one of the operation, as in the schema."""
    fault = json.loads(REST.request_fault(117, "CallRateExceeded"))
    assert isinstance(ask(raw, REST.http(json.dumps(fault), status="500 Oops")), Throttled)
    fault["BatchErrors"] = [ERROR]
    assert isinstance(ask(raw, REST.http(json.dumps(fault), status="500 Oops")), Blamed)


@pytest.mark.parametrize(
    ("status", "body", "unprocessed"),
    [
        ("400 Bad", '{"Message": "The request is invalid."}', True),
        ("400 Bad", '{"title": "One or more validation errors occurred.", "errors": {"$.x": ["No."]}}', True),
        ("500 Oops", '{"Type": "AdApiFaultDetail", "Errors": []}', False),
    ],
)
def test_a_fault_without_a_code_blames_the_data(raw: StartRaw, status: str, body: str, unprocessed: bool) -> None:
    """A message that could not be read was not processed; of a fault without an error their outcome is unknown."""
    answer = ask(raw, REST.http(body, status=status))
    assert isinstance(answer, Blamed)
    assert answer.unprocessed is unprocessed
    assert answer.alone is None


WAITS = [
    ("7", 7.0),
    ("0", 1.0),
    ("3600", 300.0),
    ("9" * 500, 300.0),
    ("Fri, 31 Dec 9999 23:59:59 GMT", 60.0),
    ("-5", 60.0),
    ("1.5", 60.0),
    ("soon", 60.0),
    ("\u0663", 60.0),
    ("", 60.0),
]


@pytest.mark.parametrize(("asked", "seconds"), WAITS)
@pytest.mark.parametrize("body", ["", REST.platform_fault(117, "CallRateExceeded")])
def test_who_is_asked_to_wait_waits_so_long(raw: StartRaw, asked: str, seconds: float, body: str) -> None:
    """Seconds are kept to within bounds; anything else, or nothing, is a minute."""
    answer = ask(raw, REST.http(body, "429 Slow", f"Retry-After: {asked.encode().decode('latin-1')}\r\n"))
    assert isinstance(answer, Throttled)
    assert answer.seconds == pytest.approx(seconds, abs=3)


def test_the_local_sandbox_may_ask_to_wait(sandbox: Sandbox) -> None:
    """A fault of it says how long, and is heard."""
    sandbox.ask("fault_117", retry_after=5)
    answer = REST.client(sandbox.url).send(ROWS)
    assert isinstance(answer, Throttled)
    assert answer.seconds == 5


def test_the_tracking_id_of_the_header_goes_first(raw: StartRaw) -> None:
    """It is in the header, and in the body where there is none."""
    answer = ask(raw, REST.http('{"PartialErrors": [], "TrackingId": "b"}', extra="TrackingId: h\r\n"))
    assert isinstance(answer, Answered)
    assert answer.tracking_id == "h"


def test_characters_that_no_warehouse_keeps_are_replaced(raw: StartRaw) -> None:
    """JSON may carry NUL and halves of characters; neither goes into the ledger."""
    errors = REST.partial_errors(ERROR | {"Message": "a\x00b\ud83dc", "ErrorCode": "\x1b[31mX"})
    answer = ask(raw, REST.http(errors, extra="TrackingId: t\x1b[2J\r\n"))
    assert isinstance(answer, Answered)
    (refusal,) = answer.refusals
    assert (refusal.reason.message, refusal.reason.error_code, answer.tracking_id) == ("a?b?c", "?[31mX", "t?[2J")


@pytest.mark.parametrize(
    ("operation", "content", "body"),
    [
        ("SetAccountProperties", {"AccountProperties": [{"Name": "FinalUrlSuffix", "Value": "x"}]}, {}),
        ("GetAccountProperties", {"AccountPropertyNames": ["FinalUrlSuffix"]}, {"AccountProperties": []}),
        ("GetOfflineConversionReportByGoalIds", {"GoalIds": [1]}, {"OfflineGoalConversionSummaries": []}),
        ("GetConversionGoalsByIds", {"ConversionGoalTypes": ["OfflineConversion"]}, {"ConversionGoals": None}),
    ],
)
def test_each_operation_knows_its_own_answer(
    raw: StartRaw, operation: str, content: dict[str, Any], body: dict[str, Any]
) -> None:
    """An answer has the element of its operation; without it, it is the answer to something else."""
    wire = REST.client(raw(REST.http(json.dumps(body)), REST.http('{"Other": []}')).url).wire
    assert wire.call(operation, content) == Processed(body, "")
    other = wire.call(operation, content)
    assert isinstance(other, Processed if operation == "SetAccountProperties" else Lost)


def test_an_operation_that_rest_does_not_offer_is_said(sandbox: Sandbox) -> None:
    """A service that has nothing at an operation's path leaves it unprocessed, and the reply says that."""
    made = settings(sandbox.url, WireProtocol.REST)
    wire = RestWire(replace(made, endpoint=made.endpoint.replace("v13", "v12")))
    reply = wire.call("SetAccountProperties", {"AccountProperties": []})
    assert isinstance(reply, Faulted)
    assert reply.errors[0].name == "HTTP 404"
