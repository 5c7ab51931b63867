"""Secrets and personal data stay where they belong: a whole day's work is searched for them, byte by byte."""

import json
import logging
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest
import requests

import reverse_etl.commands.check  # noqa: F401 - bound to the real settings before they are replaced
from reverse_etl.core.errors import DestinationError
from reverse_etl.core.pace import Patience
from reverse_etl.core.receipt import Unanswered
from reverse_etl.core.sync import Environment
from reverse_etl.destinations.microsoft_ads import MicrosoftAds
from reverse_etl.destinations.microsoft_ads import settings as ads_settings
from reverse_etl.destinations.microsoft_ads.answering import check_service
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import Access, find_credentials
from reverse_etl.destinations.microsoft_ads.wire.soap import SoapWire
from reverse_etl.sandbox import LocalSandbox
from tests.support.faults import ask_for, truth
from tests.support.shop import Shop, click, copy_of
from tests.unit.wire import RawServer, http, row, settings

TOKENS = {
    "MICROSOFT_ADS_DEVELOPER_TOKEN": "developer-token-5b1e77",
    "MICROSOFT_ADS_ACCESS_TOKEN": "access-token-eyJhbGciOi-c0ffee",
}
EMAIL, PHONE = "Anna.Smith+ads@Secret-Mail.example", "+44 20 7946 0911"
# However they may be written on the way: as they are, normalised, or with the digits alone.
PERSONAL = ["secret-mail.example", "7946 0911", "2079460911"]
_MODEL = """{{ reverse_etl.offline_conversions(
    from=source('crm', 'deals'),
    conversion_name='conversion_name',
    conversion_time='conversion_time',
    microsoft_click_id='microsoft_click_id',
    hashed_email_address=reverse_etl.hashed_email('email'),
    hashed_phone_number=reverse_etl.hashed_phone('phone'),
    conversion_value='conversion_value',
    conversion_currency_code="'EUR'",
    extra_columns=['deal_id'],
) }}"""
_SCHEMA = """
models:
  - name: offline_conversions
    columns:
      - name: hashed_email_address
        data_tests: [{reverse_etl.hash_well_formed: {config: {severity: warn, store_failures: true}}}]
      - name: conversion_name
        data_tests: [{not_null: {config: {severity: warn, store_failures: true}}}]
"""
ROWS = 30


@dataclass(frozen=True)
class Work:
    """A project after a day's work, with all that was said and logged meanwhile."""

    folder: Path
    database: Path
    said: str
    logged: str
    sandbox: LocalSandbox
    headers: set[str]


FIND_SETTINGS = ads_settings.find_settings


def real_settings(sync: Any, environ: Any) -> Any:
    """What production finds, for a push to the local sandbox: the tokens of the environment really leave."""
    production = replace(sync, environment=Environment.PRODUCTION, account_id="42", customer_id="42")
    return FIND_SETTINGS(production, environ)


def real_credentials(environment: Environment, environ: Any) -> Access:
    """What production finds: the access token of the environment."""
    return find_credentials(Environment.PRODUCTION, environ)


class Listener(logging.Handler):
    """Everything that is logged, with the arguments and the tracebacks."""

    def __init__(self) -> None:
        super().__init__(level=1)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.lines.append(f"{record.name} {record.getMessage()} {record.args} {trace}")


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """Every logger speaks to this one, those of zeep and urllib3 among them."""
    import zeep.transports  # noqa: F401

    heard = Listener()
    names = ["", *logging.root.manager.loggerDict, "zeep", "urllib3.connectionpool", "requests"]
    loggers = [logging.getLogger(name) for name in names if not name.startswith("dbt")]
    before = [(one.level, one.disabled, one.propagate) for one in loggers]
    for one in loggers:
        one.level, one.disabled, one.propagate = 1, False, True
    logging.root.manager._clear_cache()
    logging.root.addHandler(heard)
    yield heard
    logging.root.removeHandler(heard)
    for one, (level, disabled, propagate) in zip(loggers, before, strict=True):
        one.level, one.disabled, one.propagate = level, disabled, propagate
    logging.root.manager._clear_cache()


