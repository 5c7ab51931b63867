"""What comes back: every kind of answer, whole or broken, becomes the right Answer, and nothing raises."""

from __future__ import annotations

import gzip
import time
from typing import Any

import pytest

from reverse_etl.receipts import Answer, Answered, Blamed, RowOutcome, Stopped, Throttled, Unanswered
from tests.unit.wire import (
    EMPTY_ANSWER,
    YESTERDAY,
    Sandbox,
    StartRaw,
    batch_error,
    envelope,
    http,
    partial_errors,
    platform_fault,
    request_fault,
    row,
    wire,
)

ROWS = [row(1), row(2), row(3)]
EVIL = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">]>'


def ask(raw: StartRaw, *answers: bytes) -> Answer:
    return wire(raw(*answers).url).send(ROWS)


@pytest.mark.parametrize(
    ("kind", "options", "expected", "taken"),
    [
        ("fault_0", {}, Unanswered, 0),
        ("fault_105", {}, Stopped, 0),
        ("fault_106", {}, Stopped, 0),
        ("fault_109", {}, Stopped, 0),
        ("fault_117", {}, Throttled, 0),
        ("fault_202", {}, Unanswered, 0),
        ("fault_202", {"taken": True}, Unanswered, 3),
        ("status_200_fault", {}, Throttled, 0),
        ("status_200_fault", {"code": 105, "shape": "request"}, Stopped, 0),
        ("fault_5601", {}, Blamed, 0),
        ("fault_5612", {}, Unanswered, 0),
        ("fault_5612", {"taken": True}, Unanswered, 3),
        ("timeout_before", {"seconds": 2}, Unanswered, 0),
        ("timeout_after", {"seconds": 2}, Unanswered, 3),
        ("redirect", {}, Unanswered, 0),
        ("dtd", {"taken": True}, Unanswered, 3),
        ("huge", {"megabytes": 64}, Unanswered, 0),
        ("same_index", {}, Answered, 2),
        ("html_502", {}, Unanswered, 0),
        ("html_502", {"taken": True}, Unanswered, 3),
        ("empty_503", {}, Unanswered, 0),
        ("reset_before", {}, Unanswered, 0),
        ("reset_after", {}, Unanswered, 3),
        ("half_answer", {}, Unanswered, 3),
        ("bad_index", {}, Answered, 3),
        ("slow", {"seconds": 0.2}, Answered, 3),
        ("slow", {"seconds": 10}, Unanswered, 3),
        ("hold_before", {"seconds": 2}, Unanswered, None),
        ("hold_after", {"seconds": 2}, Unanswered, 3),
        ("refuse", {"row": "Lead", "code": 5612, "error_code": "OfflineConversionsApplyFailed"}, Answered, 0),
        ("poison", {"row": "Lead"}, Blamed, 0),
    ],
)
def test_each_fault_of_the_local_sandbox(
    sandbox: Sandbox, kind: str, options: dict[str, Any], expected: type, taken: int | None
) -> None:
    """Every fault that the local sandbox can play becomes the answer that its books bear out."""
    sandbox.ask(kind, **options)
    began = time.monotonic()
    answer = wire(sandbox.url, read_timeout=0.5).send(ROWS)
    assert type(answer) is expected
    assert time.monotonic() - began < 3
    if taken is not None:
        assert sum(received.outcome == "counted" for received in sandbox.received()) == taken
    if isinstance(answer, (Blamed, Stopped)):
        assert answer.unprocessed
    if isinstance(answer, Stopped):
        assert answer.hint


