"""Retry, baseline and forget as a user types them: what they change, what they leave alone, and what is sent after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reverse_etl.sandbox import LocalSandbox, read_received, summary
from tests.support.faults import ask_for
from tests.support.shop import REPOSITORY, Shop, deal

WON, OTHER = "Deal won", "Deal wun"
Sandboxes = Callable[..., Any]


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
    document = json.loads(done.stdout)
    schema = json.loads((REPOSITORY / f"docs/schemas/{command}.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
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
