"""No token leaves except in the four headers to the checked address, and none is ever logged or shown."""

import base64
import logging
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import urllib3

from reverse_etl.core.errors import DestinationError
from reverse_etl.core.sync import WireProtocol
from reverse_etl.destinations.microsoft_ads import MicrosoftAds
from reverse_etl.destinations.microsoft_ads.wire.http import UnreadableError, lost, new_session
from tests.unit.dialects import DIALECTS, Dialect
from tests.unit.wire import (
    ACCESS_TOKEN,
    DEVELOPER_TOKEN,
    Sandbox,
    StartRaw,
    http,
    row,
    settings,
)


@pytest.fixture
def everything_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.LogCaptureFixture]:
    """Every logger that exists is set to its lowest level, as one who hunts a fault would do."""
    for dialect in DIALECTS.values():
        dialect.client("http://127.0.0.1:1").message([row()])  # so that every logger exists
    for name in [*logging.root.manager.loggerDict, "zeep.transports", "requests", "urllib3.connectionpool"]:
        logger = logging.getLogger(name)
        monkeypatch.setattr(logger, "level", 1)
        monkeypatch.setattr(logger, "disabled", False)
        monkeypatch.setattr(logger, "propagate", True)
    monkeypatch.setattr(logging.root.manager, "disable", 0)
    caplog.set_level(1)
    logging.root.manager._clear_cache()
    yield caplog
    logging.root.manager._clear_cache()


def test_no_token_is_logged_at_any_level(
    dialect: Dialect, everything_logged: pytest.LogCaptureFixture, raw: StartRaw, capfd: pytest.CaptureFixture[str]
) -> None:
    """With every logger at its lowest level, good and bad answers alike, no record holds a token or an identifier."""
    one = row(7, hashed_email="e" * 64)
    broken = [
        dialect.http(dialect.empty_answer),
        dialect.http(dialect.platform_fault(105, "InvalidCredentials"), status="500 Oops"),
        http("<h1>Bad Gateway</h1>", status="502 Bad Gateway", content_type="text/html"),
        http("", status="401 Unauthorized", content_type=""),
        dialect.http("<not an answer"),
        b"",
    ]
    client = dialect.client(raw(*broken).url)
    answers = [client.send([one]) for _ in broken]
    client = dialect.client("http://127.0.0.1:1")
    answers.append(client.send([one]))
    logged = "\n".join(f"{r.name} {r.getMessage()} {r.args} {r.exc_text}" for r in everything_logged.records)
    assert "urllib3" in logged  # the capture works
    written = capfd.readouterr()
    for text in (logged, written.out, written.err, repr(answers)):
        for secret in (ACCESS_TOKEN, DEVELOPER_TOKEN, one.click_id, "e" * 64):
            assert secret not in text


def test_settings_and_client_do_not_show_tokens(dialect: Dialect) -> None:
    """Neither `repr` nor `str` of settings, client or destination shows a token."""
    made = settings("http://127.0.0.1:1", dialect.protocol)
    client = dialect.client("http://127.0.0.1:1")
    shown = " ".join(f"{one!r} {one}" for one in (made, client, client.wire, MicrosoftAds(made)))
    assert ACCESS_TOKEN not in shown
    assert DEVELOPER_TOKEN not in shown
    assert "127.0.0.1" in shown


def test_a_traceback_shows_no_token(raw: StartRaw) -> None:
    """The error of a local sandbox that is not there names the command and no token, all its causes included."""
    url = raw(http("")).url
    with pytest.raises(DestinationError) as caught:
        MicrosoftAds(settings(url)).preflight(0)
    text = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert f"reverse-etl sandbox --port {url.rpartition(':')[2]}" in text
    assert ACCESS_TOKEN not in text


def test_a_tracking_id_carries_no_token(dialect: Dialect, raw: StartRaw) -> None:
    """Should the service put what it was sent in the place of its tracking id, neither receipt nor message gets it."""
    bodies = [
        dialect.partial_errors(dialect.batch_error(0, 5604, "X")),
        dialect.platform_fault(5604, "X"),
        dialect.request_fault(106, "X"),
    ]
    for body in bodies:
        for secret in (ACCESS_TOKEN, DEVELOPER_TOKEN):
            masked = re.sub(r"\bt-\d\b", f"t-{secret}", body)
            assert masked != body
            answer = dialect.client(raw(dialect.http(masked)).url).send([row()])
            assert "t-(secret)" in repr(answer)
            assert secret not in repr(answer)


