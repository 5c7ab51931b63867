"""A service that takes everything: HTTP/1.1 with keep-alive on loopback, in a process of its own.

It reads each request to its end, looks at nothing in it, and gives the REST answer of a call without refusals.
"""

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_ANSWER = json.dumps({"TrackingId": "7e8f0b6c-2f4c-4a43-9a1e-3d1f8a5c9b20", "PartialErrors": []}).encode()


def _response(body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass(frozen=True)
class Sink:
    """One that runs."""

    url: str

    def calls(self) -> int:
        """Calls that it answered."""
        return int(self._books()["calls"])

    def seconds(self) -> float:
        """From its first call to its last answer."""
        return float(self._books()["seconds"])

    def _books(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.url, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def running_sink(delay: float = 0.0) -> Iterator[Sink]:
    """A sink that answers a call after `delay` seconds."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.sink", str(delay)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Sink(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.terminate()
        process.wait()


class _Books:
    """Counts calls, and answers what the local sandbox would say of its books, which a push asks first."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self._lock = threading.Lock()
        self._calls, self._first, self._last = 0, 0.0, 0.0

    def answer(self, request: bytes) -> bytes:
        """To the first line of a request."""
        if request.startswith(b"GET"):
            books = {"received": 0, "calls": self._calls, "seconds": self._last - self._first}
            return _response(json.dumps(books).encode())
        with self._lock:
            self._first = self._first or time.monotonic()
        time.sleep(self.delay)
        with self._lock:
            self._calls, self._last = self._calls + 1, time.monotonic()
        return _response(_ANSWER)


def _serve(connection: socket.socket, books: _Books) -> None:
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
            connection.sendall(books.answer(request))


def main() -> None:
    """Serve until terminated; the first line says the port. Argument: after how many seconds it answers."""
    books = _Books(float(sys.argv[1]))
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_serve, args=(connection, books), daemon=True).start()


if __name__ == "__main__":
    main()
