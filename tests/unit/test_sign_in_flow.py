"""`login` and `logout` as they are typed, against the local sandbox over HTTP, with a stand-in for the browser."""

import json
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Environment
from reverse_etl.destinations.microsoft_ads.sign_in import browser
from reverse_etl.destinations.microsoft_ads.sign_in.identity import ANY_TENANT, Identity
from reverse_etl.destinations.microsoft_ads.sign_in.protocol import ask, refused
from tests.support.schemas import validate
from tests.support.shop import COMMAND
from tests.support.sign_in import APP, World, address_in, control, counts, follow

LOCAL = ("--environment", "local")


def test_a_browser_signs_in(world: World) -> None:
    """After consent the sign-in is kept in a file of mode 0600, and nothing that is printed is a secret."""
    done = world.run("login", *LOCAL)
    assert done.returncode == 0, done.stderr
    kept = world.kept
    assert "Signed in for local as someone@sandbox.example" in done.stdout
    assert stat.S_IMODE(world.store.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(world.store.file.parent.stat().st_mode) == 0o700
    assert kept.refresh_token.startswith("local-refresh-")
    for secret in (kept.refresh_token, kept.access_token):
        assert secret not in done.stdout + done.stderr
        assert secret not in repr(kept)


def test_a_real_process_opens_a_real_browser(world: World, tmp_path: Path) -> None:
    """The command as it is installed, with the program that BROWSER names, which follows the address by HTTP."""
    script = tmp_path / "browser.py"
    script.write_text(
        "import sys, requests\n"
        "first = requests.get(sys.argv[1], timeout=60, allow_redirects=False)\n"
        "open(sys.argv[0] + '.page', 'w').write(requests.get(first.headers['Location'], timeout=60).text)\n"
    )
    environ = world.environ | {"BROWSER": f"{sys.executable} {script} %s"}
    command = [str(COMMAND), "login", *LOCAL, "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert validate("login", json.loads(done.stdout))["who"] == "someone@sandbox.example"
    assert "You can close this page" in Path(f"{script}.page").read_text()
    assert counts(world.sandbox)["redemptions"] == 1


def test_the_question_is_as_microsoft_wants_it(world: World) -> None:
    """The printed address asks for a code by PKCE with S256, for offline access, and to come back to localhost."""
    seen: list[str] = []
    world.run("login", *LOCAL, browser=lambda address: (seen.append(address), follow(address)))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(seen[0]).query).items()}
    assert urlsplit(seen[0]).path == "/common/oauth2/v2.0/authorize"
    assert (asked["response_type"], asked["response_mode"], asked["code_challenge_method"]) == ("code", "query", "S256")
    assert (asked["client_id"], len(asked["code_challenge"])) == (APP, 43)
    assert {"offline_access", "https://ads.microsoft.com/msads.manage"} <= set(asked["scope"].split())
    assert re.fullmatch(r"http://localhost:\d+", asked["redirect_uri"])
    assert len(asked["state"]) > 30


def test_ctrl_c_ends_a_sign_in(world: World) -> None:
    """Somebody who thinks better of it reads that the command has ended; nothing was kept."""
    command = [str(COMMAND), "login", *LOCAL, "--paste"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=world.environ, text=True, **pipes) as started:
        assert started.stderr is not None
        address_in(started.stderr.readline() + started.stderr.readline())
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=60)
    assert (started.returncode, out) == (1, "")
    assert err.endswith("\nInterrupted.\n")
    assert world.store.load(world.identity.key) is None


def test_an_answer_with_another_state_is_refused(world: World) -> None:
    """A code that another sign-in was given is not redeemed; the command waits on for its own answer."""
    pages: list[requests.Response] = []

    def forged(address: str) -> None:
        back = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        pages.extend(
            requests.get(f"{back}/?{query}", timeout=60)
            for query in ("code=stolen&state=other", "code=stolen", "error=access_denied&state=other", "postcode=1")
        )
        pages.append(follow(address))

    done = world.run("login", *LOCAL, browser=forged)
    assert (done.returncode, [page.status_code for page in pages]) == (0, [403, 403, 403, 404, 200])
    assert "another sign-in" in pages[0].text
    assert "stolen" not in done.stdout + done.stderr + "".join(page.text for page in pages)
    assert counts(world.sandbox)["redemptions"] == 1


def test_nothing_but_another_s_answer_is_as_no_answer(world: World) -> None:
    """Where only a foreign code came, nothing is redeemed and nothing is kept."""

    def forged(address: str) -> None:
        back = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        requests.get(f"{back}/?code=stolen&state=other", timeout=60)

    with mock.patch.object(browser, "PATIENCE", 0.5):
        done = world.run("login", *LOCAL, browser=forged)
    assert done.returncode == 1
    assert "No sign-in arrived" in done.stderr
    assert not world.store.file.exists()
    assert "redemptions" not in counts(world.sandbox)


