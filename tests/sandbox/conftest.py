"""A running local sandbox for each test, called over HTTP with zeep as its client."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from zeep.transports import Transport

from reverse_etl.sandbox import (
    SERVICE_PATH,
    LocalSandbox,
    ReceivedAdjustment,
    ReceivedRow,
    read_adjustments,
    read_received,
)
from tests.support.faults import truth

CAMPAIGN = "https://bingads.microsoft.com/CampaignManagement/v13"
BINDING = f"{{{CAMPAIGN}}}BasicHttpBinding_ICampaignManagementService"
HEADERS = {
    "AuthenticationToken": "secret-token",
    "CustomerAccountId": "123",
    "CustomerId": "456",
    "DeveloperToken": "secret-developer",
}
ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><s:Header>'
    + "".join(f'<{name} xmlns="{CAMPAIGN}">{text}</{name}>' for name, text in HEADERS.items())
    + f'</s:Header><s:Body><ApplyOfflineConversionsRequest xmlns="{CAMPAIGN}"><OfflineConversions>'
    "%s</OfflineConversions></ApplyOfflineConversionsRequest></s:Body></s:Envelope>"
)


def ago(**span: float) -> str:
    """A time so long ago, in UTC and whole seconds."""
    return (datetime.now(UTC) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


# One time for the whole run, so that two rows with it are equal whenever they are built.
YESTERDAY = ago(days=1)


def click(number: int) -> str:
    """A click id of its own for each number."""
    return f"{number:032x}"


# What makes another conversion of `a_row`, beside another name.
OTHERS = [
    {"MicrosoftClickId": click(2)},
    {"ConversionTime": ago(days=2)},
    {"HashedEmailAddress": "a" * 64},
    {"HashedPhoneNumber": "a" * 64},
]


def raw_row(number: int) -> str:
    """A row that the service takes, as XML."""
    return (
        f"<OfflineConversion><ConversionName>Lead</ConversionName><ConversionTime>{YESTERDAY}</ConversionTime>"
        f"<MicrosoftClickId>{click(number)}</MicrosoftClickId></OfflineConversion>"
    )


def a_row(**changes: Any) -> dict[str, Any]:
    """A row that the service takes; None leaves a field out."""
    row = {
        "ConversionName": "Lead",
        "ConversionTime": YESTERDAY,
        "ConversionValue": 12.5,
        "ConversionCurrencyCode": "EUR",
        "MicrosoftClickId": click(1),
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def an_adjustment(**changes: Any) -> dict[str, Any]:
    """A restatement of `a_row` that the service takes; None leaves a field out."""
    row = {
        "ConversionName": "Lead",
        "ConversionTime": YESTERDAY,
        "AdjustmentType": "Restate",
        "AdjustmentTime": ago(hours=1),
        "AdjustmentValue": 10,
        "AdjustmentCurrencyCode": "EUR",
        "MicrosoftClickId": click(1),
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def a_retraction(**changes: Any) -> dict[str, Any]:
    """A retraction of `a_row` that the service takes."""
    return an_adjustment(
        **{"AdjustmentType": "Retract", "AdjustmentValue": None, "AdjustmentCurrencyCode": None} | changes
    )


def post_soap(
    url: str, body: str | bytes, action: str = "ApplyOfflineConversions", **options: Any
) -> requests.Response:
    """Post a raw body as SOAP, over a connection of its own."""
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
    content = body if isinstance(body, bytes) else body.encode()
    return requests.post(url + SERVICE_PATH, data=content, headers=headers, **{"timeout": 60} | options)


def errors(answer: Any) -> list[tuple[int, int, str]]:
    """The errors in an answer, as index, code and error code."""
    partial = answer.body.PartialErrors
    found = partial.BatchError if partial else []
    assert all(error.Type == "BatchError" and error.Message for error in found)
    return [(error.Index, error.Code, error.ErrorCode) for error in found]


@dataclass
class Caller:
    """One sandbox and a zeep client that calls it."""

    sandbox: LocalSandbox
    books: Path
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.url = self.sandbox.url
        self.client = zeep.Client(
            str(files("reverse_etl") / "wsdl" / "campaign_management_v13.wsdl"),
            transport=Transport(session=self.session, operation_timeout=60),
        )
        self.service = self.client.create_service(BINDING, self.url + SERVICE_PATH)

    def call(self, rows: list[Any] | None, *, adjustments: bool = False, **headers: str | None) -> Any:
        """Call the service with rows, and give zeep's answer; a header of None is left out."""
        sent = {name: text for name, text in (HEADERS | headers).items() if text is not None}
        item = "OfflineConversionAdjustment" if adjustments else "OfflineConversion"
        content = {f"{item}s": None if rows is None else {item: rows}}
        return self.service[f"Apply{item}s"](**content, _soapheaders=sent)

    def ask(self, operation: str, **content: Any) -> Any:
        """Call an operation that carries no rows."""
        return self.service[operation](**content, _soapheaders=HEADERS)

    def send(self, *rows: Any) -> list[tuple[int, int, str]]:
        """The errors of a call, as index, code and error code."""
        return errors(self.call(list(rows)))

    def adjust(self, *rows: Any) -> list[tuple[int, int, str]]:
        """The errors of a call with adjustments."""
        return errors(self.call(list(rows), adjustments=True))

    def fault(
        self, rows: list[Any] | None, *, adjustments: bool = False, **headers: str | None
    ) -> tuple[str, int, str]:
        """The fault of a call: detail type, code and error code. The tracking id is in text and detail."""
        with pytest.raises(zeep.exceptions.Fault) as caught:
            self.call(rows, adjustments=adjustments, **headers)
        detail = self.client.wsdl.types.deserialize(caught.value.detail[0])
        name = caught.value.detail[0].tag.split("}")[1]
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", detail.TrackingId)
        assert detail.TrackingId in caught.value.message
        errors = detail.Errors.AdApiError if name == "AdApiFaultDetail" else detail.OperationErrors.OperationError
        return name, errors[0].Code, errors[0].ErrorCode

    def post(self, items: str, **options: Any) -> requests.Response:
        """Post raw XML rows inside a good envelope."""
        return post_soap(self.url, ENVELOPE % items, **options)

    def faults(self, *faults: dict[str, Any]) -> None:
        """Ask for faults."""
        answer = self.session.post(f"{self.url}/control/faults", json=list(faults), timeout=60)
        assert answer.status_code == 200, answer.text

    def asked(self) -> list[dict[str, Any]]:
        """The faults that are asked for, with how often each was met."""
        asked: list[dict[str, Any]] = self.get("/control/faults").json()["faults"]
        return asked

    def truth(self) -> dict[str, Any]:
        """What the sandbox knows of every identity that it has seen."""
        return truth(self.sandbox)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=60)

    def rows(self) -> list[ReceivedRow]:
        """What the books hold, oldest first."""
        return read_received(self.books)

    def adjustments(self) -> list[ReceivedAdjustment]:
        """The adjustments that the books hold, oldest first."""
        return read_adjustments(self.books)

    def adjusted(self) -> list[str]:
        """The outcomes of adjustments in the books, oldest first."""
        return [row.outcome for row in self.adjustments()]

    def worth(self) -> list[tuple[float | None, str | None, bool]]:
        """What each row that counted is worth now, and whether it is retracted."""
        rows = read_received(self.books, outcome="counted")
        return [(row.latest_value, row.latest_currency, row.retracted) for row in rows]

    def outcomes(self) -> list[str]:
        """The outcomes in the books, oldest first."""
        return [row.outcome for row in self.rows()]


Start = Callable[..., Caller]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a sandbox, with the text of a goals file if one is given."""
    with ExitStack() as stack:

        def starter(goals: str | None = None, books: str = "books.db") -> Caller:
            goals_file = None
            if goals is not None:
                goals_file = tmp_path / "goals.yml"
                goals_file.write_text(goals, encoding="utf-8")
            path = tmp_path / "state" / books
            sandbox = stack.enter_context(LocalSandbox(path, port=0, goals=goals_file))
            caller = Caller(sandbox, path)
            stack.callback(caller.session.close)
            return caller

        yield starter


@pytest.fixture
def caller(start: Start) -> Caller:
    """A sandbox without a goals file."""
    return start()
