"""Unlock shuts out a run that may still live, and nothing else."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reverse_etl.commands.courier import LOOK_EVERY
from reverse_etl.sandbox import LocalSandbox, summary
from tests.support.engines import each_engine
from tests.support.faults import ask_for, release, used_up, wait_for
from tests.support.shop import Shop, deal

on_postgres = pytest.mark.parametrize("shop", ["postgres"], indirect=True)


def unlock(shop: Shop, *arguments: str, code: int = 0) -> str:
    """What it says on both streams."""
    done = shop.run("unlock", *arguments)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@each_engine
def test_without_a_living_holder_there_is_nothing_to_unlock(shop: Shop, sandbox: LocalSandbox) -> None:
    """No run holds it, or a dead one does: it says so, changes nothing and leaves with 0."""
    shop.fill([deal(n) for n in range(3)])
    assert "no run holds it" in unlock(shop)
    ask_for(sandbox, {"kind": "hold_after", "seconds": 60})
    process = shop.start("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    wait_for(lambda: used_up(sandbox))
    process.kill()
    process.communicate(timeout=60)
    release(sandbox)
    events = shop.sql("select count(*) from reverse_etl_runs")
    assert f"run 1, PID {process.pid} on" in unlock(shop, "--yes")
    assert "The next push takes over by itself" in unlock(shop)
    assert shop.sql("select count(*) from reverse_etl_runs") == events
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 3}
    assert "no run holds it" in unlock(shop)


@on_postgres
def test_a_run_on_a_machine_that_is_gone_is_shut_out(shop: Shop, sandbox: LocalSandbox) -> None:
    """It says host, PID, since when and last heard of, and asks; once shut out, the next push goes."""
    shop.fill([deal(1)])
    shop.push(endpoint=sandbox.url)
    shop.fill([deal(1), deal(2)])
    ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=100)
    other = {"run_seq": 2, "claim_id": "other", "happened_at": ago, "host": "elsewhere", "pid": 17, "counts": ""}
    shop.repeat("reverse_etl_runs", "run_seq = 1 and event <> 'close'", **other)
    held = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert (held.returncode, "`reverse-etl unlock` shuts it out" in held.stderr) == (4, True)
    asked = unlock(shop, code=2)
    assert "held by run 2, PID 17 on elsewhere, since 20" in asked
    assert "Z, last heard of 10" in asked
    assert "Give --yes" in asked
    assert shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url).returncode == 4
    assert "Run 2 is shut out by run 3. Push again." in unlock(shop, "--yes")
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1, "unchanged": 1}
    status = shop.run("status").stdout
    assert "unlock: run 2 shut out" in status
    assert "run 3 took over" in status


@on_postgres
def test_a_run_that_still_works_goes_no_further_once_it_is_shut_out(
    shop: Shop, sandbox: LocalSandbox, tmp_path: Path
) -> None:
    """Its call is under way: the next push settles that, the shut-out run starts no other and says why."""
    shop.fill([deal(n) for n in range(2500)])
    ask_for(sandbox, {"kind": "hold_before", "seconds": 120})
    process = shop.start("push", "--workers", "1", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    wait_for(lambda: used_up(sandbox))
    assert "Run 1 is shut out by run 2. Push again." in unlock(shop, "--yes")
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 2500}
    # What it looks at every few seconds tells it, and the call that was under way lands after all.
    time.sleep(LOOK_EVERY + 1)
    release(sandbox)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "was shut out by `unlock`. It sent nothing more." in err
    assert summary(tmp_path / "books.sqlite").counted == 2500
    assert shop.push(endpoint=sandbox.url)["source"] == {"unchanged": 2500}
