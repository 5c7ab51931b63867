"""SOAP by zeep: one call, from records to an answer. Nothing else imports zeep."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

import requests
import urllib3
import zeep
import zeep.exceptions
from lxml import etree
from zeep.plugins import Plugin
from zeep.transports import Transport

from reverse_etl.clocks import ahead_of_here
from reverse_etl.destinations.microsoft_ads.codes import Code, OnCall, OnRow, find
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings, is_loopback
from reverse_etl.plans import Record
from reverse_etl.receipts import (
    Answer,
    Answered,
    Blamed,
    Reason,
    Refusal,
    RowOutcome,
    Stopped,
    Throttled,
    Unanswered,
)

# Seconds: to connect, and without a byte from the other side.
CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 100.0
# What Microsoft asks to wait after CallRateExceeded, in seconds.
THROTTLE_WAIT = 60.0
# An answer is never this large; more would be an attack on memory. Bytes.
LARGEST_ANSWER = 20_000_000
_NAMESPACE = "{https://bingads.microsoft.com/CampaignManagement/v13}"
_BINDING = f"{_NAMESPACE}BasicHttpBinding_ICampaignManagementService"
_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
# Characters that XML has no way to write.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UTC_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z")
# Click ids and hashes, should the service repeat them in its words.
_IDENTIFIER = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{32}){1,2}(?![0-9A-Za-z])")
# What a column for codes holds; a longer number is no code.
_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_ADJUSTMENT_TYPES = {"restate": "Restate", "retract": "Retract"}
_ROW_OUTCOMES = {
    OnRow.REJECT: RowOutcome.REJECTED,
    OnRow.DEFER: RowOutcome.DEFERRED,
    OnRow.DOUBT: RowOutcome.IN_DOUBT,
}


@dataclass(frozen=True, slots=True)
class _HttpAnswer:
    """What zeep looks at of an answer."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class _Post(Transport):  # type: ignore[misc]
    """zeep's transport with what it lacks: an end to every call and a limit to every answer, and no logging.

    Redirects are not followed: tokens go to the address that was checked and nowhere else.
    """

    def __init__(self, session: requests.Session, read_timeout: float, hear_date: Callable[[str | None], None]) -> None:
        super().__init__(session=session, timeout=CONNECT_TIMEOUT)
        self._read_timeout = read_timeout
        self._hear_date = hear_date

    def post(self, address: str, message: bytes, headers: Mapping[str, str]) -> _HttpAnswer:
        """Post a message. zeep's own method would log it whole, tokens included, at level DEBUG."""
        end = time.monotonic() + CONNECT_TIMEOUT + self._read_timeout
        with self.session.post(
            address,
            data=message,
            headers=headers,
            timeout=(CONNECT_TIMEOUT, self._read_timeout),
            stream=True,
            allow_redirects=False,
        ) as response:
            media_type = response.headers.get("Content-Type", "text/xml").partition(";")[0].strip().lower()
            if not media_type.endswith("xml"):
                raise zeep.exceptions.TransportError(status_code=response.status_code)
            self._hear_date(response.headers.get("Date"))
            # One wait each, so that the end is looked at between; urllib3 before 2 has no read1.
            read = getattr(response.raw, "read1", response.raw.read)
            content = bytearray()
            while part := read(65_536, decode_content=True):
                content += part
                if len(content) > LARGEST_ANSWER:
                    raise zeep.exceptions.TransportError(status_code=response.status_code)
                if time.monotonic() > end:
                    raise requests.ReadTimeout
            return _HttpAnswer(response.status_code, response.headers, bytes(content))


class _OwnAnswerOnly(Plugin):  # type: ignore[misc]
    """Refuses what is not an answer of the operation: zeep would read any other element as one without errors."""

    def ingress(self, envelope: Any, http_headers: Any, operation: Any) -> tuple[Any, Any]:
        """Look at an answer before zeep reads it."""
        nodes = [node for body in envelope.findall(f"{_ENVELOPE}Body") for node in body]
        tags = [node.tag for node in nodes if _NIL not in node.attrib]
        if tags not in ([f"{_NAMESPACE}{operation.name}Response"], [f"{_ENVELOPE}Fault"]):
            raise zeep.exceptions.XMLParseError("not an answer to this call")
        return envelope, http_headers


