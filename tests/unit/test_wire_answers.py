"""What comes back by either protocol: each answer, whole or broken, becomes the right Answer, and nothing raises."""

import gzip
import socket
from typing import Any

import pytest
import requests
import urllib3

from reverse_etl.core.receipt import Answer, Answered, Blamed, RowOutcome, Stopped, Throttled, Unanswered
from reverse_etl.destinations.microsoft_ads.codes import CODES, Code, OnCall, answer_of
from reverse_etl.destinations.microsoft_ads.wire.http import lost
from reverse_etl.destinations.microsoft_ads.wire.port import Processed, ServiceError
from tests.unit.dialects import Dialect
from tests.unit.wire import ACCESS_TOKEN, DEVELOPER_TOKEN, YESTERDAY, Sandbox, StartRaw, http, row

ROWS = [row(1), row(2), row(3)]


def ask(dialect: Dialect, raw: StartRaw, *answers: bytes) -> Answer:
    return dialect.client(raw(*answers).url).send(ROWS)


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
        ("timeout_before", {"seconds": 60}, Unanswered, 0),
        ("timeout_after", {"seconds": 60}, Unanswered, 3),
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
        ("slow", {"seconds": 60}, Unanswered, 3),
        ("hold_before", {"seconds": 60}, Unanswered, None),
        ("hold_after", {"seconds": 60}, Unanswered, 3),
        ("refuse", {"row": "Lead", "code": 5612, "error_code": "OfflineConversionsApplyFailed"}, Answered, 0),
        ("poison", {"row": "Lead"}, Blamed, 0),
    ],
)
def test_each_fault_of_the_local_sandbox(
    dialect: Dialect, sandbox: Sandbox, *, kind: str, options: dict[str, Any], expected: type, taken: int | None
) -> None:
    """Every fault that the local sandbox can play becomes the answer that its books bear out."""
    sandbox.ask(kind, **options)
    # Only where the answer comes too late does the client give up; elsewhere a slow machine makes no difference.
    patience = 0.5 if options.get("seconds", 0) > 1 else 60.0
    answer = dialect.client(sandbox.url, read_timeout=patience).send(ROWS)
    assert type(answer) is expected
    if taken is not None:
        assert sum(received.outcome == "counted" for received in sandbox.received()) == taken
    if isinstance(answer, (Blamed, Stopped)):
        assert answer.unprocessed
    if isinstance(answer, Stopped):
        assert answer.hint


def test_refusals_carry_everything_that_the_service_said(dialect: Dialect, raw: StartRaw) -> None:
    """Index, code, name, message, details and tracking id of an error are kept; several may share a row."""
    answer = ask(
        dialect,
        raw,
        dialect.http(
            dialect.partial_errors(
                dialect.batch_error(2, 5606, "OfflineConversionNameInvalid", "No  such\n goal.", "Lead"),
                dialect.batch_error(0, 5612, "OfflineConversionsApplyFailed", "Later."),
                dialect.batch_error(2, 5610, "OfflineConversionValueInvalid"),
                dialect.batch_error(1, 5615, "OfflineConversionNotAcceptedForGoal"),
                dialect.batch_error(1, 777777, "SomethingNew", "Who knows."),
            )
        ),
    )
    assert isinstance(answer, Answered)
    assert answer.tracking_id == "t-1"
    refusals = [(r.index, r.reason.code, r.reason.error_code, r.outcome, r.settles) for r in answer.refusals]
    assert refusals == [
        (2, 5606, "OfflineConversionNameInvalid", RowOutcome.REJECTED, False),
        (0, 5612, "OfflineConversionsApplyFailed", RowOutcome.IN_DOUBT, False),
        (2, 5610, "OfflineConversionValueInvalid", RowOutcome.REJECTED, True),
        (1, 5615, "OfflineConversionNotAcceptedForGoal", RowOutcome.DEFERRED, True),
        (1, 777777, "SomethingNew", RowOutcome.REJECTED, False),
    ]
    assert answer.refusals[0].reason.message == "No such goal. Lead"


