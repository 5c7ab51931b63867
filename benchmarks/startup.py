"""How long the command takes before it does anything: help, and a plan of a project with a single row."""

import subprocess
from pathlib import Path
from statistics import median

from benchmarks.measure import line, spread, timed, title, verdict, whole
from tests.support.shop import COMMAND, build_template, deal

AIM = 0.2


def measure(folder: Path, rounds: int) -> None:
    """Both commands in turn."""
    title("start-up")
    shop = build_template(folder)
    shop.fill([deal(1)])
    helps: list[float] = []
    plans: list[float] = []
    for turn in range(rounds + 1):
        help_ = timed(lambda: subprocess.run([str(COMMAND), "--help"], stdout=subprocess.DEVNULL, check=True)).seconds
        plan = whole([str(COMMAND), "plan"], {"DBT_PROFILES_DIR": str(folder), "SHOP": str(folder)}).seconds
        if turn:  # the first one fills the caches
            helps.append(help_)
            plans.append(plan)
    line("reverse-etl --help, seconds", f"{median(helps):.2f}", spread(helps))
    line("reverse-etl plan, one row, seconds (for information)", f"{median(plans):.2f}", spread(plans))
    verdict(f"help in under {AIM} s", median(helps) < AIM)
