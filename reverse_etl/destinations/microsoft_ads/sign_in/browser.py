"""One answer from the browser, taken on a loopback port of our own, with a page that says how it went."""

from __future__ import annotations

import html
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import parse_qs

from reverse_etl.core.errors import SettingsError

# How long a person may take to sign in. Seconds.
PATIENCE = 300.0
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    '<body style="font: 1.1rem sans-serif; margin: 4rem"><h1>{title}</h1><p>{text}</p></body></html>'
)
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Connection": "close",
}


class Listener(ThreadingHTTPServer):
    """Waits on 127.0.0.1 for the browser to come back. Port 0 picks a free one. Use it in a `with`.

    Until it knows what to expect, nothing that comes is an answer. Raises SettingsError where the port cannot be used.
    """

    # Browsers connect ahead of time and say nothing: such a connection keeps no other out, and is not waited for.
    daemon_threads = True
    block_on_close = False
    # Elsewhere a second program could take the same port.
    allow_reuse_address = False

    def __init__(self, port: int = 0) -> None:
        self.answered = threading.Event()
        self.query = ""
        self._state = ""
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except (OSError, OverflowError) as error:
            raise SettingsError(
                f"Port {port} cannot be used: {getattr(error, 'strerror', None) or error}.",
                hint="Leave --port out, and a free one is picked.",
            ) from None
        self.redirect = f"http://localhost:{self.server_port}"

    def __enter__(self) -> Listener:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def expect(self, state: str) -> None:
        """Take the answer that has this state, and turn away every other."""
        self._state = state

    def expects(self, state: str) -> bool:
        """Is it the state of the answer that is waited for?"""
        return bool(self._state) and secrets.compare_digest(state.encode(errors="replace"), self._state.encode())

    def wait(self, seconds: float = PATIENCE) -> str | None:
        """The query of the first answer with the expected state, or None where none came in time."""
        end = time.monotonic() + seconds
        # In short steps, so that an interrupt is heard on every system.
        while not self.answered.wait(0.2):
            if time.monotonic() > end:
                return None
        return self.query

    def server_bind(self) -> None:
        """Take the port. HTTPServer would look its own name up, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that hangs up is an everyday thing, and a trace would show the code."""


class _Handler(BaseHTTPRequestHandler):
    server: Listener
    server_version = "reverse-etl"
    sys_version = ""
    timeout = 10  # a connection that says nothing must not keep the browser's out

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the request line holds the code."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        given = {name: values[0] for name, values in parse_qs(query).items()}
        port = self.server.server_port
        if self.headers.get("Host") not in (f"localhost:{port}", f"127.0.0.1:{port}"):
            self._say(403, "Refused", "This address answers to localhost only.")
        elif path != "/" or not ("code" in given or "error" in given):
            self._say(404, "Nothing here", "This address waits for a sign-in to come back.")
        elif not self.server.expects(given.get("state", "")):
            self._say(403, "Another sign-in", "This answer belongs to another sign-in. The command waits for its own.")
        elif self.server.query:
            self._say(409, "Answered already", "The sign-in has its answer. You can close this page.")
        else:
            self.server.query = query
            try:
                if "error" in given:
                    self._say(200, "Not signed in", "The sign-in was not finished. The command line says more.")
                else:
                    self._say(200, "Thank you", "You can close this page. The command line says how it went.")
                self.wfile.flush()
            finally:
                # Not before: the command may end, and the page with it.
                self.server.answered.set()

    def _say(self, status: int, title: str, text: str) -> None:
        body = _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()
        self.send_response(status)
        for name, value in (_HEADERS | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