_POOL = urllib3.HTTPConnectionPool("ads.example")
_SAYS = f"Bearer {ACCESS_TOKEN}"


@pytest.mark.parametrize(
    "error",
    [
        UnreadableError(200, {"X-Echo": _SAYS}),
        requests.ConnectionError(urllib3.exceptions.MaxRetryError(_POOL, f"/?{_SAYS}", OSError(_SAYS))),
        requests.ConnectionError(
            urllib3.exceptions.MaxRetryError(_POOL, "/", urllib3.exceptions.ConnectTimeoutError(_SAYS))
        ),
        requests.ReadTimeout(_SAYS),
        requests.exceptions.InvalidHeader(_SAYS),
        requests.exceptions.ProxyError(_SAYS),
        urllib3.exceptions.ProtocolError(_SAYS),
        urllib3.exceptions.TimeoutError(_SAYS),
        ValueError(_SAYS),
        UnicodeDecodeError("utf-8", _SAYS.encode(), 0, 1, _SAYS),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_an_error_says_is_not_shown(error: Exception) -> None:
    """Libraries put headers, addresses and answers into the words of their errors: a reason has their names alone."""
    reply = lost(error, f"https://ads.example/{ACCESS_TOKEN}")
    assert type(error).__name__ in repr(reply) or "HTTP 200" in repr(reply)
    assert ACCESS_TOKEN not in repr(reply)


def test_credentials_of_the_environment_are_not_added(
    dialect: Dialect, raw: StartRaw, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A .netrc for the host adds no credentials, to neither the calls nor the preflight."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password hunter2\ndefault login bob password hunter3\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = raw(dialect.http(dialect.empty_answer), http('{"received": 1}', content_type="application/json"))
    dialect.client(server.url).send([row()])
    MicrosoftAds(settings(server.url, dialect.protocol)).preflight(0)
    assert len(server.requests) == 2
    own = f"authorization: bearer {ACCESS_TOKEN}".encode() if dialect.protocol is WireProtocol.REST else b""
    for request, expected in zip(server.requests, (own, b""), strict=True):
        assert re.findall(rb"authorization: [^\r]*", request.lower()) == ([expected] if expected else [])
        assert base64.b64encode(b"alice:hunter2") not in request


def test_credentials_of_the_environment_are_not_added_for_microsoft_either(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the environment may name a proxy, it still may not add credentials."""
    (tmp_path / "netrc").write_text("default login bob password hunter3\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    endpoint = "https://campaign.api.bingads.microsoft.com/x.svc"
    session = new_session(endpoint)
    assert session.trust_env
    assert "Authorization" not in session.prepare_request(requests.Request("POST", endpoint)).headers


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_loopback_does_not_go_through_a_proxy(
    dialect: Dialect, raw: StartRaw, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A proxy that the environment names sees nothing of what goes to the local sandbox."""
    proxy = raw(dialect.http(dialect.empty_answer))
    monkeypatch.setenv(name, proxy.url)
    destination = MicrosoftAds(settings(sandbox.url, dialect.protocol))
    assert destination.preflight(0) == []
    destination.send([row()])
    assert proxy.requests == []
    assert len(sandbox.received()) == 1


def test_emptied_books_beside_a_full_ledger_are_said(sandbox: Sandbox) -> None:
    """Books that were thrown away while the ledger was kept are named before anything is sent."""
    destination = MicrosoftAds(settings(sandbox.url))
    (note,) = destination.preflight(1500)
    assert "1,500 records as accepted" in note
    destination.send([row()])
    assert destination.preflight(1500) == []


@pytest.mark.parametrize(
    "answer",
    [
        http("[]", content_type="application/json"),
        http('{"received": "many"}', content_type="application/json"),
        http('{"other": 1}', content_type="application/json"),
        http("<html>", content_type="text/html"),
        http("null", content_type="application/json"),
        http("", status="302 Found", extra="Location: http://127.0.0.1:1/\r\n"),
        b"",
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
def test_something_else_at_the_port_is_not_the_local_sandbox(raw: StartRaw, answer: bytes) -> None:
    """Whatever does not show books is not the local sandbox, and the message says how to start that."""
    with pytest.raises(DestinationError, match="does not answer at 127"):
        MicrosoftAds(settings(raw(answer).url)).preflight(0)
