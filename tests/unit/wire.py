"""The other end of the wire: the local sandbox, a server that answers any bytes, and the service's XML."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

import requests

from reverse_etl.core.plan import Record
from reverse_etl.core.sync import Environment, WireProtocol
from reverse_etl.destinations.microsoft_ads.settings import PATHS, MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import FixedToken
from reverse_etl.sandbox import LocalSandbox, ReceivedRow, read_received
from tests.unit.scripted import record

CAMPAIGN = "https://bingads.microsoft.com/CampaignManagement/v13"
ADAPI = "https://adapi.microsoft.com"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DEVELOPER_TOKEN = "developer-token-0f3a"
ACCESS_TOKEN = "access-token-77c1"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def settings(url: str, protocol: WireProtocol = WireProtocol.SOAP) -> MicrosoftAdsSettings:
    return MicrosoftAdsSettings(
        environment=Environment.LOCAL,
        protocol=protocol,
        endpoint=url + PATHS[protocol],
        account_id="123",
        customer_id="456",
        developer_token=DEVELOPER_TOKEN,
        credentials=FixedToken(ACCESS_TOKEN),
    )


def row(seq: int = 1, **changes: object) -> Record:
    """A record that the service takes today."""
    return record(seq)._replace(conversion_time=YESTERDAY, **changes)  # type: ignore[arg-type]


class Sandbox:
    """A running local sandbox with its books."""

    def __init__(self, books: Path) -> None:
        self.books = books
        self._sandbox = LocalSandbox(books, port=0)

    def __enter__(self) -> Sandbox:
        self._sandbox.__enter__()
        self.url = self._sandbox.url
        return self

    def __exit__(self, *error: object) -> None:
        self._sandbox.__exit__(*error)

    def ask(self, kind: str, **fault: object) -> None:
        """Ask for a fault."""
        body = json.dumps([{"kind": kind} | fault])
        requests.post(f"{self.url}/control/faults", data=body, timeout=60).raise_for_status()

    def received(self) -> list[ReceivedRow]:
        return read_received(self.books)


@dataclass
class RawServer:
    """Answers each request with the next bytes (the last again and again), closes, and remembers what was asked.

    `rest` is what is sent after the first bytes, one piece per `pause` seconds.
    """

    answers: tuple[bytes, ...]
    rest: bytes = b""
    pause: float = 0.0
    requests: list[bytes] = field(default_factory=list)

    def __init__(self, *answers: bytes, rest: bytes = b"", pause: float = 0.0) -> None:
        self.answers, self.rest, self.pause, self.requests = answers, rest, pause, []
        self._ended = threading.Event()

    def __enter__(self) -> RawServer:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        # A listening socket is woken by a connection; closing it alone would leave accept() waiting.
        socket.create_connection(self._socket.getsockname(), timeout=60).close()
        self._thread.join(timeout=60)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if self._ended.is_set():
                    return
                connection.settimeout(5)
                try:
                    self._answer(connection)
                except OSError:
                    continue  # the caller had enough

    def _answer(self, connection: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            part = connection.recv(65_536)
            if not part:
                return
            asked += part
        head, _, body = asked.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].split(b":")[1]) if lengths else 0
        while len(body) < length:
            body += connection.recv(65_536)
        self.requests.append(head + b"\r\n\r\n" + body)
        connection.sendall(self.answers[min(len(self.requests), len(self.answers)) - 1])
        for i in range(len(self.rest)):
            self._ended.wait(self.pause)
            connection.sendall(self.rest[i : i + 1])


StartRaw = Callable[..., RawServer]


def http(
    body: bytes | str, status: str = "200 OK", content_type: str = "text/xml; charset=utf-8", extra: str = ""
) -> bytes:
    """A whole HTTP answer."""
    content = body.encode() if isinstance(body, str) else body
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    head = f"HTTP/1.1 {status}\r\n{kind}{extra}Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    return head.encode() + content


def envelope(body: str, tracking_id: str = "t-1") -> str:
    """A SOAP envelope around a body."""
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:c="{CAMPAIGN}" '
        f'xmlns:a="{ADAPI}"><s:Header><c:TrackingId>{tracking_id}</c:TrackingId></s:Header><s:Body>{body}</s:Body>'
        "</s:Envelope>"
    )


def partial_errors(*errors: str) -> str:
    """An answer with these BatchErrors."""
    return envelope(
        f"<c:ApplyOfflineConversionsResponse><c:PartialErrors>{''.join(errors)}</c:PartialErrors>"
        "</c:ApplyOfflineConversionsResponse>"
    )


def batch_error(index: int | str, code: int | str, name: str, message: str = "", details: str = "") -> str:
    """One error in the order of the schema."""
    return (
        f"<c:BatchError><c:Code>{code}</c:Code><c:Details>{details}</c:Details><c:ErrorCode>{name}</c:ErrorCode>"
        f"<c:Index>{index}</c:Index><c:Message>{message}</c:Message></c:BatchError>"
    )


def platform_fault(code: int | str, name: str, message: str = "No.", detail: str = "") -> str:
    """A fault in the shape that every service of the platform shares."""
    return envelope(
        "<s:Fault><faultcode>s:Server</faultcode><faultstring>Invalid client data.</faultstring><detail>"
        f"<a:AdApiFaultDetail><a:TrackingId>t-2</a:TrackingId><a:Errors><a:AdApiError><a:Code>{code}</a:Code>"
        f"<a:Detail>{detail}</a:Detail><a:ErrorCode>{name}</a:ErrorCode><a:Message>{message}</a:Message>"
        "</a:AdApiError></a:Errors></a:AdApiFaultDetail></detail></s:Fault>"
    )


def request_fault(code: int | str, name: str, message: str = "No.") -> str:
    """A fault in the shape of a request that is refused as a whole."""
    return envelope(
        "<s:Fault><faultcode>s:Server</faultcode><faultstring>Invalid client data.</faultstring><detail>"
        "<c:ApiFaultDetail><a:TrackingId>t-3</a:TrackingId><c:BatchErrors/><c:OperationErrors><c:OperationError>"
        f"<c:Code>{code}</c:Code><c:Details/><c:ErrorCode>{name}</c:ErrorCode><c:Message>{message}</c:Message>"
        "</c:OperationError></c:OperationErrors></c:ApiFaultDetail></detail></s:Fault>"
    )


EMPTY_ANSWER = partial_errors()
