"""The local sandbox as an HTTP server: paths, hostile input, the page, and what `sandbox received` tells."""

import ast
import json
import re
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from typer.testing import CliRunner

from reverse_etl.cli.sandbox import app
from reverse_etl.sandbox import SERVICE_PATH, LocalSandbox, SandboxError
from tests.support.schemas import validate

from .conftest import ENVELOPE, Caller, Start, a_row, ago, an_adjustment, click, post_soap, raw_row
from .test_sandbox_lookups import goals


def address(caller: Caller) -> tuple[str, int]:
    host, port = caller.url.removeprefix("http://").split(":")
    return host, int(port)


def test_it_listens_on_loopback_alone(caller: Caller) -> None:
    """The sandbox is bound to 127.0.0.1, and is not to be had on another address of the machine."""
    host, port = address(caller)
    assert host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port), timeout=2):
        pass


NAMED = ENVELOPE % "<OfflineConversion><ConversionName>%s</ConversionName></OfflineConversion>"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\xfe",
        b"<a/>",
        (ENVELOPE % "<OfflineConversion>").encode(),
        (ENVELOPE % ("<a>" * 3000 + "</a>" * 3000)).encode(),
        (ENVELOPE % raw_row(1).replace("Lead", "&nope;")).encode(),
        (ENVELOPE % raw_row(1).replace("Lead", "<b/>")).encode(),
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY d "&a;&a;&a;&a;&a;&a;">]>' + (NAMED % "&d;").encode(),
        b'<!DOCTYPE x [<!ENTITY d SYSTEM "file:///etc/hostname">]>' + (NAMED % "&d;").encode(),
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + (NAMED % "Lead").encode(),
        b"<!DOCTYPE x>" + (NAMED % "Lead").encode(),
    ],
)
def test_what_is_not_soap_is_a_fault(caller: Caller, body: bytes) -> None:
    """What is not a well-formed envelope, or has a document type, is a fault without a detail; nothing is taken."""
    answer = post_soap(caller.url, body)
    assert answer.status_code == 500
    assert "DeserializationFailed" in answer.text
    assert "detail" not in answer.text
    assert caller.rows() == []


def test_huge_body_is_refused(caller: Caller) -> None:
    """A body above 20 MB is refused before it is read, and the sandbox goes on working."""
    head = f"POST {SERVICE_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{address(caller)[1]}\r\nContent-Length: 21000000\r\n\r\n"
    with socket.create_connection(address(caller), timeout=60) as connection:
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")
    assert caller.send(a_row()) == []


def test_wrong_paths_methods_and_types_are_refused(caller: Caller) -> None:
    """Other paths are 404, other content types 415, a missing length 413, other operations a fault."""
    session, soap = caller.session, caller.url + SERVICE_PATH
    assert caller.get("/nothing").status_code == 404
    assert caller.get(SERVICE_PATH).status_code == 404
    assert session.post(f"{caller.url}/nothing", data=b"x", timeout=60).status_code == 404
    assert session.put(soap, data=b"x", timeout=60).status_code == 501
    assert session.post(soap, json={}, timeout=60).status_code == 415
    assert session.post(soap, data=iter([b"x"]), timeout=60).status_code == 413
    assert "ActionNotSupported" in post_soap(caller.url, ENVELOPE % "", "GetCampaignsByIds").text
    assert caller.rows() == []


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_other_web_pages_are_kept_out(caller: Caller, headers: dict[str, str]) -> None:
    """A request that another web page makes a browser send is refused."""
    for method, path in (("GET", "/"), ("POST", "/control/faults")):
        answer = caller.session.request(method, caller.url + path, headers=headers, timeout=60)
        assert answer.status_code == 403


def test_page_shows_hostile_names_escaped(caller: Caller) -> None:
    """Markup in names and values is shown as text on the page."""
    evil = '<script>alert("x")</script>'
    caller.send(a_row(ConversionName=evil), a_row(MicrosoftClickId='"><img src=x onerror=y>'))
    page = caller.get("/")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;" in page.text