def _prepared(shop_template: Shop, folder: Path) -> Shop:
    shop = Shop(copy_of(shop_template, folder / "project").folder)
    (shop.folder / "models/offline_conversions.sql").write_text(_MODEL)
    (shop.folder / "models/schema.yml").write_text(_SCHEMA)
    shop.exposure(
        environment="{{ 'production' if target.name == 'prod' else 'local' }}",
        targets=["prod"],
        account_id="42",
        customer_id="43",
        adjustments=["restate", "retract"],
        protocol="soap",
    )
    shop.sql("drop table deals cascade")
    shop.sql(
        "create table deals as select 'D' || i as deal_id, "
        "case when i = 4 then 'Deal wun' when i = 5 then null else 'Deal won' end as conversion_name, "
        "date_trunc('day', now() at time zone 'UTC') - interval 12 hour as conversion_time, "
        "case when i <> 3 then printf('%032x', i) end as microsoft_click_id, "
        f"case when i = 3 then '{EMAIL}' end as email, case when i in (3, 6) then '{PHONE}' end as phone, "
        f"cast(i as double) as conversion_value from range({ROWS}) as numbers(i)"
    )
    return shop


# What each command does on the way, with its exit code.
_MORNING = [
    # A row names a goal that is none.
    (["check"], 2),
    (["push", "--build", "-v"], 1),
    (["push", "-v", "--json"], 3),
    (["plan"], 0),
    (["plan", "--target", "prod"], 0),
    (["push", "--target", "prod"], 5),
    (["why", EMAIL], 0),
    (["why", EMAIL, "--json"], 0),
    (["why", "D4"], 0),
    (["status"], 0),
    (["rejected"], 0),
    (["rejected", "--csv"], 0),
    (["report"], 0),
    (["runs"], 0),
    (["runs", "1"], 0),
    (["runs", "2", "--json"], 0),
    (["forget", "--key", EMAIL, "--yes"], 5),
    (["forget", "--phone", PHONE, "--yes"], 5),
    (["check", "--json"], 2),
]


@pytest.fixture(scope="module")
def work(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Iterator[Work]:
    """Builds, pushes with faults and refusals, and every reading command, with real tokens in the environment."""
    folder = tmp_path_factory.mktemp("secrets")
    shop = _prepared(shop_template, folder)
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    (folder / "goals.yml").write_text("goals: [{name: Deal won, enhanced: true}]\n")
    said, headers, codes = [], set(), []
    loud = {"DBT_LOG_LEVEL": "debug", "DBT_LOG_LEVEL_FILE": "debug", "DBT_DEBUG": "true"}
    places = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}
    headers_of = SoapWire._headers

    def remember(wire: SoapWire, token: str) -> dict[str, str]:
        made = headers_of(wire, token)
        headers.update(made.values())
        return made

    with (
        LocalSandbox(folder / "books.sqlite", port=0, goals=folder / "goals.yml") as sandbox,
        mock.patch.object(ads_settings, "find_settings", real_settings),
        mock.patch.object(ads_settings, "find_credentials", real_credentials),
        mock.patch.object(SoapWire, "_headers", remember),
        mock.patch.object(Patience, "wait_before", return_value=0.0),
    ):
        ask_for(sandbox, {"kind": "bad_index"}, {"kind": "poison", "row": click(8)}, {"kind": "html_502"})
        built = shop.dbt("--debug", "build")
        said.append(built.stdout + built.stderr)
        for arguments, _ in _MORNING:
            if arguments[0] == "push":
                faults: list[dict[str, object]] = [{"kind": "html_502"}, {"kind": "bad_index"}]
                ask_for(sandbox, *(faults if "--build" in arguments else [{"kind": "poison", "row": click(8)}]))
            endpoint = "" if "prod" in arguments else sandbox.url
            done = shop.run(*arguments, MICROSOFT_ADS_ENDPOINT=endpoint, **TOKENS, **loud, **places)
            said.append(f"{arguments[0]} {done.returncode}\n{done.stdout}\n{done.stderr}")
            codes.append((arguments, done.returncode))
        assert codes == _MORNING, "\n".join(said[1:])
        yield Work(folder, shop.database, "\n".join(said), "\n".join(listener.lines), sandbox, headers)


def found_in(text: str, *, without_case: bool = True) -> list[str]:
    lowered = text.lower() if without_case else text
    return [word for word in (*TOKENS.values(), *PERSONAL) if word.lower() in lowered]


