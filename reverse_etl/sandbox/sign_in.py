"""Microsoft's sign-in, played: consent for codes, codes for tokens, refresh tokens for newer ones. Kept in memory."""

import base64
import hashlib
import json
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from reverse_etl.sandbox.faults import HTML, Fault, Reply

CONTROL = "/control/sign_in"
WHO = "someone@sandbox.example"
# What a code lives. Seconds.
CODE_LIFETIME = 300.0
# How access tokens of ours begin; any other text is taken for a token that is good.
PREFIX = "local-access-"
_PATH = re.compile(r"/[A-Za-z0-9.-]+/oauth2/v2\.0/(authorize|token)")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SCOPES = {"https://ads.microsoft.com/msads.manage", "https://si.ads.microsoft.com/msads.manage"}
_JSON = "application/json"


class _Fault(BaseModel):
    """What the next request meets that it fits: `denied` one for consent, the others one for tokens."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["denied", "invalid_grant", "flaky", "slow", "html_500", "no_refresh_token", "reset_after"]
    seconds: float = Field(default=1.0, gt=0, le=600)
    code: int = 700082


class _Control(BaseModel):
    """What a test asks for: a lifetime, faults for the next requests, the end of what was given out."""

    model_config = ConfigDict(extra="forbid")

    expires_in: float | None = Field(default=None, gt=0, le=86400)
    faults: list[_Fault] | None = None
    expire: bool = False
    revoke: bool = False


@dataclass(slots=True)
class _Refresh:
    """A refresh token: the one it came from dies when it is first used."""

    client_id: str
    parent: str
    alive: bool = True


class _RefusedError(Exception):
    """A refusal in the protocol's words."""

    def __init__(self, word: str, number: int, text: str) -> None:
        super().__init__(text)
        self.word = word
        self.number = number


