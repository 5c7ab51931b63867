"""Retry, baseline and forget as a user types them: what they change, what they leave alone, and what is sent after.

On DuckDB; test_postgres has their statements on Postgres.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.sandbox import LocalSandbox, read_received, summary
from tests.support.faults import ask_for
from tests.support.schemas import validate
from tests.support.shop import COMMAND, Shop, click, deal

WON, OTHER = "Deal won", "Deal wun"
Sandboxes = Callable[..., Any]


@pytest.fixture
def sandbox_with(tmp_path: Path, books: Path) -> Sandboxes:
    """The local sandbox with these goals and no others; its books stay."""

    @contextmanager
    def start(*goals: str) -> Iterator[str]:
        file = tmp_path / "goals.yml"
        file.write_text(json.dumps({"goals": [{"name": name} for name in goals]}))
        with LocalSandbox(books, port=0, goals=file) as running:
            yield running.url

    return start


def change(shop: Shop, command: str, *arguments: str, code: int = 0) -> Any:
    """The JSON of a command with --yes, held against its schema."""
    done = shop.run(command, *arguments, "--yes", "--json")
    assert done.returncode == code, done.stdout + done.stderr
    document = json.loads(done.stdout)
    for one in document if isinstance(document, list) else [document]:
        validate(command, one)
    return document


def refuse(shop: Shop, *arguments: str, code: int) -> str:
    """What a command says on its way out with this code."""
    done = shop.run(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout == ""
    return done.stderr


def runs(shop: Shop) -> list[str]:
    """The result of each run, the newest first."""
    return [run["result"] for run in json.loads(shop.run("status", "--json").stdout)["runs"]]


def test_a_refused_row_is_sent_again_after_a_retry(shop: Shop, sandbox_with: Sandboxes, books: Path) -> None:
    """By code and by key; refused again it is held again; once its cause is gone it is accepted, and counts once."""
    shop.fill([deal(1), deal(2, conversion_name=OTHER), deal(3, conversion_name=OTHER)])
    with sandbox_with(WON) as url:
        assert shop.push(endpoint=url)["source"] == {"accepted": 1, "rejected": 2}
        assert "which refused rows" in refuse(shop, "retry", code=2)
        assert "No terminal is attached to ask at" in refuse(shop, "retry", "--all", code=2)
        assert "not blank" in refuse(shop, "retry", "--key", "", code=2)
        assert "No row stands refused with the code 5617." in refuse(shop, "retry", "--code", "5617", "--yes", code=2)
        assert "under the key D1" in refuse(shop, "retry", "--key", "D1", "--key", "D2", "--yes", code=2)
        assert runs(shop) == ["done"]  # none of these was a run

        retried = change(shop, "retry", "--key", "D2")
        assert (retried["run"], retried["rows"], retried["codes"][0]["code"]) == (2, 1, 5606)
        planned = json.loads(shop.run("plan", "--json").stdout)
        assert planned["counts"]["source"] == {"deferred": 1, "unchanged": 1, "held": 1}
        # The reason is kept where the ledger is read, and the row is not listed as held any more.
        assert shop.sql("select status, code from reverse_etl_records where record_key = 'D2'") == [("deferred", 5606)]
        assert [row["record_key"] for row in json.loads(shop.run("rejected", "--json").stdout)["rejected"]] == ["D3"]
        assert shop.push(endpoint=url)["source"] == {"rejected": 1, "unchanged": 1, "held": 1}
        assert shop.push(endpoint=url)["source"] == {"unchanged": 1, "held": 2}
    with sandbox_with(WON, OTHER) as url:
        assert change(shop, "retry", "--code", "offlineconversionNameInvalid")["rows"] == 2
        assert shop.push(endpoint=url)["source"] == {"accepted": 2, "unchanged": 1}
    assert summary(books).counted == 3
    assert runs(shop) == ["done", "retry", "done", "done", "retry"]


def test_what_may_be_taken_is_retried_only_where_that_is_said(
    shop: Shop, sandbox_with: Sandboxes, sandbox: LocalSandbox, books: Path
) -> None:
    """A lost answer, a refused repeat: `--maybe-taken` sends the ledger's bytes once more, whatever the source says."""
    shop.fill([deal(1)])
    ask_for(sandbox, {"kind": "bad_index"})
    assert shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url).returncode == 1
    with sandbox_with(OTHER) as url:
        assert shop.push(endpoint=url)["source"] == {"held": 1}
        left = change(shop, "retry", "--all")
        assert (left["run"], left["rows"], left["left_alone"]) == (None, 0, 1)
        assert "count twice" in refuse(shop, "retry", "--all", "--maybe-taken", code=2)
        assert change(shop, "retry", "--all", "--maybe-taken")["maybe_taken"] == 1
        # Its status stays, since what may have been taken may still have been.
        assert shop.sql("select status from reverse_etl_records") == [("maybe_taken",)]
        assert shop.push(endpoint=url)["source"] == {"held": 1}
    shop.sql("update deals set conversion_value = 99")
    change(shop, "retry", "--key", "D1", "--maybe-taken")
    with sandbox_with(WON) as url:
        # Settled in the first round; the changed value is held as a correction.
        assert shop.push(endpoint=url)["sent"] == {"accepted": 1}
        assert shop.push(endpoint=url)["source"] == {"held": 1}
    assert {row.conversion_value for row in read_received(books)} == {"10.0"}
    assert shop.sql("select status from reverse_etl_records") == [("accepted",)]


