"""A push that stood still while another took over sends nothing more once it wakes, and says so."""

import itertools
import os
import signal
import time
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.crash.moments import STALL, Order
from tests.crash.warm import Push, warm
from tests.crash.world import BOTH, World
from tests.support.faults import truth, wait_for
from tests.support.scale import scaled
from tests.support.shop import Shop


def stall(world: World, order: Order) -> Push:
    """A push with one worker that has come to its moment and stands still there, or has ended before."""
    world.change_all_ways()
    world.fill()
    push = world.start(order=order, workers=1)
    wait_for(push.stalled, 90)
    return push


def wake(world: World, push: Push) -> tuple[int, int]:
    """Let a push go on: its exit code, and how many calls it made."""
    before = truth(world.sandbox)["calls"]
    os.kill(push.pid, signal.SIGCONT)
    code = world.finish(push)
    return code, truth(world.sandbox)["calls"] - before


@pytest.mark.parametrize("shop", ["postgres"], indirect=True)
def test_whoever_was_taken_over_sends_nothing_more(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """Stalled before and after each insert and call until another has taken over and delivered everything: woken, it
    makes no call but the one that it was about to make, leaves with 1 or 4 and says why, and nothing counts twice."""
    shop.exposure(**BOTH)
    with warm(shop, tmp_path / "pushes") as process:
        world = World(process, sandbox)
        world.fill()
        world.settle()
        for moment in itertools.count(1, scaled(3, long=1)):
            push = stall(world, Order(moment, stall=True, within=False))
            if push.ended():
                break
            shop.sql(f"update reverse_etl_runs set happened_at = happened_at - interval '{STALL:.0f} seconds'")
            where = push.moments[-1]
            world.tell(f"stalled {where}")
            world.check(world.finish(world.start()) == 0, "the successor did not end well")
            code, calls = wake(world, push)
            # Its connection may have been closed meanwhile; then even that call does not arrive.
            world.check(calls <= (where == "before call"), f"{calls} calls after waking {where}")
            said = {0: "", 1: "It sent nothing more", 4: "Another push of this sync is running"}
            world.check(said[code] in push.err, push.err)
            # It leaves with 0 where nothing was left to do when it woke, and its own plan shows so.
            open_ = [word for word in ("in_doubt", "not_reached", "deferred") if f'"{word}":' in push.out]
            world.check(code > 0 or not open_, f"woken {where}, it took itself for done: {push.out}")
            world.settle()
        world.finish(push)
    world.check(moment > 30, f"only {moment} moments")


@pytest.mark.parametrize("shop", ["duckdb"], indirect=True)
def test_on_duckdb_a_stalled_push_keeps_its_lease(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """The file is locked as long as its holder lives: others leave with 4; woken, it goes on or leaves it to them."""
    shop.exposure(**BOTH)
    with warm(shop, tmp_path / "pushes") as process:
        world = World(process, sandbox)
        world.fill()
        world.settle()
        for moment in itertools.count(2, scaled(12, long=3)):
            push = stall(world, Order(moment, stall=True, within=False))
            if push.ended():
                break
            other = world.start()
            world.check(world.finish(other) == 4 and f"PID {push.pid}" in other.err, other.err)
            code, _ = wake(world, push)
            world.check(code in (0, 1), push.err)
            world.settle()
        world.finish(push)
    world.check(moment > 20, f"only {moment} moments")


@pytest.mark.parametrize("shop", ["postgres"], indirect=True)
def test_a_lease_that_outlived_its_limit_is_taken_over(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """Without any help: others are sent away until the limit has passed, then one takes over and both say so."""
    shop.exposure(**BOTH)
    limit = 4.0
    with warm(shop, tmp_path / "pushes") as process:
        world = World(process, sandbox)
        push = stall(world, Order(10, stall=True, limit=limit, within=False))
        began = time.monotonic()
        codes = []
        while not codes or codes[-1] == 4:
            world.check(time.monotonic() - began < 60, "no push took over")
            # Its own limit is what a process goes by; a moment that never comes stalls nothing.
            successor = world.start(order=Order(limit=limit))
            codes.append(world.finish(successor))
        assert codes[0] == 4
        assert time.monotonic() - began > limit - 1.5
        assert "Run 1 never ended. This push takes over" in successor.err
        code, calls = wake(world, push)
        world.check((code, calls) == (1, 0), f"{code}, {calls} calls")
        assert "stood still for so long that another run could take this sync over" in push.err
        runs = shop.sql("select run_seq, fenced_run_seq from reverse_etl_runs where event = 'fence'")
        world.check(len(runs) == 1, str(runs))
        world.settle()
