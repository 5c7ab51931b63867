"""The sandbox's sign-in, called over HTTP as Microsoft documents it: codes, tokens, and what its control does."""

import base64
import hashlib
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from reverse_etl.sandbox.sign_in import CODE_LIFETIME

from .conftest import Caller, Start, a_row

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REDIRECT = "http://localhost:1234"
QUESTION = {
    "client_id": "app",
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "response_mode": "query",
    "scope": "openid offline_access https://ads.microsoft.com/msads.manage",
    "state": "s-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def authorize(caller: Caller, **changes: str | None) -> requests.Response:
    asked = {name: value for name, value in (QUESTION | changes).items() if value is not None}
    address = f"{caller.url}/common/oauth2/v2.0/authorize?{urlencode(asked)}"
    return caller.session.get(address, allow_redirects=False, timeout=60)


def answer_in(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302, response.text
    assert response.headers["Location"].startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}


def code(caller: Caller, **changes: str) -> str:
    return answer_in(authorize(caller, **changes))["code"]


def token(caller: Caller, **form: str | None) -> requests.Response:
    sent = {name: value for name, value in ({"client_id": "app"} | form).items() if value is not None}
    return caller.session.post(f"{caller.url}/some-tenant/oauth2/v2.0/token", data=sent, timeout=60)


def redeem(caller: Caller, **changes: str | None) -> requests.Response:
    given = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER} | changes
    return token(caller, **({"code": code(caller)} | given))


def renew(caller: Caller, refresh_token: str, **changes: str) -> requests.Response:
    return token(caller, grant_type="refresh_token", refresh_token=refresh_token, **changes)


def granted(response: requests.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    said: dict[str, Any] = response.json()
    return said


def refused(response: requests.Response) -> tuple[str, int]:
    assert response.status_code == 400
    said = response.json()
    assert f"AADSTS{said['error_codes'][0]}" in said["error_description"]
    return said["error"], said["error_codes"][0]


def control(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = caller.session.post(f"{caller.url}/control/sign_in", json=asked, timeout=60)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_consent_brings_a_code_and_a_code_tokens(caller: Caller) -> None:
    """The state comes back; the tokens have a kind, a scope and an end, and the id token a name."""
    answer = answer_in(authorize(caller))
    assert answer["state"] == "s-1"
    said = granted(redeem(caller, code=answer["code"], scope=QUESTION["scope"]))
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 3600, QUESTION["scope"])
    claims = said["id_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["preferred_username"] == "someone@sandbox.example"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid https://ads.microsoft.com/msads.manage"}, "invalid_scope"),
        ({"scope": "offline_access https://ads.microsoft.com/ads.manage"}, "invalid_scope"),
    ],
)
def test_a_question_that_is_not_as_it_must_be_comes_back_with_an_error(
    caller: Caller, changes: dict[str, str | None], error: str
) -> None:
    """Without PKCE, for another answer or without the scopes there is no code."""
    answer = answer_in(authorize(caller, **changes))
    assert (answer["error"], answer["state"], "code" in answer) == (error, "s-1", False)


@pytest.mark.parametrize(
    "changes", [{"redirect_uri": "http://evil.example/"}, {"redirect_uri": "https://localhost"}, {"client_id": None}]
)
def test_no_caller_is_sent_elsewhere(caller: Caller, changes: dict[str, str | None]) -> None:
    """A redirect address that is not this machine's, or no client, is an error page."""
    answer = authorize(caller, **changes)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code_verifier": "w" * 64}, ("invalid_grant", 501481)),
        ({"code_verifier": None}, ("invalid_grant", 501481)),
        ({"code": "unknown"}, ("invalid_grant", 9002313)),
        ({"redirect_uri": "http://localhost:9"}, ("invalid_grant", 500112)),
        ({"client_id": "other"}, ("invalid_grant", 500112)),
        ({"client_id": None}, ("invalid_request", 900144)),
        ({"grant_type": "password"}, ("unsupported_grant_type", 70003)),
        ({"client_secret": "s"}, ("invalid_client", 700025)),
    ],
)
def test_a_code_is_held_against_its_question(
    caller: Caller, changes: dict[str, str | None], expected: tuple[str, int]
) -> None:
    """Another verifier, address, client or grant gets nothing."""
    assert refused(redeem(caller, **changes)) == expected


def test_a_code_works_once(caller: Caller) -> None:
    """The second use is refused, and so is one after a use that failed."""
    first = code(caller)
    granted(redeem(caller, code=first))
    assert refused(redeem(caller, code=first)) == ("invalid_grant", 54005)
    second = code(caller)
    refused(redeem(caller, code=second, code_verifier="w" * 64))
    assert refused(redeem(caller, code=second)) == ("invalid_grant", 54005)


def test_a_code_lives_five_minutes(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """One second before its end it is good, and after its end it is not."""
    for later, status in ((CODE_LIFETIME - 1, 200), (CODE_LIFETIME, 400)):
        given, began = code(caller), time.time()
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: began + later)  # noqa: B023 - called at once
            assert redeem(caller, code=given).status_code == status


