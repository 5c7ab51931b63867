"""What comes back by SOAP alone: the ways that XML has to say nothing, to mislead, and to hurt its reader."""

import pytest

from reverse_etl.core.receipt import Answer, Answered, Blamed, Unanswered
from reverse_etl.destinations.microsoft_ads.wire.port import Processed
from tests.unit.dialects import DIALECTS
from tests.unit.wire import EMPTY_ANSWER, StartRaw, batch_error, envelope, http, partial_errors, row

ROWS = [row(1), row(2), row(3)]
EVIL = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">]>'


def ask(raw: StartRaw, *answers: bytes) -> Answer:
    return DIALECTS["soap"].client(raw(*answers).url).send(ROWS)


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


ERROR = batch_error(1, 5604, "OfflineConversionMicrosoftClickIdInvalid")


@pytest.mark.parametrize(
    "answer",
    [
        partial_errors(ERROR.replace("<c:BatchError>", '<c:BatchError i:type="c:NewError">')),
        partial_errors(ERROR.replace("<c:BatchError>", '<c:BatchError i:type="n:E" xmlns:n="urn:new">')),
        partial_errors(ERROR.replace("</c:BatchError>", "<c:Zeal><c:High/></c:Zeal></c:BatchError>")),
        partial_errors(ERROR.replace("<c:ErrorCode>", "<c:Duty>1</c:Duty><c:ErrorCode>")),
        partial_errors(ERROR).replace("</c:PartialErrors>", "</c:PartialErrors><c:Warnings><c:W/></c:Warnings>"),
        partial_errors(ERROR).replace("</c:TrackingId>", "</c:TrackingId><c:Elsewhere>1</c:Elsewhere>"),
    ],
)
def test_what_is_new_in_an_answer_is_passed_over(raw: StartRaw, answer: str) -> None:
    """An element or a type that came after this version does not hide what the answer says of the rows."""
    found = ask(raw, http(answer))
    assert isinstance(found, Answered)
    assert [(r.index, r.reason.code) for r in found.refusals] == [(1, 5604)]


def test_what_is_new_in_a_goal_is_passed_over(raw: StartRaw) -> None:
    """Elements before and after the known ones, and a kind of goal that came later."""
    goal = (
        '<c:ConversionGoal i:type="c:{kind}"><c:Aim>x</c:Aim><c:Id>7</c:Id><c:Mood>x</c:Mood><c:Name>Lead</c:Name>'
        "<c:IsExternallyAttributed>true</c:IsExternallyAttributed></c:ConversionGoal>"
    )
    goals = goal.format(kind="OfflineConversionGoal") + goal.format(kind="DreamGoal")
    answer = envelope(
        f"<c:GetConversionGoalsByIdsResponse><c:ConversionGoals>{goals}</c:ConversionGoals><c:PartialErrors/>"
        "</c:GetConversionGoalsByIdsResponse>"
    )
    wire = DIALECTS["soap"].client(raw(http(answer)).url).wire
    reply = wire.call("GetConversionGoalsByIds", {"ConversionGoalTypes": ["OfflineConversion"]})
    assert isinstance(reply, Processed)
    offline, dream = reply.body["ConversionGoals"]
    assert (offline["Id"], offline["Name"], offline["IsExternallyAttributed"]) == (7, "Lead", True)
    assert (dream["Id"], dream["Name"]) == (7, "Lead")


RESPONSE = "<c:ApplyOfflineConversionsResponse>"
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
    "a nil element before the answer": http(partial_errors(ERROR).replace(RESPONSE, f'<c:X i:nil="true"/>{RESPONSE}')),
    "a nil answer before the answer": http(
        partial_errors(ERROR).replace(RESPONSE, f'<c:ApplyOfflineConversionsResponse i:nil="true"/>{RESPONSE}')
    ),
    "errors as a list of something else": http(
        partial_errors(ERROR).replace("<c:PartialErrors>", '<c:PartialErrors i:type="c:ArrayOfConversionGoal">')
    ),
    "an error as something else": http(
        partial_errors(ERROR.replace("<c:BatchError>", '<c:BatchError i:type="c:ConversionGoal">'))
    ),
    "an answer as something else": http(
        partial_errors(ERROR).replace(RESPONSE, RESPONSE[:-1] + ' i:type="c:ConversionGoal">')
    ),
    "errors in a new place": http(
        EMPTY_ANSWER.replace("</c:PartialErrors>", f"</c:PartialErrors><c:Result>{ERROR}</c:Result>")
    ),
    "errors by a new name": http(
        EMPTY_ANSWER.replace("</c:PartialErrors>", "</c:PartialErrors><a:NestedPartialErrors/>")
    ),
    "a row in a new place": http(
        EMPTY_ANSWER.replace("</c:PartialErrors>", "</c:PartialErrors><c:Held><c:Index>1</c:Index></c:Held>")
    ),
    "a text beside errors": http(EMPTY_ANSWER.replace(RESPONSE, f"{RESPONSE}refused")),
    "text inside errors": http(partial_errors("<c:Surprise/>")),
    "no index": http(partial_errors("<c:BatchError><c:Code>1</c:Code></c:BatchError>")),
    "index is no number": http(partial_errors(batch_error("two", 5604, "X"))),
    "an empty error": http(partial_errors(ERROR, "<c:BatchError/>")),
    "an error that is nil": http(partial_errors('<c:BatchError i:nil="true"/>')),
    "a new error without an index": http(
        partial_errors('<c:BatchError i:type="c:No"><c:Code>1</c:Code></c:BatchError>')
    ),
    "errors twice": http(partial_errors(ERROR).replace("</c:PartialErrors>", "</c:PartialErrors><c:PartialErrors/>")),
    "a code with something new inside": http(partial_errors(batch_error(0, "<c:Old/>5604", "X"))),
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
    "errors that are a text": http(partial_errors("boom")),
    "errors of another kind": http(partial_errors("<c:Error/>")),
    "500 with a good answer": http(EMPTY_ANSWER, status="500 Oops"),
    "500 with other xml": http("<error/>", status="500 Oops"),
    "401": http("", status="401 Unauthorized", content_type="text/html"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_answer_that_cannot_be_read_leaves_doubt(raw: StartRaw, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is not an answer to this very call proves nothing: never accepted, never refused, never an exception.

    Nor is it logged: it could repeat what must stay secret."""
    answer = ask(raw, UNREADABLE[name])
    assert caplog.records == []
    assert isinstance(answer, Unanswered), answer
    assert answer.reason.error_code


@pytest.mark.parametrize(
    ("code", "text", "unprocessed"),
    [
        ("a:DeserializationFailed", "The formatter threw an exception.", True),
        ("DeserializationFailed", "No.", True),
        ("a:InternalServiceFault", "An answer of a backend could not be deserialized.", False),
        ("s:Client", "Something else.", False),
    ],
)
def test_a_fault_without_detail_blames_the_data(raw: StartRaw, code: str, text: str, unprocessed: bool) -> None:
    """A message that could not be read was not processed; of other plain faults it is not known."""
    fault = envelope(f"<s:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></s:Fault>")
    answer = ask(raw, http(fault, status="500 Oops"))
    assert isinstance(answer, Blamed)
    assert answer.unprocessed is unprocessed
    assert text in answer.reason.message