# Runs the command, and kills its own process between the two inserts of a baseline.
DIES_MIDWAY = """
import os, signal, sys
from reverse_etl.warehouse.upkeep import WarehouseUpkeep
WarehouseUpkeep.record_marks = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from reverse_etl.cli import main

sys.argv = ["reverse-etl", "baseline", "--before", sys.argv[1], "--yes"]
main()
"""


def test_a_baseline_is_not_sent_and_can_be_undone(shop: Shop, sandbox: LocalSandbox, books: Path) -> None:
    """What converted before a time counts as accepted; the rest is sent; undone, it is sent."""
    old = "2026-01-01 00:00:00"
    times = dict(shop.sql("select 'now', date_trunc('day', now() at time zone 'UTC') - interval '40 days'"))
    shop.fill([deal(n, conversion_time=times["now"]) for n in range(4)] + [deal(n) for n in range(4, 6)])
    shop.repeat("deals", "deal_id = 'D0'", conversion_time=old, deal_id="D9")
    day = f"{times['now']:%Y-%m-%d}T00:00:01Z"
    assert "in the future" in refuse(shop, "baseline", "--before", "2099-01-01", code=2)
    assert "only one of them" in refuse(shop, "baseline", code=2)
    assert "4 rows would be marked as accepted" in refuse(shop, "baseline", "--before", day, code=2)
    killed = subprocess.run(
        [sys.executable, "-c", DIES_MIDWAY, day], cwd=shop.folder, env=shop._environment({}), check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert shop.sql(
        "select (select count(*) from reverse_etl_receipts), (select count(*) from reverse_etl_ledger)"
    ) == [(1, 0)]

    marked = change(shop, "baseline", "--before", day)
    assert (marked["run"], marked["rows"], marked["to_send"], marked["unmatched"]) == (2, 4, 2, None)
    assert [goal["rows"] for goal in marked["goals"]] == [4]
    pushed = shop.push(endpoint=sandbox.url)
    assert (pushed["source"], pushed["sent"]) == ({"accepted": 2, "unchanged": 4, "expired": 1}, {"accepted": 2})
    assert shop.push(endpoint=sandbox.url)["source"] == {"unchanged": 6, "expired": 1}
    assert {row.click_id for row in read_received(books)} == {click(4), click(5)}

    assert "is a push, not a baseline" in refuse(shop, "baseline", "--undo", "3", code=2)
    undone = change(shop, "baseline", "--undo", "2")
    assert (undone["result"], undone["rows"], undone["undone_run"]) == ("undo", 4, 2)
    assert "undone before" in refuse(shop, "baseline", "--undo", "2", code=2)
    assert "undone by run 5" in shop.run("status").stdout
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 4, "unchanged": 2, "expired": 1}
    assert (summary(books).counted, summary(books).duplicates) == (6, 0)
    assert runs(shop)[:5] == ["done", "undo", "done", "done", "baseline"]


