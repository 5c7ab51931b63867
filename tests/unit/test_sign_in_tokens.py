"""Access tokens: where they come from, when they are renewed and how often, and what is said when they cannot be."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from reverse_etl.core.errors import DestinationError, SettingsError
from reverse_etl.core.receipt import Reason, Stopped
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.destinations.microsoft_ads.codes import answer_of
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.sign_in import protocol
from reverse_etl.destinations.microsoft_ads.sign_in.protocol import SignInError, refused
from reverse_etl.destinations.microsoft_ads.sign_in.stores import Login
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import (
    RENEWAL,
    FixedToken,
    RenewingTokens,
    find_credentials,
    with_token,
)
from reverse_etl.destinations.microsoft_ads.wire.port import Faulted, Lost, Processed, Reply, ServiceError, Withheld
from tests.support.sign_in import APP, World, control, counts

EXPIRED = Faulted((ServiceError(109, "AuthenticationTokenExpired", "expired"),), "t-1")
OTHER_NAME = Faulted((ServiceError(109, "TokenExpired", "expired"),), "t-1")
UNREADABLE_401 = Faulted((ServiceError(None, "HTTP 401", "nothing to read"),), "")
GOOD = Processed({}, "t-2")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between tries are short."""
    monkeypatch.setattr(protocol, "_WAITS", (0.05, 0.05))


def tokens(world: World) -> RenewingTokens:
    return RenewingTokens(world.identity, world.store)


def test_a_token_is_fetched_once_and_kept(world: World) -> None:
    """A sign-in's own access token is used first; one that is about to end is renewed, and then kept."""
    first = world.signed_in()
    made = tokens(world)
    assert [made.token(), made.token()] == [first.access_token] * 2
    assert "renewals" not in counts(world.sandbox)
    world.store.save(world.identity.key, replace(first, expires_at=time.time() + 60, obtained_at=time.time() - 3540))
    later = tokens(world)
    assert later.token() == later.token() == world.kept.access_token != first.access_token
    assert counts(world.sandbox)["renewals"] == 1


def test_freshness_ends_shortly_before_the_token() -> None:
    """Two minutes before, or a tenth of its life where that is shorter."""
    hour = Login("r", "a", 0.0, 3600.0, 0.0)
    assert [hour.is_fresh(now) for now in (0, 3479, 3480, 3600)] == [True, True, False, False]
    short = Login("r", "a", 0.0, 10.0, 0.0)
    assert [short.is_fresh(now) for now in (0, 8.9, 9.0)] == [True, True, False]
    assert not replace(hour, access_token="").is_fresh(0)


def test_an_expired_token_is_renewed_once_for_all_workers(world: World) -> None:
    """Eight that are refused with one token get one new token; who comes later with the old one gets it, too."""
    old = world.signed_in().access_token
    made = tokens(world)
    together = threading.Barrier(8)

    def renew(_: int) -> str:
        together.wait()
        return made.renew(old)

    with ThreadPoolExecutor(8) as pool:
        newer = set(pool.map(renew, range(8)))
    assert newer == {world.kept.access_token}
    assert made.renew(old) == made.token() == world.kept.access_token
    assert counts(world.sandbox)["renewals"] == 1
    made.renew(made.token())
    assert counts(world.sandbox)["renewals"] == 2


def test_another_process_s_renewal_is_taken(world: World) -> None:
    """A token that expired at Microsoft is not renewed where the store has another already."""
    old = world.signed_in().access_token
    made, other = tokens(world), tokens(world)
    assert made.token() == old
    newer = other.renew(old)
    assert made.renew(old) == newer
    assert counts(world.sandbox)["renewals"] == 1