def test_refusals_carry_everything_that_the_service_said(raw: StartRaw) -> None:
    """Index, code, name, message, details and tracking id of an error are kept; several may share a row."""
    answer = ask(
        raw,
        http(
            partial_errors(
                batch_error(2, 5606, "OfflineConversionNameInvalid", "No  such\n goal.", "Lead"),
                batch_error(0, 5612, "OfflineConversionsApplyFailed", "Later."),
                batch_error(2, 5610, "OfflineConversionValueInvalid"),
                batch_error(1, 5615, "OfflineConversionNotAcceptedForGoal"),
                batch_error(1, 777777, "SomethingNew", "Who knows."),
            )
        ),
    )
    assert isinstance(answer, Answered)
    assert answer.tracking_id == "t-1"
    told = [(r.index, r.reason.code, r.reason.error_code, r.outcome, r.settles) for r in answer.refusals]
    assert told == [
        (2, 5606, "OfflineConversionNameInvalid", RowOutcome.REJECTED, False),
        (0, 5612, "OfflineConversionsApplyFailed", RowOutcome.IN_DOUBT, False),
        (2, 5610, "OfflineConversionValueInvalid", RowOutcome.REJECTED, True),
        (1, 5615, "OfflineConversionNotAcceptedForGoal", RowOutcome.DEFERRED, True),
        (1, 777777, "SomethingNew", RowOutcome.REJECTED, False),
    ]
    assert answer.refusals[0].reason.message == "No such goal. Lead"


@pytest.mark.parametrize(
    "body",
    [
        EMPTY_ANSWER,
        envelope("<c:ApplyOfflineConversionsResponse/>"),
        envelope(
            '<c:ApplyOfflineConversionsResponse><c:PartialErrors i:nil="true"/></c:ApplyOfflineConversionsResponse>'
        ),
        EMPTY_ANSWER.replace("<c:TrackingId>t-1</c:TrackingId>", ""),
        '<?xml version="1.0" encoding="utf-8"?>' + EMPTY_ANSWER,
    ],
)
def test_an_answer_without_errors_accepts_all(raw: StartRaw, body: str) -> None:
    """No error, in any spelling of none, means that every row was taken."""
    answer = ask(raw, http(body))
    assert isinstance(answer, Answered)
    assert answer.refusals == ()


def test_a_derived_error_is_read_as_one(raw: StartRaw) -> None:
    """An error of the subtype EditorialError refuses its row like any other."""
    error = batch_error(1, 5604, "OfflineConversionMicrosoftClickIdInvalid")
    editorial = error.replace("<c:BatchError>", '<c:BatchError i:type="c:EditorialError">')
    answer = ask(raw, http(partial_errors(editorial)))
    assert isinstance(answer, Answered)
    assert [r.index for r in answer.refusals] == [1]