def test_a_baseline_of_what_a_relation_lists(shop: Shop, sandbox: LocalSandbox, books: Path) -> None:
    """Rows are found as a plan finds them; what is missing is said; nothing is marked while rows are in doubt."""
    shop.fill([deal(n) for n in range(3)] + [deal(3, microsoft_click_id=None, hashed_email_address="e" * 64)])
    shop.sql("create schema old")
    shop.sql(
        "create table old.sent as select conversion_name, upper(microsoft_click_id) as Microsoft_Click_ID, "
        "cast(conversion_time as varchar) || '.7' as conversion_time from deals where deal_id in ('D1', 'D2')"
    )
    shop.sql("insert into old.sent values ('Deal won', 'unknown', '2026-01-01')")
    assert "neither a model" in refuse(shop, "baseline", "--from", "nothing", code=2)
    assert "no relation old.nothing" in refuse(shop, "baseline", "--from", "old.nothing", code=2)
    assert "has no column conversion_name" in refuse(shop, "baseline", "--from", "reverse_etl_runs", code=2)
    shop.sql("create table old.american as select * replace ('11/20/2026 14:05' as conversion_time) from old.sent")
    stranger = refuse(shop, "baseline", "--from", "old.american", "--yes", code=2)
    assert (
        "None of the 3 rows of old.american stands for a row of the source; 3 of them have a conversion_time"
        in stranger
    )
    shop.sql("insert into old.sent select * from old.american limit 1")
    marked = change(shop, "baseline", "--from", "old.sent")
    assert (marked.pop("unreadable"), marked.pop("unmatched")) == (1, 2)
    shop.sql("delete from old.sent where conversion_time = '11/20/2026 14:05'")
    assert (marked["rows"], marked["to_send"], marked["passed_over"]) == (2, 2, 0)
    again = change(shop, "baseline", "--from", "old.sent")
    assert (again["run"], again["unmatched"], again["passed_over"]) == (None, 1, 2)
    # A model's name; what is marked already is not marked again.
    shop.sql("update deals set conversion_value = 11 where deal_id = 'D1'")
    assert shop.run("baseline", "--from", "offline_conversions", "--yes").returncode == 0
    pushed = shop.push(endpoint=sandbox.url)
    assert (pushed["source"], pushed["sent"]) == ({"unchanged": 3, "held": 1}, {})

    shop.fill([deal(7)])
    ask_for(sandbox, {"kind": "bad_index"})
    assert shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url).returncode == 1
    assert "in doubt" in refuse(shop, "baseline", "--from", "old.sent", "--yes", code=5)
    assert {row.click_id for row in read_received(books)} == {click(7)}


@pytest.mark.parametrize(("email", "listed"), [("", None), ("f" * 64, "F" * 64 + "\n"), ("", "ada@example.com")])
def test_what_a_baseline_marked_is_corrected_by_what_was_sent(
    shop: Shop, sandbox: LocalSandbox, email: str, listed: str | None
) -> None:
    """A script sent clicks with no hash, or another one, beside them: a correction names what the list has. An address
    that stands there for a hash is kept nowhere."""
    shop.exposure(adjustments=["restate", "retract"], adjust_after="0 hours")
    shop.fill([deal(n, hashed_email_address=email) for n in (1, 2, 3)])
    assert shop.push(endpoint=sandbox.url)["sent"] == {"accepted": 3}
    shop.sql("create table sent as select conversion_name, conversion_time, microsoft_click_id from deals")
    if listed:
        shop.sql("alter table sent add column hashed_email_address varchar")
        shop.sql("update sent set hashed_email_address = ?", [listed])
    # That was the script: our own ledger knows nothing of it.
    for table in ("ledger", "receipts", "runs"):
        shop.sql(f"delete from reverse_etl_{table}")
    shop.sql(f"update deals set hashed_email_address = '{'e' * 64}'")
    assert change(shop, "baseline", "--from", "main.sent")["rows"] == 3
    assert shop.push(endpoint=sandbox.url)["sent"] == {}
    shop.sql("update deals set conversion_value = 99 where deal_id = 'D1'")
    shop.sql("delete from deals where deal_id = 'D2'")
    pushed = shop.push(endpoint=sandbox.url)
    assert (pushed["source"], pushed["ledger"]) == ({"accepted": 1, "unchanged": 1}, {"retracted": 1})
    assert shop.sql("select count(*) from reverse_etl_ledger where hashed_email like '%@%'") == [(0,)]


