"""SOAP 1.1 in and out: requests to rows, and rows' errors and faults to answers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lxml import etree

from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.faults import Reply
from reverse_etl.sandbox.request import (
    Operation,
    Problem,
    Request,
    UnreadableError,
    Untyped,
    fault_detail,
    read_request,
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
    "PartialErrors": "BatchError",
    "OperationErrors": "OperationError",
    "Errors": "AdApiError",
}
_TYPES = {"ConversionGoals": "OfflineConversionGoal"}
_PREFIXES = {"s": ENVELOPE, "i": _INSTANCE, "h": CAMPAIGN, "e": ADAPI, "a": _DISPATCHER}
_PLAIN = {
    Problem.NOT_WELL_FORMED: ("DeserializationFailed", "The request is not a well-formed SOAP 1.1 envelope."),
    Problem.UNKNOWN_ACTION: ("ActionNotSupported", f"The local sandbox has {', '.join(Operation)}."),
    Problem.UNREADABLE: (
        "DeserializationFailed",
        "The body of the request could not be read: an element holds what its type does not allow.",
    ),
}


def read(body: bytes, soap_action: str) -> Request:
    """Read one call without DTD, entities, network or huge trees."""
    # By itself it loads no DTD, uses no network, and refuses huge trees.
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True)
    try:
        envelope = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return Request(problem=Problem.NOT_WELL_FORMED)
    document: Any = envelope.getroottree().docinfo
    if document.doctype or envelope.tag != f"{{{ENVELOPE}}}Envelope":
        return Request(problem=Problem.NOT_WELL_FORMED)
    said = {
        _name(element): (element.text or "").strip()
        for element in envelope.iterfind(f"{{{ENVELOPE}}}Header/{{{CAMPAIGN}}}*")
    }
    headers = {name: text for name, text in said.items() if text}
    content = next(envelope.iterfind(f"{{{ENVELOPE}}}Body/*"), None)
    if soap_action not in list(Operation) or content is None or content.tag != f"{{{CAMPAIGN}}}{soap_action}Request":
        return Request("", headers, problem=Problem.UNKNOWN_ACTION)
    try:
        found = {_name(part): _value(part) for part in content}
    except UnreadableError:
        return Request(soap_action, headers, problem=Problem.UNREADABLE)
    return read_request(Operation(soap_action), headers, found)


def _value(element: etree._Element) -> Any:
    """What an element of a request holds: a text, a list of texts, or a list of dicts of texts; None for null."""
    if not len(element):
        return _text(element)
    return [{_name(part): _text(part) for part in item} if len(item) else _text(item) for item in element]


def _name(element: etree._Element) -> str:
    return element.tag.removeprefix(f"{{{CAMPAIGN}}}")


def _is_nil(element: etree._Element) -> bool:
    return element.get(f"{{{_INSTANCE}}}nil", "").strip() in ("true", "1")


def _text(element: etree._Element) -> Untyped | None:
    if _is_nil(element):
        return None
    if len(element):
        raise UnreadableError  # a text with elements in it
    return Untyped(element.text or "")


def answer(tracking_id: str, operation: str, content: Mapping[str, object]) -> Reply:
    """The answer to a call that was processed."""
    return _reply(200, tracking_id, _element(f"{operation}Response", content))


def fault(tracking_id: str, code: Code, *, by_platform: bool) -> Reply:
    """A fault with its detail."""
    name, said = fault_detail(tracking_id, code, by_platform=by_platform)
    detail = etree.Element("detail")
    detail.append(_element(name, said, ADAPI if by_platform else CAMPAIGN))
    detail[0][0].tag = f"{{{ADAPI}}}TrackingId"  # every detail has it from there
    text = f"The call was refused; the detail says why. TrackingId: {tracking_id}."
    return _fault(tracking_id, "s:Server", text, detail)


def unreadable(tracking_id: str, problem: Problem) -> Reply:
    """The fault of a request that could not be read: no detail, no index, nothing that names a row."""
    name, text = _PLAIN[problem]
    return _fault(tracking_id, f"a:{name}", text)


def _fault(tracking_id: str, code: str, text: str, *more: etree._Element) -> Reply:
    refused = etree.Element(f"{{{ENVELOPE}}}Fault")
    etree.SubElement(refused, "faultcode").text = code
    etree.SubElement(refused, "faultstring").text = text
    refused.extend(more)
    return _reply(500, tracking_id, refused)


def _reply(status: int, tracking_id: str, content: etree._Element) -> Reply:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap=_PREFIXES)
    etree.SubElement(envelope, f"{{{ENVELOPE}}}Header").append(_element("TrackingId", tracking_id))
    etree.SubElement(envelope, f"{{{ENVELOPE}}}Body").append(content)
    return Reply(status, CONTENT_TYPE, etree.tostring(envelope, xml_declaration=True, encoding="utf-8"))


def _element(name: str, value: object, namespace: str = CAMPAIGN) -> etree._Element:
    """A value of an answer as an element, a list with an element for each item."""
    element = etree.Element(f"{{{namespace}}}{name}", nsmap=_PREFIXES)
    if value is None:
        element.set(f"{{{_INSTANCE}}}nil", "true")
    elif isinstance(value, Mapping):
        element.extend(_element(key, part, namespace) for key, part in value.items())
    elif isinstance(value, list):
        element.extend(_element(_ITEMS[name], item, namespace) for item in value)
        for item in element if name in _TYPES else ():
            if not _is_nil(item):
                item.set(f"{{{_INSTANCE}}}type", f"h:{_TYPES[name]}")
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        # A decimal has no exponent.
        element.text = format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
    return element
