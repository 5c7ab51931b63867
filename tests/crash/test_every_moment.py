"""A push that dies at any moment leaves nothing that the next one does not settle."""

from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.crash.moments import Order
from tests.crash.warm import warm
from tests.crash.world import BOTH, World
from tests.support.engines import ENGINES
from tests.support.scale import scaled
from tests.support.shop import Shop

# At each moment, or at every so many.
WAYS = [
    *((engine, "soap", scaled(3, long=1)) for engine in scaled(["postgres"], long=list(ENGINES))),
    ("duckdb", "rest", scaled(5, long=3)),
]


@pytest.mark.parametrize(("shop", "protocol", "step"), WAYS, indirect=["shop"])
def test_a_push_may_die_before_within_and_after_each_insert_and_call(
    shop: Shop, sandbox: LocalSandbox, tmp_path: Path, protocol: str, step: int
) -> None:
    """Killed at its n-th moment, and the next push one moment later; the push after that settles both, for every n."""
    shop.exposure(**BOTH, protocol=protocol)
    with warm(shop, tmp_path / "pushes") as process:
        world = World(process, sandbox)
        world.fill()
        world.settle()
        moment, survived = 0, 0
        while survived < 2:
            for _ in range(2):
                moment += step
                world.change_all_ways()
                world.fill()
                survived += world.finish(world.start(order=Order(moment))) != -9
            world.settle()
    # One push has a dozen inserts and some calls.
    world.check(world.kills > 40 / step - 3, f"only {world.kills} kills")