def test_a_baseline_is_no_push_and_stays_where_something_was_sent_on_top(shop: Shop, sandbox: LocalSandbox) -> None:
    """The first push to production still asks for --initial; what was tried since is not undone."""
    shop.fill([deal(1), deal(2)])
    assert change(shop, "baseline", "--from", "offline_conversions")["run"] == 1
    # No command of this version sends on top of what is accepted, so the ledger is given such an attempt.
    shop.repeat("reverse_etl_ledger", "true", run_seq=2, operation="retract")
    assert "first in run 2" in refuse(shop, "baseline", "--undo", "1", "--yes", code=5)
    shop.exposure(environment="production", account_id="1", customer_id="2", targets=["dev"])
    assert change(shop, "baseline", "--before", "2026-01-01")["run"] is None
    assert change(shop, "baseline", "--from", "offline_conversions")["run"] == 1
    refusing = [guard["name"] for guard in json.loads(shop.run("plan", "--json").stdout)["guards"] if guard["refuses"]]
    assert refusing[0] == "first_push"


EMAIL, PHONE = "Ada.Lovelace+ads@Example.com", "+44 20 7946 0000"
HASH = hashlib.sha256(b"adalovelace@example.com").hexdigest()
PHONE_HASH = hashlib.sha256(b"+442079460000").hexdigest()


def traces(shop: Shop, *words: str) -> list[str]:
    """Where the words stand: in which tables, and in which files of the project but the database."""
    found = []
    for (table,) in shop.sql(
        "select table_name from information_schema.tables where table_type = 'BASE TABLE' and table_schema = 'main'"
    ):
        text = str(shop.sql(f'select * from "{table}"')).lower()
        found += [f"{table}: {word}" for word in words if word.lower() in text]
    for path in shop.folder.rglob("*"):
        if path.is_file() and path != shop.database:
            content = path.read_bytes().lower()
            found += [f"{path}: {word}" for word in words if word.lower().encode() in content]
    return found


def counted(shop: Shop) -> tuple[Any, ...]:
    """What status and plan count, without the rows of the source."""
    plan = json.loads(shop.run("plan", "--json").stdout)
    return json.loads(shop.run("status", "--json").stdout)["statuses"], plan["counts"]


