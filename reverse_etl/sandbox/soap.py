"""SOAP 1.1 in and out: requests to rows, and rows' errors and faults to answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from lxml import etree

from reverse_etl.sandbox.clock import Moment, read_date_time
from reverse_etl.sandbox.codes import Code

CAMPAIGN = "https://bingads.microsoft.com/CampaignManagement/v13"
ADAPI = "https://adapi.microsoft.com"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
_PREFIXES = {"s": ENVELOPE, "i": _INSTANCE, "h": CAMPAIGN, "e": ADAPI}
OPERATION = "ApplyOfflineConversions"
MAX_ROWS = 1000
_ITEM = f"{{{CAMPAIGN}}}OfflineConversion"

# In the order of the schema. An element that stands out of order is passed over, as the
# service's own deserializer does with optional elements.
_FIELDS = {
    f"{{{CAMPAIGN}}}{name}": (place, name)
    for place, name in enumerate(
        (
            "ConversionCurrencyCode",
            "ConversionName",
            "ConversionTime",
            "ConversionValue",
            "ExternalAttributionCredit",
            "ExternalAttributionModel",
            "HashedEmailAddress",
            "HashedPhoneNumber",
            "MicrosoftClickId",
        )
    )
}
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", re.ASCII)


class Problem(Enum):
    """Why a request has no rows to judge; the values are what the books say."""

    NO_SOAP = "NotWellFormed"
    UNKNOWN_ACTION = "ActionNotSupported"
    UNREADABLE = "DeserializationFailed"


class _UnreadableError(Exception):
    """An element holds what its type does not allow."""


@dataclass(frozen=True, slots=True)
class Row:
    """One conversion as received: texts unchanged, with time and numbers read beside them."""

    name: str | None = None
    click_id: str | None = None
    hashed_email: str | None = None
    hashed_phone: str | None = None
    time_text: str | None = None
    time: Moment | None = None
    value_text: str | None = None
    value: float | None = None
    currency: str | None = None
    credit_text: str | None = None
    credit: float | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """One error of one row, by its zero-based index."""

    index: int
    code: Code


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it was read. `problem` says why it has no rows to judge, if so."""

    headers: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[Row | None] = ()
    problem: Problem | None = None


def read(body: bytes, soap_action: str) -> Request:
    """Read one call without DTD, entities, network or huge trees."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        envelope = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return Request(problem=Problem.NO_SOAP)
    document: Any = envelope.getroottree().docinfo
    if document.doctype or envelope.tag != f"{{{ENVELOPE}}}Envelope":
        return Request(problem=Problem.NO_SOAP)
    headers = _read_headers(envelope)
    content = next(envelope.iterfind(f"{{{ENVELOPE}}}Body/*"), None)
    if soap_action != OPERATION or content is None or content.tag != f"{{{CAMPAIGN}}}{OPERATION}Request":
        return Request(headers, problem=Problem.UNKNOWN_ACTION)
    conversions = content.find(f"{{{CAMPAIGN}}}OfflineConversions")
    if conversions is None or _is_nil(conversions):
        return Request(headers)
    try:
        return Request(headers, [_read_row(item) for item in conversions.iterfind(_ITEM)])
    except _UnreadableError:
        return Request(headers, problem=Problem.UNREADABLE)


def _read_headers(envelope: etree._Element) -> dict[str, str]:
    """The SOAP headers of the service's namespace by name; empty texts are left out."""
    found: dict[str, str] = {}
    for element in envelope.iterfind(f"{{{ENVELOPE}}}Header/{{{CAMPAIGN}}}*"):
        text = (element.text or "").strip()
        if text:
            found[etree.QName(element).localname] = text
    return found


def _read_row(item: etree._Element) -> Row | None:
    if _is_nil(item):
        return None
    texts: dict[str, str | None] = {}
    reached = -1
    for element in item:
        place, name = _FIELDS.get(element.tag, (-1, ""))
        if place <= reached:
            continue
        reached = place
        texts[name] = _text(element)
    time_text = texts.get("ConversionTime")
    if "ConversionTime" in texts and time_text is None:
        raise _UnreadableError  # the one element that may not be null
    time = None if time_text is None else read_date_time(time_text)
    if time_text is not None and time is None:
        raise _UnreadableError
    value_text, credit_text = texts.get("ConversionValue"), texts.get("ExternalAttributionCredit")
    return Row(
        name=texts.get("ConversionName"),
        click_id=texts.get("MicrosoftClickId"),
        hashed_email=texts.get("HashedEmailAddress"),
        hashed_phone=texts.get("HashedPhoneNumber"),
        time_text=time_text,
        time=time,
        value_text=value_text,
        value=_read_double(value_text),
        currency=texts.get("ConversionCurrencyCode"),
        credit_text=credit_text,
        credit=_read_double(credit_text),
        model=texts.get("ExternalAttributionModel"),
    )