def test_a_web_app_needs_its_secret(caller: Caller) -> None:
    """Without one or with a wrong one it gets nothing; a code or token of another app is no help."""
    for proof, expected in ((None, 7000218), ("wrong", 7000215)):
        answer = redeem(caller, client_id="web-1", code=code(caller, client_id="web-1"), client_secret=proof)
        assert refused(answer) == ("invalid_client", expected)
    said = granted(redeem(caller, client_id="web-1", code=code(caller, client_id="web-1"), client_secret="right"))
    assert refused(renew(caller, said["refresh_token"])) == ("invalid_grant", 700082)
    granted(renew(caller, said["refresh_token"], client_id="web-1", client_secret="right"))


def test_an_old_refresh_token_dies_when_its_successor_is_used(caller: Caller) -> None:
    """Until then it is good: whoever lost the answer can ask again."""
    first = granted(redeem(caller))["refresh_token"]
    granted(renew(caller, first))
    second = granted(renew(caller, first))["refresh_token"]
    third = granted(renew(caller, second))["refresh_token"]
    assert refused(renew(caller, first)) == ("invalid_grant", 700082)
    granted(renew(caller, second))
    granted(renew(caller, third))
    assert refused(renew(caller, second)) == ("invalid_grant", 700082)
    assert len({first, second, third}) == 3


def test_access_tokens_end(caller: Caller) -> None:
    """A call with one that has ended gets 109 and takes nothing; one with another text goes on."""
    control(caller, expires_in=0.3)
    short = granted(redeem(caller))["access_token"]
    time.sleep(0.3)
    assert caller.fault([a_row()], AuthenticationToken=short)[1] == 109
    control(caller, expires_in=60)
    long = granted(redeem(caller))["access_token"]
    caller.call([a_row()], AuthenticationToken=long)
    control(caller, expire=True)
    assert caller.fault([a_row()], AuthenticationToken=long)[1] == 109
    assert caller.fault([a_row()], AuthenticationToken="local-access-of-another-run")[1] == 109
    caller.call([a_row(ConversionName="Other")], AuthenticationToken="any other")
    assert caller.outcomes().count("counted") == 2
    said = control(caller)
    assert (said["counts"]["calls"], said["counts"]["calls_with_expired_token"]) == (1, 3)
    assert long not in json.dumps(said)


def test_each_fault_is_met_once(caller: Caller) -> None:
    """A step meets the first that is its own; the next is answered as ever."""
    refresh = granted(redeem(caller))["refresh_token"]
    faults = [{"kind": "denied"}, {"kind": "flaky"}, {"kind": "invalid_grant", "code": 50173}, {"kind": "html_500"}]
    control(caller, faults=[*faults, {"kind": "no_refresh_token"}, {"kind": "slow", "seconds": 0.5}])
    assert refused(renew(caller, refresh)) == ("invalid_grant", 70000)
    assert refused(renew(caller, refresh)) == ("invalid_grant", 50173)
    broken = renew(caller, refresh)
    assert (broken.status_code, broken.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "refresh_token" not in granted(renew(caller, refresh))
    began = time.monotonic()
    granted(renew(caller, refresh))
    assert time.monotonic() - began >= 0.5
    assert answer_in(authorize(caller))["error"] == "access_denied"
    assert "code" in answer_in(authorize(caller))
    assert control(caller)["faults"] == []


def test_a_lost_answer_was_granted(caller: Caller) -> None:
    """The caller sees a reset, and the count of renewals has gone up."""
    refresh = granted(redeem(caller))["refresh_token"]
    control(caller, faults=[{"kind": "reset_after"}])
    with pytest.raises(requests.ConnectionError):
        renew(caller, refresh)
    assert control(caller)["counts"]["renewals"] == 1
    granted(renew(caller, refresh))


@pytest.mark.parametrize(
    "body",
    [
        "x",
        '{"expire_in": 3}',
        '{"expires_in": 0}',
        '{"faults": {}}',
        '{"faults": [{"kind": "denid"}]}',
        '{"faults": [{"kind": "slow", "seconds": -1}]}',
        '{"faults": [{"kind": "invalid_grant", "code": "x"}]}',
    ],
)
def test_what_the_control_does_not_know_is_refused(caller: Caller, body: str) -> None:
    """The answer says what is wrong, and nothing is changed."""
    answer = caller.session.post(f"{caller.url}/control/sign_in", data=body, timeout=60)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert control(caller)["faults"] == []


def test_leaving_does_not_wait_for_a_slow_answer(start: Start) -> None:
    """A sandbox that ends lets go of what it was asked to answer late."""
    caller = start()
    refresh = granted(redeem(caller))["refresh_token"]
    control(caller, faults=[{"kind": "slow", "seconds": 600}])
    with pytest.raises(requests.Timeout):
        caller.session.post(
            f"{caller.url}/common/oauth2/v2.0/token",
            data={"grant_type": "refresh_token", "refresh_token": refresh, "client_id": "app"},
            timeout=0.3,
        )
    began = time.monotonic()
    caller.sandbox.__exit__()
    assert time.monotonic() - began < 600, "it waited for the answer"
    caller.sandbox.__enter__()