def test_page_shows_sums_reasons_and_goals(start: Start) -> None:
    """The page names each goal, marks those that were learnt, and says why rows did not count."""
    caller = start("learn: true\ngoals: [{name: Untouched}]")
    assert "Nothing was received yet." in caller.get("/").text
    caller.send(a_row(), a_row(), a_row(ConversionValue=-1), a_row(ConversionTime=ago(minutes=-9)))
    page = caller.get("/").text
    for text in ("Untouched", "Lead", "DuplicateConversionKey", "lies in the future", "12.50 EUR"):
        assert text in page
    assert page.count(">learnt<") == 1


def test_page_shows_calls_that_failed(caller: Caller) -> None:
    """The page counts calls that failed as a whole, and marks those that a test had asked for."""
    caller.fault([])
    caller.faults({"kind": "fault_117"})
    caller.fault([a_row()])
    page = caller.get("/").text
    assert "5600 OfflineConversionsNullOrEmpty" in page
    assert "117 CallRateExceeded" in page
    assert page.count("asked for by a test") == 1


def test_many_callers_at_once(caller: Caller) -> None:
    """Callers at the same time are all answered, and one of several equal rows counts."""

    def call(_: int) -> int:
        return caller.post(raw_row(1) * 20).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(call, range(16))) == [200] * 16
    books = caller.get("/books").json()
    assert (books["received"], books["counted"], books["duplicates"]) == (320, 1, 319)


def test_busy_port_is_one_clear_error(caller: Caller, tmp_path: Path) -> None:
    """A port in use stops the start with one sentence and a hint, and makes no books."""
    port = address(caller)[1]
    books = tmp_path / "other.db"
    with pytest.raises(SandboxError, match=f"Port {port} cannot be used") as caught:
        LocalSandbox(books, port=port).__enter__()
    assert "choose another port" in caught.value.hint
    assert not books.exists()


def test_leaving_does_not_wait_for_idle_connections(tmp_path: Path) -> None:
    """Leaving the context ends at once, although a caller keeps its connection open."""
    with requests.Session() as session:
        with LocalSandbox(tmp_path / "books.db", port=0) as sandbox:
            session.get(f"{sandbox.url}/books", timeout=60)
            started = time.monotonic()
        assert time.monotonic() - started < 2


def test_sandbox_shares_no_code_with_the_package() -> None:
    """The judge is independent: its modules import the standard library, four libraries and each other."""
    allowed = {*sys.stdlib_module_names, "lxml", "jinja2", "pydantic", "yaml"}
    for path in (Path(__file__).parents[2] / "reverse_etl" / "sandbox").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] in allowed or f"{name}.".startswith("reverse_etl.sandbox."), path


def received(caller: Caller, *arguments: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(app, ["received", "--books", str(caller.books), *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_look_ups_are_counted_apart_from_calls_with_rows(caller: Caller) -> None:
    """A push of one call looks at goals and properties first; text, JSON and page do not call these calls with rows."""
    goals(caller)
    caller.ask("GetAccountProperties", AccountPropertyNames={"AccountPropertyName": ["MSCLKIDAutoTaggingEnabled"]})
    caller.send(a_row(), a_row(), a_row(MicrosoftClickId=click(2)))
    caller.fault([])
    assert received(caller).splitlines()[:2] == [
        "3 rows received: 2 counted, 1 duplicate, 0 ignored, 0 refused",
        "4 calls: 2 with rows, 2 look-ups",
    ]
    said = validate("sandbox_received", json.loads(received(caller, "--json")))["summary"]
    assert (said["calls"], said["lookups"]) == (4, 2)
    assert caller.get("/books").json()["lookups"] == 2
    tiles = dict(re.findall(r"<dt>(.*?)</dt><dd.*?>(.*?)</dd>", caller.get("/").text))
    assert (tiles["Calls with rows"], tiles["Look-ups"]) == ("2", "2")


def test_one_is_no_plural(caller: Caller) -> None:
    """One row, call and adjustment are shown in the singular."""
    caller.send(a_row())
    assert received(caller).startswith(
        "1 row received: 1 counted, 0 duplicates, 0 ignored, 0 refused\n1 call: 1 with rows"
    )
    caller.adjust(an_adjustment())
    said = received(caller)
    assert "Newest row: conversion time" in said
    assert "Newest adjustment: conversion time" in said
    caller.send(a_row())
    assert "Newest 2 rows: conversion time" in received(caller)
