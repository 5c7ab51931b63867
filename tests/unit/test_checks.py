"""What `check` finds without a project, and how it is shown: marks, sums, widths, and where each setting came from."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reverse_etl.cli import check as checking
from reverse_etl.commands.check import dbt_line, exit_code
from reverse_etl.commands.check_account import look_alikes
from reverse_etl.core import clocks
from reverse_etl.core.check import CheckLine, Mark
from reverse_etl.core.errors import DestinationError, SettingsError
from reverse_etl.core.sync import Environment, Scope, Sync, WireProtocol
from reverse_etl.destinations.microsoft_ads import kind
from reverse_etl.destinations.microsoft_ads.answering import check_service
from reverse_etl.destinations.microsoft_ads.settings import Setting, find_endpoint, find_settings
from reverse_etl.report.check import checks_json, checks_text
from reverse_etl.warehouse.source import check_columns, column_problems, kinds_of
from tests.unit.wire import StartRaw, http

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/check.json").read_text())
LINES = [
    CheckLine("", "python", Mark.OK, "3.11.7"),
    CheckLine("", "database", Mark.FAILED, "The file is in use.", "Wait until it ends.", 4),
    CheckLine("ads", "production_target", Mark.WARNING, "A push would be refused.", "Push with --target prod."),
    CheckLine("ads", "columns", Mark.FAILED, "There is no column conversion_value.", "Build the view.", 2),
]
MINE = Scope("microsoft_ads", "production", "123", "ads")


def shown(lines: list[CheckLine], encoding: str = "utf-8", *, colour: bool = False, quiet: bool = False) -> str:
    return "\n".join(checks_text(lines, encoding=encoding, width=80, colour=colour, quiet=quiet))


def test_each_line_has_its_mark_and_each_cross_what_to_do() -> None:
    """A tick, a warning or a cross per line, hints beneath, a sync's lines under its name, and the sums."""
    assert shown(LINES).splitlines() == [
        "✓ python             3.11.7",
        "✗ database           The file is in use.",
        "                     -> Wait until it ends.",
        "",
        "ads",
        "! production_target  A push would be refused.",
        "                     -> Push with --target prod.",
        "✗ columns            There is no column conversion_value.",
        "                     -> Build the view.",
        "",
        "1 fine, 1 to look at, 2 to correct.",
        "What depends on a failed check was left out: check again then.",
    ]
    assert shown(LINES[:1]).splitlines()[-1] == "1 fine."
    quiet = shown(LINES, quiet=True)
    assert "python" not in quiet
    assert "database" in quiet
    assert "1 fine, 1 to look at, 2 to correct." in quiet


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "no such encoding"])
def test_a_terminal_without_the_symbols_gets_words(encoding: str) -> None:
    """Where the encoding lacks the symbols, marks are plain letters, and texts still begin in one column."""
    text = shown(LINES, encoding)
    assert text.encode("ascii")
    assert "ok python             3.11.7" in text
    assert "x  database           The file" in text
    assert "!  production_target  A push" in text


def test_colour_only_where_asked() -> None:
    """Without colour no escape is written; with it the marks alone have some, and the columns stay."""
    assert "\x1b" not in shown(LINES)
    coloured = shown(LINES, colour=True)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == shown(LINES)
    assert "\x1b[31m✗\x1b[0m database" in coloured


def test_lines_fit_and_commands_stay_whole() -> None:
    """Long texts are broken at the width, but never within a command, which is there to be copied."""
    command = "`dbt build --select +offline_conversions --target prod`"
    line = CheckLine("", "source_model", Mark.FAILED, "word " * 40, f"A short word, then run {command} and again.", 2)
    text = shown([line])
    assert command in text
    assert max(len(one) for one in text.splitlines()) <= 80
    assert "`odd" in shown([replace(line, hint="an `odd number of backticks " * 5)])