def test_no_new_refresh_token_keeps_the_old_one(world: World) -> None:
    """Where Microsoft gives none with a renewal, the one at hand stays."""
    first = world.signed_in()
    control(world.sandbox, faults=[{"kind": "no_refresh_token"}])
    tokens(world).renew(first.access_token)
    assert world.kept.refresh_token == first.refresh_token
    assert world.kept.access_token != first.access_token
    assert (world.kept.signed_in_at, world.kept.who) == (first.signed_in_at, first.who)


@pytest.mark.parametrize(
    ("faults", "renewals"),
    [
        ([{"kind": "flaky"}], 1),
        ([{"kind": "html_500"}, {"kind": "html_500"}], 1),
        # Granted unheard of: the old refresh token is good until its successor is used.
        ([{"kind": "reset_after"}], 2),
        ([{"kind": "slow", "seconds": 8}], 2),
    ],
    ids=["flaky", "html 500 twice", "answer lost", "slow"],
)
def test_what_passes_is_tried_again(world: World, faults: list[dict[str, Any]], renewals: int) -> None:
    """One refusal with AADSTS70000, a page in place of an answer, a lost and a late answer: the next try works."""
    old = world.signed_in().access_token
    control(world.sandbox, faults=faults)
    with mock.patch.object(protocol, "READ_TIMEOUT", 3.0):
        assert tokens(world).renew(old) == world.kept.access_token != old
    assert counts(world.sandbox)["renewals"] == renewals
    # And the next renewal works with what was kept.
    tokens(world).renew(world.kept.access_token)


@pytest.mark.parametrize(
    ("faults", "words", "tries"),
    [
        ([{"kind": "flaky"}] * 2, "does not accept the sign-in any more. [invalid_grant, AADSTS70000]", 2),
        ([{"kind": "invalid_grant"}], "was not used for too long. [invalid_grant, AADSTS700082]", 1),
        ([{"kind": "invalid_grant", "code": 50173}], "was revoked: the password was changed", 1),
        ([{"kind": "invalid_grant", "code": 65001}], "no consent of the user any more", 1),
        ([{"kind": "invalid_grant", "code": 650052}], "does not know the app of Microsoft Advertising", 1),
        ([{"kind": "invalid_grant", "code": 99999999}], "does not accept the sign-in any more", 1),
        ([{"kind": "html_500"}] * 3, "gave no readable answer (HTTP 500)", 3),
    ],
)
def test_a_sign_in_that_has_ended_is_one_sentence_and_a_command(
    world: World, faults: list[dict[str, Any]], words: str, tries: int
) -> None:
    """All who ask learn of it, without a further request; what Microsoft wrote, a name in it, is not shown."""
    old = world.signed_in()
    said = control(world.sandbox, faults=[*faults, {"kind": "denied"}])
    made = tokens(world)
    for _ in range(2):
        with pytest.raises(DestinationError) as caught:
            made.renew(old.access_token)
        assert words in caught.value.message
        assert "someone@" not in caught.value.message + caught.value.hint
    assert "reverse-etl login --environment local" in caught.value.hint or tries == 3
    assert len(said["faults"]) - len(control(world.sandbox)["faults"]) == tries
    assert world.kept == old


def test_a_sandbox_that_forgot_everything_asks_for_a_new_sign_in(world: World) -> None:
    """After `revoke` the refresh token is refused, and a new sign-in makes it good."""
    old = world.signed_in()
    control(world.sandbox, revoke=True, expire=True)
    with pytest.raises(SignInError, match="AADSTS700082"):
        tokens(world).renew(old.access_token)
    assert world.run("login", "--environment", "local").returncode == 0
    assert tokens(world).token() == world.kept.access_token


def test_a_sign_in_that_was_removed_meanwhile_is_named(world: World) -> None:
    """A logout during a push: the next renewal says that there is no sign-in any more."""
    old = world.signed_in()
    made = tokens(world)
    world.store.remove(world.identity.key)
    with pytest.raises(DestinationError, match="no sign-in any more"):
        made.renew(old.access_token)


