"""One HTTP exchange with what `requests` lacks: an end to every call and a limit to every answer, and no logging."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests
import urllib3

from reverse_etl.core.receipt import Reason
from reverse_etl.core.version import __version__
from reverse_etl.destinations.microsoft_ads.values import is_loopback
from reverse_etl.destinations.microsoft_ads.wire.port import Lost

USER_AGENT = f"reverse-etl/{__version__}"
# Seconds: to connect, and without a byte from the other side.
CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 100.0
# Bytes. The 5,000 goals that a customer has at most are half of it; more would be an attack on memory, of which an
# answer takes many times its own size once it is read.
LARGEST_ANSWER = 10_000_000

# It warns of headers that it cannot read, with a trace.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class UnreadableError(Exception):
    """An answer that is not what was asked for: of another media type, or larger than any answer."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None, content: bytes = b"") -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers or {}
        self.content = content


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer, read whole."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


def new_session(endpoint: str) -> requests.Session:
    """A session of one thread. Proxies may be set by the environment, credentials for the host (.netrc) must not be."""
    session = requests.Session()
    session.auth = _no_auth
    session.trust_env = not is_loopback(endpoint)
    return session


def exchange(
    session: requests.Session,
    address: str,
    *,
    data: bytes,
    headers: Mapping[str, str],
    read_timeout: float,
    readable: Callable[[str], bool],
    hear_date: Callable[[str | None], None],
) -> HttpAnswer:
    """Post a message and read what comes back; `readable` is asked whether a media type can be one.

    Redirects are not followed: tokens go to the address that was checked and nowhere else. Raises UnreadableError, and
    what requests and urllib3 raise.
    """
    end = time.monotonic() + CONNECT_TIMEOUT + read_timeout
    with session.post(
        address,
        data=data,
        headers={**headers, "User-Agent": USER_AGENT},
        timeout=(CONNECT_TIMEOUT, read_timeout),
        stream=True,
        allow_redirects=False,
    ) as response:
        # One wait each, so that the end is looked at between; urllib3 before 2 has no read1.
        read = getattr(response.raw, "read1", response.raw.read)
        content = bytearray()
        while part := read(65_536, decode_content=True):
            content += part
            if len(content) > LARGEST_ANSWER:
                raise UnreadableError(response.status_code, response.headers)
            if time.monotonic() > end:
                raise requests.ReadTimeout
        if not readable(response.headers.get("Content-Type", "").partition(";")[0].strip().lower()):
            raise UnreadableError(response.status_code, response.headers, bytes(content))
        hear_date(response.headers.get("Date"))
        return HttpAnswer(response.status_code, response.headers, bytes(content))


def lost(error: Exception, endpoint: str) -> Lost:
    """What an error of a call leaves known of it: its name and the host, never its text, which may hold a secret."""
    host = endpoint.split("/")[2]
    if isinstance(error, UnreadableError):
        return Lost(Reason(None, f"HTTP {error.status}", "the service gave no readable answer"))
    if _is_unsent(error):
        return Lost(Reason(None, type(error).__name__, f"no connection to {host} came about"), unsent=True)
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return Lost(Reason(None, type(error).__name__, f"{host} did not answer in time"))
    if isinstance(error, (requests.RequestException, urllib3.exceptions.HTTPError)):
        return Lost(Reason(None, type(error).__name__, f"the connection to {host} failed"))
    # Whatever an answer makes of its reader: the call may have been processed.
    return Lost(Reason(None, type(error).__name__, "the answer cannot be read"))


def _is_unsent(error: Exception) -> bool:
    """Did no connection come about? A message is written only to one that did."""
    if not (isinstance(error, requests.ConnectionError) and error.args):
        return False
    cause = getattr(error.args[0], "reason", None)
    return isinstance(cause, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError))


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