def test_what_is_pasted_and_is_no_code_is_named(world: World) -> None:
    """Nonsense is no code that was used before: the message says what to paste, and nothing is kept."""
    done = world.run("login", *LOCAL, "--paste", stdin="nonsense\n")
    assert done.returncode == 1
    assert "This is no code of this sign-in. [invalid_grant, AADSTS9002313]" in done.stderr
    assert "paste the whole address that the browser ended at" in done.stderr
    assert "nonsense" not in done.stderr
    assert not world.store.file.exists()


@pytest.mark.parametrize(
    ("number", "of_a_code", "words"),
    [
        (70000, True, "This is no code of this sign-in."),
        (70000, False, "Microsoft does not accept the sign-in any more."),
        (70008, True, "The code has expired"),
        (70008, False, "The sign-in has expired"),
        (9002313, False, "Microsoft does not accept the sign-in any more."),
        (54005, True, "The code was used before."),
    ],
)
def test_a_refused_code_is_kept_apart_from_a_refused_token(number: int, words: str, *, of_a_code: bool) -> None:
    """Microsoft uses some numbers for both: the sentence is about what was given."""
    error = refused("invalid_grant", f"AADSTS{number}: some words", "login", of_a_code=of_a_code)
    assert error.message.startswith(words)


def test_consent_that_is_denied_is_one_sentence(world: World) -> None:
    """Nothing is kept, the page says that it was not finished, and the message names the command."""
    control(world.sandbox, faults=[{"kind": "denied"}])
    pages: list[str] = []
    done = world.run("login", *LOCAL, browser=lambda address: pages.append(follow(address).text))
    assert done.returncode == 1
    assert "Consent was declined. [access_denied, AADSTS65004]" in done.stderr
    assert "reverse-etl login --environment local" in done.stderr
    assert "Not signed in" in pages[0]
    assert not world.store.file.exists()


def test_who_does_not_come_back_is_not_waited_for_for_ever(world: World) -> None:
    """The time limit ends the wait; the port is free again."""
    ports: list[int] = []

    def seen(address: str) -> None:
        ports.append(urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0]).port or 0)

    with mock.patch.object(browser, "PATIENCE", 0.5):
        done = world.run("login", *LOCAL, browser=seen)
    assert done.returncode == 1
    assert "No sign-in arrived" in done.stderr
    assert "--paste" in done.stderr
    with socket.create_server(("127.0.0.1", ports[0])):
        pass


