"""HTTP on loopback: paths, limits and time-outs, and the connections themselves."""

import gzip
import json
import os
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from reverse_etl.sandbox import rest, soap
from reverse_etl.sandbox.books import Books
from reverse_etl.sandbox.errors import SandboxError, first_mistake
from reverse_etl.sandbox.faults import HTML, Fault, Faults, Injection, Reply
from reverse_etl.sandbox.goals import load_world
from reverse_etl.sandbox.reading import books_json, page
from reverse_etl.sandbox.service import Service

HOST = "127.0.0.1"
SERVICE_PATH = "/Api/Advertiser/CampaignManagement/v13/CampaignManagementService.svc"
MAX_BODY = 20_000_000
_NOTHING_HERE = Reply(404, body=b"There is nothing at this path.")


class LocalSandbox:
    """The local sandbox as a context manager: it answers from entering until leaving.

    It listens on 127.0.0.1 alone. Port 0 picks a free one. The books survive it. `faults` are what calls
    meet from the start, `seed` what their chances are drawn from.
    """

    def __init__(
        self,
        books: Path,
        *,
        port: int = 8765,
        goals: Path | None = None,
        faults: Sequence[Fault] = (),
        seed: int = 0,
    ) -> None:
        self._injection = Injection(faults, seed)
        self._path = Path(books)
        self._port = port
        self._goals = goals
        self._stopped = threading.Event()

    def __enter__(self) -> "LocalSandbox":
        world = load_world(self._goals)
        try:
            self._server = _Server((HOST, self._port), _Handler)
        except (OSError, OverflowError) as error:
            raise SandboxError(
                f"Port {self._port} cannot be used: {getattr(error, 'strerror', None) or error}.",
                "Another local sandbox may be running there; stop it, or choose another port.",
            ) from None
        try:
            books = Books(self._path)
        except SandboxError:
            self._server.server_close()
            raise
        self._server.service = Service(books, world, self._injection)
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._server.shutdown()
        self._server.service.faults.clear()
        self._server.service.sign_in.leave()
        self._server.server_close()
        self._thread.join()
        self._server.service.books.close()

    def serve_forever(self) -> None:
        """Stay in the foreground until `stop` is called or an interrupt arrives."""
        self._stopped.wait()

    def stop(self) -> None:
        """End `serve_forever`; may be called from a signal handler or another thread."""
        self._stopped.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # leaving waits for the answers that are under way
    service: Service

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._connections: set[Any] = set()
        self._guard = threading.Lock()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # HTTPServer would look its own name up, which can take seconds where there is no resolver.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def process_request(self, request: Any, client_address: object) -> None:
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        with self._guard:
            self._connections.discard(request)
        super().close_request(request)

    def server_close(self) -> None:
        """Close the connections that are kept alive, so that no thread outlives the server."""
        with self._guard:
            for connection in self._connections:
                with suppress(OSError):  # the peer may be faster
                    connection.shutdown(socket.SHUT_RD)
        super().server_close()

    def handle_error(self, request: Any, client_address: object) -> None:
        # A caller that hangs up is an everyday thing; anything else is a mistake of ours.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "LocalSandbox"
    sys_version = ""
    timeout = 60  # for each wait on the socket
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True
    _skew = timedelta()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: request lines are of no use here, and headers hold tokens."""

    def do_GET(self) -> None:
        if not self._is_local():
            return
        target, service = urlsplit(self.path), self.server.service
        try:
            if target.path == "/":
                self._send(Reply(200, HTML, page(service.books.path, service.world).encode()))
            elif target.path == "/books":
                self._send_json(200, books_json(service.books.path, service.world))
            elif target.path == "/control/faults":
                self._send_json(200, service.faults.state())
            else:
                self._send(service.sign_in.reply("GET", target) or _NOTHING_HERE)
        except SandboxError as error:
            self._send(Reply(500, body=str(error).encode()))

    def do_POST(self) -> None:
        body = self._body() if self._is_local() else None
        if body is None:
            return
        target, service = urlsplit(self.path), self.server.service
        try:
            if target.path == SERVICE_PATH:
                self._soap(body)
            elif target.path.startswith(rest.PATH):
                self._rest(body, target.path.removeprefix(rest.PATH))
            elif target.path == "/control/faults":
                asked = Faults.model_validate_json(body)
                service.faults.put(asked.faults, asked.seed)
                self._send_json(200, service.faults.state())
            elif target.path == "/control/release":
                self._send_json(200, {"released": service.faults.release()})
            else:
                self._send(service.sign_in.reply("POST", target, body) or _NOTHING_HERE)
        except ValidationError as error:
            self._send_json(400, {"error": first_mistake(error)})

    def do_DELETE(self) -> None:
        if not self._is_local():
            return
        if urlsplit(self.path).path == "/control/faults":
            self.server.service.faults.clear()
            self._send_json(200, self.server.service.faults.state())
        else:
            self._send(_NOTHING_HERE)

    def _soap(self, body: bytes) -> None:
        if self.headers.get_content_type() != "text/xml":
            self._send(Reply(415, body=b"SOAP 1.1 is sent as text/xml."))
            return
        action = self.headers.get("SOAPAction", "").strip().strip('"')
        self._send(self.server.service.reply(soap.read(body, action), soap, self._is_gone))

    def _rest(self, body: bytes, path: str) -> None:
        # Whether Microsoft reads packed requests is documented nowhere, and none of its clients sends any.
        if self.headers.get_content_type() != "application/json" or "Content-Encoding" in self.headers:
            self._send(Reply(415, body=b"REST is sent as application/json, and not packed."))
            return
        reply = self.server.service.reply(rest.read(body, path, self.headers), rest, self._is_gone)
        if reply.body and not reply.endless and "gzip" in self.headers.get("Accept-Encoding", ""):
            packing = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            reply = replace(reply, body=gzip.compress(reply.body), headers={**reply.headers, **packing})
        self._send(reply)

    def _is_gone(self) -> bool:
        """Has the caller hung up? One who waits for an answer sends nothing, so what can be read is the end."""
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _is_local(self) -> bool:
        """Refuse what other web pages make a browser send here, by Origin or by a name rebound to us."""
        port = self.server.server_port
        own = {f"127.0.0.1:{port}", f"localhost:{port}"}
        origin = self.headers.get("Origin")
        if self.headers.get("Host", f"127.0.0.1:{port}") in own and (
            origin is None or origin.removeprefix("http://") in own
        ):
            return True
        self.close_connection = True
        self._send(Reply(403, body=b"The local sandbox answers to 127.0.0.1 and localhost only."))
        return False

    def _body(self) -> bytes | None:
        try:
            length = int(self.headers.get("Content-Length", "-1"))
        except ValueError:
            length = -1
        if not 0 <= length <= MAX_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(Reply(413, body=b"A request has a Content-Length of 20 MB at most."))
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True  # the caller went away in the middle: nothing was asked
            return None
        return body

    def _send_json(self, status: int, content: object) -> None:
        self._send(Reply(status, "application/json", json.dumps(content).encode()))

    def _send(self, reply: Reply) -> None:
        fault = reply.fault
        kind = fault.kind if fault else ""
        if kind in ("reset_before", "reset_after", "reset_late", "timeout_before"):
            self._reset()
            if reply.then:
                reply.then()
            return
        self._skew = timedelta(hours=fault.hours) if fault else timedelta()
        if kind in ("half_answer", "huge"):
            self.close_connection = True
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        if kind != "huge":
            self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("X-Content-Type-Options", "nosniff")
        if reply.content_type == HTML:
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if kind == "half_answer":
            self.wfile.write(reply.body[: len(reply.body) // 2])
        elif fault and kind == "huge":
            self._flood(reply, fault.megabytes)
        elif fault and kind == "slow":
            self._drip(reply.body, fault.seconds or 0)
        else:
            self.wfile.write(reply.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The time of the Date header; a fault may have set the clock wrong."""
        at = time.time() if timestamp is None else timestamp
        return super().date_time_string(int(at + self._skew.total_seconds()))

    def _drip(self, body: bytes, seconds: float) -> None:
        """Send the body in ten parts over the time that was asked for."""
        size = len(body) // 10 + 1
        for start in range(0, len(body), size):
            self.wfile.flush()
            self.server.service.faults.pause(seconds / 10)
            self.wfile.write(body[start : start + size])

    def _flood(self, reply: Reply, megabytes: int) -> None:
        """Send what does not end, a megabyte at a time, until the caller has had enough."""
        self.wfile.write(reply.body)
        for _ in range(megabytes):
            self.wfile.write(reply.endless * (1_048_576 // len(reply.endless)))

    def _reset(self) -> None:
        """Leave the connection so that the caller sees a reset, not an orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The server would shut the connection down in order, and only at the end; close it under its hands.
        os.close(self.connection.detach())