class SoapWire:
    """Makes calls. Each thread has its own client and connection."""

    def __init__(
        self,
        settings: MicrosoftAdsSettings,
        *,
        read_timeout: float = READ_TIMEOUT,
        throttle_wait: float = THROTTLE_WAIT,
    ) -> None:
        self._settings = settings
        self._read_timeout = read_timeout
        self._throttle_wait = throttle_wait
        self._local = threading.local()
        # By how many seconds the service's clock was ahead of this machine's at its last answer.
        self.clock_ahead: float | None = None

    @property
    def call_timeout(self) -> float:
        """Seconds that one call lasts at most: the end is looked at whenever something arrives."""
        return CONNECT_TIMEOUT + 2 * self._read_timeout

    def send(self, records: Sequence[Record]) -> Answer:
        """Make one call. Never raises for what the call or its answer brings.

        A record that cannot be written as it should be keeps its call from leaving.
        """
        for record in records:
            if mistake := _mistake(record):
                words = f"record {record.seq} of the plan: {mistake}; it was not sent"
                return Blamed(Reason(None, "RecordCannotBeSent", words), "", unprocessed=True)
        operation, content = self._content(records)
        call = getattr(self._service(), operation)
        try:
            return _read(call(**content, _soapheaders=self._headers()), records)
        except zeep.exceptions.Fault as fault:
            return self._read_fault(fault)
        except zeep.exceptions.TransportError as error:
            return Unanswered(Reason(None, f"HTTP {error.status_code}", "the service gave no readable answer"))
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            return Unanswered(Reason(None, type(error).__name__, self._host_words(error)))
        except Exception as error:
            # Whatever an answer makes of zeep: the call may have been processed.
            return Unanswered(Reason(None, type(error).__name__, "the answer cannot be read"))

    def message(self, records: Sequence[Record]) -> bytes:
        """The body that `send` would post, for tests and benchmarks; headers are left out."""
        client = self._client()
        operation, content = self._content(records)
        return bytes(etree.tostring(client.create_message(client.service, operation, **content)))

    def _content(self, records: Sequence[Record]) -> tuple[str, dict[str, Any]]:
        """The service's operation and its records: all of them are sent, or all of them are corrections.

        zeep renders the dicts in a list that is made already, and so makes no object of its own for each of them first:
        the same message in half the time.
        """
        corrects = records[0].operation != "send"
        noun = "OfflineConversionAdjustment" if corrects else "OfflineConversion"
        listed = self._client().get_type(f"{_NAMESPACE}ArrayOf{noun}")()
        setattr(listed, noun, [(_adjustment if corrects else _conversion)(record) for record in records])
        return f"Apply{noun}s", {f"{noun}s": listed}

    def _client(self) -> Any:
        if not hasattr(self._local, "client"):
            session = requests.Session()
            # Proxies may be set by the environment, credentials for the host (.netrc) must not be.
            session.auth = _no_auth
            session.trust_env = not is_loopback(self._settings.endpoint)
            wsdl = files("reverse_etl") / "wsdl" / "campaign_management_v13.wsdl"
            client = zeep.Client(
                str(wsdl),
                transport=_Post(session, self._read_timeout, self._hear_date),
                plugins=[_OwnAnswerOnly()],
                settings=zeep.Settings(forbid_dtd=True, forbid_entities=True),
            )
            # The service does not speak WS-Addressing; zeep would add its headers because the WSDL names actions.
            for operation in client.service._binding._operations.values():
                operation.abstract.wsa_action = None
            self._local.client = client
            self._local.service = client.create_service(_BINDING, self._settings.endpoint)
        return self._local.client

    def _hear_date(self, date: str | None) -> None:
        self.clock_ahead = ahead_of_here(date)

    def _service(self) -> Any:
        self._client()
        return self._local.service

    def _headers(self) -> dict[str, str]:
        return {
            "AuthenticationToken": self._settings.access_token,
            "CustomerAccountId": self._settings.account_id,
            "CustomerId": self._settings.customer_id,
            "DeveloperToken": self._settings.developer_token,
        }

    def _host_words(self, error: Exception) -> str:
        host = self._settings.endpoint.split("/")[2]
        if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
            return f"{host} did not answer in time"
        return f"the connection to {host} failed"

    def _read_fault(self, fault: zeep.exceptions.Fault) -> Answer:
        """A fault as an answer: its code decides, and a code nobody knows blames the data."""
        if isinstance(fault.detail, bytes):
            return Unanswered(Reason(None, "NotSoap", "the service answered with something that is not SOAP"))
        tracking_id, errors = _fault_errors(fault)
        if errors:
            return self._read_error(*errors[0], tracking_id)
        # A message that the service cannot read is refused before any of it is processed.
        unreadable = "eserializ" in f"{fault.code} {fault.message}"
        name = "DeserializationFailed" if unreadable else _clean(fault.code)
        return Blamed(Reason(None, name, _words(fault.message)), tracking_id, unreadable)

    def _read_error(self, number: int | None, name: str, message: str, tracking_id: str) -> Answer:
        code = find(number, name)
        if code is None:
            return Blamed(Reason(number, name, message), tracking_id, unprocessed=False)
        if code.call is OnCall.BISECT:
            alone = _ROW_OUTCOMES[code.row] if code.settles else None
            return Blamed(Reason(number, name, message), tracking_id, code.unprocessed, alone)
        # These answers have no other place for the tracking id.
        reason = Reason(number, name, message + (f" [tracking id {tracking_id}]" if tracking_id else ""))
        if code.call is OnCall.STOP:
            return Stopped(reason, code.advice, code.unprocessed)
        return Throttled(reason, self._throttle_wait) if code.call is OnCall.THROTTLE else Unanswered(reason)