def test_a_port_in_use_is_an_error_of_usage(world: World) -> None:
    """A fixed port that another program holds is named, before a browser opens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = world.run("login", *LOCAL, "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} cannot be used" in done.stderr
    assert counts(world.sandbox) == {}


@pytest.mark.parametrize(
    ("client_id", "secret", "code", "words"),
    [
        ("web-app", "s3cret", 0, "Signed in for local"),
        ("web-app", "", 1, "which needs a secret. [invalid_client, AADSTS7000218]"),
        ("web-app", "wrong", 1, "does not accept MICROSOFT_ADS_CLIENT_SECRET"),
        ("app-1", "s3cret", 1, "public client, which has no secret. [invalid_client, AADSTS700025]"),
    ],
)
def test_web_apps_have_a_secret_and_public_clients_have_none(
    world: World, client_id: str, secret: str, code: int, words: str
) -> None:
    """A secret goes along where it is set; where it does not fit, the sentence says which variable."""
    names = {"MICROSOFT_ADS_CLIENT_ID": client_id, "MICROSOFT_ADS_CLIENT_SECRET": secret}
    done = world.run("login", *LOCAL, **names)
    assert done.returncode == code, done.stderr
    assert words in done.stdout + done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_the_tenant_is_selectable(world: World) -> None:
    """Another tenant is asked at its own address and has a sign-in of its own."""
    world.run("login", *LOCAL, MICROSOFT_ADS_TENANT="contoso.example")
    assert list(json.loads(world.store.file.read_text())["logins"]) == ["local/contoso.example/app-1"]
    assert world.run("login", *LOCAL, "--status").returncode == 2
    assert world.run("login", *LOCAL, "--status", MICROSOFT_ADS_TENANT="contoso.example").returncode == 0


def test_status_tells_who_where_and_until_when(world: World) -> None:
    """Before and after: the document is as its schema says, and holds no token."""
    before = world.run("login", *LOCAL, "--status", "--json")
    assert before.returncode == 2
    assert validate("login", json.loads(before.stdout))["signed_in"] is False
    kept = world.signed_in()
    after = world.run("login", *LOCAL, "--status", "--json")
    said = validate("login", json.loads(after.stdout))
    assert (after.returncode, said["signed_in"], said["renews"]) == (0, True, True)
    assert (said["who"], said["source"], said["tenant"]) == (kept.who, str(world.store.file), ANY_TENANT)
    assert said["access_token_until"] > said["signed_in_at"]
    assert kept.access_token not in after.stdout
    assert kept.refresh_token not in after.stdout


def test_status_of_tokens_from_the_environment(world: World) -> None:
    """The environment goes first, and says so; no one knows when such an access token ends."""
    world.signed_in()
    done = world.run("login", *LOCAL, "--status", MICROSOFT_ADS_REFRESH_TOKEN="r3fresh")
    assert "from MICROSOFT_ADS_REFRESH_TOKEN in the environment" in done.stdout
    assert "The next push fetches an access token" in done.stdout
    assert "r3fresh" not in done.stdout
    names = {"MICROSOFT_ADS_LOGIN_ENDPOINT": "", "MICROSOFT_ADS_ACCESS_TOKEN": "acc3ss"}
    fixed = world.run("login", "--status", "--json", **names)
    said = validate("login", json.loads(fixed.stdout))
    assert (said["source"], said["renews"]) == ("MICROSOFT_ADS_ACCESS_TOKEN in the environment", False)
    assert "acc3ss" not in fixed.stdout


def test_a_sign_in_that_is_not_looked_at_is_said(world: World) -> None:
    """A token in the environment goes first, also before the sign-in of a moment ago."""
    done = world.run("login", *LOCAL, MICROSOFT_ADS_REFRESH_TOKEN="r3fresh")
    assert done.returncode == 0, done.stderr
    words = "MICROSOFT_ADS_REFRESH_TOKEN in the environment goes before the sign-in that is kept now; unset it."
    assert f"Note: {words}" in done.stderr
    assert "Note:" not in world.run("login", *LOCAL).stderr


def test_logout_removes_it_and_says_what_stays_valid(world: World) -> None:
    """Afterwards there is no sign-in; a second logout finds none."""
    world.signed_in()
    done = world.run("logout", *LOCAL)
    assert done.returncode == 0
    assert "What Microsoft gave out stays valid" in done.stdout
    assert "account.live.com/consent/Manage" in done.stdout
    assert json.loads(world.store.file.read_text())["logins"] == {}
    again = world.run("logout", *LOCAL)
    assert "There was no sign-in" in again.stdout
    said = validate("logout", json.loads(world.run("logout", *LOCAL, "--json").stdout))
    assert said["removed_from"] == []


@pytest.mark.parametrize(
    ("environment", "changes", "words"),
    [
        ("production", {"CLIENT_ID": ""}, "MICROSOFT_ADS_CLIENT_ID is not set"),
        ("production", {"CLIENT_ID": "a/../b"}, "MICROSOFT_ADS_CLIENT_ID has characters"),
        ("production", {"TENANT": "common/x?"}, "MICROSOFT_ADS_TENANT has characters"),
        ("production", {"CLIENT_SECRET": "two\nlines"}, "MICROSOFT_ADS_CLIENT_SECRET holds a line break"),
        ("production", {"LOGIN_ENDPOINT": "http://127.0.0.1:8765"}, "only the environment local"),
        ("sandbox", {"LOGIN_ENDPOINT": "https://login.microsoftonline.com"}, "only the environment local"),
        ("local", {}, "needs no sign-in"),
        ("local", {"LOGIN_ENDPOINT": "http://192.0.2.1:80"}, "does not lead to this machine"),
        ("local", {"LOGIN_ENDPOINT": "https://127.0.0.1:80"}, "does not lead to this machine"),
        ("local", {"LOGIN_ENDPOINT": "http://localhost@192.0.2.1:80"}, "does not lead to this machine"),
        ("local", {"LOGIN_ENDPOINT": "http://localhost:99999"}, "does not lead to this machine"),
    ],
)
def test_what_cannot_be_is_refused(environment: str, changes: dict[str, str], words: str) -> None:
    """Settings of the sign-in are checked before anything is sent; an address elsewhere is never taken."""
    environ = {"MICROSOFT_ADS_CLIENT_ID": APP} | {f"MICROSOFT_ADS_{name}": value for name, value in changes.items()}
    with pytest.raises(SettingsError, match=re.escape(words)):
        Identity.of(Environment(environment), environ)


@pytest.mark.parametrize(
    ("environment", "scope"),
    [
        ("production", "https://ads.microsoft.com/msads.manage"),
        ("sandbox", "https://si.ads.microsoft.com/msads.manage"),
    ],
)
def test_each_environment_has_its_scope(environment: str, scope: str) -> None:
    """Production and Microsoft's own sandbox are asked for at one host, each by its scope."""
    made = Identity.of(Environment(environment), {"MICROSOFT_ADS_CLIENT_ID": APP, "MICROSOFT_ADS_CLIENT_SECRET": "s3"})
    question = ask(made, "http://localhost")
    assert question.address.startswith("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?")
    assert scope in parse_qs(urlsplit(question.address).query)["scope"][0].split()
    assert "s3" not in repr(made)
    assert question.verifier not in repr(question)
    assert question.verifier not in question.address
