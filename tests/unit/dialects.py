"""The same answers of the service in either protocol, for suites that run over both wires."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from lxml import etree

from reverse_etl.core.plan import Record
from reverse_etl.core.sync import WireProtocol
from reverse_etl.destinations.microsoft_ads import MicrosoftAds
from reverse_etl.destinations.microsoft_ads.destination import THROTTLE_WAIT, call_of
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.wire.rest import RestWire
from reverse_etl.destinations.microsoft_ads.wire.soap import SoapWire
from tests.unit import wire as xml
from tests.unit.wire import http, settings

WIRES = {WireProtocol.SOAP: SoapWire, WireProtocol.REST: RestWire}


class Client(MicrosoftAds):
    """The destination by one protocol, with the body that it would post."""

    def __init__(self, made: MicrosoftAdsSettings, *, read_timeout: float, throttle_wait: float) -> None:
        self.wire = WIRES[made.protocol](made, read_timeout=read_timeout)
        super().__init__(made, wire=self.wire, throttle_wait=throttle_wait)

    def message(self, records: Sequence[Record]) -> bytes:
        return self.wire.message(*call_of(records))


class Dialect(ABC):
    """What a protocol makes of an answer."""

    protocol: WireProtocol
    content_type: str

    def client(self, url: str, *, read_timeout: float = 3.0, throttle_wait: float = THROTTLE_WAIT) -> Client:
        """The client, patient for three seconds at most."""
        return Client(settings(url, self.protocol), read_timeout=read_timeout, throttle_wait=throttle_wait)

    def http(self, body: bytes | str, status: str = "200 OK", extra: str = "") -> bytes:
        """A whole HTTP answer of the protocol's media type."""
        return http(body, status, self.content_type, extra)

    @property
    def empty_answer(self) -> str:
        """Everything was taken."""
        return self.partial_errors()

    @abstractmethod
    def partial_errors(self, *errors: Any) -> str:
        """An answer with these errors of rows."""

    @abstractmethod
    def batch_error(self, index: int | str, code: int | str, name: str, message: str = "", details: str = "") -> Any:
        """One error of a row."""

    @abstractmethod
    def platform_fault(self, code: int | str, name: str, message: str = "No.", detail: str = "") -> str:
        """A fault in the shape that every service of the platform shares."""

    @abstractmethod
    def request_fault(self, code: int | str, name: str, message: str = "No.") -> str:
        """A fault in the shape of a request that is refused as a whole."""

    @abstractmethod
    def plain_failure(self, message: str) -> str:
        """What a service says that failed in a way of its own: words, and no error with a code."""

    @abstractmethod
    def items(self, message: bytes) -> list[dict[str, str]]:
        """The items of a message, each as the texts of its elements in order."""


class Soap(Dialect):
    protocol = WireProtocol.SOAP
    content_type = "text/xml; charset=utf-8"

    def partial_errors(self, *errors: Any) -> str:
        return xml.partial_errors(*errors)

    def batch_error(self, index: int | str, code: int | str, name: str, message: str = "", details: str = "") -> Any:
        return xml.batch_error(index, code, name, message, details)

    def platform_fault(self, code: int | str, name: str, message: str = "No.", detail: str = "") -> str:
        return xml.platform_fault(code, name, message, detail)

    def request_fault(self, code: int | str, name: str, message: str = "No.") -> str:
        return xml.request_fault(code, name, message)

    def plain_failure(self, message: str) -> str:
        return xml.envelope(f"<s:Fault><faultcode>s:Server</faultcode><faultstring>{message}</faultstring></s:Fault>")

    def items(self, message: bytes) -> list[dict[str, str]]:
        wanted = (f"{{{xml.CAMPAIGN}}}OfflineConversion", f"{{{xml.CAMPAIGN}}}OfflineConversionAdjustment")
        return [
            {etree.QName(child).localname: child.text or "" for child in item}
            for item in etree.fromstring(message).iter(*wanted)
        ]


class Rest(Dialect):
    protocol = WireProtocol.REST
    content_type = "application/json; charset=utf-8"

    def partial_errors(self, *errors: Any) -> str:
        return json.dumps({"PartialErrors": list(errors), "TrackingId": "t-1"})

    def batch_error(self, index: int | str, code: int | str, name: str, message: str = "", details: str = "") -> Any:
        error = {"Code": code, "Details": details or None, "ErrorCode": name, "FieldPath": None}
        return error | {"ForwardCompatibilityMap": None, "Index": index, "Message": message, "Type": "BatchError"}

    def platform_fault(self, code: int | str, name: str, message: str = "No.", detail: str = "") -> str:
        error = {"Code": code, "Detail": detail or None, "ErrorCode": name, "Message": message}
        return json.dumps({"TrackingId": "t-2", "Type": "AdApiFaultDetail", "Errors": [error]})

    def request_fault(self, code: int | str, name: str, message: str = "No.") -> str:
        error = {"Code": code, "Details": None, "ErrorCode": name, "Message": message}
        fault = {"TrackingId": "t-3", "Type": "ApiFaultDetail", "BatchErrors": [], "OperationErrors": [error]}
        return json.dumps(fault)

    def plain_failure(self, message: str) -> str:
        return json.dumps({"Message": message})

    def items(self, message: bytes) -> list[dict[str, str]]:
        (items,) = json.loads(message, parse_float=str, parse_int=str).values()
        return items


DIALECTS = {"soap": Soap(), "rest": Rest()}
