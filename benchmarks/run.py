"""Measure speed against yardsticks taken in the same run: `run.py`, `run.py plan`, `run.py push --postgres`."""

import argparse
import os
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

ROUNDS = 5
NAMES = ("plan", "push", "growth", "startup")


def main() -> None:
    """Run the benchmarks that are asked for, or all of them."""
    from benchmarks import growth, plan_speed, push_speed, startup
    from tests.support.postgres import postgres_server

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)}; left out, all of them")
    parser.add_argument("--rows", type=int, help="rows instead of 1,000,000")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each, whose median is shown")
    parser.add_argument("--postgres", action="store_true", help="the plan on a Postgres server instead of DuckDB")
    parser.add_argument("--peers", action="store_true", help="push beside dlt and drt, which are installed for it")
    given = parser.parse_args()
    names = given.names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}. Times move with the machine; ratios move less.")
    with (
        tempfile.TemporaryDirectory(prefix="reverse-etl-bench-") as folder,
        postgres_server() if given.postgres else nullcontext("") as host,
    ):
        if "plan" in names:
            plan_speed.measure(Path(folder) / "plan", given.rows or plan_speed.ROWS, given.rounds, host)
        if "push" in names:
            push_speed.measure(Path(folder) / "push", given.rows or push_speed.ROWS, given.rounds, peers=given.peers)
        if "growth" in names:
            growth.measure(Path(folder) / "growth", given.rows or growth.SIZES[-1])
        if "startup" in names:
            startup.measure(Path(folder) / "startup", given.rounds)


if __name__ == "__main__":
    main()
