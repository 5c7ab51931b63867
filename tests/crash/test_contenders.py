"""Several pushes at once: one goes, the others leave with 4."""

import subprocess
import sys
from pathlib import Path

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.crash.contend import CONTENDERS, check
from tests.crash.warm import warm
from tests.crash.world import BOTH, World
from tests.support.engines import ENGINES
from tests.support.faults import ask_for, release, wait_for
from tests.support.scale import scaled
from tests.support.shop import REPOSITORY, Shop

ROUNDS = scaled(10, long=100)


@pytest.mark.parametrize("shop", ["postgres"], indirect=True)
def test_of_eight_claims_at_once_one_holds(shop: Shop) -> None:
    """Never two hold the lease, one always gets it, tokens rise, and the losers' error names the holder."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.contend", str(shop.folder), str(ROUNDS)],
        cwd=REPOSITORY,
        env=shop._environment({}),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    check(done.stdout, ROUNDS)


@pytest.mark.parametrize("shop", ENGINES, indirect=True)
def test_of_eight_pushes_at_once_one_goes(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """Eight pushes begin at once, again and again: the winner's call is held until the others have left with 4."""
    shop.exposure(**BOTH)
    with warm(shop, tmp_path / "pushes") as process:
        world = World(process, sandbox)
        for _ in range(scaled(1, long=5)):
            world.change_all_ways()
            world.fill()
            ask_for(sandbox, {"kind": "hold_after", "seconds": 120, "count": 20})
            pushes = [world.start() for _ in range(CONTENDERS)]
            wait_for(lambda pushes=pushes: sum(push.ended() for push in pushes) >= CONTENDERS - 1, 120)
            release(sandbox)
            codes = sorted(world.finish(push) for push in pushes)
            world.check(codes == [0] + [4] * (CONTENDERS - 1), str(codes))
            losers = [push.err for push in pushes if push.out == ""]
            world.check(all("PID" in err for err in losers), "\n".join(losers))
            world.settle()