def test_the_http_status_is_said(dialect: Dialect, raw: StartRaw) -> None:
    """Where a gateway answers, its status is what a user can work with."""
    answer = ask(dialect, raw, http("<h1>Bad Gateway</h1>", status="502 Bad Gateway", content_type="text/html"))
    assert isinstance(answer, Unanswered)
    assert str(answer.reason) == "HTTP 502: the service gave no readable answer"


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_every_documented_code_has_one_reaction(dialect: Dialect, raw: StartRaw, code: Code) -> None:
    """As a fault and as the error of a row, a code means what the table says, whichever protocol brought it."""
    number = code.number if code.number is not None else 990123
    fault = ask(dialect, raw, dialect.http(dialect.request_fault(number, code.name), status="500 Oops"))
    assert (
        type(fault)
        is {
            OnCall.STOP: Stopped,
            OnCall.THROTTLE: Throttled,
            OnCall.RETRY: Unanswered,
            OnCall.BISECT: Blamed,
        }[code.call]
    )
    assert getattr(fault, "unprocessed", code.unprocessed) is code.unprocessed
    answer = ask(dialect, raw, dialect.http(dialect.partial_errors(dialect.batch_error(1, number, code.name))))
    assert isinstance(answer, Answered)
    assert [(one.index, one.outcome, one.settles) for one in answer.refusals] == [(1, code.row, code.settles)]


@pytest.mark.parametrize("status", ["500 Internal Server Error", "200 OK"])
@pytest.mark.parametrize("shape", ["platform_fault", "request_fault"])
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
        (5612, "OfflineConversionsApplyFailed", ("Unanswered", False)),
        (0, "InternalError", ("Unanswered", False)),
        (202, "ApiExecutionError", ("Unanswered", False)),
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
    dialect: Dialect,
    raw: StartRaw,
    *,
    status: str,
    shape: str,
    code: int | str,
    name: str,
    expected: tuple[str, bool | None],
) -> None:
    """A fault is read by its code, in either documented shape, with HTTP 500 as with HTTP 200."""
    answer = ask(dialect, raw, dialect.http(getattr(dialect, shape)(code, name, "Because."), status=status))
    assert (type(answer).__name__, getattr(answer, "unprocessed", None)) == expected
    assert answer.reason.error_code == name  # type: ignore[union-attr]
    assert answer.reason.message.startswith("Because.")  # type: ignore[union-attr]
    # The tracking id stands in its own place where there is one.
    tracking_id = "t-2" if shape == "platform_fault" else "t-3"
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
    dialect: Dialect, raw: StartRaw, code: int, name: str, alone: RowOutcome | None
) -> None:
    """Such a fault says of a single row what an error with its Index would say; any other proves nothing of it."""
    answer = ask(dialect, raw, dialect.http(dialect.request_fault(code, name)))
    assert isinstance(answer, Blamed)
    assert answer.alone is alone


def test_identifiers_of_persons_are_taken_out_of_the_service_s_words(dialect: Dialect, raw: StartRaw) -> None:
    """Should the service repeat a click id or a hash, it goes neither to the ledger nor to a screen."""
    words = f"Click id {'F8' * 16} and hash {'0a' * 32} are bad, request 12345678 is not."
    kept = "Click id (identifier) and hash (identifier) are bad, request 12345678 is not."
    answer = ask(
        dialect, raw, dialect.http(dialect.partial_errors(dialect.batch_error(0, 5604, "X", words, "0a" * 32)))
    )
    assert isinstance(answer, Answered)
    assert answer.refusals[0].reason.message == kept + " (identifier)"
    answer = ask(dialect, raw, dialect.http(dialect.platform_fault(5604, "X", words)))
    assert isinstance(answer, Blamed)
    assert answer.reason.message == kept


def test_what_must_stay_secret_is_taken_out_of_the_service_s_words(dialect: Dialect, raw: StartRaw) -> None:
    """Should the service repeat a token or an e-mail address, no table and no screen gets it."""
    words = f"Token {ACCESS_TOKEN} of {DEVELOPER_TOKEN} is not that of anna.smith+ads@example.com."
    kept = "Token (secret) of (secret) is not that of (e-mail address)"
    answer = ask(dialect, raw, dialect.http(dialect.partial_errors(dialect.batch_error(0, 5604, "X", words))))
    assert isinstance(answer, Answered)
    assert answer.refusals[0].reason.message == kept
    for fault in (dialect.platform_fault(5604, "X", words), dialect.request_fault(106, ACCESS_TOKEN, words)):
        answer = ask(dialect, raw, dialect.http(fault))
        assert isinstance(answer, Blamed | Stopped)
        assert answer.reason.message.startswith(kept)
        assert ACCESS_TOKEN not in answer.reason.error_code