def test_texts_from_outside_forge_no_line() -> None:
    """Line breaks, escapes and the like in a name or an error neither steer the terminal nor begin a line."""
    hostile = CheckLine("ads\n✓ fake", "exposure", Mark.FAILED, "bad\n✓ forged\x1b[2J", "do\r\nthis", 2)
    text = shown([hostile])
    assert "\x1b" not in text
    assert not [one for one in text.splitlines() if one.startswith(("✓", "this"))]


@pytest.mark.parametrize(
    ("lines", "code"),
    [([], 0), (LINES[:1], 0), ([LINES[0], LINES[2]], 0), ([LINES[3]], 2), (LINES, 4)],
)
def test_the_exit_code(lines: list[CheckLine], code: int) -> None:
    """0 without a cross, whatever the warnings; 2 with one; 4 where another process holds the DuckDB file."""
    assert exit_code(lines) == code


def test_json_is_what_its_schema_says() -> None:
    """The document for programs is valid, and one with more in it would not be."""
    document = json.loads(json.dumps(checks_json(LINES, 4)))
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.check_schema(SCHEMA)
    validator.validate(document)
    assert document["counts"] == {"ok": 1, "warning": 1, "failed": 2}
    assert document["lines"][3]["sync"] == "ads"
    assert list(validator.iter_errors(document | {"more": 1}))


@pytest.mark.parametrize(
    ("version", "mark"),
    [("1.9.4", "warning"), ("1.10.0", "ok"), ("1.12.6", "ok"), ("1.12.0b1", "ok"), ("1.13.0", "warning")],
)
def test_dbt_versions(version: str, mark: str) -> None:
    """A version outside the tested range is a warning that names the range."""
    line = dbt_line(version)
    assert line.mark == mark
    assert ("1.10 to 1.12" in line.hint) is (mark == "warning")


def test_an_empty_scope_beside_a_full_one() -> None:
    """The same sync elsewhere or another name in the same place is a likeness, the fullest first; other things not."""
    renamed = replace(MINE, sync="ads_old")
    account = replace(MINE, account_id="9")
    local = replace(MINE, environment="local", account_id="local")
    accepted = {renamed: 5, account: 70, local: 3, replace(MINE, sync="x", account_id="9"): 8}
    assert look_alikes(MINE, accepted, []) == [account, renamed, local]
    assert look_alikes(MINE, accepted | {MINE: 0}, [renamed, MINE]) == [account, local]
    assert look_alikes(MINE, accepted | {MINE: 1}, []) == []
    assert look_alikes(MINE, {renamed: 0}, []) == []
    assert look_alikes(MINE, {replace(renamed, destination="other"): 9}, []) == []
    assert look_alikes(MINE, {}, []) == []


def test_where_each_setting_comes_from() -> None:
    """The exposure goes before the environment, which goes before the default; what is nowhere has no source."""
    sync = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "1", "")
    environ = {
        "MICROSOFT_ADS_ACCOUNT_ID": "2",
        "MICROSOFT_ADS_CUSTOMER_ID": "3",
        "MICROSOFT_ADS_DEVELOPER_TOKEN": "t-1",
    }
    found = find_settings(sync, environ)
    assert {name: (one.value, one.source) for name, one in found.items()} == {
        "account_id": ("1", "the exposure"),
        "customer_id": ("3", "MICROSOFT_ADS_CUSTOMER_ID in the environment"),
        "developer_token": ("t-1", "MICROSOFT_ADS_DEVELOPER_TOKEN in the environment"),
    }
    assert [name for name, one in found.items() if one.secret] == ["developer_token"]
    assert "t-1" not in repr(found)
    assert find_endpoint(sync, {}, WireProtocol.SOAP).source == "default"
    local = find_settings(replace(sync, environment=Environment.LOCAL), environ)
    assert (local["developer_token"].value, local["developer_token"].source) == ("local", "default")