UNREADABLE = {
    "empty": http(""),
    "no content": b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
    "not xml": http("all is well"),
    "json": http("{}", content_type="application/json"),
    "html with 200": http("<html><body>Sign in to the Wi-Fi</body></html>", content_type="text/html"),
    "xhtml as xml": http("<html><body>Sign in to the Wi-Fi</body></html>"),
    "half": http(EMPTY_ANSWER)[:-40],
    "no body": http(EMPTY_ANSWER[: EMPTY_ANSWER.index("<s:Body>")] + "</s:Envelope>"),
    "empty body": http(envelope("")),
    "another answer": http(envelope("<c:AddConversionGoalsResponse/>")),
    "another namespace": http(envelope('<ApplyOfflineConversionsResponse xmlns="urn:other"/>')),
    "two answers": http(envelope("<c:ApplyOfflineConversionsResponse/><c:ApplyOfflineConversionsResponse/>")),
    "nil answer": http(envelope('<c:ApplyOfflineConversionsResponse i:nil="true"/>')),
    "another element inside": http(
        envelope("<c:ApplyOfflineConversionsResponse><c:Errors/></c:ApplyOfflineConversionsResponse>")
    ),
    "text inside errors": http(partial_errors("<c:Surprise/>")),
    "no index": http(partial_errors("<c:BatchError><c:Code>1</c:Code></c:BatchError>")),
    "index is no number": http(partial_errors(batch_error("two", 5604, "X"))),
    "unknown type": http(
        partial_errors(batch_error(0, 1, "X")).replace("<c:BatchError>", '<c:BatchError i:type="c:No">')
    ),
    "dtd": http(EVIL + EMPTY_ANSWER),
    "entities": http(EVIL + EMPTY_ANSWER.replace("t-1", "&a;")),
    "bomb": http(
        '<!DOCTYPE l [<!ENTITY l0 "lol">'
        + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        + "]>"
        + EMPTY_ANSWER.replace("t-1", "&l9;")
    ),
    "external entity": http(
        '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + EMPTY_ANSWER.replace("t-1", "&x;")
    ),
    "deep": http("<a>" * 100_000),
    "unknown encoding": http('<?xml version="1.0" encoding="klingon"?><a/>'),
    "multipart": http("--x\r\n\r\nhello\r\n--x--", content_type='multipart/related; boundary="x"'),
    "multipart without parts": http("", content_type="multipart/related"),
    "broken gzip": http(b"\x1f\x8bnot really", extra="Content-Encoding: gzip\r\n"),
    "no http": b"\x16\x03\x01\x02\x00",
    "closed at once": b"",
    "500 with a good answer": http(EMPTY_ANSWER, status="500 Oops"),
    "500 with other xml": http("<error/>", status="500 Oops"),
    "401": http("", status="401 Unauthorized", content_type="text/html"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_answer_that_cannot_be_read_leaves_doubt(raw: StartRaw, name: str) -> None:
    """Whatever is not an answer to this very call proves nothing: never accepted, never refused, never an exception."""
    answer = ask(raw, UNREADABLE[name])
    assert isinstance(answer, Unanswered), answer
    assert answer.reason.error_code


def test_the_http_status_is_said(raw: StartRaw) -> None:
    """Where a gateway answers, its status is what a user can work with."""
    answer = ask(raw, http("<h1>Bad Gateway</h1>", status="502 Bad Gateway", content_type="text/html"))
    assert isinstance(answer, Unanswered)
    assert str(answer.reason) == "HTTP 502: the service gave no readable answer"


@pytest.mark.parametrize("status", ["500 Internal Server Error", "200 OK"])
@pytest.mark.parametrize("shape", [platform_fault, request_fault])
@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        (105, "InvalidCredentials", ("Stopped", True)),
        (109, "AuthenticationTokenExpired", ("Stopped", True)),
        (1029, "CampaignServiceCustomerIdHasToBeSpecified", ("Stopped", True)),
        (5600, "OfflineConversionsNullOrEmpty", ("Stopped", True)),
        (208, "InvalidAccount", ("Stopped", False)),
        (303, "ApiVersionNoLongerSupported", ("Stopped", False)),
        (117, "CallRateExceeded", ("Throttled", None)),
        (5612, "OfflineConversionsApplyFailed", ("Unanswered", None)),
        (0, "InternalError", ("Unanswered", None)),
        (202, "ApiExecutionError", ("Unanswered", None)),
        (5601, "OfflineConversionsLimitExceeded", ("Blamed", True)),
        (201, "ApiInputValidationError", ("Blamed", False)),
        (5604, "OfflineConversionMicrosoftClickIdInvalid", ("Blamed", False)),
        (424242, "SomethingNew", ("Blamed", False)),
        ("", "", ("Blamed", False)),
        ("²", "Odd", ("Blamed", False)),
        ("--5", "Odd", ("Blamed", False)),
        ("9" * 5000, "Odd", ("Blamed", False)),
    ],
)
def test_faults_in_both_shapes_and_statuses(
    raw: StartRaw, *, status: str, shape: Any, code: int | str, name: str, expected: tuple[str, bool | None]
) -> None:
    """A fault is read by its code, in either documented shape, with HTTP 500 as with HTTP 200."""
    answer = ask(raw, http(shape(code, name, "Because."), status=status))
    assert (type(answer).__name__, getattr(answer, "unprocessed", None)) == expected
    assert answer.reason.error_code == name  # type: ignore[union-attr]
    assert answer.reason.message.startswith("Because.")  # type: ignore[union-attr]
    # The tracking id stands in its own place where there is one.
    tracking_id = "t-2" if shape is platform_fault else "t-3"
    if isinstance(answer, Blamed):
        assert (answer.tracking_id, answer.reason.message) == (tracking_id, "Because.")
    else:
        assert tracking_id in answer.reason.message  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("code", "name", "alone"),
    [
        (5604, "OfflineConversionMicrosoftClickIdInvalid", RowOutcome.REJECTED),
        (5614, "FutureConversionTimeCannotBeSet", RowOutcome.DEFERRED),
        (5615, "OfflineConversionNotAcceptedForGoal", RowOutcome.DEFERRED),
        (5606, "OfflineConversionNameInvalid", None),
        (201, "ApiInputValidationError", None),
        (424242, "SomethingNew", None),
    ],
)
def test_a_code_that_is_given_by_looking_at_a_row_settles_a_row_that_was_alone(
    raw: StartRaw, code: int, name: str, alone: RowOutcome | None
) -> None:
    """Such a fault says of a single row what an error with its Index would say; any other proves nothing of it."""
    answer = ask(raw, http(request_fault(code, name)))
    assert isinstance(answer, Blamed)
    assert answer.alone is alone


