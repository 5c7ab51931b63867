"""The books: what they keep, across restarts and kills, and how they refuse what is not theirs."""

import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
import requests

from reverse_etl.sandbox import LocalSandbox, SandboxError, read_received, summary

from .conftest import ENVELOPE, HEADERS, Caller, Start, a_row, ago, click, post_soap, raw_row


def test_books_are_private_and_made_with_their_folder(caller: Caller) -> None:
    """The file is made with its folder, readable by its owner alone."""
    assert stat.S_IMODE(caller.books.stat().st_mode) == 0o600
    for beside in caller.books.parent.iterdir():
        assert stat.S_IMODE(beside.stat().st_mode) == 0o600


def test_books_never_hold_tokens(caller: Caller) -> None:
    """No byte of the tokens is in the books, whether a call was judged or refused."""
    caller.send(a_row())
    caller.fault([])
    post_soap(caller.url, b"<broken secret-token")
    content = b"".join(file.read_bytes() for file in caller.books.parent.iterdir())
    assert click(1).encode() in content
    for name in ("AuthenticationToken", "DeveloperToken"):
        assert HEADERS[name].encode() not in content
    with closing(sqlite3.connect(caller.books)) as db:
        assert db.execute("SELECT DISTINCT account_id, customer_id FROM calls ORDER BY 1").fetchall() == [
            (None, None),
            ("123", "456"),
        ]


def test_row_keeps_what_was_sent(caller: Caller) -> None:
    """Every field of a row is kept as the text that was sent."""
    sent = {
        "conversion_name": ("ConversionName", "Lead & <söns>"),
        "conversion_time": ("ConversionTime", ago(days=3)),
        "conversion_value": ("ConversionValue", "1E2"),
        "currency": ("ConversionCurrencyCode", "EUR"),
        "attribution_credit": ("ExternalAttributionCredit", "0.50"),
        "attribution_model": ("ExternalAttributionModel", "linear"),
        "hashed_email": ("HashedEmailAddress", "a" * 64),
        "hashed_phone": ("HashedPhoneNumber", "b" * 64),
        "click_id": ("MicrosoftClickId", "F894F652-EA33-4E73-9002-F7167AB8F8E3"),
    }
    answer = caller.call([dict(sent.values())])
    row = caller.rows()[0]
    assert {name: getattr(row, name) for name in sent} == {name: text for name, (_, text) in sent.items()}
    assert (row.outcome, row.code, row.error_code, row.reason) == ("counted", None, None, "")
    assert row.tracking_id == answer.header.TrackingId


def test_sums_add_up(caller: Caller) -> None:
    """received = counted + duplicates + refused + ignored, and a call that was not judged adds none."""
    caller.send(a_row(), a_row(), a_row(ConversionValue=-1))
    caller.fault([])
    total = summary(caller.books)
    assert (total.received, total.counted, total.duplicates, total.refused, total.ignored) == (3, 1, 1, 1, 0)
    assert total.calls == 2
    assert sum(reason["rows"] for reason in total.reasons) == 2
    books = caller.get("/books").json()
    assert (books["books_id"], books["received"], books["counted"]) == (total.books_id, 3, 1)