class SignIn:
    """The two endpoints, and a control for tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._expires_in = 3600.0
        # With what each was asked for and its end; None once it was used.
        self._codes: dict[str, tuple[Mapping[str, str], float] | None] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._access: dict[str, float] = {}
        self._faults: list[_Fault] = []
        self._counts: Counter[str] = Counter()

    def has_expired(self, token: str) -> bool:
        """Is it one of ours that is good no more, or not known any more?"""
        if not token.startswith(PREFIX):
            return False
        with self._lock:
            gone = self._access.get(token, 0.0) <= time.time()
            self._counts["calls_with_expired_token" if gone else "calls"] += 1
        return gone

    def leave(self) -> None:
        """Let slow answers go."""
        self._leaving.set()

    def reply(self, method: str, target: SplitResult, body: bytes = b"") -> Reply | None:
        """Answer a request, or nothing where the path is not ours.

        Raises pydantic's ValidationError for what the control does not know.
        """
        if target.path == CONTROL:
            return self._control(_Control.model_validate_json(body or b"{}"))
        found = _PATH.fullmatch(target.path)
        match (method, found and found[1]):
            case ("GET", "authorize"):
                return self._authorize(dict(parse_qsl(target.query)))
            case ("POST", "token"):
                return self._token(dict(parse_qsl(body.decode("ascii", "replace"))))
        return None

    def _authorize(self, given: Mapping[str, str]) -> Reply:
        """Consent as a person gives it at once: the browser is sent back with a code."""
        redirect = given.get("redirect_uri", "")
        parts = urlsplit(redirect)
        if parts.scheme != "http" or parts.hostname not in ("localhost", "127.0.0.1") or not given.get("client_id"):
            return _page(400, "AADSTS50011: the redirect address or the client id is missing or is not registered.")
        answer: dict[str, str] = {}
        with self._lock:
            try:
                _check_question(given, denied=self._fault(consent=True) is not None)
            except _RefusedError as error:
                answer |= {"error": error.word, "error_description": f"AADSTS{error.number}: {error}"}
            else:
                answer["code"] = secrets.token_urlsafe(24)
                self._codes[answer["code"]] = given, time.time() + CODE_LIFETIME
                self._counts["codes"] += 1
        # The state last, as Microsoft gives it.
        answer["state"] = given.get("state", "")
        return Reply(302, HTML, headers={"Location": f"{redirect}{'&' if parts.query else '?'}{urlencode(answer)}"})

    def _token(self, given: Mapping[str, str]) -> Reply:
        with self._lock:
            fault = self._fault(consent=False)
            kind = fault.kind if fault else ""
            if kind == "html_500":
                return _page(500, "Something went wrong.")
            try:
                said = self._granted(given, fault)
            except _RefusedError as error:
                self._counts["refused"] += 1
                text = f"AADSTS{error.number}: {error}. Account: {WHO}"
                return _json(400, {"error": error.word, "error_description": text, "error_codes": [error.number]})
        if fault and kind == "slow":
            self._leaving.wait(fault.seconds)
        reply = _json(200, said)
        # Granted, and the answer does not arrive.
        return Reply(200, _JSON, reply.body, Fault(kind="reset_after")) if kind == "reset_after" else reply

    def _granted(self, given: Mapping[str, str], fault: _Fault | None) -> dict[str, Any]:
        if fault and fault.kind in ("flaky", "invalid_grant"):
            number = 70000 if fault.kind == "flaky" else fault.code
            raise _RefusedError("invalid_grant", number, "as the test asked for")
        _check_client(given)
        grant, client_id = given.get("grant_type"), given["client_id"]
        parent = ""
        if grant == "authorization_code":
            self._redeem(given)
        elif grant == "refresh_token":
            parent = given.get("refresh_token", "")
            used = self._refresh.get(parent)
            if used is None or not used.alive or used.client_id != client_id:
                raise _RefusedError("invalid_grant", 700082, "the refresh token is not good any more")
            if used.parent:
                self._refresh[used.parent].alive = False
            self._counts["renewals"] += 1
        else:
            raise _RefusedError("unsupported_grant_type", 70003, "the grant type is not known")
        access = PREFIX + secrets.token_urlsafe(48)
        self._access[access] = time.time() + self._expires_in
        said = {
            "token_type": "Bearer",
            "scope": given.get("scope", ""),
            "expires_in": self._expires_in,
            "access_token": access,
            "id_token": _id_token(),
        }
        if fault is None or fault.kind != "no_refresh_token":
            newer = "local-refresh-" + secrets.token_urlsafe(48)
            said["refresh_token"] = newer
            self._refresh[newer] = _Refresh(client_id, parent)
        return said

    def _redeem(self, given: Mapping[str, str]) -> None:
        """Use a code up; it must be held against what it was asked with."""
        text = given.get("code", "")
        if text not in self._codes:
            raise _RefusedError("invalid_grant", 9002313, "the request is malformed or invalid: no such code was given")
        code, self._codes[text] = self._codes[text], None
        if code is None:
            raise _RefusedError("invalid_grant", 54005, "the code was used before")
        asked, end = code
        proof = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if proof.rstrip(b"=").decode() != asked["code_challenge"]:
            raise _RefusedError("invalid_grant", 501481, "the verifier does not fit the challenge")
        if end <= time.time():
            raise _RefusedError("invalid_grant", 70008, "the code has expired")
        if any(asked[name] != given.get(name) for name in ("client_id", "redirect_uri")):
            raise _RefusedError("invalid_grant", 500112, "the code belongs to another client or redirect address")
        self._counts["redemptions"] += 1

    def _fault(self, *, consent: bool) -> _Fault | None:
        """The fault that this step meets, the first that was asked for."""
        fault = next((one for one in self._faults if (one.kind == "denied") is consent), None)
        if fault:
            self._faults.remove(fault)
        return fault

    def _control(self, asked: _Control) -> Reply:
        """Do what is asked for, and tell how things stand."""
        with self._lock:
            self._expires_in = asked.expires_in or self._expires_in
            self._faults = self._faults if asked.faults is None else asked.faults
            if asked.expire:
                self._access.clear()
            if asked.revoke:
                self._refresh.clear()
            said = {
                "expires_in": self._expires_in,
                "faults": [fault.model_dump(exclude_unset=True) for fault in self._faults],
                "counts": dict(self._counts),
                "refresh_tokens_alive": sum(one.alive for one in self._refresh.values()),
            }
        return _json(200, said)


def _check_client(given: Mapping[str, str]) -> None:
    """Apps whose id begins with `web` have a secret, and any will do but `wrong`; the others are public."""
    proof = given.get("client_secret")
    if not given.get("client_id"):
        raise _RefusedError("invalid_request", 900144, "client_id is missing")
    if given["client_id"].startswith("web"):
        if not proof:
            raise _RefusedError("invalid_client", 7000218, "the app needs a secret")
        if proof == "wrong":
            raise _RefusedError("invalid_client", 7000215, "the secret is wrong")
    elif proof is not None:
        raise _RefusedError("invalid_client", 700025, "public clients cannot send a secret")


def _check_question(given: Mapping[str, str], *, denied: bool) -> None:
    if denied:
        raise _RefusedError("access_denied", 65004, "the user declined to consent")
    if given.get("response_type") != "code" or given.get("response_mode", "query") != "query":
        raise _RefusedError("unsupported_response_type", 700054, "only a code is given, in the query")
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise _RefusedError("invalid_request", 9002325, "proof key for code exchange is required")
    scopes = given.get("scope", "").split()
    if "offline_access" not in scopes or not _SCOPES & set(scopes):
        raise _RefusedError("invalid_scope", 70011, "offline_access and msads.manage are needed")


def _id_token() -> str:
    parts = ({"alg": "none"}, {"preferred_username": WHO, "name": "Someone"})
    return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts) + "."


def _json(status: int, content: object) -> Reply:
    return Reply(status, _JSON, json.dumps(content).encode(), headers={"Cache-Control": "no-store"})


def _page(status: int, text: str) -> Reply:
    return Reply(status, HTML, f"<!doctype html><title>Sign-in</title><p>{text}</p>".encode())