@pytest.mark.parametrize(
    ("code", "text", "unprocessed"),
    [
        ("a:DeserializationFailed", "The formatter threw an exception.", True),
        ("a:InternalServiceFault", "The formatter threw an exception while trying to deserialize the message.", True),
        ("s:Client", "Something else.", False),
    ],
)
def test_a_fault_without_detail_blames_the_data(raw: StartRaw, code: str, text: str, unprocessed: bool) -> None:
    """A message that could not be read was not processed; of other plain faults nobody knows."""
    fault = envelope(f"<s:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></s:Fault>")
    answer = ask(raw, http(fault, status="500 Oops"))
    assert isinstance(answer, Blamed)
    assert answer.unprocessed is unprocessed
    assert text in answer.reason.message


def test_identifiers_of_persons_are_taken_out_of_the_service_s_words(raw: StartRaw) -> None:
    """Should the service repeat a click id or a hash, it goes neither to the ledger nor to a screen."""
    words = f"Click id {'F8' * 16} and hash {'0a' * 32} are bad, request 12345678 is not."
    kept = "Click id (identifier) and hash (identifier) are bad, request 12345678 is not."
    answer = ask(raw, http(partial_errors(batch_error(0, 5604, "X", words, "0a" * 32))))
    assert isinstance(answer, Answered)
    assert answer.refusals[0].reason.message == kept + " (identifier)"
    answer = ask(raw, http(platform_fault(5604, "X", words)))
    assert isinstance(answer, Blamed)
    assert answer.reason.message == kept


def test_redirects_are_not_followed(raw: StartRaw) -> None:
    """Tokens go to the address that was checked: a redirect, to another host or the same, is no answer."""
    other = raw(http(EMPTY_ANSWER))
    for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"):
        server = raw(http("", status=status, extra=f"Location: {other.url}/elsewhere\r\n"))
        answer = wire(server.url).send(ROWS)
        assert isinstance(answer, Unanswered)
        assert len(server.requests) == 1
    assert other.requests == []


