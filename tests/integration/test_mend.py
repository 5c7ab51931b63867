"""Retry, baseline and forget as a user types them: what they change, what they leave alone, and what is sent after."""

from __future__ import annotations

import json
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
from tests.support.quick import QuickShop
from tests.support.schemas import validate
from tests.support.shop import Shop, click, copy_of, deal

WON, OTHER = "Deal won", "Deal wun"
Sandboxes = Callable[..., Any]


@pytest.fixture
def shop(shop_template: Shop, tmp_path: Path) -> Shop:
    return QuickShop(copy_of(shop_template, tmp_path / "project").folder)


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return tmp_path / "books.sqlite"


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


def mend(shop: Shop, command: str, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The JSON of a command that was told not to ask, held against its schema."""
    done = shop.run(command, *arguments, "--yes", "--json")
    assert done.returncode == code, done.stdout + done.stderr
    document: dict[str, Any] = validate(command, json.loads(done.stdout))
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
        assert "Nobody is there to ask" in refuse(shop, "retry", "--all", code=2)
        assert "no row stands refused" in shop.run("retry", "--code", "5617", "--yes").stdout
        assert "under the key D1" in refuse(shop, "retry", "--key", "D1", "--key", "D2", "--yes", code=2)
        assert runs(shop) == ["done"]  # none of these was a run

        retried = mend(shop, "retry", "--key", "D2")
        assert (retried["run"], retried["rows"], retried["codes"][0]["code"]) == (2, 1, 5606)
        planned = json.loads(shop.run("plan", "--json").stdout)
        assert planned["counts"]["source"] == {"deferred": 1, "unchanged": 1, "held": 1}
        # The reason is kept where the ledger is read, and the row is not listed as held any more.
        assert shop.sql("select status, code from reverse_etl_records where record_key = 'D2'") == [("deferred", 5606)]
        assert [row["record_key"] for row in json.loads(shop.run("rejected", "--json").stdout)["rejected"]] == ["D3"]
        assert shop.push(endpoint=url)["source"] == {"rejected": 1, "unchanged": 1, "held": 1}
        assert shop.push(endpoint=url)["source"] == {"unchanged": 1, "held": 2}
    with sandbox_with(WON, OTHER) as url:
        assert mend(shop, "retry", "--code", "offlineconversionNameInvalid")["rows"] == 2
        assert shop.push(endpoint=url)["source"] == {"accepted": 2, "unchanged": 1}
    assert summary(books).counted == 3
    assert runs(shop) == ["done", "retry", "done", "done", "retry"]


def test_what_may_be_taken_is_retried_only_where_that_is_said(
    shop: Shop, sandbox_with: Sandboxes, sandbox: LocalSandbox, books: Path
) -> None:
    """A lost answer, a refused repeat: `--maybe-taken` sends the ledger's bytes once more, whatever the source says."""
    shop.fill([deal(1)])
    ask_for(sandbox, {"kind": "reset_after", "count": 9})
    assert shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url).returncode == 1
    with sandbox_with(OTHER) as url:
        assert shop.push(endpoint=url)["source"] == {"held": 1}
        left = mend(shop, "retry", "--all")
        assert (left["run"], left["rows"], left["left_alone"]) == (None, 0, 1)
        assert "count twice" in refuse(shop, "retry", "--all", "--maybe-taken", code=2)
        assert mend(shop, "retry", "--all", "--maybe-taken")["maybe_taken"] == 1
        # Its status stays, since what may have been taken may still have been.
        assert shop.sql("select status from reverse_etl_records") == [("maybe_taken",)]
        assert shop.push(endpoint=url)["source"] == {"held": 1}
    shop.sql("update deals set conversion_value = 99")
    mend(shop, "retry", "--key", "D1", "--maybe-taken")
    with sandbox_with(WON) as url:
        # Settled in the first round; the changed value is held as a correction.
        assert shop.push(endpoint=url)["sent"] == {"accepted": 1}
        assert shop.push(endpoint=url)["source"] == {"held": 1}
    assert {row.conversion_value for row in read_received(books)} == {"10.0"}
    assert shop.sql("select status from reverse_etl_records") == [("accepted",)]


