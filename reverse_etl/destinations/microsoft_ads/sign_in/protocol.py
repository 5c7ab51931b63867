"""The OAuth protocol, spoken by Authlib over our own HTTP exchange. Nothing else imports Authlib.

The exchange ends in time, follows no redirect, has a limit for answers and logs nothing.

A refusal is said in a sentence of our own, with the command to run: Microsoft's texts may name a person. Its AADSTS
numbers may change, so no decision but one more try rests on them; where a number is unknown, the OAuth word decides.
Both are in tables/refusals.csv; of a code that was given for tokens, some numbers mean something else than of a refresh
token.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
import urllib3

from reverse_etl.core.errors import DestinationError
from reverse_etl.destinations.microsoft_ads.sign_in.identity import Identity
from reverse_etl.destinations.microsoft_ads.sign_in.stores import Login
from reverse_etl.destinations.microsoft_ads.values import is_token, read_table
from reverse_etl.destinations.microsoft_ads.wire.http import HttpAnswer, UnreadableError, exchange, new_session

# A good refresh token is refused with this one now and then; the next try works.
FLAKY = 70000
_NUMBER = re.compile(r"AADSTS(\d{4,8})", re.ASCII)
_WORD = re.compile(r"[a-z_]{1,40}", re.ASCII)


class SignInError(DestinationError):
    """Microsoft's sign-in refused, or did not answer.

    `number`: of its AADSTS code, if it said one. `again`: the same request may succeed.
    """

    def __init__(self, message: str, *, hint: str, number: int | None = None, again: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.number = number
        self.again = again


def refused(word: object, description: object, command: str, *, of_a_code: bool = False) -> SignInError:
    """The error for an OAuth error word and its description; `command`: what signs in again.

    `of_a_code`: what was refused was a code, and no refresh token.
    """
    word = str(word) if _WORD.fullmatch(str(word)) else "error"
    found = _NUMBER.search(str(description))
    number = int(found[1]) if found else None
    known = {(entry["said"], entry["of_a_code"]): entry for entry in read_table("refusals")}
    ways = [(str(number), "yes"), (str(number), ""), (word, "")] if of_a_code else [(str(number), ""), (word, "")]
    entry = next((known[way] for way in ways if way in known), None)
    message = entry["message"] if entry else "Microsoft refused the sign-in."
    hint = entry["hint"] if entry else "Sign in again: {command}"
    said = f"{word}, AADSTS{number}" if number else word
    again = number == FLAKY or word in ("temporarily_unavailable", "server_error")
    return SignInError(f"{message} [{said}]", hint=hint.format(command=command), number=number, again=again)


# Seconds without a byte of the answer. A whole exchange lasts 30 at most, with the time to connect.
READ_TIMEOUT = 10.0
LONGEST_EXCHANGE = 30.0
# Between tries of a renewal. Seconds.
_WAITS = (1.0, 2.0)
# What an access token lives where the answer does not say. Seconds.
_LIFETIME = 3600.0


@dataclass(frozen=True, slots=True)
class Question:
    """One sign-in that was begun: the address to open, and what its answer is held against.

    `command`: what begins another in the same way, for messages.
    """

    address: str
    redirect: str
    command: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def ask(identity: Identity, redirect: str, command: str = "") -> Question:
    """Begin a sign-in with PKCE; nothing is sent yet. `command`: what begins it, where it is not the plain one."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    address, _ = _client(identity, redirect).create_authorization_url(
        identity.address("authorize"),
        state=state,
        code_verifier=verifier,
        response_mode="query",
        prompt="select_account",
    )
    return Question(str(address), redirect, command or identity.command, state, verifier)


def code_of(answer: str, question: Question) -> str:
    """The code in a redirected address, or a code by itself; raises SignInError.

    An address is only taken with the question's own state. A code by itself has none: it is worth nothing without the
    question's verifier. What stands before the query is not looked at, whatever it is.
    """
    # An address is often copied with the quotes around it.
    answer = answer.strip().strip("\"'<>")
    if "?" not in answer and "=" not in answer and answer:
        given = {"code": answer}
    else:
        query = answer.partition("?")[2].partition("#")[0] if "?" in answer else answer
        given = {name: values[0] for name, values in parse_qs(query).items()}
        # Not all that can be pasted can be encoded, and what cannot is no state.
        if not secrets.compare_digest(given.get("state", "").encode(errors="replace"), question.state.encode()):
            raise SignInError(
                "The answer belongs to another sign-in: its state is not the one that was sent.",
                hint=f"Nothing was kept. Start again: {question.command}",
            )
    if "error" in given:
        raise refused(given["error"], given.get("error_description", ""), question.command)
    if not is_token(given.get("code")):
        raise SignInError("The answer holds no code.", hint=f"Start again: {question.command}")
    return given["code"]