def run(books: Path, *more: str) -> tuple["subprocess.Popen[str]", str]:
    """The sandbox as a process of its own, and its address."""
    command = [sys.executable, "-m", "reverse_etl", "sandbox", "--port", "0", "--books", str(books), *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("The local sandbox is ready at http://127.0.0.1:"), line
    url = line.split()[6]
    # On a port that is not the usual one it says how commands find it.
    assert process.stdout.readline().endswith(f"MICROSOFT_ADS_ENDPOINT={url}\n")
    return process, url


def end(process: "subprocess.Popen[str]") -> str:
    """Wait for the process, and give what else it said."""
    out, err = process.communicate(timeout=60)
    return out + err


def test_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """After kill -9 in the middle of an answer, every row that was taken is in the books."""
    books = tmp_path / "books.db"
    process, url = run(books)
    hold = [{"kind": "hold_after", "seconds": 600, "row": click(7)}]
    requests.post(f"{url}/control/faults", json=hold, timeout=60)
    for number in range(5):
        post_soap(url, ENVELOPE % raw_row(number)).raise_for_status()
    with pytest.raises(requests.Timeout):
        post_soap(url, ENVELOPE % raw_row(7), timeout=0.5)
    taken = [click(n) for n in (0, 1, 2, 3, 4, 7)]
    while [row.click_id for row in read_received(books)] != taken:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    end(process)
    assert [row.click_id for row in read_received(books)] == taken
    process, _ = run(books)
    process.terminate()
    assert end(process) == ""
    assert summary(books).counted == 6
    assert [file.name for file in tmp_path.iterdir()] == ["books.db"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_process_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """The process ends with 0, without a word, and leaves one file behind."""
    process, _ = run(tmp_path / "books.db")
    process.send_signal(number)
    assert end(process) == ""
    assert process.returncode == 0
    assert [file.name for file in tmp_path.iterdir()] == ["books.db"]


def test_file_that_is_not_books_is_left_alone(tmp_path: Path) -> None:
    """A file of another kind is refused with a hint, and is not written to."""
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to be looked at as one. " * 20)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE mine (x)")
        db.commit()
    for path in (text, other):
        with pytest.raises(SandboxError) as caught, LocalSandbox(path, port=0):
            pass
        assert "another file" in caught.value.hint
    assert text.read_text().startswith("not a database")
    for read in (summary, read_received):
        with pytest.raises(SandboxError, match="There are no books"):
            read(tmp_path / "absent.db")
        with pytest.raises(SandboxError, match="cannot be read"):
            read(text)


# Twelve lines that are 9^12 words once they are written out.
BOMB = "goals:\n  a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"  {name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghijkl")
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("goals: [", "line 1 is not valid YAML"),
        ("[" * 20_000, "is not valid YAML"),
        (BOMB, "goals: Input should be a valid list, not {'a': "),
        ("goal: []", "goal: Extra inputs are not permitted"),
        ("goals: [{}]", r"goals\[0\].name: Field required"),
        ("goals: [{name: a}, {name: a}]", "two goals have the name or id 'a'"),
        ("goals: [{name: a, id: 1}, {name: b, id: 1}]", "two goals have the name or id 1"),
        ("goals: [{name: ' '}]", r"goals\[0\].name: String should match"),
        (
            "goals: [{name: a, count_type: Some}]",
            r"goals\[0\].count_type: Input should be 'All' or 'Unique', not 'Some'",
        ),
        ("goals: [{name: a, window_minutes: 0}]", r"goals\[0\].window_minutes: .* greater than or equal to 1, not 0"),
        ("goals: [{name: a, revenue: {currency: EURO}}]", r"goals\[0\].revenue.currency: the service takes no such"),
        ("goals: [{name: a, created_at: soon}]", r"goals\[0\].created_at: Input should be a valid datetime"),
        ("goals: [{name: a, created_at: '2026-01-01T00:00:00Z', age_hours: 1}]", r"goals\[0\]: age_hours must be left"),
        ("clicks: [{click_id: 1, time: x}]", r"clicks\[0\].click_id: Input should be a valid string, not 1"),
    ],
)
def test_wrong_goals_file_names_the_key(start: Start, text: str, said: str) -> None:
    """A mistake in the goals file stops the start with one sentence that names the key."""
    with pytest.raises(SandboxError, match=said) as caught:
        start(text)
    assert "\n" not in str(caught.value)


def test_removed_books_are_noticed(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    """When the file is removed under a running sandbox, calls are faults instead of being lost."""
    caller.send(a_row())
    caller.books.unlink()
    assert caller.fault([a_row()]) == ("AdApiFaultDetail", 0, "InternalError")
    assert "were removed" in caplog.text
    answer = caller.get("/books")
    assert (answer.status_code, "There are no books" in answer.text) == (500, True)


def test_look_ups_use_the_indexes(caller: Caller) -> None:
    """Both look-ups of a row are served by an index, so that long books cost no more than short ones."""
    with closing(sqlite3.connect(caller.books)) as db:
        for condition in (
            "identity = ? AND operation = 'S' AND outcome IN ('counted', 'ignored')",
            "identity = ? AND account_id = '1' AND operation = 'S' AND outcome IN ('counted', 'ignored')",
            "unique_key = ? AND outcome = 'counted'",
            "unique_key = ? AND account_id = '1' AND outcome = 'counted'",
        ):
            plan = db.execute(f"EXPLAIN QUERY PLAN SELECT 1 FROM received WHERE {condition}", (b"",))
            assert "SEARCH" in plan.fetchone()[3]