# Runs the command, and kills its own process between the two inserts of a baseline.
DIES_MIDWAY = """
import os, signal, sys
from reverse_etl.warehouse.mending import WarehouseMending
WarehouseMending.record_marks = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from reverse_etl.cli import main
sys.argv = ["reverse-etl", "baseline", "--before", sys.argv[1], "--yes"]
main()
"""


def test_a_baseline_is_not_sent_and_can_be_undone(shop: Shop, sandbox: LocalSandbox, books: Path) -> None:
    """What converted before a time counts as accepted; the rest is sent; undone, it is sent."""
    old = "2026-01-01 00:00:00"
    times = dict(shop.sql("select 'now', date_trunc('day', now() at time zone 'UTC') - interval 40 day"))
    shop.fill([deal(n, conversion_time=times["now"]) for n in range(4)] + [deal(n) for n in range(4, 6)])
    shop.sql("insert into deals select * replace (? as conversion_time, 'D9' as deal_id) from deals limit 1", [old])
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

    marked = mend(shop, "baseline", "--before", day)
    assert (marked["run"], marked["rows"], marked["to_send"], marked["unmatched"]) == (2, 4, 2, None)
    assert [goal["rows"] for goal in marked["goals"]] == [4]
    pushed = shop.push(endpoint=sandbox.url)
    assert (pushed["source"], pushed["sent"]) == ({"accepted": 2, "unchanged": 4, "expired": 1}, {"accepted": 2})
    assert shop.push(endpoint=sandbox.url)["source"] == {"unchanged": 6, "expired": 1}
    assert {row.click_id for row in read_received(books)} == {click(4), click(5)}

    assert "is a push, not a baseline" in refuse(shop, "baseline", "--undo", "3", code=2)
    undone = mend(shop, "baseline", "--undo", "2")
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
    marked = mend(shop, "baseline", "--from", "old.sent")
    assert (marked["rows"], marked["to_send"], marked["unmatched"]) == (2, 2, 1)
    assert mend(shop, "baseline", "--from", "old.sent")["run"] is None
    # A model's name; what is marked already is not marked again.
    shop.sql("update deals set conversion_value = 11 where deal_id = 'D1'")
    assert shop.run("baseline", "--from", "offline_conversions", "--yes").returncode == 0
    pushed = shop.push(endpoint=sandbox.url)
    assert (pushed["source"], pushed["sent"]) == ({"unchanged": 3, "held": 1}, {})

    shop.fill([deal(7)])
    ask_for(sandbox, {"kind": "reset_before", "count": 9})
    assert shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url).returncode == 1
    assert "in doubt" in refuse(shop, "baseline", "--from", "old.sent", "--yes", code=5)
    assert summary(books).received == 0


def test_a_baseline_is_no_push_and_stays_where_something_was_sent_on_top(shop: Shop, sandbox: LocalSandbox) -> None:
    """The first push to production still asks for --initial; what was tried since is not undone."""
    shop.fill([deal(1), deal(2)])
    assert mend(shop, "baseline", "--from", "offline_conversions")["run"] == 1
    # No command of this version sends on top of what is accepted, so the ledger is given such an attempt.
    shop.sql(
        "insert into reverse_etl_ledger select * replace (2 as run_seq, 'retract' as operation) from reverse_etl_ledger"
    )
    assert "first in run 2" in refuse(shop, "baseline", "--undo", "1", "--yes", code=5)
    shop.exposure(environment="production", account_id="1", customer_id="2", targets=["dev"])
    assert mend(shop, "baseline", "--before", "2026-01-01")["run"] is None
    assert mend(shop, "baseline", "--from", "offline_conversions")["run"] == 1
    refusing = [guard["name"] for guard in json.loads(shop.run("plan", "--json").stdout)["guards"] if guard["refuses"]]
    assert refusing == ["first_push"]
