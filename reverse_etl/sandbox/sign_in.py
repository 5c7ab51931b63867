"""Microsoft's sign-in, played: consent for codes, codes for tokens, refresh tokens for newer ones. Kept in memory."""

import base64
import hashlib
import json
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from reverse_etl.sandbox.faults import Fault
from reverse_etl.sandbox.replies import HTML, Reply

CONTROL = "/control/sign_in"
WHO = "someone@sandbox.example"
# What a code lives. Seconds.
CODE_LIFETIME = 300.0
# How access tokens of ours begin; any other text is taken for a token that is good.
PREFIX = "local-access-"
_PATH = re.compile(r"/[A-Za-z0-9.-]+/oauth2/v2\.0/(authorize|token)")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SCOPES = ("https://ads.microsoft.com/msads.manage", "https://si.ads.microsoft.com/msads.manage")
_JSON = "application/json"
# What may be asked for, and the step that meets it.
FAULTS = {
    "denied": "authorize",
    "invalid_grant": "token",
    "flaky": "token",
    "slow": "token",
    "html_500": "token",
    "no_refresh_token": "token",
    "reset_after": "token",
}


@dataclass(frozen=True, slots=True)
class _Code:
    client_id: str
    redirect: str
    challenge: str
    ends: float


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


@dataclass(slots=True)
class _State:
    expires_in: float = 3600.0
    codes: dict[str, _Code] = field(default_factory=dict)
    used_codes: set[str] = field(default_factory=set)
    refresh: dict[str, _Refresh] = field(default_factory=dict)
    access: dict[str, float] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class SignIn:
    """The two endpoints, and a control for tests."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._state = _State()

    def has_expired(self, token: str) -> bool:
        """Is it one of ours that is good no more, or not known any more?"""
        if not token.startswith(PREFIX):
            return False
        with self._lock:
            gone = self._state.access.get(token, 0.0) <= self._clock()
            self._state.counts["calls_with_expired_token" if gone else "calls"] += 1
        return gone

    def leave(self) -> None:
        """Let slow answers go."""
        self._leaving.set()

    def get(self, target: SplitResult) -> Reply | None:
        """Answer a GET, or nothing where the path is not ours."""
        if target.path == CONTROL:
            return self._told()
        found = _PATH.fullmatch(target.path)
        if found is None or found[1] != "authorize":
            return None
        return self._authorize(_single(target.query))

    def post(self, path: str, body: bytes) -> Reply | None:
        """Answer a POST, or nothing where the path is not ours."""
        if path == CONTROL:
            return self._asked(body)
        found = _PATH.fullmatch(path)
        if found is None or found[1] != "token":
            return None
        return self._token(_single(body.decode("ascii", "replace")))

    def _authorize(self, given: Mapping[str, str]) -> Reply:
        """Consent as a person gives it at once: the browser is sent back with a code."""
        redirect = given.get("redirect_uri", "")
        parts = urlsplit(redirect)
        if parts.scheme != "http" or parts.hostname not in ("localhost", "127.0.0.1") or not given.get("client_id"):
            return _page(400, "AADSTS50011: the redirect address or the client id is missing or is not registered.")
        try:
            _check_question(given, self._fault("authorize"))
        except _RefusedError as error:
            answer = {"error": error.word, "error_description": f"AADSTS{error.number}: {error}"}
        else:
            code = secrets.token_urlsafe(24)
            ends = self._clock() + CODE_LIFETIME
            with self._lock:
                self._state.codes[code] = _Code(given["client_id"], redirect, given["code_challenge"], ends)
                self._state.counts["codes"] += 1
            answer = {"code": code}
        answer["state"] = given.get("state", "")
        return Reply(302, HTML, headers={"Location": f"{redirect}{'&' if parts.query else '?'}{urlencode(answer)}"})

    def _token(self, given: Mapping[str, str]) -> Reply:
        fault = self._fault("token") or {"kind": ""}
        kind = fault["kind"]
        if kind == "html_500":
            return _page(500, "Something went wrong.")
        try:
            _refuse_as_asked(fault)
            with self._lock:
                _check_client(given)
                said = self._granted(given, rotate=kind != "no_refresh_token")
        except _RefusedError as error:
            with self._lock:
                self._state.counts["refused"] += 1
            description = f"AADSTS{error.number}: {error}. Account: {WHO}"
            return _json(400, {"error": error.word, "error_description": description, "error_codes": [error.number]})
        if kind == "slow":
            self._leaving.wait(fault.get("seconds", 1.0))
        reply = _json(200, said)
        # Granted, and the answer does not arrive.
        return Reply(200, _JSON, reply.body, Fault("reset_after")) if kind == "reset_after" else reply

    def _granted(self, given: Mapping[str, str], *, rotate: bool) -> dict[str, Any]:
        grant, client_id = given.get("grant_type"), given["client_id"]
        parent = ""
        if grant == "authorization_code":
            self._redeem(given)
        elif grant == "refresh_token":
            parent = given.get("refresh_token", "")
            used = self._state.refresh.get(parent)
            if used is None or not used.alive or used.client_id != client_id:
                raise _RefusedError("invalid_grant", 700082, "the refresh token is not good any more")
            if used.parent:
                self._state.refresh[used.parent].alive = False
            self._state.counts["renewals"] += 1
        else:
            raise _RefusedError("unsupported_grant_type", 70003, "the grant type is not known")
        access = PREFIX + secrets.token_urlsafe(48)
        self._state.access[access] = self._clock() + self._state.expires_in
        said = {
            "token_type": "Bearer",
            "scope": given.get("scope", ""),
            "expires_in": self._state.expires_in,
            "access_token": access,
            "id_token": _id_token(),
        }
        if rotate:
            newer = "local-refresh-" + secrets.token_urlsafe(48)
            said["refresh_token"] = newer
            self._state.refresh[newer] = _Refresh(client_id, parent)
        return said

    def _redeem(self, given: Mapping[str, str]) -> None:
        """Use a code up; it must be held against what it was asked with."""
        text = given.get("code", "")
        if text in self._state.used_codes:
            raise _RefusedError("invalid_grant", 54005, "the code was used before")
        code = self._state.codes.pop(text, None)
        if code is None:
            raise _RefusedError("invalid_grant", 9002313, "the request is malformed or invalid: no such code was given")
        self._state.used_codes.add(text)
        proof = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if proof.rstrip(b"=").decode() != code.challenge:
            raise _RefusedError("invalid_grant", 501481, "the verifier does not fit the challenge")
        if code.ends <= self._clock():
            raise _RefusedError("invalid_grant", 70008, "the code has expired")
        if (code.client_id, code.redirect) != (given["client_id"], given.get("redirect_uri")):
            raise _RefusedError("invalid_grant", 500112, "the code belongs to another client or redirect address")
        self._state.counts["redemptions"] += 1

    def _fault(self, step: str) -> dict[str, Any] | None:
        """The fault that this step meets, the first that was asked for."""
        with self._lock:
            for fault in self._state.faults:
                if FAULTS[fault["kind"]] == step:
                    self._state.faults.remove(fault)
                    return fault
        return None

    def _asked(self, body: bytes) -> Reply:
        """What a test asks for: a lifetime, faults for the next requests, the end of what was given out."""
        try:
            asked = _control(body)
        except ValueError as error:
            return _json(400, {"error": str(error)})
        with self._lock:
            self._state.expires_in = asked.get("expires_in", self._state.expires_in)
            self._state.faults = asked.get("faults", self._state.faults)
            if asked.get("expire"):
                self._state.access.clear()
            if asked.get("revoke"):
                self._state.refresh.clear()
        return self._told()

    def _told(self) -> Reply:
        with self._lock:
            state = self._state
            alive = sum(one.alive for one in state.refresh.values())
            said = {
                "expires_in": state.expires_in,
                "faults": state.faults,
                "counts": dict(state.counts),
                "refresh_tokens_alive": alive,
            }
            return _json(200, said)


def _refuse_as_asked(fault: Mapping[str, Any]) -> None:
    """Refuse the grant where a fault says so."""
    if fault["kind"] == "flaky":
        raise _RefusedError("invalid_grant", 70000, "the grant could not be used this time")
    if fault["kind"] == "invalid_grant":
        raise _RefusedError("invalid_grant", fault.get("code", 700082), "as the test asked for")


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


def _check_question(given: Mapping[str, str], fault: Mapping[str, Any] | None) -> None:
    if fault is not None:
        raise _RefusedError("access_denied", 65004, "the user declined to consent")
    if given.get("response_type") != "code" or given.get("response_mode", "query") != "query":
        raise _RefusedError("unsupported_response_type", 700054, "only a code is given, in the query")
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise _RefusedError("invalid_request", 9002325, "proof key for code exchange is required")
    scopes = given.get("scope", "").split()
    if "offline_access" not in scopes or not set(scopes) & set(_SCOPES):
        raise _RefusedError("invalid_scope", 70011, "offline_access and msads.manage are needed")


def _control(body: bytes) -> dict[str, Any]:
    """What was asked for; raises ValueError saying what is wrong."""
    asked = json.loads(body)
    if not isinstance(asked, dict) or not set(asked) <= {"expires_in", "faults", "expire", "revoke"}:
        raise ValueError("Known: expires_in, faults, expire, revoke.")
    seconds = asked.get("expires_in", 1)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= 86400:
        raise ValueError("expires_in must be above 0 and at most 86400 seconds.")
    faults = asked.get("faults", [])
    if not isinstance(faults, list) or not all(isinstance(one, dict) and one.get("kind") in FAULTS for one in faults):
        raise ValueError(f"faults must be a list of mappings with a kind of {', '.join(FAULTS)}.")
    for one in faults:
        seconds, code = one.get("seconds", 1), one.get("code", 1)
        if not set(one) <= {"kind", "seconds", "code"} or not isinstance(code, int):
            raise ValueError("A fault has a kind, and may have seconds and a whole number as code.")
        if not isinstance(seconds, (int, float)) or not 0 < seconds <= 600:
            raise ValueError("seconds must be above 0 and at most 600.")
    return asked


def _single(query: str) -> dict[str, str]:
    """Each parameter once, as the protocol wants it; of several the first counts."""
    return {name: values[0] for name, values in parse_qs(query).items()}


def _id_token() -> str:
    parts = ({"alg": "none"}, {"preferred_username": WHO, "name": "Someone"})
    return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts) + "."


def _json(status: int, content: object) -> Reply:
    return Reply(status, _JSON, json.dumps(content).encode(), headers={"Cache-Control": "no-store"})


def _page(status: int, text: str) -> Reply:
    return Reply(status, HTML, f"<!doctype html><title>Sign-in</title><p>{text}</p>".encode())