def redeem(identity: Identity, question: Question, code: str) -> Login:
    """Tokens for a code; raises SignInError. A code can be used once, so there is one try."""
    client = _client(identity, question.redirect)
    granted = _said(
        identity,
        lambda: client.fetch_token(
            identity.address("token"),
            grant_type="authorization_code",
            code=code,
            code_verifier=question.verifier,
            scope=identity.scope,
        ),
        question.command,
        of_a_code=True,
    )
    if not granted.refresh_token:
        raise SignInError(
            "Microsoft gave no refresh token, so the sign-in would end within the hour.",
            hint="Let the app's registration allow offline_access.",
        )
    return granted


def renew(
    identity: Identity, refresh_token: str, *, until: float, sleep: Callable[[float], None] = time.sleep
) -> Login:
    """Tokens for a refresh token; raises SignInError. What may pass is tried again; no try starts after `until`.

    `until`: by time.monotonic(). Not every renewal brings a new refresh token, and then it is empty.
    """
    if not refresh_token:
        raise SignInError("The sign-in that was kept has no refresh token.", hint=f"Sign in again: {identity.command}")
    client = _client(identity, "")
    waits = list(_WAITS)
    while True:
        try:
            return _said(
                identity,
                lambda: client.refresh_token(identity.address("token"), refresh_token=refresh_token),
                identity.command,
            )
        except SignInError as error:
            if not error.again or not waits or time.monotonic() + waits[0] > until:
                raise
            # A refusal is believed when it is repeated; silence may last longer.
            wait = waits.pop(0)
            if error.number is not None:
                waits.clear()
        sleep(wait)


class _Exchange:
    """What Authlib takes for a session: posts a form by our own exchange."""

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> _Answer:
        """Post a form with the client's own proof of who it is."""
        address, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        with new_session(address) as session:
            answer = exchange(
                session,
                address,
                data=body.encode(),
                headers=headers,
                read_timeout=READ_TIMEOUT,
                readable=lambda media_type: media_type == "application/json",
                hear_date=lambda _: None,
            )
        return _Answer(answer.status_code, answer.headers, answer.content)


class _Answer(HttpAnswer):
    """An answer as Authlib reads it. A service that fails is no refusal, whatever it says."""

    def json(self) -> Any:
        """The document; raises ValueError."""
        return json.loads(self.content)

    def raise_for_status(self) -> None:
        """Raise UnreadableError for what is no answer of the protocol."""
        if self.status_code >= 300:
            raise UnreadableError(self.status_code)


def _client(identity: Identity, redirect: str) -> Any:
    # Late: Authlib takes a tenth of a second, and most commands need none of it.
    from authlib.oauth2 import OAuth2Client

    return OAuth2Client(
        _Exchange(),
        client_id=identity.client_id,
        client_secret=identity.client_secret or None,
        token_endpoint_auth_method="client_secret_post" if identity.client_secret else "none",
        scope=identity.scope,
        redirect_uri=redirect,
        code_challenge_method="S256",
    )


def _said(
    identity: Identity, request: Callable[[], Mapping[str, Any]], command: str, *, of_a_code: bool = False
) -> Login:
    """What a request brought; raises SignInError without a word of the answer, which may hold a token.

    `command`: what signs in again. `of_a_code`: what was given is a code.
    """
    from authlib.oauth2 import OAuth2Error

    host = urlsplit(identity.origin).netloc
    try:
        said, now = request(), time.time()
        refresh_token = said.get("refresh_token")
        return Login(
            # Some say null where there is none.
            refresh_token=_token(refresh_token) if refresh_token and isinstance(refresh_token, str) else "",
            access_token=_token(said["access_token"]),
            obtained_at=now,
            expires_at=now + _seconds(said.get("expires_in")),
            signed_in_at=now,
            who=_who(said.get("id_token")),
        )
    except OAuth2Error as error:
        raise refused(error.error, error.description, command, of_a_code=of_a_code) from None
    except (requests.Timeout, urllib3.exceptions.TimeoutError):
        problem = "did not answer in time"
    except (requests.RequestException, urllib3.exceptions.HTTPError):
        problem = "cannot be reached"
    except UnreadableError as error:
        problem = f"gave no readable answer (HTTP {error.status})"
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        # Numbers without an end and nesting without a bottom are among what an answer may hold.
        problem = "gave an answer that cannot be read"
    raise SignInError(
        f"{host}, where access tokens are given out, {problem}.",
        hint="Try again later; check the network and the proxy that HTTPS_PROXY names, if any.",
        again=True,
    )


def _token(value: object) -> str:
    """A token; raises ValueError where it cannot be one."""
    if not is_token(value):
        raise ValueError
    return str(value)


def _seconds(value: object) -> float:
    """A lifetime, an hour where none is given; raises ValueError where it cannot be one.

    0, as number or as text, cannot: a token that has ended when it comes is of no use.
    """
    seconds = _LIFETIME if value is None else float(str(value))
    if not 0 < seconds < 1e9:
        raise ValueError
    return seconds


def _who(id_token: object) -> str:
    """The user's name in an id token, to show it: it came from Microsoft by TLS, and nothing is decided by it."""
    try:
        part = str(id_token).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        name = str(claims.get("preferred_username") or claims.get("name") or "")
    except (IndexError, ValueError, AttributeError, RecursionError):
        return ""
    return name if name.isprintable() else ""
