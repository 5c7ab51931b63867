"""What Microsoft's token endpoint may answer to a renewal: what is kept of it, and what is no answer."""

import base64
import json
import time
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from reverse_etl.core.errors import DestinationError
from reverse_etl.destinations.microsoft_ads.sign_in import protocol
from reverse_etl.destinations.microsoft_ads.sign_in import tokens as tokens_module
from reverse_etl.destinations.microsoft_ads.sign_in.protocol import SignInError
from reverse_etl.destinations.microsoft_ads.sign_in.stores import EnvironmentStore
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import RenewingTokens, with_token
from reverse_etl.destinations.microsoft_ads.wire.port import Faulted, ServiceError, Withheld
from tests.support.sign_in import World
from tests.unit.wire import RawServer, http

DEEP = "[" * 200_000 + "]" * 200_000
GRANTED = {"access_token": "secret-a", "refresh_token": "secret-r2", "expires_in": 3600, "token_type": "Bearer"}
EXPIRED = Faulted((ServiceError(109, "AuthenticationTokenExpired", "expired"),), "t-1")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between tries are short."""
    monkeypatch.setattr(protocol, "_WAITS", (0.05, 0.05))


def said(text: str) -> bytes:
    """An answer with a document."""
    return http(text, content_type="application/json")


def granted(**changes: Any) -> bytes:
    """An answer that grants tokens, but for the changes."""
    return said(json.dumps(GRANTED | changes))


def id_token(claims: str) -> str:
    """An id token with these claims, unsigned."""
    return f"head.{base64.urlsafe_b64encode(claims.encode()).decode()}.signature"


def renewed(world: World, answer: bytes) -> RenewingTokens:
    """The tokens of the sign-in at hand, renewed once by that answer."""
    with RawServer(answer) as server:
        tokens = RenewingTokens(replace(world.identity, origin=server.url), world.store)
        tokens.renew(world.kept.access_token)
    return tokens


@pytest.mark.parametrize("given", [None, "", 0, False, [], ["secret-r2"]])
def test_a_refresh_token_that_is_none_leaves_the_one_at_hand(world: World, given: object) -> None:
    """Whatever stands in its place: the old one stays kept, and the next renewal is made with it."""
    first = world.signed_in()
    renewed(world, granted(refresh_token=given))
    assert (world.kept.refresh_token, world.kept.access_token) == (first.refresh_token, "secret-a")
    assert RenewingTokens(world.identity, world.store).renew("secret-a") == world.kept.access_token != "secret-a"


def test_a_sign_in_without_a_refresh_token_asks_for_a_new_one(world: World) -> None:
    """Nothing is sent for it: one sentence, and the command that signs in."""
    with RawServer(granted()) as server:
        tokens = RenewingTokens(replace(world.identity, origin=server.url), EnvironmentStore(""))
        with pytest.raises(SignInError, match="no refresh token") as caught:
            tokens.token()
        assert server.requests == []
    assert "reverse-etl login --environment local" in caught.value.hint
    assert not caught.value.again


@pytest.mark.parametrize("claims", [DEEP, "[1]", "{", "null", '{"preferred_username": "\\ud800"}'])
def test_a_name_that_cannot_be_read_is_left_out(world: World, claims: str) -> None:
    """Nothing is decided by an id token: whatever it holds, the tokens beside it are taken and the old name stays."""
    first = world.signed_in()
    renewed(world, granted(id_token=id_token(claims)))
    assert (world.kept.refresh_token, world.kept.who) == ("secret-r2", first.who)


def test_a_lifetime_that_is_not_given_is_an_hour(world: World) -> None:
    """Where Microsoft does not say how long the token lives, it is taken for an hour."""
    world.signed_in()
    renewed(world, granted(expires_in=None))
    assert world.kept.expires_at - world.kept.obtained_at == 3600


@pytest.mark.parametrize(
    "answer",
    [
        said("not json"),
        said("[]"),
        said('{"token_type": "Bearer"}'),
        said('{"access_token": "two\\nlines"}'),
        said('{"access_token": "secret-a", "expires_in": -5}'),
        said('{"access_token": "secret-a", "expires_in": "soon"}'),
        said('{"access_token": {"secret-a": 1}}'),
        granted(access_token="secret-\u00e9"),
        granted(access_token="secret-a\x7f"),
        granted(refresh_token="secret-\u4e2d"),
        granted(refresh_token="secret-r\x00"),
        granted(expires_in=0),
        granted(expires_in="0"),
        granted(expires_in=False),
        said('{"access_token": "secret-a", "expires_in": 1e400}'),
        said('{"access_token": "secret-a", "expires_in": Infinity}'),
        said('{"access_token": "secret-a", "expires_at": 1e400}'),
        said(f'{{"access_token": "secret-a", "more": {DEEP}}}'),
        said(DEEP),
        b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Type: application/json\r\n"
        b"Content-Length: 0\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_reported_and_not_shown(world: World, answer: bytes) -> None:
    """Any other content is an error that names the host; no redirect is followed and no word of it is shown."""
    with RawServer(answer) as server:
        identity = replace(world.identity, origin=server.url)
        with pytest.raises(SignInError) as caught:
            protocol.renew(identity, "secret-r", until=time.monotonic() + 600, sleep=lambda _: None)
        assert len(server.requests) == 3
    assert "where access tokens are given out" in caught.value.message
    assert "secret" not in caught.value.message + caught.value.hint
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("broken", [RuntimeError("secret-r"), AttributeError("secret-r"), RecursionError()])
def test_whatever_breaks_a_renewal_leaves_no_doubt(world: World, broken: Exception) -> None:
    """A call that was refused with 109 was not processed, so that no error of its renewal may make it look lost."""
    world.signed_in()
    tokens = RenewingTokens(world.identity, world.store)
    with mock.patch.object(tokens_module, "renew", side_effect=broken):
        reply = with_token(tokens, lambda _: EXPIRED)
    assert isinstance(reply, Withheld)
    assert type(broken).__name__ in reply.errors[0].message
    assert reply.advice
    assert "secret-r" not in reply.errors[0].message + reply.advice
    # Reported to the others as well, without a further try.
    with pytest.raises(DestinationError, match=type(broken).__name__):
        tokens.renew(tokens.token())
