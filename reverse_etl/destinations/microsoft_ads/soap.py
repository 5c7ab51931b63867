"""SOAP by zeep: one call of ApplyOfflineConversions, from records to an answer. Nothing else imports zeep."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

import requests
import zeep
import zeep.exceptions
from lxml import etree
from zeep.transports import Transport

from reverse_etl.destinations.microsoft_ads.codes import Code, OnCall, OnRow, find
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
from reverse_etl.plan import Record
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
_BINDING = "{https://bingads.microsoft.com/CampaignManagement/v13}BasicHttpBinding_ICampaignManagementService"
_ROW_OUTCOMES = {
    OnRow.REJECT: RowOutcome.REJECTED,
    OnRow.DEFER: RowOutcome.DEFERRED,
    OnRow.DOUBT: RowOutcome.IN_DOUBT,
}

# zeep writes whole messages, headers with tokens included, when its loggers are set to DEBUG.
for _name in ("zeep.transports", "zeep.wsdl", "zeep.xsd", "zeep.client"):
    logging.getLogger(_name).setLevel(logging.WARNING)


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

    @property
    def call_timeout(self) -> float:
        """Seconds that one call lasts at most."""
        return CONNECT_TIMEOUT + self._read_timeout

    def send(self, records: Sequence[Record]) -> Answer:
        """Make one call. Never raises for what the call or its answer brings."""
        service = self._service()
        try:
            answer = service.ApplyOfflineConversions(
                OfflineConversions={"OfflineConversion": [_conversion(record) for record in records]},
                _soapheaders=self._headers(),
            )
            return _read(answer)
        except zeep.exceptions.Fault as fault:
            return self._read_fault(fault)
        except zeep.exceptions.TransportError as error:
            return Unanswered(Reason(None, f"HTTP {error.status_code}", "the service gave no readable answer"))
        except requests.RequestException as error:
            return Unanswered(Reason(None, type(error).__name__, self._host_words(error)))
        except (
            zeep.exceptions.Error,
            etree.LxmlError,
            ValueError,
            TypeError,
            AttributeError,
            KeyError,
        ) as error:
            return Unanswered(Reason(None, type(error).__name__, "the answer cannot be read"))

    def message(self, records: Sequence[Record]) -> bytes:
        """The body that `send` would post, for tests and benchmarks; headers are left out."""
        client = self._client()
        node = client.create_message(
            client.service,
            "ApplyOfflineConversions",
            OfflineConversions={"OfflineConversion": [_conversion(record) for record in records]},
        )
        return bytes(etree.tostring(node))

    def _client(self) -> Any:
        if not hasattr(self._local, "client"):
            session = requests.Session()
            # Proxies may be set by the environment, credentials for the host (.netrc) must not be.
            session.auth = _no_auth
            session.max_redirects = 0
            transport = Transport(
                session=session,
                timeout=CONNECT_TIMEOUT,
                operation_timeout=(CONNECT_TIMEOUT, self._read_timeout),
            )
            wsdl = files("reverse_etl") / "wsdl" / "campaign_management_v13.wsdl"
            client = zeep.Client(
                str(wsdl), transport=transport, settings=zeep.Settings(forbid_dtd=True, forbid_entities=True)
            )
            # The service does not speak WS-Addressing; zeep would add its headers because the WSDL names actions.
            for operation in client.service._binding._operations.values():
                operation.abstract.wsa_action = None
            self._local.client = client
            self._local.service = client.create_service(_BINDING, self._settings.endpoint)
        return self._local.client

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

    def _host_words(self, error: requests.RequestException) -> str:
        host = self._settings.endpoint.split("/")[2]
        if isinstance(error, requests.Timeout):
            return f"{host} did not answer in time"
        return f"the connection to {host} failed"

    def _read_fault(self, fault: zeep.exceptions.Fault) -> Answer:
        """A fault as an answer: its code decides, and a code nobody knows blames the data."""
        if isinstance(fault.detail, bytes):
            return Unanswered(Reason(None, "", "the service answered with something that is not SOAP"))
        tracking_id, errors = _fault_errors(fault)
        if errors:
            return self._read_error(*errors[0], tracking_id)
        # A message that the service cannot read is refused before any of it is processed.
        unreadable = "eserializ" in f"{fault.code} {fault.message}"
        name = "DeserializationFailed" if unreadable else _clean(fault.code)
        return Blamed(Reason(None, name, _clean(fault.message)), tracking_id, unreadable)

    def _read_error(self, number: int | None, name: str, message: str, tracking_id: str) -> Answer:
        reason = Reason(number, name, message + (f" [tracking id {tracking_id}]" if tracking_id else ""))
        code = find(number, name)
        match code.call if code else OnCall.BISECT:
            case OnCall.STOP:
                return Stopped(reason, code.advice if code else "")
            case OnCall.THROTTLE:
                return Throttled(reason, self._throttle_wait)
            case OnCall.RETRY:
                return Unanswered(reason)
            case _:
                return Blamed(reason, tracking_id, number in (5600, 5601))


def _conversion(record: Record) -> dict[str, Any]:
    """A record under the service's names, absent fields left out. The order is the schema's, which zeep sees to."""
    fields = {
        "ConversionCurrencyCode": record.currency,
        "ConversionName": record.conversion_name,
        "ConversionTime": record.conversion_time,
        "ConversionValue": record.value,
        "ExternalAttributionCredit": record.attribution_credit,
        "ExternalAttributionModel": record.attribution_model,
        "HashedEmailAddress": record.hashed_email,
        "HashedPhoneNumber": record.hashed_phone,
        "MicrosoftClickId": record.click_id,
    }
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _read(answer: Any) -> Answered:
    """The refusals of an answer that was processed."""
    partial = answer.body.PartialErrors
    errors: Iterable[Any] = (partial.BatchError or []) if partial is not None else []
    refusals = tuple(_refusal(error) for error in errors if error is not None)
    return Answered(refusals, _clean(answer.header.TrackingId if answer.header is not None else ""))


def _refusal(error: Any) -> Refusal:
    number = int(error.Code) if error.Code is not None else None
    name = _clean(error.ErrorCode)
    code: Code | None = find(number, name)
    words = " ".join(part for part in (_clean(error.Message), _clean(error.Details)) if part)
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
            parts = {etree.QName(child).localname: _clean(child.text) for child in node if isinstance(child.tag, str)}
            number = parts.get("Code", "")
            detail = parts.get("Detail") or parts.get("Details") or ""
            message = " ".join(part for part in (parts.get("Message", ""), detail) if part)
            errors.append((int(number) if number.lstrip("-").isdigit() else None, parts.get("ErrorCode", ""), message))
    return tracking_id, errors


def _clean(text: object) -> str:
    return "" if text is None else " ".join(str(text).split())


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
