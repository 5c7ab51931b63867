"""Does the other side answer: the local sandbox with its books, Microsoft's service with anything at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from reverse_etl.core.clocks import ahead_of_here
from reverse_etl.core.errors import DestinationError
from reverse_etl.destinations.microsoft_ads.wire.http import new_session
from reverse_etl.destinations.microsoft_ads.wire.port import number

CONNECT_TIMEOUT = 10.0


def local_sandbox_notes(endpoint: str, accepted: int) -> Sequence[str]:
    """Ask the local sandbox for its books; says so where they are empty and the ledger, with `accepted`, is not.

    Raises DestinationError when the local sandbox is not running.
    """
    books = ask_local_sandbox(endpoint)
    if accepted and not books.received:
        return [
            f"The books of the local sandbox are empty, but the ledger has {accepted:,} records as accepted: "
            "they will not be sent again. Was the sandbox started in another folder? Its books are a file there. "
            "To start over, delete the sync's rows from the tables reverse_etl_ledger, _receipts and _runs, too."
        ]
    return []


@dataclass(frozen=True, slots=True)
class LocalBooks:
    """What the local sandbox tells of its books: the rows it received, whether it learns goals, and which it learnt."""

    received: int
    learns_goals: bool
    learnt_goals: frozenset[str]


def ask_local_sandbox(endpoint: str) -> LocalBooks:
    """Ask the local sandbox for its books; raises DestinationError when it is not running, or cannot read them."""
    scheme, _, host = endpoint.split("/")[:3]
    try:
        with requests.Session() as session:
            # Loopback is reached directly, whatever proxy the environment names.
            session.trust_env = False
            answer = session.get(f"{scheme}//{host}/books", timeout=5, allow_redirects=False)
        if answer.status_code == 500:
            raise DestinationError(
                f"The local sandbox at {host} cannot read its books: was their file removed?",
                hint="End it with Ctrl-C and start it again; where the file is gone, its books begin anew.",
            )
        books = answer.json()
        # One of an earlier version says nothing of goals.
        learnt = frozenset(books.get("learnt_goals", ()))
        return LocalBooks(int(books["received"]), bool(books.get("learns_goals", True)), learnt)
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        port = host.rpartition(":")[2]
        command = "reverse-etl sandbox" + ("" if port == "8765" else f" --port {port}")
        raise DestinationError(
            f"The local sandbox does not answer at {host}.",
            hint=f"Start it in another terminal: {command}",
        ) from error


def check_service(endpoint: str, *, timeout: float = CONNECT_TIMEOUT) -> tuple[str, float | None]:
    """Connect to a service, by SOAP asking for its description, without credentials.

    Gives its host, and by how many seconds its clock is ahead of this machine's, where it tells its time.

    By the way that a push takes, a proxy of the environment included. Raises DestinationError when nothing answers.
    """
    host = urlsplit(endpoint).hostname or endpoint
    try:
        with (
            new_session(endpoint) as session,
            session.get(
                f"{endpoint}?wsdl" if endpoint.endswith(".svc") else endpoint,
                # A cache would tell the time at which it was filled.
                headers={"Cache-Control": "no-cache"},
                timeout=timeout,
                stream=True,
                allow_redirects=False,
            ) as response,
        ):
            status = response.status_code
            ahead = _ahead(response)
    except requests.RequestException as error:
        raise DestinationError(f"{host} does not answer: {_why(error)}.", hint=_ROUTE_HINT) from error
    # Who says that nothing is to be had here by this method is at work.
    if status >= 500 and status != 501:
        raise DestinationError(
            f"{host} answers with HTTP {status}: it is not at work now.", hint="Try again later; a push would stop."
        )
    return host, ahead


def _ahead(response: requests.Response) -> float | None:
    """By how many seconds the service's clock is ahead; None where the time may be that of a proxy's own page."""
    if response.status_code >= 400 and "Via" in response.headers:
        return None
    # What a cache gives out all the same has the Date of the day it was made, and its age since then.
    ahead, age = ahead_of_here(response.headers.get("Date")), number(response.headers.get("Age", "0"))
    return None if ahead is None or age is None else ahead + age


_ROUTE_HINT = (
    "Check that this machine may reach it by https: network, firewall, and the proxy that HTTPS_PROXY names, if any."
)


def _why(error: requests.RequestException) -> str:
    """The cause in words of our own: an error's text may hold a proxy's password."""
    causes = (
        (requests.exceptions.ProxyError, "the proxy of this environment cannot be used"),
        (requests.exceptions.SSLError, "no secure connection could be made, its certificate is not accepted"),
        (requests.Timeout, "no answer in time"),
    )
    unknown = "its name is not known here" if "NameResolutionError" in repr(error) else "no connection could be made"
    return next((words for kind, words in causes if isinstance(error, kind)), unknown)
