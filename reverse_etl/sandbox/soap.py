"""SOAP 1.1 in and out: requests to rows, and rows' errors and faults to answers."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from lxml import etree

from reverse_etl.sandbox.clock import Moment, read_date_time
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.rows import Adjustment, Row

CAMPAIGN = "https://bingads.microsoft.com/CampaignManagement/v13"
ADAPI = "https://adapi.microsoft.com"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
_PREFIXES = {"s": ENVELOPE, "i": _INSTANCE, "h": CAMPAIGN, "e": ADAPI}
CONVERSIONS = "ApplyOfflineConversions"
ADJUSTMENTS = "ApplyOfflineConversionAdjustments"
MAX_ROWS = 1000
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", re.ASCII)


class Problem(Enum):
    """Why a request has no rows to judge; the values are what the books say."""

    NO_SOAP = "NotWellFormed"
    UNKNOWN_ACTION = "ActionNotSupported"
    UNREADABLE = "DeserializationFailed"


class _UnreadableError(Exception):
    """An element holds what its type does not allow."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One error of one row, by its zero-based index."""

    index: int
    code: Code


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it was read. `problem` says why it has no rows to judge, if so."""

    operation: str = ""  # empty where it is none of ours
    headers: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[Any] = ()  # Row or Adjustment, as the operation has it; None where one is null
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
    shape = _SHAPES.get(soap_action)
    if shape is None or content is None or content.tag != f"{{{CAMPAIGN}}}{soap_action}Request":
        return Request("", headers, problem=Problem.UNKNOWN_ACTION)
    items = content.find(shape.items)
    if items is None or _is_nil(items):
        return Request(soap_action, headers)
    try:
        rows = [
            None if _is_nil(item) else shape.read(_texts(item, shape.places)) for item in items.iterfind(shape.item)
        ]
    except _UnreadableError:
        return Request(soap_action, headers, problem=Problem.UNREADABLE)
    return Request(soap_action, headers, rows)


def _read_headers(envelope: etree._Element) -> dict[str, str]:
    """The SOAP headers of the service's namespace by name; empty texts are left out."""
    found: dict[str, str] = {}
    for element in envelope.iterfind(f"{{{ENVELOPE}}}Header/{{{CAMPAIGN}}}*"):
        text = (element.text or "").strip()
        if text:
            found[etree.QName(element).localname] = text
    return found


_Texts = dict[str, str | None]


def _texts(item: etree._Element, places: Mapping[str, tuple[int, str]]) -> _Texts:
    """The texts of an item by name. An element that stands out of order is passed over, as the
    service's own deserializer does with optional elements."""
    texts: _Texts = {}
    reached = -1
    for element in item:
        place, name = places.get(element.tag, (-1, ""))
        if place <= reached:
            continue
        reached = place
        texts[name] = _text(element)
    return texts


def _read_conversion(texts: _Texts) -> Row:
    value_text, credit_text = texts.get("ConversionValue"), texts.get("ExternalAttributionCredit")
    return Row(
        name=texts.get("ConversionName"),
        click_id=texts.get("MicrosoftClickId"),
        hashed_email=texts.get("HashedEmailAddress"),
        hashed_phone=texts.get("HashedPhoneNumber"),
        time_text=texts.get("ConversionTime"),
        time=_read_time(texts, "ConversionTime"),
        value_text=value_text,
        value=_read_double(value_text),
        currency=texts.get("ConversionCurrencyCode"),
        credit_text=credit_text,
        credit=_read_double(credit_text),
        model=texts.get("ExternalAttributionModel"),
    )


def _read_adjustment(texts: _Texts) -> Adjustment:
    value_text = texts.get("AdjustmentValue")
    return Adjustment(
        name=texts.get("ConversionName"),
        click_id=texts.get("MicrosoftClickId"),
        hashed_email=texts.get("HashedEmailAddress"),
        hashed_phone=texts.get("HashedPhoneNumber"),
        time_text=texts.get("ConversionTime"),
        time=_read_time(texts, "ConversionTime"),
        kind=texts.get("AdjustmentType"),
        at_text=texts.get("AdjustmentTime"),
        at=_read_time(texts, "AdjustmentTime"),
        value_text=value_text,
        value=_read_double(value_text),
        currency=texts.get("AdjustmentCurrencyCode"),
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the rows of an operation stand in its request."""

    items: str
    item: str
    places: Mapping[str, tuple[int, str]]  # of its elements, in the order of the schema
    read: Callable[[_Texts], Row | Adjustment]


def _shape(name: str, read: Callable[[_Texts], Row | Adjustment], *elements: str) -> _Shape:
    places = {f"{{{CAMPAIGN}}}{element}": (place, element) for place, element in enumerate(elements)}
    return _Shape(f"{{{CAMPAIGN}}}{name}s", f"{{{CAMPAIGN}}}{name}", places, read)


_SHAPES = {
    CONVERSIONS: _shape(
        "OfflineConversion",
        _read_conversion,
        "ConversionCurrencyCode",
        "ConversionName",
        "ConversionTime",
        "ConversionValue",
        "ExternalAttributionCredit",
        "ExternalAttributionModel",
        "HashedEmailAddress",
        "HashedPhoneNumber",
        "MicrosoftClickId",
    ),
    ADJUSTMENTS: _shape(
        "OfflineConversionAdjustment",
        _read_adjustment,
        "AdjustmentCurrencyCode",
        "AdjustmentTime",
        "AdjustmentType",
        "AdjustmentValue",
        "ConversionName",
        "ConversionTime",
        "HashedEmailAddress",
        "HashedPhoneNumber",
        "MicrosoftClickId",
    ),
}


def _is_nil(element: etree._Element) -> bool:
    return element.get(f"{{{_INSTANCE}}}nil", "").strip() in ("true", "1")


def _text(element: etree._Element) -> str | None:
    if _is_nil(element):
        return None
    if len(element):
        raise _UnreadableError  # a text with elements in it
    return element.text or ""


def _read_time(texts: _Texts, name: str) -> Moment | None:
    if name not in texts:
        return None
    moment = read_date_time(texts[name] or "")
    if moment is None:
        raise _UnreadableError  # null too: a time is the one kind of element that may not be
    return moment


def _read_double(text: str | None) -> float | None:
    if text is None:
        return None
    stripped = text.strip(" \t\r\n")
    if _DOUBLE.fullmatch(stripped) is None:
        raise _UnreadableError
    return float(stripped)


def answer(tracking_id: str, operation: str, errors: Sequence[RowError]) -> bytes:
    """The answer to a call that was judged: one BatchError per error, none for a row that was taken."""
    envelope, body = _envelope(tracking_id)
    response = etree.SubElement(body, f"{{{CAMPAIGN}}}{operation}Response")
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
    Problem.UNKNOWN_ACTION: ("ActionNotSupported", f"The local sandbox has {CONVERSIONS} and {ADJUSTMENTS}."),
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
