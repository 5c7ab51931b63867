"""A push that is asked to stop finishes what is under way, or stops at once."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox, summary
from tests.support.engines import both_engines
from tests.support.faults import ask_for, release, used_up, wait_for
from tests.support.shop import Shop, deal

ROWS = 2500
# How long a call is held, unless it is released: far longer than a push has to wait for it. Seconds.
HELD = 600


@pytest.fixture
def under_way(shop: Shop, sandbox: LocalSandbox) -> Iterator[subprocess.Popen[str]]:
    """A push of three batches, one after another, whose first call is in the books and not answered yet."""
    shop.fill([deal(n) for n in range(ROWS)])
    ask_for(sandbox, {"kind": "hold_after", "seconds": HELD})
    with shop.start("push", "--workers", "1", MICROSOFT_ADS_ENDPOINT=sandbox.url) as process:
        wait_for(lambda: used_up(sandbox))
        yield process
        process.kill()


def interrupt(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal and wait until it was understood."""
    process.send_signal(number)
    assert process.stderr is not None
    assert any("Finishing what" in line for line in iter(process.stderr.readline, ""))


def settled(shop: Shop, sandbox: LocalSandbox, books: Path) -> None:
    """The next push finds the lease free or its holder dead, and brings everything in once."""
    release(sandbox)
    result = shop.push(endpoint=sandbox.url)
    assert (result["exit_code"], result["source"].get("in_doubt")) == (0, None)
    assert summary(books).counted == ROWS
    assert shop.sql("select status, count(*) from reverse_etl_records group by 1") == [("accepted", ROWS)]


@both_engines
def test_sigterm_lets_calls_finish_and_gives_the_lease_back(
    shop: Shop, sandbox: LocalSandbox, under_way: subprocess.Popen[str], tmp_path: Path
) -> None:
    """What was answered is recorded, the run is closed, what was done is printed, and what is left goes next time."""
    interrupt(under_way, signal.SIGTERM)
    release(sandbox)
    out, _ = under_way.communicate(timeout=HELD / 2)
    assert under_way.returncode == 1
    assert "interrupted" in out
    assert "1,000" in out
    assert shop.sql("select count(*) from reverse_etl_runs where event = 'close'") == [(1,)]
    assert shop.sql("select status, count(*) from reverse_etl_records group by 1 order by 1")[0] == ("accepted", 1000)
    settled(shop, sandbox, tmp_path / "books.sqlite")
    assert summary(tmp_path / "books.sqlite").duplicates == 0


def test_a_call_without_an_answer_is_waited_for_nine_seconds(
    shop: Shop, sandbox: LocalSandbox, under_way: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Whoever sends SIGTERM sends SIGKILL after ten: before that the push leaves by itself, and says what is open."""
    interrupt(under_way, signal.SIGTERM)
    began = time.monotonic()
    _, err = under_way.communicate(timeout=HELD / 2)
    assert time.monotonic() - began > 7
    assert (under_way.returncode, "the next push settles it" in err) == (1, True)
    settled(shop, sandbox, tmp_path / "books.sqlite")


@both_engines
def test_a_second_ctrl_c_stops_at_once(
    shop: Shop, sandbox: LocalSandbox, under_way: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Nothing is waited for; what was under way is in doubt, and the next push settles it."""
    interrupt(under_way, signal.SIGINT)
    under_way.send_signal(signal.SIGINT)
    _, err = under_way.communicate(timeout=HELD / 2)
    assert (under_way.returncode, "Stopped at once." in err) == (1, True)
    settled(shop, sandbox, tmp_path / "books.sqlite")