def test_a_renewal_ends_in_time(world: World) -> None:
    """No try starts once the time that was given is over."""
    over, waits = time.monotonic() - 1, list[float]()
    with pytest.raises(SignInError, match="cannot be reached"):
        protocol.renew(replace(world.identity, origin="http://127.0.0.1:9"), "r", until=over, sleep=waits.append)
    assert not waits
    assert RenewingTokens(world.identity, world.store).allowance >= RENEWAL
    assert RENEWAL > 2 * protocol.LONGEST_EXCHANGE - 1


def test_nothing_of_it_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """No logger at any level, no repr and no traceback's text has a token."""
    with caplog.at_level(1):
        old = world.signed_in()
        made = tokens(world)
        made.renew(old.access_token)
    records = "".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    assert "urllib3" in {record.name.split(".")[0] for record in caplog.records}
    shown = records + repr(made) + repr(world.kept) + repr(find_credentials(Environment.LOCAL, world.environ))
    for secret in (old.refresh_token, old.access_token, world.kept.refresh_token, world.kept.access_token):
        assert secret not in shown


class TestEnvironment:
    """Tokens that the environment brings."""

    def test_a_rotated_token_is_used(self, world: World) -> None:
        """What Microsoft gives in its place lives as long as the process, and what is kept stays as it is."""
        first = world.signed_in()
        environ = world.environ | {"MICROSOFT_ADS_REFRESH_TOKEN": first.refresh_token}
        access = find_credentials(Environment.LOCAL, environ)
        assert access.credentials is not None
        token = access.credentials.token()
        assert token != first.access_token
        # The second renewal uses the second refresh token: the first is dead then.
        access.credentials.renew(token)
        access.credentials.renew(access.credentials.token())
        assert counts(world.sandbox)["renewals"] == 3
        assert world.kept == first


PRODUCTION = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "1", "2")
DEVELOPER = {"MICROSOFT_ADS_DEVELOPER_TOKEN": "d"}


class TestSources:
    """Which credentials a sync gets."""

    @pytest.fixture(autouse=True)
    def own_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def test_an_access_token_goes_first(self) -> None:
        """It is used as it is; nothing renews it, whatever else is set."""
        environ = DEVELOPER | {
            "MICROSOFT_ADS_ACCESS_TOKEN": " fixed ",
            "MICROSOFT_ADS_REFRESH_TOKEN": "r",
            "MICROSOFT_ADS_CLIENT_ID": APP,
        }
        made = MicrosoftAdsSettings.load(PRODUCTION, environ).credentials
        assert made == FixedToken("fixed")
        assert (made.token(), made.renew("fixed")) == ("fixed", None)
        assert "fixed" not in repr(made)

    def test_what_is_missing_is_named(self) -> None:
        """Each way to give an access token is named, and the one that fits when an app is set."""
        for environ, words in (
            ({}, "MICROSOFT_ADS_ACCESS_TOKEN (or MICROSOFT_ADS_CLIENT_ID and `reverse-etl login`)"),
            ({"MICROSOFT_ADS_CLIENT_ID": APP}, "a sign-in of this app and tenant (`reverse-etl login`)"),
            ({"MICROSOFT_ADS_REFRESH_TOKEN": "r"}, "MICROSOFT_ADS_CLIENT_ID, the app"),
        ):
            with pytest.raises(SettingsError) as caught:
                MicrosoftAdsSettings.load(PRODUCTION, DEVELOPER | environ)
            assert words in caught.value.message

    def test_the_environment_local_gets_no_real_token(self) -> None:
        """Neither an access nor a refresh token leaves for the local sandbox, unless its sign-in is asked for."""
        environ = {"MICROSOFT_ADS_ACCESS_TOKEN": "real", "MICROSOFT_ADS_REFRESH_TOKEN": "real"}
        local = replace(PRODUCTION, environment=Environment.LOCAL)
        assert MicrosoftAdsSettings.load(local, environ).credentials == FixedToken("local")

    def test_settings_show_no_secret(self, world: World) -> None:
        """The repr of settings that sign in has neither tokens nor the client's secret."""
        kept = world.signed_in()
        environ = world.environ | {"MICROSOFT_ADS_ENDPOINT": world.sandbox.url, "XDG_CONFIG_HOME": str(world.folder)}
        local = replace(PRODUCTION, environment=Environment.LOCAL)
        with mock.patch.dict("os.environ", environ, clear=True):
            made = MicrosoftAdsSettings.load(local, environ | {"MICROSOFT_ADS_CLIENT_SECRET": ""})
        assert made.credentials.token() == kept.access_token
        assert kept.access_token not in repr(made) + repr(made.credentials)


