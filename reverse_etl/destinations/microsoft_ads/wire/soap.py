"""SOAP by zeep: a call as an envelope, and an envelope as a reply. Nothing else imports zeep."""

import logging
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import zeep
import zeep.exceptions
from lxml import etree
from zeep.plugins import Plugin
from zeep.transports import Transport
from zeep.xsd import CompoundValue

from reverse_etl.core.receipt import Reason
from reverse_etl.destinations.microsoft_ads.wire import http
from reverse_etl.destinations.microsoft_ads.wire.http import HttpAnswer, lost
from reverse_etl.destinations.microsoft_ads.wire.line import Wire
from reverse_etl.destinations.microsoft_ads.wire.port import (
    Faulted,
    Lost,
    Processed,
    Reply,
    ServiceError,
    clean,
    counted,
    service_error,
    words,
)

_NAMESPACE = "{https://bingads.microsoft.com/CampaignManagement/v13}"
_BINDING = f"{_NAMESPACE}BasicHttpBinding_ICampaignManagementService"
_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
# The code of a fault for a message that could not be read (issues of Microsoft's SDKs; words alone prove nothing).
_UNREAD = "DeserializationFailed"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

# It logs a value that it cannot read as the service wrote it, with a trace.
for _name in ("zeep.xsd.types.simple", "zeep.xsd.elements.attribute"):
    logging.getLogger(_name).disabled = True


