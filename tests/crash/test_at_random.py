"""Pushes that are killed at random, under faults, while the source changes: in the end each record counts once."""

import time
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.crash.moments import Order
from tests.crash.warm import warm
from tests.crash.world import BOTH, REFUSAL, World
from tests.support.engines import USUAL
from tests.support.faults import ask_for, used_up
from tests.support.scale import scaled
from tests.support.shop import Shop

# Kills of one seed, by each protocol; a push that ended before its kill is none.
KILLS = {"soap": scaled(6, long=17), "rest": scaled(4, long=6)}
FAULTS = (
    "reset_before",
    "reset_after",
    "reset_late",
    "half_answer",
    "html_502",
    "empty_503",
    "bad_index",
    "fault_117",
    "fault_0",
    "status_200_fault",
    "fault_unknown",
)
# A call that meets one of these is waiting while its push is killed, and is taken by the books afterwards.
GATES = ("hold_before", "hold_after", "lands_late", "timeout_after")


SEEDS = [(engine, "soap", seed) for engine in USUAL for seed in range(1, scaled(1, long=8) + 1)]


@pytest.mark.parametrize(("shop", "protocol", "seed"), [*SEEDS, ("duckdb", "rest", 5)], indirect=["shop"])
def test_each_record_counts_once_whenever_pushes_die(
    shop: Shop, sandbox: LocalSandbox, tmp_path: Path, protocol: str, seed: int
) -> None:
    """Killed at moments, after a while, or while a call is under way that lands before, during or after the next push;
    values are corrected, rows leave, come back, swap and move: the books agree with source and ledger, row by row."""
    shop.exposure(**BOTH, protocol=protocol)
    kills = KILLS[protocol]
    with warm(shop, tmp_path / "pushes") as process:
        world = World(process, sandbox, seed)
        pushes = 0
        while world.kills < kills:
            world.change()
            world.fill()
            one_push(world)
            pushes += 1
            if pushes % 4 == 0:
                # A refused row is sent again once it has changed.
                for key in list(world.rows):
                    world.correct(key)
                world.fill()
                world.settle()
            world.check(pushes < 6 * kills, "hardly any push was killed")
        for key in list(world.rows):
            world.correct(key)
        world.fill()
        world.settle()


def one_push(world: World) -> None:
    """A push with a fault or two that is killed somewhere, if it lasts so long."""
    draw = world.random
    gate = draw.random() < 0.4
    kind = draw.choice(GATES if gate else FAULTS)
    fault: dict[str, object] = {"kind": kind, "nth": draw.choice([1, 1, 2, 3])}
    if draw.random() < 0.5:
        fault["operation"] = draw.choice(["conversions", "adjustments"])
    if gate or kind == "reset_late":
        fault["seconds"] = draw.choice([0.1, 0.5, 2.0])
    faults = [fault]
    if draw.random() < 0.3:
        faults.append({"kind": "refuse", "share": 0.2, "code": REFUSAL})
    ask_for(world.sandbox, *faults)
    moment, patience = draw.randint(8, 50), draw.uniform(0.1, 1.5)
    world.tell(f"faults {faults}, to die at {'the gate' if gate else moment}")
    push = world.start(order=Order(0 if gate else moment))
    if gate:
        while not push.ended() and not used_up(world.sandbox):
            time.sleep(0.005)
        time.sleep(draw.choice([0, 0.01, 0.05]))
        push.kill()
    elif draw.random() < 0.2:
        time.sleep(patience)
        push.kill()
    world.finish(push)
