"""A service that takes everything and answers at once: HTTP/1.1 with keep-alive on loopback, in a process of its own.

It reads each request to its end, looks at nothing in it, and gives the answer of a call without refusals.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CAMPAIGN = "https://bingads.microsoft.com/CampaignManagement/v13"
_ANSWER = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
    f'<h:TrackingId xmlns:h="{_CAMPAIGN}">7e8f0b6c-2f4c-4a43-9a1e-3d1f8a5c9b20</h:TrackingId></s:Header><s:Body>'
    f'<ApplyOfflineConversionsResponse xmlns="{_CAMPAIGN}">'
    '<PartialErrors i:nil="false" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/>'
    "</ApplyOfflineConversionsResponse></s:Body></s:Envelope>"
).encode()
# What the local sandbox would say of its books, which a push asks first.
_BOOKS = json.dumps({"received": 0}).encode()


def _response(body: bytes, media_type: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


_TO_POST = _response(_ANSWER, "text/xml")
_TO_GET = _response(_BOOKS, "application/json")


@contextmanager
def running_sink() -> Iterator[str]:
    """A sink in a process of its own; gives its address."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.sink"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def _serve(connection: socket.socket) -> None:
    buffer = bytearray(1 << 20)
    with connection, connection.makefile("rb", buffering=1 << 16) as stream:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while request := stream.readline():
            left = 0
            while (header := stream.readline()) not in (b"\r\n", b""):
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    left = int(value)
            while left > 0:
                got = stream.readinto(memoryview(buffer)[: min(left, len(buffer))])
                if not got:
                    return
                left -= got
            connection.sendall(_TO_GET if request.startswith(b"GET") else _TO_POST)


def main() -> None:
    """Serve until terminated; the first line says the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