class _Post(Transport):  # type: ignore[misc]
    """zeep's transport, by our own exchange: zeep's method would log a message whole, tokens included, at DEBUG."""

    def __init__(self, post: Callable[..., HttpAnswer]) -> None:
        super().__init__()
        self._post = post

    def post(self, address: str, message: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Post a message. Where nothing is said of the answer's type, XML is tried."""
        return self._post(
            address, message, headers, readable=lambda media_type: media_type.endswith("xml") or not media_type
        )


class _OwnAnswerOnly(Plugin):  # type: ignore[misc]
    """Refuses what is not an answer of the operation: zeep would read any other element as one without errors.

    What came into answers after this version is taken out, since zeep would read none of the rest.
    """

    types: Mapping[etree.QName, Any] = {}

    def ingress(self, envelope: Any, http_headers: Any, operation: Any) -> tuple[Any, Any]:
        """Look at an answer before zeep reads it."""
        nodes = [node for body in envelope.findall(f"{_ENVELOPE}Body") for node in body]
        tags = [node.tag for node in nodes]
        if any(_NIL in node.attrib for node in nodes) or tags not in (
            [f"{_NAMESPACE}{operation.name}Response"],
            [f"{_ENVELOPE}Fault"],
        ):
            raise zeep.exceptions.XMLParseError("not an answer to this call")
        for errors in nodes[0].findall(f"{_NAMESPACE}PartialErrors"):
            counted(errors)
            # Of anything else than its items zeep would make a list without any, and of an empty item nothing.
            if any(child.tag != f"{_NAMESPACE}BatchError" or not len(child) for child in errors):
                raise zeep.exceptions.XMLParseError("errors that cannot be read")
        if tags != [f"{_ENVELOPE}Fault"]:
            there = len(nodes[0])
            _drop_what_is_new(nodes[0], operation.output.body.type, self.types)
            if there and not len(nodes[0]):
                raise zeep.exceptions.XMLParseError("nothing that is known stands in the answer")
        return envelope, http_headers


def _drop_what_is_new(node: Any, declared: Any, types: Mapping[etree.QName, Any]) -> None:
    """Take out of an element what its type does not have; a type that is not known gives way to the declared one.

    Raises for what may say something of the rows in a way that is not known: a type in place of another, what is taken
    out but looks like an error, a text beside elements, and a value that is no value, but holds elements.
    """
    if _TYPE in node.attrib:
        prefix, _, name = node.attrib[_TYPE].rpartition(":")
        named = types.get(etree.QName(node.nsmap.get(prefix or None), name))
        if named is None:
            del node.attrib[_TYPE]
        elif named.qname != declared.qname and getattr(declared, "_value_class", None) not in named.accepted_types:
            raise zeep.exceptions.XMLParseError("a type in place of another")
        declared = named or declared
    known = {element.qname: element.type for _, element in getattr(declared, "elements", ())}
    if (len(node) and not known) or (known and (node.text or "").strip()):
        raise zeep.exceptions.XMLParseError("a value that cannot be read")
    for child in list(node):
        if child.tag in known:
            _drop_what_is_new(child, known[child.tag], types)
        elif any(_tells_of_a_row(part) for part in child.iter(etree.Element)):
            raise zeep.exceptions.XMLParseError("errors in a place that is not known")
        else:
            node.remove(child)


def _tells_of_a_row(node: Any) -> bool:
    name = etree.QName(node).localname
    return name == "Index" or "Error" in name


class SoapWire(Wire):
    """Makes calls. Each thread has its own client and connection."""

    def _call(self, operation: str, content: Mapping[str, Any], token: str) -> Reply:
        service = self._client_and_service()[1]
        elements = self._elements(operation, content)
        try:
            return _read(service[operation](**elements, _soapheaders=self._headers(token)))
        except zeep.exceptions.Fault as fault:
            return _read_fault(fault)
        except zeep.exceptions.TransportError as error:
            return lost(http.UnreadableError(error.status_code), self._settings.endpoint)
        except Exception as error:
            return lost(error, self._settings.endpoint)

    def message(self, operation: str, content: Mapping[str, Any]) -> bytes:
        """The body that `call` would post, for tests and benchmarks; headers are left out."""
        client, _ = self._client_and_service()
        elements = self._elements(operation, content)
        return bytes(etree.tostring(client.create_message(client.service, operation, **elements)))

    def _client_and_service(self) -> tuple[Any, Any]:
        if not hasattr(self._local, "client"):
            wsdl = files("reverse_etl") / "wsdl" / "campaign_management_v13.wsdl"
            own_answers = _OwnAnswerOnly()
            client = zeep.Client(
                str(wsdl),
                transport=_Post(self._post),
                plugins=[own_answers],
                settings=zeep.Settings(forbid_dtd=True, forbid_entities=True),
            )
            own_answers.types = {one.qname: one for one in client.wsdl.types.types}
            # The service does not speak WS-Addressing; zeep would add its headers because the WSDL names actions.
            for operation in client.service._binding._operations.values():
                operation.abstract.wsa_action = None
            self._local.client = client
            self._local.service = client.create_service(_BINDING, self._settings.endpoint)
        return self._local.client, self._local.service

    def _elements(self, operation: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content with each list in the type that the schema wraps it with.

        zeep renders the dicts in a list that is made already, and so makes no object of its own for each of them first:
        the same message in half the time.
        """
        client, _ = self._client_and_service()
        types = dict(client.service._binding._operations[operation].input.body.type.elements)
        elements: dict[str, Any] = {}
        for name, value in content.items():
            wrapper = types[name].type
            if isinstance(value, list) and (wrapper.name or "").startswith("ArrayOf"):
                wrapped = wrapper()
                setattr(wrapped, wrapper.elements[0][0], value)
                elements[name] = wrapped
            else:
                elements[name] = value
        return elements

    def _headers(self, token: str) -> dict[str, str]:
        return {
            "AuthenticationToken": token,
            "CustomerAccountId": self._settings.account_id,
            "CustomerId": self._settings.customer_id,
            "DeveloperToken": self._settings.developer_token,
        }


def _read(answer: Any) -> Processed:
    body = _plain(answer.body) or {}
    errors = tuple(
        service_error(error["Code"], error["ErrorCode"], error["Message"], error["Details"], index=int(error["Index"]))
        for error in body.pop("PartialErrors", None) or ()
        if error is not None
    )
    return Processed(body, clean(answer.header.TrackingId if answer.header is not None else ""), errors)


def _plain(value: Any) -> Any:
    """zeep's objects as dicts, and the elements that only wrap a list as that list."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, CompoundValue):
        return value
    parts = {name: _plain(part) for name, part in value.__values__.items()}
    if (type(value)._xsd_type.name or "").startswith("ArrayOf"):
        return next(iter(parts.values())) or []
    return parts


def _read_fault(fault: zeep.exceptions.Fault) -> Faulted | Lost:
    if isinstance(fault.detail, bytes):
        return Lost(Reason(None, "NotSoap", "the service answered with something that is not SOAP"))
    tracking_id, errors = _fault_errors(fault)
    if errors:
        return Faulted(tuple(errors), tracking_id)
    # A message that the service cannot read is refused before any of it is processed.
    name = clean(fault.code)
    unread = name.rpartition(":")[2] == _UNREAD
    return Faulted((ServiceError(None, _UNREAD if unread else name, words(fault.message)),), tracking_id, unread)


def _fault_errors(fault: zeep.exceptions.Fault) -> tuple[str, list[ServiceError]]:
    """Tracking id and errors of a fault's detail, read by their names in either shape."""
    if fault.detail is None:
        return "", []
    tracking_id = ""
    errors: list[ServiceError] = []
    for node in fault.detail.iter():
        kind = etree.QName(node).localname if isinstance(node.tag, str) else ""
        if kind == "TrackingId":
            tracking_id = clean(node.text)
        elif kind in ("AdApiError", "OperationError", "BatchError", "EditorialError"):
            parts = {etree.QName(child).localname: child.text for child in node if isinstance(child.tag, str)}
            texts = parts.get("Message"), parts.get("Detail") or parts.get("Details")
            errors.append(service_error(parts.get("Code"), parts.get("ErrorCode"), *texts))
    return tracking_id, errors