@pytest.mark.parametrize("text", ["Failed to deserialize the answer of a backend.", "DeserializationFailed: a backend"])
def test_words_alone_do_not_say_that_a_call_was_not_processed(dialect: Dialect, raw: StartRaw, text: str) -> None:
    """Only the fault's own code, or HTTP 400, does: else what was taken could be sent once more under another key."""
    answer = ask(dialect, raw, dialect.http(dialect.plain_failure(text), status="500 Oops"))
    assert isinstance(answer, Unanswered) or (isinstance(answer, Blamed) and not answer.unprocessed)


def test_redirects_are_not_followed(dialect: Dialect, raw: StartRaw) -> None:
    """Tokens go to the address that was checked: a redirect, to another host or the same, is no answer."""
    other = raw(dialect.http(dialect.empty_answer))
    for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"):
        server = raw(dialect.http("", status=status, extra=f"Location: {other.url}/elsewhere\r\n"))
        answer = dialect.client(server.url).send(ROWS)
        assert isinstance(answer, Unanswered)
        assert len(server.requests) == 1
    assert other.requests == []


def test_an_oversized_answer_is_refused(dialect: Dialect, raw: StartRaw, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer beyond the limit is not read to its end, compressed or not."""
    monkeypatch.setattr("reverse_etl.destinations.microsoft_ads.wire.http.LARGEST_ANSWER", 100_000)
    large = dialect.empty_answer + " " * 8_000_000
    assert isinstance(ask(dialect, raw, dialect.http(large)), Unanswered)
    packed = dialect.http(gzip.compress(large.encode()), extra="Content-Encoding: gzip\r\n")
    assert len(packed) < 100_000
    assert isinstance(ask(dialect, raw, packed), Unanswered)
    small = dialect.http(gzip.compress(dialect.empty_answer.encode()), extra="Content-Encoding: gzip\r\n")
    assert isinstance(ask(dialect, raw, small), Answered)


def test_an_answer_that_drips_has_an_end(dialect: Dialect, raw: StartRaw) -> None:
    """A byte now and then does not keep a call alive for ever: it ends within what call_timeout says."""
    start = dialect.http(dialect.empty_answer + " " * 60)[:-60]
    server = raw(start, rest=b" " * 60, pause=0.05)
    client = dialect.client(server.url, read_timeout=0.3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reverse_etl.destinations.microsoft_ads.wire.http.CONNECT_TIMEOUT", 0.3)
        answer = client.send(ROWS)
    assert isinstance(answer, Unanswered)
    assert "in time" in answer.reason.message


@pytest.mark.parametrize("hours", [-7, 0, 5])
def test_the_service_s_clock_is_heard(dialect: Dialect, sandbox: Sandbox, hours: float) -> None:
    """By how much the service's clock differs is known from its answers."""
    client = dialect.client(sandbox.url)
    assert client.clock_ahead is None
    sandbox.ask("clock_skew", hours=hours)
    client.send(ROWS)
    assert client.clock_ahead == pytest.approx(hours * 3600, abs=60)


@pytest.mark.parametrize("date", ["", "Date: yesterday\r\n", "Date: Mon, 99 Foo 2026 00:00:00 GMT\r\n"])
def test_an_odd_date_says_nothing(dialect: Dialect, raw: StartRaw, date: str) -> None:
    """An answer without a date that can be read is an answer all the same."""
    client = dialect.client(raw(dialect.http(dialect.empty_answer, extra=date)).url)
    assert isinstance(client.send(ROWS), Answered)
    assert client.clock_ahead is None


def test_no_connection(dialect: Dialect, raw: StartRaw) -> None:
    """A refused connection is said with the host and without the path, and proves that nothing left."""
    server = raw(dialect.http(dialect.empty_answer))
    url = server.url.replace("127.0.0.1", "localhost")
    host = url.removeprefix("http://").rpartition(":")[0] + ":1"
    answer = dialect.client("http://" + host).send(ROWS)
    assert isinstance(answer, Unanswered)
    assert answer.reason.message == f"no connection to {host} came about"
    assert answer.unprocessed


def test_only_a_connection_that_never_was_proves_that_nothing_left() -> None:
    """A refused or late connection and an unknown host do; one that was dropped, silent or not secure does not."""
    host, there = "ads.example", urllib3.connection.HTTPConnection("ads.example")
    pool = urllib3.HTTPConnectionPool(host)

    def unprocessed(error_class: type[requests.RequestException], cause: Exception) -> bool:
        return lost(error_class(urllib3.exceptions.MaxRetryError(pool, "/", cause)), f"https://{host}/x").unsent

    assert unprocessed(requests.ConnectionError, urllib3.exceptions.NewConnectionError(there, "refused"))
    assert unprocessed(requests.ConnectionError, urllib3.exceptions.NameResolutionError(host, there, socket.gaierror()))
    assert unprocessed(requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError())
    assert not unprocessed(requests.exceptions.SSLError, urllib3.exceptions.SSLError())
    for error in (
        requests.ConnectionError(urllib3.exceptions.ProtocolError("aborted", ConnectionResetError())),
        requests.ConnectionError(urllib3.exceptions.ReadTimeoutError(pool, "/", "late")),
        requests.ConnectionError(),
        requests.ReadTimeout(),
    ):
        assert not lost(error, f"https://{host}/x").unsent


def test_a_client_goes_on_after_a_broken_answer(dialect: Dialect, raw: StartRaw) -> None:
    """After every kind of broken answer the same client makes its next call."""
    server = raw(
        b"", dialect.http("nonsense"), dialect.http("", status="302 Found"), dialect.http(dialect.empty_answer)
    )
    client = dialect.client(server.url)
    kinds = [type(client.send(ROWS)) for _ in range(4)]
    assert kinds == [Unanswered, Unanswered, Unanswered, Answered]


@pytest.mark.parametrize(("operation", "refused"), [("retract", False), ("restate", True)])
def test_what_was_retracted_before_is_retracted(
    dialect: Dialect, sandbox: Sandbox, operation: str, *, refused: bool
) -> None:
    """What a retraction wants is so already; a restatement is refused by it."""
    there = dialect.client(sandbox.url)
    for first in (row(1), row(1, operation="retract", value=None, adjustment_time=YESTERDAY)):
        answer = there.send([first])
        assert isinstance(answer, Answered)
        assert not answer.refusals
    value = None if operation == "retract" else 20.0
    again = there.send([row(1, operation=operation, value=value, adjustment_time=YESTERDAY)])
    assert isinstance(again, Answered)
    assert [one.reason.error_code for one in again.refusals] == (["ConversionAlreadyRetracted"] if refused else [])


@pytest.mark.parametrize(
    ("operation", "rows", "accepted"), [("retract", 1, True), ("retract", 2, False), ("restate", 1, False)]
)
def test_a_fault_may_say_that_a_row_was_retracted_before(
    dialect: Dialect, raw: StartRaw, operation: str, rows: int, *, accepted: bool
) -> None:
    """It counts for the retraction of a single row; of several it names none."""
    fault = dialect.request_fault(990008, "ConversionAlreadyRetracted")
    client = dialect.client(raw(dialect.http(fault, status="500 Oops")).url)
    value = None if operation == "retract" else 20.0
    sent = [row(seq + 1, operation=operation, value=value, adjustment_time=YESTERDAY) for seq in range(rows)]
    answer = client.send(sent)
    assert isinstance(answer, Answered if accepted else Blamed)
    assert accepted == (isinstance(answer, Answered) and not answer.refusals)


@pytest.mark.parametrize("index", [-1, 1, 7])
def test_a_retraction_of_another_row_is_not_passed_over(index: int) -> None:
    """What was retracted before, of a row that was not sent, stays in the answer: nothing of it is relied upon."""
    reply = Processed({}, "t-1", (ServiceError(None, "ConversionAlreadyRetracted", "", index),))
    answer = answer_of(reply, retracted=1, throttle_wait=1)
    assert isinstance(answer, Answered)
    assert [refusal.index for refusal in answer.refusals] == [index]


def test_a_correction_of_what_is_not_there_is_refused(dialect: Dialect, sandbox: Sandbox) -> None:
    """The refusal proves that no earlier try of the correction was taken; the conversion itself may still arrive."""
    answer = dialect.client(sandbox.url).send([row(1, operation="retract", value=None, adjustment_time=YESTERDAY)])
    assert isinstance(answer, Answered)
    assert [(one.reason.error_code, one.settles) for one in answer.refusals] == [("AdjustmentOriginalNotFound", True)]