def test_the_work_has_used_what_it_must_not_tell(work: Work) -> None:
    """The search would find something: the tokens have left, and the person was sent by its hashes."""
    assert set(TOKENS.values()) <= work.headers
    persons = [one for one in truth(work.sandbox)["identities"] if one["hashed_email"] and one["counts"]]
    assert len(persons) == 1
    assert "urllib3" in work.logged
    assert work.database.read_bytes().lower().count(b"secret-mail.example") == 1


def test_nothing_that_was_said_or_logged_holds_them(work: Work) -> None:
    """Neither what the commands and dbt printed nor any logger at its lowest level."""
    assert found_in(work.said) == []
    assert found_in(work.logged) == []


def test_no_file_holds_them(work: Work) -> None:
    """No artifact, log, compiled statement or forgotten file, at home or where temporary files go.

    The database holds the source, and no token; each of its tables is looked at below.
    """
    files = [path for path in work.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    names = {path.name for path in files}
    assert {"manifest.json", "run_results.json", "dbt.log", "books.sqlite", "shop.duckdb"} <= names
    leaks = {str(path): found_in(path.read_bytes().decode("latin-1")) for path in files}
    leaks = {path: words for path, words in leaks.items() if words}
    allowed = [word for word in leaks.pop(str(work.database)) if word in PERSONAL]
    assert leaks == {}
    assert allowed


def test_no_table_but_the_source_holds_them(work: Work) -> None:
    """Every column of every table and view of every schema, read as text."""
    with duckdb.connect(str(work.database), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_name <> 'deals'"
        ).fetchall()
        names = {name for _, name in tables}
        assert {"reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs", "offline_conversions"} <= names
        assert any("not_null" in name for name in names), "failures are stored"
        for schema, name in tables:
            rows = connection.execute(f'select * from "{schema}"."{name}"').fetchall()
            assert found_in(repr(rows)) == [], name


@pytest.mark.parametrize("kind", ["redirect", "dtd", "huge"])
def test_a_hostile_answer_is_an_error_and_the_tokens_go_nowhere(shop: Shop, sandbox: LocalSandbox, kind: str) -> None:
    """An answer that leads elsewhere, explodes or never ends leaves its rows in doubt; no one else is called."""
    shop.sql(
        "insert into deals (deal_id, conversion_name, conversion_time, microsoft_click_id) "
        "values ('D1', 'Deal won', now() - interval 1 day, ?)",
        [click(1)],
    )
    with RawServer(http("")) as elsewhere, mock.patch.object(Patience, "wait_before", return_value=0.0):
        more = {"to": elsewhere.url} if kind == "redirect" else {}
        ask_for(sandbox, {"kind": kind, "count": 9} | more)
        with (
            mock.patch.object(ads_settings, "find_settings", real_settings),
            mock.patch.object(ads_settings, "find_credentials", real_credentials),
        ):
            done = shop.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url, **TOKENS)
    assert (done.returncode, json.loads(done.stdout)["source"]) == (1, {"in_doubt": 1})
    assert "No call was answered" in done.stderr
    assert found_in(done.stdout + done.stderr) == []
    assert elsewhere.requests == []


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[tuple[str, list[bytes]]]:
    """An https server whose certificate no authority signed: its address, and what it could read."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    read: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    connection, _ = server.accept()
                    connection.settimeout(5)
                    with context.wrap_socket(connection, server_side=True) as secured:
                        read.append(secured.recv(65_536))
                        secured.sendall(http(""))
                except OSError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}", read
        ended.set()
        thread.join()


def test_a_certificate_of_no_authority_is_refused(self_signed: tuple[str, list[bytes]]) -> None:
    """The connection ends before a byte of the message leaves, for a call and for a check."""
    url, read = self_signed
    made = replace(settings("http://127.0.0.1:1"), endpoint=f"{url}/x.svc")
    answer = MicrosoftAds(made, wire=SoapWire(made, read_timeout=3.0)).send([row()])
    assert isinstance(answer, Unanswered)
    assert answer.reason.error_code == "SSLError"
    with pytest.raises(DestinationError, match="certificate is not accepted"):
        check_service(made.endpoint)
    assert read == []
    # The server does speak to one who trusts it blindly.
    with pytest.warns(Warning, match="Unverified"):
        assert requests.get(url, timeout=60, verify=False).status_code == 200
    assert len(read) == 1