class Scripted:
    """Credentials that renew as a test sets them."""

    def __init__(self, renewed: Callable[[], str | None], allowance: float = 90.0) -> None:
        self.allowance = allowance
        self._renewed = renewed

    def token(self) -> str:
        return "first"

    def renew(self, expired: str) -> str | None:
        assert expired == "first"
        return self._renewed()


def fail() -> str:
    raise DestinationError("It has ended.", hint="Run it.")


@pytest.mark.parametrize(
    ("replies", "renewed", "used", "result"),
    [
        ([GOOD], fail, ["first"], GOOD),
        ([EXPIRED, GOOD], lambda: "second", ["first", "second"], GOOD),
        ([UNREADABLE_401, GOOD], lambda: "second", ["first", "second"], GOOD),
        ([OTHER_NAME, GOOD], lambda: "second", ["first", "second"], GOOD),
        ([EXPIRED, EXPIRED], lambda: "second", ["first", "second"], EXPIRED),
        ([EXPIRED], lambda: None, ["first"], EXPIRED),
        ([Lost(Reason(None, "", ""))], fail, ["first"], Lost(Reason(None, "", ""))),
        (
            [Faulted((ServiceError(105, "InvalidCredentials", ""),), "")],
            fail,
            ["first"],
            Faulted((ServiceError(105, "InvalidCredentials", ""),), ""),
        ),
    ],
    ids=[
        "good",
        "renewed",
        "401 alone",
        "109 by another name",
        "refused again",
        "nothing to renew",
        "lost",
        "another code",
    ],
)
def test_a_call_is_made_once_more_after_109_and_after_nothing_else(
    replies: list[Reply], renewed: Callable[[], str | None], used: list[str], result: Reply
) -> None:
    """Only the code that proves that nothing was processed brings a second call, and only with another token."""
    said, waiting = [], iter(replies)

    def call(token: str) -> Reply:
        said.append(token)
        return next(waiting)

    assert with_token(Scripted(renewed), call) == result
    assert said == used


def test_a_renewal_that_fails_stops_the_run_without_doubt() -> None:
    """The answer is one that nothing was processed of, with the sentence and the command; also for a first token."""
    reply = with_token(Scripted(fail), lambda _: EXPIRED)
    assert isinstance(reply, Withheld)
    answer = answer_of(reply, retracted=0, throttle_wait=1.0)
    assert answer == Stopped(Reason(None, "NoAccessToken", "It has ended."), "Run it.", True, by_service=False)


def test_a_renewal_that_took_too_long_makes_no_second_call() -> None:
    """The lease counts on a call to end in time: where the renewal ate it up, the run stops and says so."""
    times = iter([0.0, 91.0])
    reply = with_token(Scripted(lambda: "second"), lambda _: EXPIRED, clock=lambda: next(times))
    assert isinstance(reply, Withheld)
    assert reply.advice == "Push again."


def test_an_unknown_refusal_is_shown_as_a_word_alone() -> None:
    """What is no word of the protocol is not repeated."""
    error = refused("<b>x</b>", "AADSTS12: user anna@example.com", "c")
    assert error.message == "Microsoft refused the sign-in. [error]"
    assert refused("server_error", "AADSTS90033: wait", "c").again
