"""SOAP 1.1 in and out: requests to rows, and rows' errors and faults to answers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from lxml import etree

from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.request import (
    ALL_OR_NOTHING,
    LOOKUPS,
    SHAPES,
    Field,
    Problem,
    Request,
    RowError,
    Shape,
    UnreadableError,
)

NAME = "soap"
CONTENT_TYPE = "text/xml; charset=utf-8"
CAMPAIGN = "https://bingads.microsoft.com/CampaignManagement/v13"
ADAPI = "https://adapi.microsoft.com"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
# Ten times ten times ... a hundred million characters for a parser that follows entities.
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
HOSTILE = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "x">{_ENTITIES}]><r>&e8;</r>'.encode()
FLOOD = (b"<r>", b"<x>aaaaaaaaa</x>")
# By the list of an answer: the element of an item, and the type of an item where it is a kind of that.
_ITEMS = {
    "ConversionGoals": "ConversionGoal",
    "AccountProperties": "AccountProperty",
    "OfflineGoalConversionSummaries": "OfflineGoalConversionSummary",
    "OverallAlerts": "OfflineConversionAlert",
    "DailySummaries": "OfflineGoalDailySummary",
    "Alerts": "OfflineConversionAlert",
}
_TYPES = {"ConversionGoals": "OfflineConversionGoal"}
_PREFIXES = {"s": ENVELOPE, "i": _INSTANCE, "h": CAMPAIGN, "e": ADAPI}


def read(body: bytes, soap_action: str) -> Request:
    """Read one call without DTD, entities, network or huge trees."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        envelope = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return Request(problem=Problem.NOT_WELL_FORMED)
    document: Any = envelope.getroottree().docinfo
    if document.doctype or envelope.tag != f"{{{ENVELOPE}}}Envelope":
        return Request(problem=Problem.NOT_WELL_FORMED)
    headers = _read_headers(envelope)
    content = next(envelope.iterfind(f"{{{ENVELOPE}}}Body/*"), None)
    known = soap_action in SHAPES or soap_action in LOOKUPS
    if not known or content is None or content.tag != f"{{{CAMPAIGN}}}{soap_action}Request":
        return Request("", headers, problem=Problem.UNKNOWN_ACTION)
    try:
        if soap_action in LOOKUPS:
            return Request(soap_action, headers, content=_read_content(content, LOOKUPS[soap_action]))
        return Request(soap_action, headers, _read_rows(content, SHAPES[soap_action]))
    except UnreadableError:
        return Request(soap_action, headers, problem=Problem.UNREADABLE)


def _read_rows(content: etree._Element, shape: Shape) -> Sequence[Any]:
    items = content.find(f"{{{CAMPAIGN}}}{shape.item}s")
    if items is None or _is_nil(items):
        return ()
    return [
        None if _is_nil(item) else shape.read(_texts(item, shape.fields))
        for item in items.iterfind(f"{{{CAMPAIGN}}}{shape.item}")
    ]


def _read_content(content: etree._Element, fields: Mapping[str, Field]) -> dict[str, Any]:
    """What a call asks for that carries no rows; what is absent or null is left out."""
    found: dict[str, Any] = {}
    for name, kind in fields.items():
        element = content.find(f"{{{CAMPAIGN}}}{name}")
        if element is None or _is_nil(element):
            continue
        if kind is Field.WORDS:
            found[name] = (_text(element) or "").split()
        elif kind is Field.ITEMS:
            found[name] = [{etree.QName(part).localname: _text(part) for part in item} for item in element]
        elif kind is Field.TIME:
            found[name] = _text(element) or ""
        else:
            found[name] = [_text(item) or "" for item in element]
    return found


def _read_headers(envelope: etree._Element) -> dict[str, str]:
    """The SOAP headers of the service's namespace by name; empty texts are left out."""
    found: dict[str, str] = {}
    for element in envelope.iterfind(f"{{{ENVELOPE}}}Header/{{{CAMPAIGN}}}*"):
        text = (element.text or "").strip()
        if text:
            found[etree.QName(element).localname] = text
    return found


def _texts(item: etree._Element, fields: Sequence[str]) -> dict[str, str | None]:
    """The texts of an item by name. An element that stands out of order is passed over, as the
    service's own deserializer does with optional elements."""
    places = {f"{{{CAMPAIGN}}}{name}": place for place, name in enumerate(fields)}
    texts: dict[str, str | None] = {}
    reached = -1
    for element in item:
        place = places.get(element.tag, -1)
        if place <= reached:
            continue
        reached = place
        texts[fields[place]] = _text(element)
    return texts


