"""What `push --record` keeps: every call with its answer, as Microsoft saw and said it, and no secret and no person."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, quote_plus, unquote
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import Answered, Stopped, Unanswered
from reverse_etl.core.sync import WireProtocol
from reverse_etl.destinations.microsoft_ads import MicrosoftAds
from reverse_etl.destinations.microsoft_ads.recording import LONGEST_BODY, MASKED, NOT_KEPT, Recording
from reverse_etl.destinations.microsoft_ads.wire.http import HttpAnswer
from reverse_etl.destinations.microsoft_ads.wire.port import LONGEST_TEXT
from tests.unit.dialects import DIALECTS, WIRES, Dialect
from tests.unit.wire import ACCESS_TOKEN, DEVELOPER_TOKEN, StartRaw, http, row, settings

CLICK = "f894f652ea334e739002f7167ab8f8e3"
DASHED = "F894F652-EA33-4E73-9002-F7167AB8F8E3"
HASH = "0a" * 32
ACCOUNT = "7654321"
PHONE = "anna's phone <+49>"
E_MAIL = "anna.smith+ads@example.com"
TRACKING = "7e8f0b6c-2f4c-4a43-9a1e-3d1f8a5c9b20"
PERSONS = (CLICK, DASHED, HASH, PHONE, E_MAIL)
ROWS = [row(1, click_id=CLICK, hashed_email=HASH), row(2, click_id=CLICK, hashed_phone=PHONE)]


def send(dialect: Dialect, url: str, folder: Path, records: Sequence[Record] = ROWS, notes: list[str] | None = None):  # type: ignore[no-untyped-def]
    """One call that is recorded, and its answer."""
    made = replace(settings(url, dialect.protocol), account_id=ACCOUNT)
    recording = Recording(folder, (notes if notes is not None else []).append)
    wire = WIRES[dialect.protocol](made, read_timeout=3.0, recording=recording)
    return MicrosoftAds(made, wire=wire).send(records)


def calls(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("[0-9]*.json"))]


def test_a_call_is_kept_as_it_was_without_secrets_and_persons(dialect: Dialect, raw: StartRaw, tmp_path: Path) -> None:
    """Request and answer in one file: what is secret or a person's is masked, wherever it stands and however it is
    written; the same identifier always in the same way, so that a duplicate can be seen."""
    words = f"{ACCESS_TOKEN} {DASHED} {CLICK.upper()} {HASH} {E_MAIL} of {DEVELOPER_TOKEN}, {PHONE}, account {ACCOUNT}"
    words = words if dialect.protocol is WireProtocol.REST else escape(words)
    error = dialect.batch_error(0, 5604, "OfflineConversionMicrosoftClickIdInvalid", words)
    extra = f"Set-Cookie: session=abcdef\r\nTrackingId: {TRACKING}\r\nX-Echo: {ACCESS_TOKEN} {CLICK}\r\n"
    server = raw(dialect.http(dialect.partial_errors(error), extra=extra))
    assert isinstance(send(dialect, server.url, tmp_path / "kept"), Answered)
    (call,) = calls(tmp_path / "kept")
    everything = json.dumps(call).lower()
    for secret in (ACCESS_TOKEN, DEVELOPER_TOKEN, "abcdef", ACCOUNT, *PERSONS):
        assert json.dumps(secret)[1:-1].lower() not in everything
    one, other = dialect.items(call["request"]["body"].encode())
    click, hashed, phone = one["MicrosoftClickId"], one["HashedEmailAddress"], other["HashedPhoneNumber"]
    assert other["MicrosoftClickId"] == click
    assert all(re.fullmatch(r"id-\d", mask) for mask in (click, hashed, phone))
    assert len({click, hashed, phone}) == 3
    assert one["ConversionName"] == "Lead"
    answer = call["answer"]
    said = rf"\(secret\) {click} {click} {hashed} \(masked\) of \(secret\), {phone}, account id-\d\b"
    assert re.search(said, json.dumps(answer["body"]))
    assert (answer["status"], answer["headers"]["TrackingId"]) == (200, TRACKING)
    assert not {"X-Echo", "Set-Cookie"} & {*answer["headers"]}
    assert call["operation"] == "ApplyOfflineConversions"
    assert call["request"]["headers"]["Api-Revision"] == "2026-10-12"


def test_only_their_owner_may_read_what_is_kept(raw: StartRaw, tmp_path: Path) -> None:
    """The folder is 0700 and its files are 0600, whatever the umask."""
    rest = DIALECTS["rest"]
    send(rest, raw(rest.http(rest.empty_answer)).url, tmp_path / "deep" / "kept")
    assert (tmp_path / "deep" / "kept").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "deep" / "kept").iterdir()} == {0o600}


@pytest.mark.parametrize("status", ["401 No", "403 No", "429 Slow", "502 Bad"])
def test_an_unreadable_answer_is_kept(dialect: Dialect, raw: StartRaw, tmp_path: Path, status: str) -> None:
    """A page of a gateway in the place of an answer is what tells who said it."""
    page = http("<h1>Firewall</h1>", status, "text/html")
    send(dialect, raw(page, b"").url, tmp_path / "kept")
    (call,) = calls(tmp_path / "kept")
    assert (call["answer"]["status"], call["answer"]["body"]) == (int(status[:3]), "<h1>Firewall</h1>")


def test_a_page_that_comes_in_pieces_is_read_before_it_is_masked(raw: StartRaw, tmp_path: Path) -> None:
    """Half of a token would not be known for what it is; of a page that breaks off nothing is kept."""
    rest = DIALECTS["rest"]
    page = http(f"No {ACCESS_TOKEN}", "403 No", "text/html")
    send(rest, raw(page[:-6], rest=page[-6:], pause=0.01).url, tmp_path / "kept")
    assert calls(tmp_path / "kept")[0]["answer"]["body"] == "No (secret)"
    send(rest, raw(page[:-6]).url, tmp_path / "broken")
    assert calls(tmp_path / "broken")[0]["answer"] == {"error": "ProtocolError"}


def test_a_call_without_an_answer_is_kept_by_the_name_of_its_error(dialect: Dialect, tmp_path: Path) -> None:
    """Of an error nothing but its name is kept: its text may hold anything."""
    assert isinstance(send(dialect, "http://127.0.0.1:1", tmp_path / "kept"), Unanswered | Stopped)
    (call,) = calls(tmp_path / "kept")
    assert call["answer"] == {"error": "ConnectionError"}


def test_a_folder_that_is_not_new_or_cannot_be_made_stops_before_anything_else(tmp_path: Path) -> None:
    """The masks of another run are others, and a folder that is there may be open to others."""
    (tmp_path / "file").write_text("")
    for folder, words in ((tmp_path / "file" / "below", "Not a directory"), (tmp_path, "File exists")):
        with pytest.raises(SettingsError, match=words):
            Recording(folder, lambda _: None)


def test_a_write_that_fails_harms_nothing(dialect: Dialect, raw: StartRaw, tmp_path: Path) -> None:
    """A folder that is gone, or a disk that is full: the calls go on, and it is said once."""
    notes: list[str] = []
    made = settings(raw(dialect.http(dialect.empty_answer)).url, dialect.protocol)
    wire = WIRES[dialect.protocol](made, recording=Recording(tmp_path / "kept", notes.append))
    shutil.rmtree(tmp_path / "kept")
    for _ in range(3):
        assert isinstance(MicrosoftAds(made, wire=wire).send(ROWS), Answered)
    (note,) = notes
    assert "FileNotFoundError" in note


@given(before=st.integers(0, 200), secret=st.sampled_from([ACCESS_TOKEN, CLICK, HASH, E_MAIL]))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_half_of_a_secret_is_left_where_a_text_is_cut(tmp_path: Path, before: int, secret: str) -> None:
    """A long answer is kept in part, and its end holds nothing that was cut through."""
    shutil.rmtree(tmp_path / "kept", ignore_errors=True)
    recording = Recording(tmp_path / "kept", lambda _: None)
    kept = recording.masked_text("- " * ((LONGEST_TEXT - before) // 2) + secret + " and more" * 100, (ACCESS_TOKEN,))
    assert len(kept) <= LONGEST_TEXT + 10
    assert not any(kept.rstrip(". ").endswith(secret[:length]) for length in range(2, len(secret) + 1))


def each(text: str, form: str) -> str:
    """A text with every character in this form."""
    return "".join(form.format(ord(character)) for character in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": str.upper,
    "url-quoted": lambda text: "%22" + quote(text, safe="") + "%22",
    "form": lambda text: "q=" + quote_plus(text, safe=""),
    "url-quoted twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent": lambda text: each(text, "%{:02x}"),
    "entities": lambda text: "&quot;" + escape(text).replace("@", "&#64;").replace("+", "&plus;") + "&quot;",
    "numbers": lambda text: each(text, "&#{};"),
    "hexadecimal numbers": lambda text: each(text, "&#x{:04X};"),
    "system.text.json": lambda text: "\\u0027" + re.sub("[^0-9A-Za-z]", lambda one: each(one[0], "\\u{:04X}"), text),
    "backslashes": lambda text: "\\n" + text.replace("/", "\\/").replace("@", "\\x40"),
    "backslash-u": lambda text: each(text, "\\u{:04x}"),
    "json in json": lambda text: json.dumps(json.dumps(json.dumps(text))),
}
ANSWERS: dict[str, Callable[[str], tuple[str, str]]] = {
    "json": lambda text: ("application/json", json.dumps({"a": [{"Message": f"so: {text}!", text: None}]})),
    # The spelling is the document's own, as a serializer escapes a text.
    "raw json": lambda text: ("application/json", '{"Message":"' + text.replace('"', "'") + '"}'),
    "broken json": lambda text: ("", '{"Message":"' + text),
    "xml": lambda text: ("text/xml", f"<a b={quoteattr(text)}><c>{escape(text)}</c>{escape(text)}</a>"),
    "raw xml": lambda text: ("text/xml", f'<a xmlns="urn:x"><!-- {text} --><c>"{text}</c></a>'),
    "html": lambda text: ("text/html", f"<!DOCTYPE html><p class=x>It is &quot;{text}&quot;<br>or {text}.</p>"),
}


@given(
    st.text("0123456789abcdef", min_size=32, max_size=32),
    st.text("0123456789abcdefXYZ+/=&.~_-", min_size=12, max_size=40),
    st.from_regex(r"[a-z]{6,9}\.[a-z]{6,9}(\+ads)?@[a-z]{6,9}\.example", fullmatch=True),
    st.tuples(
        st.sampled_from(sorted(SPELLINGS)),
        st.sampled_from(sorted(ANSWERS)),
        st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be"]),
    ),
)
@hypothesis_settings(max_examples=400, deadline=None)
def test_no_spelling_brings_a_secret_or_a_person_into_the_folder(
    click: str, token: str, e_mail: str, written_as: tuple[str, str, str]
) -> None:
    """Whatever a serializer, a gateway or an encoding makes of it, nothing can be read out of the files."""
    spelling, kind, encoding = written_as
    dashed = f"{click[:8]}-{click[8:12]}-{click[12:16]}-{click[16:20]}-{click[20:]}"
    values = (click, dashed, click + click[::-1], token, e_mail)
    written = " and ".join(map(SPELLINGS[spelling], values))
    media_type, body = ANSWERS[kind](written)
    with TemporaryDirectory() as place:
        folder = Path(place) / "kept"
        recording = Recording(folder, pytest.fail)
        recording.masked({"OfflineConversions": [{"MicrosoftClickId": click}]})
        answer = HttpAnswer(200, {"Content-Type": media_type, "Server": written}, body.encode(encoding))
        recording.keep("Apply", "", {}, lambda: b"", answer, secrets=(token,), owners=())
        kept = "".join(path.read_text() for path in sorted(folder.iterdir())).replace("\0", "")
    # Everything that an escape may be made of is taken off, for the file must not hold the text in pieces either.
    for text in (kept, unquote(unquote(kept)), unescape(kept), re.sub(r"\\+(?!u)", "", kept)):
        for value in (click, dashed, token, *e_mail.split("@")):
            assert value.lower() not in text.lower()
    encoded = re.sub("[^0-9a-z]+", "", kept.lower())
    for value in (click, e_mail):
        assert each(value, "{:04x}") not in encoded
        assert each(value, "u{:04x}") not in encoded


def test_what_can_be_read_stays_and_what_cannot_is_said(tmp_path: Path) -> None:
    """Numbers, flags and tracking ids are the answer's own; a number of who calls is masked as one, too."""
    recording = Recording(tmp_path / "kept", pytest.fail)
    recording.masked({"Items": [{"MicrosoftClickId": ACCOUNT + CLICK[7:]}]})
    said = {"Code": 5604, "Message": None, "TrackingId": TRACKING, "AccountId": int(ACCOUNT), "Ok": True, "Rate": 0.5}
    for headers, content in (
        ({"content-type": "application/json"}, json.dumps(said).encode()),
        ({"content-type": "text/xml"}, b'<a xmlns:i="urn:i"><b i:nil="true"/><c>1</c></a>'),
        ({"content-type": "text/html"}, b"\xff\x00\x12"),
        ({"content-type": "text/html; charset=utf-7"}, b"anna+AEA-example.com"),
        ({}, b"%25" + b"25" * 20 + b"40"),
        ({}, b"x" * 60_000 + b' "' + b"y " * LONGEST_BODY),
        ({}, f"{ACCOUNT}{CLICK[7:]} x{ACCOUNT}x {HASH}1".encode()),
    ):
        recording.keep("Apply", "", {}, lambda: b"", HttpAnswer(200, headers, content), secrets=(), owners=(ACCOUNT,))
    read, xml, *others, long, within = (call["answer"]["body"] for call in calls(tmp_path / "kept"))
    assert read == said | {"AccountId": "id-2"}
    assert xml == {"a": [{"b": None}, {"c": "1"}]}
    assert others == [NOT_KEPT, NOT_KEPT, MASKED]
    assert long == "..."
    assert re.fullmatch(r"id-1 xid-2x id-\d", within)


def test_nothing_is_kept_where_it_is_not_asked_for(raw: StartRaw) -> None:
    """Without `--record` no answer is looked at twice."""
    for dialect in DIALECTS.values():
        wire = WIRES[dialect.protocol](settings(raw(dialect.http(dialect.empty_answer)).url, dialect.protocol))
        assert wire._recording is None
    assert {*DIALECTS} == {protocol.value for protocol in WireProtocol}
