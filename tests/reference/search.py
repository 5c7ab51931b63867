"""Search every world within bounds, breadth first, for one in which a law is broken.

`python -m tests.reference.search` runs the bounds of the test suite. `--deep` runs wider ones, and then wanders at
random through worlds that are too many to see.
"""

import random
import sys
import time
from collections import deque
from dataclasses import dataclass

from .configurations import DEEP, MOST, QUICK, VAST
from .laws import broken_at_rest, broken_now
from .protocol import Protocol
from .rules import ALL, Rules
from .worlds import Bounds, World, beginning


@dataclass(frozen=True)
class Found:
    """What a search came to: how many worlds it saw, and the shortest way to a broken law."""

    worlds: int
    seconds: float
    broken: str | None = None
    trace: tuple[str, ...] = ()
    complete: bool = True


def search(bounds: Bounds, rules: Rules = ALL, most: int | None = None) -> Found:
    """Every world within the bounds, or the first in which a law is broken; `most` stops it earlier."""
    began = time.monotonic()
    protocol = Protocol(bounds, rules)
    start = beginning(bounds)
    came_from: dict[World, tuple[World, str] | None] = {start: None}
    at_rest: dict[tuple[object, ...], str | None] = {}
    waiting = deque([start])
    while waiting:
        world = waiting.popleft()
        for said, after in protocol.steps(world):
            if after in came_from:
                continue
            came_from[after] = (world, said)
            broken = broken_now(protocol, after)
            if broken is None and not after.runs:
                # Budgets make no difference to what good runs do.
                quiet = after._replace(left=start.left)
                if quiet not in at_rest:
                    at_rest[quiet] = broken_at_rest(protocol, quiet)
                broken = at_rest[quiet]
            if broken:
                return Found(len(came_from), time.monotonic() - began, broken, _trace(came_from, after))
            waiting.append(after)
        if most is not None and len(came_from) >= most:
            return Found(len(came_from), time.monotonic() - began, complete=False)
    return Found(len(came_from), time.monotonic() - began)


def _trace(came_from: dict[World, tuple[World, str] | None], world: World) -> tuple[str, ...]:
    steps: list[str] = []
    while (step := came_from[world]) is not None:
        world, said = step
        steps.append(said)
    return tuple(reversed(steps))


def wander(bounds: Bounds, seed: int, seconds: float) -> Found:
    """Walks at random from the beginning until nothing can happen any more; runs go on more often than not."""
    choice, began, seen = random.Random(seed), time.monotonic(), 0
    while time.monotonic() - began < seconds:
        protocol = Protocol(bounds, ALL)  # what it remembers would fill the memory
        for _ in range(100):
            world, trace = beginning(bounds), []
            while steps := list(protocol.steps(world)):
                going_on = [step for step in steps if step[0].startswith("run") and " dies " not in step[0]]
                said, world = choice.choice(going_on if going_on and choice.random() < 0.7 else steps)
                trace.append(said)
                seen += 1
                broken = broken_now(protocol, world)
                if broken is None and not world.runs:
                    broken = broken_at_rest(protocol, world)
                if broken:
                    return Found(seen, time.monotonic() - began, broken, tuple(trace))
    return Found(seen, time.monotonic() - began, complete=False)


def main(arguments: list[str]) -> int:
    """Search each configuration and say what was found; 1 where a law is broken."""
    deep = "--deep" in arguments
    results = [_printed(name, search(bounds, most=MOST)) for name, bounds in (DEEP if deep else QUICK).items()]
    if deep:
        results += [_printed(f"wandering, {name}", wander(bounds, 1, 60)) for name, bounds in VAST.items()]
    return int(any(results))


def _printed(name: str, found: Found) -> bool:
    """Whether a law is broken, once it has been said."""
    stopped = "" if found.complete else ", and stopped there"
    print(f"{name}: {found.worlds:,} worlds in {found.seconds:.1f} s{stopped}", flush=True)
    if found.broken:
        print(f"  BROKEN: {found.broken}", *found.trace, sep="\n  ", flush=True)
    return found.broken is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
