"""A push by REST that dies leaves no more behind than one by SOAP."""

from pathlib import Path

from reverse_etl.sandbox import LocalSandbox
from tests.crash.moments import Order
from tests.crash.test_at_random import one_push
from tests.crash.warm import warm
from tests.crash.world import BOTH, World
from tests.support.shop import Shop


def test_a_push_by_rest_may_die_at_any_moment(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """Killed at every third moment, the next push settles what was left, until one lives through all its moments."""
    shop.exposure(**BOTH, protocol="rest")
    with warm(shop, tmp_path / "pushes") as process:
        world = World(process, sandbox)
        world.fill()
        world.settle()
        moment, survived = 0, False
        while not survived:
            moment += 3
            world.change_all_ways()
            world.fill()
            survived = world.finish(world.start(order=Order(moment))) != -9
            world.settle()
    world.check(world.kills > 10, f"only {world.kills} kills")


def test_pushes_by_rest_may_die_at_random_under_faults(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """Killed while calls go wrong or land late, and the source changes: in the end each record counts once."""
    shop.exposure(**BOTH, protocol="rest")
    with warm(shop, tmp_path / "pushes") as process:
        world = World(process, sandbox, seed=5)
        pushes = 0
        while world.kills < 6:
            world.change()
            world.fill()
            one_push(world)
            pushes += 1
            world.check(pushes < 36, "hardly any push was killed")
        for key in list(world.rows):
            world.correct(key)
        world.fill()
        world.settle()