def _is_nil(element: etree._Element) -> bool:
    return element.get(f"{{{_INSTANCE}}}nil", "").strip() in ("true", "1")


def _text(element: etree._Element) -> str | None:
    if _is_nil(element):
        return None
    if len(element):
        raise UnreadableError  # a text with elements in it
    return element.text or ""


def answer(tracking_id: str, operation: str, content: Mapping[str, object], errors: Sequence[RowError]) -> bytes:
    """The answer to a call that was processed; a row that was taken has no BatchError."""
    envelope, body = _envelope(tracking_id)
    response = etree.SubElement(body, f"{{{CAMPAIGN}}}{operation}Response")
    for name, value in content.items():
        _add_value(response, name, value)
    if operation in ALL_OR_NOTHING:
        return _bytes(envelope)
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


def fault(tracking_id: str, code: Code, *, by_platform: bool) -> bytes:
    """A fault as AdApiFaultDetail, or as ApiFaultDetail with one OperationError."""
    envelope, detail = _fault(tracking_id)
    namespace = ADAPI if by_platform else CAMPAIGN
    typed = etree.SubElement(detail, f"{{{namespace}}}{'AdApiFaultDetail' if by_platform else 'ApiFaultDetail'}")
    _add(typed, ADAPI, "TrackingId", tracking_id)
    if by_platform:
        error = etree.SubElement(etree.SubElement(typed, f"{{{ADAPI}}}Errors"), f"{{{ADAPI}}}AdApiError")
    else:
        etree.SubElement(typed, f"{{{CAMPAIGN}}}BatchErrors")
        errors = etree.SubElement(typed, f"{{{CAMPAIGN}}}OperationErrors")
        error = etree.SubElement(errors, f"{{{CAMPAIGN}}}OperationError")
    _add(error, namespace, "Code", str(code.number))
    _add(error, namespace, "Detail" if by_platform else "Details", None)
    _add(error, namespace, "ErrorCode", code.name)
    _add(error, namespace, "Message", code.message)
    return _bytes(envelope)


def unreadable(tracking_id: str, problem: Problem) -> bytes:
    """The fault of a request that could not be read: no detail, no index, nothing that names a row."""
    name, text = _PLAIN[problem]
    envelope, body = _envelope(tracking_id)
    refused = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(refused, "faultcode", nsmap={"a": _DISPATCHER}).text = f"a:{name}"
    etree.SubElement(refused, "faultstring").text = text
    return _bytes(envelope)


def status(code: Code) -> int:
    """The HTTP status of a fault, which is the same for all of them."""
    return 500


def unreadable_status(problem: Problem) -> int:
    """The HTTP status of a request that could not be read."""
    return 500


def headers(tracking_id: str) -> Mapping[str, str]:
    """What an answer says beside its body: nothing, the envelope has it all."""
    return {}


_UNREADABLE = "The body of the request could not be read: an element holds what its type does not allow."
_PLAIN = {
    Problem.NOT_WELL_FORMED: ("DeserializationFailed", "The request is not a well-formed SOAP 1.1 envelope."),
    Problem.UNKNOWN_ACTION: ("ActionNotSupported", f"The local sandbox has {', '.join([*SHAPES, *LOOKUPS])}."),
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
    refused = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(refused, "faultcode").text = "s:Server"
    text = f"The call was refused; the detail says why. TrackingId: {tracking_id}."
    etree.SubElement(refused, "faultstring").text = text
    return envelope, etree.SubElement(refused, "detail")


def _add_value(parent: etree._Element, name: str, value: object) -> None:
    """A value of an answer as an element, a list with an element for each item."""
    if not isinstance(value, dict | list):
        _add(parent, CAMPAIGN, name, _said(value))
        return
    element = etree.SubElement(parent, f"{{{CAMPAIGN}}}{name}")
    if isinstance(value, dict):
        for key, part in value.items():
            _add_value(element, key, part)
        return
    for item in value:
        _add_value(element, _ITEMS[name], item)
        if name in _TYPES and item is not None:
            element[-1].set(f"{{{_INSTANCE}}}type", f"h:{_TYPES[name]}")


def _said(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # A decimal has no exponent.
        return format(Decimal(repr(value)), "f")
    return None if value is None else str(value)


def _add(parent: etree._Element, namespace: str, name: str, text: str | None) -> None:
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    if text is None:
        element.set(f"{{{_INSTANCE}}}nil", "true")
    else:
        element.text = text


def _bytes(envelope: etree._Element) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