def _is_nil(element: etree._Element) -> bool:
    return element.get(f"{{{_INSTANCE}}}nil", "").strip() in ("true", "1")


def _text(element: etree._Element) -> str | None:
    if _is_nil(element):
        return None
    if len(element):
        raise _UnreadableError  # a text with elements in it
    return element.text or ""


def _read_double(text: str | None) -> float | None:
    if text is None:
        return None
    stripped = text.strip(" \t\r\n")
    if _DOUBLE.fullmatch(stripped) is None:
        raise _UnreadableError
    return float(stripped)


def answer(tracking_id: str, errors: Sequence[RowError]) -> bytes:
    """The answer to a call that was judged: one BatchError per error, none for a row that was taken."""
    envelope, body = _envelope(tracking_id)
    response = etree.SubElement(body, f"{{{CAMPAIGN}}}{OPERATION}Response")
    partial = etree.SubElement(response, f"{{{CAMPAIGN}}}PartialErrors")
    for error in errors:
        batch_error = etree.SubElement(partial, f"{{{CAMPAIGN}}}BatchError")
        _add(batch_error, CAMPAIGN, "Code", str(error.code.number))
        _add(batch_error, CAMPAIGN, "Details", None)
        _add(batch_error, CAMPAIGN, "ErrorCode", error.code.name)
        _add(batch_error, CAMPAIGN, "FieldPath", None)
        _add(batch_error, CAMPAIGN, "Index", str(error.index))
        _add(batch_error, CAMPAIGN, "Message", error.code.message)
        _add(batch_error, CAMPAIGN, "Type", "BatchError")
    return _bytes(envelope)


def platform_fault(tracking_id: str, code: Code) -> bytes:
    """A fault that every service of the platform shares, as AdApiFaultDetail."""
    envelope, detail = _fault(tracking_id)
    typed = etree.SubElement(detail, f"{{{ADAPI}}}AdApiFaultDetail")
    _add(typed, ADAPI, "TrackingId", tracking_id)
    error = etree.SubElement(etree.SubElement(typed, f"{{{ADAPI}}}Errors"), f"{{{ADAPI}}}AdApiError")
    _add_error(error, ADAPI, "Detail", code)
    return _bytes(envelope)


def request_fault(tracking_id: str, code: Code) -> bytes:
    """A fault of this request as a whole, as ApiFaultDetail with one OperationError."""
    envelope, detail = _fault(tracking_id)
    typed = etree.SubElement(detail, f"{{{CAMPAIGN}}}ApiFaultDetail")
    _add(typed, ADAPI, "TrackingId", tracking_id)
    etree.SubElement(typed, f"{{{CAMPAIGN}}}BatchErrors")
    errors = etree.SubElement(typed, f"{{{CAMPAIGN}}}OperationErrors")
    _add_error(etree.SubElement(errors, f"{{{CAMPAIGN}}}OperationError"), CAMPAIGN, "Details", code)
    return _bytes(envelope)


def plain_fault(tracking_id: str, problem: Problem) -> bytes:
    """The fault of a request that could not be read: no detail, no index, nothing that names a row."""
    name, text = _PLAIN[problem]
    envelope, body = _envelope(tracking_id)
    fault = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode", nsmap={"a": _DISPATCHER}).text = f"a:{name}"
    etree.SubElement(fault, "faultstring").text = text
    return _bytes(envelope)


_UNREADABLE = "The body of the request could not be read: an element holds what its type does not allow."
_PLAIN = {
    Problem.NO_SOAP: ("DeserializationFailed", "The request is not a well-formed SOAP 1.1 envelope."),
    Problem.UNKNOWN_ACTION: ("ActionNotSupported", f"The local sandbox has one operation, {OPERATION}."),
    Problem.UNREADABLE: ("DeserializationFailed", _UNREADABLE),
}


def _envelope(tracking_id: str) -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap=_PREFIXES)
    header = etree.SubElement(envelope, f"{{{ENVELOPE}}}Header")
    tracking = etree.SubElement(header, f"{{{CAMPAIGN}}}TrackingId")
    tracking.text = tracking_id
    return envelope, etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")


def _fault(tracking_id: str) -> tuple[etree._Element, etree._Element]:
    envelope, body = _envelope(tracking_id)
    fault = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = "s:Server"
    text = f"The call was refused; the detail says why. TrackingId: {tracking_id}."
    etree.SubElement(fault, "faultstring").text = text
    return envelope, etree.SubElement(fault, "detail")


def _add(parent: etree._Element, namespace: str, name: str, text: str | None) -> None:
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    if text is None:
        element.set(f"{{{_INSTANCE}}}nil", "true")
    else:
        element.text = text


def _add_error(element: etree._Element, namespace: str, detail_name: str, code: Code) -> None:
    _add(element, namespace, "Code", str(code.number))
    _add(element, namespace, detail_name, None)
    _add(element, namespace, "ErrorCode", code.name)
    _add(element, namespace, "Message", code.message)


def _bytes(envelope: etree._Element) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