def test_every_wrong_column_is_named() -> None:
    """Missing columns, types that do not fit and a missing key are reported one by one; unknown types pass."""
    columns = dict.fromkeys(["CONVERSION_NAME", "conversion_time", "microsoft_click_id"], "VARCHAR")
    columns |= dict.fromkeys(["hashed_email_address", "hashed_phone_number", "conversion_currency_code"], "GEOMETRY")
    columns |= {"conversion_value": "BOOLEAN", "external_attribution_model": "INTEGER", "deal": "INTEGER"}
    problems = [problem.message for problem in column_problems("shop.ads", columns, "deal_id")]
    assert problems == [
        "The source model shop.ads has conversion_value as BOOLEAN; it must be a number or text.",
        "The source model shop.ads has no column external_attribution_credit. It has external_attribution_model.",
        "The source model shop.ads has external_attribution_model as INTEGER; it must be a text.",
        "The source model shop.ads has no column deal_id. It has deal.",
    ]
    with pytest.raises(SettingsError, match="conversion_value as BOOLEAN") as caught:
        check_columns("shop.ads", columns, "deal_id")
    assert "`reverse-etl check` names 3 more." in caught.value.hint
    kinds = kinds_of(columns, "deal")
    assert (kinds["conversion_name"], kinds["hashed_phone_number"], kinds["deal"]) == ("text", "GEOMETRY", "number")


RESOLVE = socket.getaddrinfo


def only_loopback(host: str, *arguments: Any, **options: Any) -> Any:
    """Names as a machine without a network knows them."""
    if host != "127.0.0.1":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return RESOLVE(host, *arguments, **options)