def test_a_forgotten_person_leaves_no_trace_and_every_count(shop: Shop, sandbox_with: Sandboxes) -> None:
    """By e-mail, with what shares its click: once the source holds it no more, nothing of it is in any table or log."""
    shop.fill(
        [
            deal(1, deal_id="ada-1", hashed_email_address=HASH),
            deal(2, deal_id="ada-2", microsoft_click_id=None, hashed_email_address=HASH, conversion_name=OTHER),
            # The same click, without the address.
            deal(
                3,
                deal_id="ada-3",
                microsoft_click_id=click(1).upper(),
                conversion_value=7.0,
                conversion_name="New goal",
            ),
            deal(4),
        ]
    )
    words = (EMAIL, "lovelace", HASH, click(1), "ada-1", "ada-2", "ada-3")
    with sandbox_with(WON, "New goal") as url:
        assert shop.push(endpoint=url)["source"] == {"accepted": 3, "rejected": 1}
        shop.sql("update reverse_etl_receipts set message = 'No: ' || ? where outcome = 'rejected'", [click(1)])
        assert "still holds this person in 3 rows" in refuse(shop, "forget", "--key", EMAIL, "--yes", code=5)
        shop.sql("delete from deals where deal_id in ('ada-1', 'ada-2')")
        # Still found by the click id that the ledger has beside the address.
        assert "still holds this person in 1 row" in refuse(shop, "forget", "--key", EMAIL, "--yes", code=5)
        # A row whose identifiers are gone names no person; its key may stay.
        shop.sql("update deals set microsoft_click_id = null where deal_id = 'ada-3'")
        scope = json.dumps(
            {"account_id": "local", "destination": "microsoft_ads", "environment": "local", "sync": "shop_conversions"}
        )
        left = f"reverse_etl_plan_{hashlib.sha256(scope.encode()).hexdigest()[:12]}_0"
        shop.sql(f"create table {left} as select * from reverse_etl_ledger")
        shop.repeat("reverse_etl_ledger", "seq = 1", sync="other")
        before = counted(shop)
        asked = refuse(shop, "forget", "--key", EMAIL, code=2)
        assert all(word not in asked for word in (EMAIL, HASH))
        assert "holds nothing" in shop.run("forget", "--key", "eve@example.com").stdout
        (forgotten,) = change(shop, "forget", "--key", EMAIL, "--all")
        assert {name: forgotten[name] for name in ("records", "attempts", "messages", "elsewhere")} == {
            "records": 3,
            "attempts": 3,
            "messages": 1,
            "elsewhere": 1,
        }
        shop.sql("delete from reverse_etl_ledger where sync = 'other'")
        shop.sql("delete from deals where deal_id = 'ada-3'")
        assert traces(shop, *words) == []
        assert counted(shop)[0] == before[0]
        pushed = shop.push(endpoint=url)
        assert (pushed["source"], pushed["ledger"], pushed["sent"]) == ({"unchanged": 1}, {"aged_out": 2}, {})
        # Nothing of it can be corrected any more, whatever the sync may send.
        shop.exposure(adjustments=["restate", "retract"], adjust_after="0 hours")
        pushed = shop.push(endpoint=url)
        assert (pushed["source"], pushed["ledger"], pushed["sent"]) == ({"unchanged": 1}, {"aged_out": 2}, {})
    assert change(shop, "forget", "--key", click(1))["run"] is None
    assert runs(shop)[:3] == ["done", "done", "forget"]


def test_what_is_in_doubt_is_forgotten_once_it_is_settled(shop: Shop, sandbox: LocalSandbox) -> None:
    """The identifiers are what a push settles with, up to 90 days; a phone is found by its hash."""
    shop.fill([deal(1, deal_id="ada-1", microsoft_click_id=None, hashed_phone_number=PHONE_HASH)])
    ask_for(sandbox, {"kind": "bad_index"})
    assert shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url).returncode == 1
    shop.sql("delete from deals")
    assert "country code" in refuse(shop, "forget", "--phone", "020 7946 0000", code=2)
    assert "Push first" in refuse(shop, "forget", "--phone", PHONE, "--yes", code=5)
    shop.sql("update reverse_etl_ledger set conversion_time = '2026-01-01T00:00:00Z'")
    assert change(shop, "forget", "--phone", PHONE)["records"] == 1
    assert shop.sql("select status, hashed_phone from reverse_etl_records") == [("in_doubt", "")]
    assert traces(shop, PHONE_HASH, "ada-1", PHONE) == []


def test_a_person_answers_on_a_terminal(shop: Shop, sandbox_with: Sandboxes) -> None:
    """The counts stand before the question; a no changes nothing, a yes does it."""
    shop.fill([deal(2, conversion_name=OTHER)])
    with sandbox_with(WON) as url:
        shop.push(endpoint=url)
    for answer, run in (("n", 1), ("y", 2)):
        ours, theirs = os.openpty()
        with subprocess.Popen(
            [str(COMMAND), "retry", "--all"],
            cwd=shop.folder,
            env=shop._environment({}),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            os.write(ours, f"{answer}\n".encode())
            out, err = process.communicate(timeout=60)
        os.close(ours)
        os.close(theirs)
        assert err.index("1 row would become sendable") < err.index("Make them sendable again?")
        assert (process.returncode, bool(out)) == (0, answer == "y")
        assert shop.sql("select max(run_seq) from reverse_etl_runs") == [(run,)]
