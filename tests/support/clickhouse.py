"""ClickHouse's own engine in a process of its own, behind as much of its HTTP interface as dbt's adapter speaks."""

import gzip
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlparse

# What the tool's SQL asks of ClickHouse; a profile has it under custom_settings.
SETTINGS = {"join_use_nulls": 1, "prefer_column_name_to_alias": 1, "cast_keep_nullable": 1}
# A session's zone is one that no time of the tests is in.
ELSEWHERE = {"session_timezone": "America/New_York"}
_SUMMARY = (
    '{"read_rows":"0","read_bytes":"0","written_rows":"0","written_bytes":"0","total_rows_to_read":"0",'
    '"result_rows":"0","result_bytes":"0","elapsed_ns":"1"}'
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    session: Any = None
    lock = threading.Lock()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        parameters = dict(parse_qsl(urlparse(self.path).query, keep_blank_values=True))
        body = self._body()
        if self.path.startswith("/ping"):
            self._answer(200, b"Ok.\n")
            return
        query = parameters.get("query", "").encode()
        statement = (query + b"\n" + body if query and body else query or body).decode("utf-8", "surrogateescape")
        try:
            self._answer(200, self._run(statement, parameters))
        except Exception as error:
            self._answer(500, str(error).encode(), {"X-ClickHouse-Exception-Code": "1"})

    do_POST = do_GET  # noqa: N815

    def _run(self, statement: str, parameters: dict[str, str]) -> bytes:
        # One statement at a time: chdb has one session in a process.
        with self.lock:
            if database := parameters.get("database"):
                self.session.query(f"use `{database}`")
            for name, value in parameters.items():
                if name in SETTINGS | ELSEWHERE:
                    self.session.query(f"set {name} = '{value}'")
            # A temporary table ends with its session, and all have one here.
            if temporary := re.search(r"(?i)\bcreate temporary table\s+(\S+)", statement):
                self.session.query(f"drop temporary table if exists {temporary[1]}")
            result = self.session.query(statement, parameters.get("default_format", "TabSeparated"))
            return bytes(result.bytes() or b"") if result is not None else b""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(parts)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _answer(self, status: int, body: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        headers = {"X-ClickHouse-Summary": _SUMMARY, "X-ClickHouse-Query-Id": "none", "X-ClickHouse-Timezone": "UTC"}
        for name, value in (headers | (more or {}) | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve a new ClickHouse on loopback; the port is printed."""
    from chdb import session

    _Handler.session = session.Session(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