@contextmanager
def service(status: int) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A service on loopback that answers with this status and keeps the headers that it got."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({"path": self.path} | dict(self.headers))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v13/x.svc", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("status", [200, 302, 404])
def test_a_service_that_answers(status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any answer but an error of the service counts, and no credential is sent, not even one that ~/.netrc has."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with service(status) as (endpoint, seen):
        host, ahead = check_service(endpoint)
    assert host == "127.0.0.1"
    assert ahead == pytest.approx(0, abs=60)
    assert [one["path"] for one in seen] == ["/v13/x.svc?wsdl"]
    assert not {name.lower() for one in seen for name in one} & {"authorization", "authenticationtoken", "cookie"}


@pytest.mark.parametrize("status", [200, 404, 405, 501])
def test_a_service_by_rest_is_asked_for_nothing(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no description to ask for; that a server answers is what is looked for."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with service(status) as (endpoint, seen):
        host, _ = check_service(endpoint.removesuffix("/x.svc"))
    assert host == "127.0.0.1"
    assert [one["path"] for one in seen] == ["/v13"]


def test_a_service_with_another_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this machine's clock is hours off the service's, a line warns of it, and nothing fails."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    right = clocks.now()
    monkeypatch.setattr(clocks, "now", lambda: right - timedelta(hours=3))
    sync = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.SANDBOX, "1", "")
    with service(200) as (endpoint, _):
        monkeypatch.setattr(kind, "find_endpoint", lambda *_: Setting("endpoint", endpoint, "default", ""))
        clock, answers = kind.MicrosoftAdsKind().answers(sync, {}, right.date(), 0)
    assert (clock.name, clock.mark) == ("clock", Mark.WARNING)
    assert clock.text == "127.0.0.1's clock is 3.0 hours ahead of this machine's."
    assert (answers.name, answers.mark) == ("destination", Mark.OK)


@pytest.mark.parametrize(
    ("status", "headers", "ahead"),
    [
        ("200 OK", {}, -72_000),
        ("200 OK", {"Age": "72000", "Via": "1.1 cache"}, 0),
        ("200 OK", {"Age": "old"}, None),
        ("404 Not Found", {}, -72_000),
        ("404 Not Found", {"Age": "72000"}, 0),
        ("403 Forbidden", {"Via": "1.1 proxy"}, None),
    ],
)
def test_the_time_of_a_cache_or_a_proxy_is_not_taken_for_the_service_s(
    raw: StartRaw, status: str, headers: dict[str, str], ahead: float | None
) -> None:
    """No cached answer is asked for; the age of one counts, and a proxy's own page tells no time."""
    date = format_datetime(clocks.now() - timedelta(hours=20), usegmt=True)
    extra = "".join(f"{name}: {value}\r\n" for name, value in ({"Date": date} | headers).items())
    server = raw(http("x", status=status, extra=extra))
    found = check_service(f"{server.url}/x.svc")[1]
    assert found == (None if ahead is None else pytest.approx(ahead, abs=60))
    assert b"cache-control: no-cache\r\n" in server.requests[0].lower()


def test_a_service_that_is_not_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service's own error is reported with the status."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with service(503) as (endpoint, _), pytest.raises(DestinationError, match="HTTP 503"):
        check_service(endpoint)


@pytest.mark.parametrize(
    ("environ", "endpoint", "words"),
    [
        ({"NO_PROXY": "127.0.0.1"}, "http://127.0.0.1:9/x", "127.0.0.1 does not answer: no connection"),
        ({"NO_PROXY": "*"}, "https://no-such-host.example/x", "no-such-host.example does not answer: its name"),
        (
            {"HTTPS_PROXY": "http://me:secret@127.0.0.1:9"},
            "https://campaign.api.bingads.microsoft.com/x",
            "campaign.api.bingads.microsoft.com does not answer: the proxy",
        ),
    ],
)
def test_a_service_that_does_not_answer(
    environ: dict[str, str], endpoint: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host is named with the cause in words, and a proxy's password is not."""
    for name in (
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(socket, "getaddrinfo", only_loopback)
    with pytest.raises(DestinationError) as caught:
        check_service(endpoint, timeout=60)
    assert words in caught.value.message
    assert "secret" not in caught.value.message + caught.value.hint
    assert caught.value.hint


def test_a_service_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that takes the connection and says nothing is given up after the time-out."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    try:
        with pytest.raises(DestinationError, match="no answer in time"):
            check_service(f"http://127.0.0.1:{server.server_port}/x", timeout=0.2)
    finally:
        server.server_close()


def test_an_account_is_not_asked_for_without_its_settings() -> None:
    """Where a token is missing, no destination is opened: nothing is called."""
    sync = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "1", "2")
    environ = {"MICROSOFT_ADS_DEVELOPER_TOKEN": "here"}
    with pytest.raises(SettingsError, match="needs what is not there"):
        kind.MicrosoftAdsKind().open(sync, environ)


class Keyboard:
    """A terminal where one line is typed."""

    def __init__(self, line: str, *, there: bool = True) -> None:
        self.line, self.there = line, there

    def isatty(self) -> bool:
        return self.there

    def readline(self) -> str:
        return self.line


@pytest.mark.parametrize(("line", "turned_on"), [("y\n", True), ("yes\n", True), ("\n", False), ("n\n", False)])
def test_auto_tagging_is_turned_on_by_a_yes_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, turned_on: bool
) -> None:
    """The question says what would change in which account, and anything but a yes changes nothing."""
    monkeypatch.setattr(checking.sys, "stdin", Keyboard(line))
    sync = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "77", "8")
    assert checking._turn_on(sync, yes=False) is turned_on
    said = capsys.readouterr()
    assert said.out == ""
    assert "account 77 (production)" in said.err
    assert "msclkid" in said.err


@pytest.mark.parametrize("stdin", [Keyboard("y\n", there=False), None], ids=["no terminal", "closed"])
def test_no_terminal_is_no_yes(monkeypatch: pytest.MonkeyPatch, stdin: Keyboard | None) -> None:
    """Without a terminal, or with standard input closed, only --yes turns it on."""
    monkeypatch.setattr(checking.sys, "stdin", stdin)
    sync = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.PRODUCTION, "77", "8")
    with pytest.raises(SettingsError, match="No terminal is attached to ask at"):
        checking._turn_on(sync, yes=False)
    assert checking._turn_on(sync, yes=True) is True