def test_an_oversized_answer_is_refused(raw: StartRaw, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer beyond the limit is not read to its end, compressed or not."""
    monkeypatch.setattr("reverse_etl.destinations.microsoft_ads.http.LARGEST_ANSWER", 100_000)
    large = EMPTY_ANSWER + "<!-- -->" * 1_000_000
    assert isinstance(ask(raw, http(large)), Unanswered)
    packed = http(gzip.compress(large.encode()), extra="Content-Encoding: gzip\r\n")
    assert len(packed) < 100_000
    assert isinstance(ask(raw, packed), Unanswered)
    small = http(gzip.compress(EMPTY_ANSWER.encode()), extra="Content-Encoding: gzip\r\n")
    assert isinstance(ask(raw, small), Answered)


def test_an_answer_that_drips_has_an_end(raw: StartRaw) -> None:
    """A byte now and then does not keep a call alive for ever: it ends within what call_timeout says."""
    start = http(EMPTY_ANSWER + " " * 60)[:-60]
    server = raw(start, rest=b" " * 60, pause=0.05)
    client = wire(server.url, read_timeout=0.3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reverse_etl.destinations.microsoft_ads.http.CONNECT_TIMEOUT", 0.3)
        longest = client.call_timeout
        began = time.monotonic()
        answer = client.send(ROWS)
        assert time.monotonic() - began < longest + 0.5
    assert isinstance(answer, Unanswered)
    assert "in time" in answer.reason.message


@pytest.mark.parametrize("hours", [-7, 0, 5])
def test_the_service_s_clock_is_heard(sandbox: Sandbox, hours: float) -> None:
    """By how much the service's clock differs is known from its answers."""
    client = wire(sandbox.url)
    assert client.clock_ahead is None
    sandbox.ask("clock_skew", hours=hours)
    client.send(ROWS)
    assert client.clock_ahead == pytest.approx(hours * 3600, abs=60)


@pytest.mark.parametrize("date", ["", "Date: yesterday\r\n", "Date: Mon, 99 Foo 2026 00:00:00 GMT\r\n"])
def test_an_odd_date_says_nothing(raw: StartRaw, date: str) -> None:
    """An answer without a date that can be read is an answer all the same."""
    client = wire(raw(http(EMPTY_ANSWER, extra=date)).url)
    assert isinstance(client.send(ROWS), Answered)
    assert client.clock_ahead is None


def test_nobody_there(raw: StartRaw) -> None:
    """A refused connection is said with the host and without the path."""
    server = raw(http(EMPTY_ANSWER))
    url = server.url.replace("127.0.0.1", "localhost")
    host = url.removeprefix("http://").rpartition(":")[0] + ":1"
    answer = wire("http://" + host).send(ROWS)
    assert isinstance(answer, Unanswered)
    assert answer.reason.message == f"the connection to {host} failed"


def test_a_client_goes_on_after_a_broken_answer(raw: StartRaw) -> None:
    """After every kind of broken answer the same client makes its next call."""
    server = raw(b"", http("nonsense"), http("", status="302 Found"), http(EMPTY_ANSWER))
    client = wire(server.url)
    kinds = [type(client.send(ROWS)) for _ in range(4)]
    assert kinds == [Unanswered, Unanswered, Unanswered, Answered]


@pytest.mark.parametrize(("operation", "refused"), [("retract", False), ("restate", True)])
def test_what_was_retracted_before_is_retracted(sandbox: Sandbox, operation: str, *, refused: bool) -> None:
    """What a retraction wants is so already; a restatement is refused by it."""
    there = wire(sandbox.url)
    for first in (row(1), row(1, operation="retract", value=None, adjustment_time=YESTERDAY)):
        answer = there.send([first])
        assert isinstance(answer, Answered)
        assert not answer.refusals
    value = None if operation == "retract" else 20.0
    again = there.send([row(1, operation=operation, value=value, adjustment_time=YESTERDAY)])
    assert isinstance(again, Answered)
    assert [one.reason.error_code for one in again.refusals] == (["ConversionAlreadyRetracted"] if refused else [])


def test_a_correction_of_what_is_not_there_is_refused(sandbox: Sandbox) -> None:
    """The refusal does not prove that the conversion never arrives."""
    answer = wire(sandbox.url).send([row(1, operation="retract", value=None, adjustment_time=YESTERDAY)])
    assert isinstance(answer, Answered)
    assert [(one.reason.error_code, one.settles) for one in answer.refusals] == [("AdjustmentOriginalNotFound", False)]
