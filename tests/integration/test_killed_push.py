"""A push that is killed or interrupted loses nothing and counts nothing twice; asked to stop, it finishes its calls."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox, read_received, summary
from tests.support.engines import each_engine
from tests.support.faults import ask_for, release, used_up, wait_for
from tests.support.scale import scaled
from tests.support.shop import Shop, deal

ROWS = 1500


# tests/crash kills at each moment on Postgres, and these hold calls of many rows.
KILLED = [("duckdb", "hold_before"), ("postgres", "hold_after")]
KILLED += scaled([], long=[("postgres", "hold_before"), ("duckdb", "hold_after")])


@pytest.mark.parametrize(("shop", "moment"), KILLED, indirect=["shop"])
def test_kill_between_send_and_receipt_is_settled_by_the_next_push(
    shop: Shop, sandbox: LocalSandbox, tmp_path: Path, moment: str
) -> None:
    """SIGKILL while calls are under way: the next push sends the same bytes again, and each record counts once."""
    books = tmp_path / "books.sqlite"
    shop.fill([deal(n) for n in range(ROWS)])
    ask_for(sandbox, {"kind": moment, "seconds": 60, "count": 2})
    process = shop.start("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    if moment == "hold_after":
        wait_for(lambda: summary(books).received == ROWS)
    else:
        # The faults are used up when both calls have arrived and are being held.
        wait_for(lambda: used_up(sandbox))
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    release(sandbox)
    if moment == "hold_before":
        wait_for(lambda: summary(books).received == ROWS)

    # What may have left stands in the ledger, without a receipt.
    assert shop.sql("select count(*) from reverse_etl_ledger") == [(ROWS,)]
    assert shop.sql("select count(*) from reverse_etl_receipts") == [(0,)]
    # The source changes meanwhile; what is in doubt is still sent with the ledger's bytes.
    shop.sql("update deals set conversion_value = 99")
    result = shop.push(endpoint=sandbox.url)

    # The plan table of the run that died is gone.
    assert shop.sql("select table_name from information_schema.tables where table_name like 'reverse_etl_plan%'") == []
    # Settled in the first round; the second round sees that the values differ from what counts now.
    assert result["source"] == {"held": ROWS}
    received = read_received(books)
    assert [row.conversion_value for row in received] == ["10.0"] * (2 * ROWS)
    assert summary(books).counted == ROWS
    assert summary(books).duplicates == ROWS
    assert shop.sql("select status, count(*) from reverse_etl_records group by 1") == [("accepted", ROWS)]
    assert shop.push(endpoint=sandbox.url)["source"] == {"held": ROWS}
    assert summary(books).received == 2 * ROWS


@each_engine
def test_what_a_limit_leaves_in_doubt_is_said_to_be_in_doubt(shop: Shop, sandbox: LocalSandbox) -> None:
    """After a kill, `--limit` settles that many; the others stay in doubt, never "not sent", and the exit says so."""
    shop.fill([deal(n) for n in range(30)])
    ask_for(sandbox, {"kind": "hold_after", "seconds": 60})
    process = shop.start("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    wait_for(lambda: used_up(sandbox))
    process.kill()
    process.communicate(timeout=60)
    release(sandbox)
    result = shop.push("--limit", "10", endpoint=sandbox.url)
    assert (result["exit_code"], result["source"]) == (1, {"accepted": 10, "in_doubt": 20})
    status = json.loads(shop.run("status", "--json").stdout)
    assert status["statuses"] == {"accepted": 10, "in_doubt": 20}
    assert [(run["run_seq"], run["fenced_by"]) for run in status["runs"]] == [(2, None), (1, 2)]
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 20, "unchanged": 10}


def handles(process: subprocess.Popen[str], number: signal.Signals) -> bool:
    """Has the process a handler of its own for a signal?"""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize("after", scaled([0, 0.7], long=[0, 0.3, 0.7, 1.1]))
def test_interrupt_while_the_project_loads_sends_nothing(shop: Shop, sandbox: LocalSandbox, after: float) -> None:
    """Ctrl-C before the first call is never swallowed: nothing is sent, and the exit code says so."""
    shop.fill([deal(n) for n in range(30)])
    process = shop.start("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    # As long as only Python starts the handler is not there yet; from then on no interrupt may be lost.
    wait_for(lambda: handles(process, signal.SIGTERM))
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert shop.sql("select count(*) from reverse_etl_ledger") == [(0,)]


DEALS = 2500
# How long a call is held, unless it is released: far longer than a push has to wait for it. Seconds.
HELD = 600


@pytest.fixture
def under_way(shop: Shop, sandbox: LocalSandbox) -> Iterator[subprocess.Popen[str]]:
    """A push of three batches, one after another, whose first call is in the books and not answered yet."""
    shop.fill([deal(n) for n in range(DEALS)])
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
    assert summary(books).counted == DEALS
    assert shop.sql("select status, count(*) from reverse_etl_records group by 1") == [("accepted", DEALS)]


@each_engine
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
    assert (under_way.returncode, "Stopped after 9 s." in err) == (1, True)
    settled(shop, sandbox, tmp_path / "books.sqlite")


@each_engine
def test_a_second_ctrl_c_stops_at_once(
    shop: Shop, sandbox: LocalSandbox, under_way: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Nothing is waited for; what was under way is in doubt, and the next push settles it."""
    interrupt(under_way, signal.SIGINT)
    under_way.send_signal(signal.SIGINT)
    _, err = under_way.communicate(timeout=HELD / 2)
    assert (under_way.returncode, "Stopped at once." in err, "resource_tracker" in err) == (1, True, False)
    settled(shop, sandbox, tmp_path / "books.sqlite")