def _mistake(record: Record) -> str:
    """What keeps a record from being written as it is meant, or nothing. zeep writes whatever it is given."""
    if record.operation not in ("send", *_ADJUSTMENT_TYPES):
        return f"operation {record.operation} is not one that this version sends"
    times = [record.conversion_time, *([] if record.operation == "send" else [record.adjustment_time])]
    if not all(_is_utc_time(time) for time in times):
        return "its time is not a UTC time in whole seconds"
    if record.operation == "restate" and record.value is None:
        return "a restatement without a value"
    for name, number in (("value", record.value), ("attribution credit", record.attribution_credit)):
        if number is not None and not (isinstance(number, (int, float)) and math.isfinite(number)):
            return f"its {name} is not a number"
    texts = (
        record.conversion_name,
        record.currency,
        record.click_id,
        record.hashed_email,
        record.hashed_phone,
        record.attribution_model,
    )
    return "a text of it holds a character that XML cannot carry" if _UNWRITABLE.search("".join(texts)) else ""


def _is_utc_time(text: str) -> bool:
    try:
        return bool(_UTC_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _conversion(record: Record) -> dict[str, Any]:
    """A record under the service's names; zeep leaves out what is None, and sees to the schema's order."""
    return {
        "ConversionCurrencyCode": record.currency or None,
        "ConversionName": record.conversion_name or None,
        "ConversionTime": record.conversion_time or None,
        "ConversionValue": record.value,
        "ExternalAttributionCredit": record.attribution_credit,
        "ExternalAttributionModel": record.attribution_model or None,
        "HashedEmailAddress": record.hashed_email or None,
        "HashedPhoneNumber": record.hashed_phone or None,
        "MicrosoftClickId": record.click_id or None,
    }


def _adjustment(record: Record) -> dict[str, Any]:
    """A correction under the service's names; a retraction has no value."""
    return {
        "AdjustmentCurrencyCode": record.currency or None,
        "AdjustmentTime": record.adjustment_time or None,
        "AdjustmentType": _ADJUSTMENT_TYPES[record.operation],
        "AdjustmentValue": record.value,
        "ConversionName": record.conversion_name or None,
        "ConversionTime": record.conversion_time or None,
        "HashedEmailAddress": record.hashed_email or None,
        "HashedPhoneNumber": record.hashed_phone or None,
        "MicrosoftClickId": record.click_id or None,
    }


def _read(answer: Any, records: Sequence[Record]) -> Answered:
    """The refusals of an answer that was processed."""
    partial = answer.body.PartialErrors
    errors: Iterable[Any] = (partial.BatchError or []) if partial is not None else []
    refusals = tuple(
        refusal
        for refusal in (_refusal(error) for error in errors if error is not None)
        # What was retracted before is retracted: the retraction has what it wanted.
        if not (records[0].operation == "retract" and refusal.reason.error_code == "ConversionAlreadyRetracted")
    )
    return Answered(refusals, _clean(answer.header.TrackingId if answer.header is not None else ""))


def _refusal(error: Any) -> Refusal:
    number = _number(str(error.Code))
    name = _clean(error.ErrorCode)
    code: Code | None = find(number, name)
    words = " ".join(part for part in (_words(error.Message), _words(error.Details)) if part)
    return Refusal(
        index=int(error.Index),
        outcome=_ROW_OUTCOMES[code.row] if code else RowOutcome.REJECTED,
        settles=code.settles if code else False,
        reason=Reason(number, name, words),
    )


def _fault_errors(fault: zeep.exceptions.Fault) -> tuple[str, list[tuple[int | None, str, str]]]:
    """Tracking id and errors (code, name, message) of a fault's detail, read by their names in either shape."""
    if fault.detail is None:
        return "", []
    tracking_id = ""
    errors: list[tuple[int | None, str, str]] = []
    for node in fault.detail.iter():
        kind = etree.QName(node).localname if isinstance(node.tag, str) else ""
        if kind == "TrackingId":
            tracking_id = _clean(node.text)
        elif kind in ("AdApiError", "OperationError", "BatchError", "EditorialError"):
            parts = {etree.QName(child).localname: _words(child.text) for child in node if isinstance(child.tag, str)}
            detail = parts.get("Detail") or parts.get("Details") or ""
            message = " ".join(part for part in (parts.get("Message", ""), detail) if part)
            errors.append((_number(parts.get("Code", "")), parts.get("ErrorCode", ""), message))
    return tracking_id, errors


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None


def _clean(text: object) -> str:
    return "" if text is None else " ".join(str(text).split())


def _words(text: object) -> str:
    """Words of the service in one line, without the identifiers of a person."""
    return _IDENTIFIER.sub("(identifier)", _clean(text))


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
