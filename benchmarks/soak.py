"""A long haul: many rows through every kind of fault, with flat memory, until both sides' books say the same.

Run as a module it soaks so many rows (1,000,000 unless `--rows` says otherwise); `push` is its own child process.
"""

import argparse
import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import requests

from benchmarks.bed import opened
from benchmarks.measure import REPOSITORY, child
from reverse_etl.commands.courier import Patience
from reverse_etl.commands.push import PushOptions, carry_out
from reverse_etl.core.ports import Silent
from reverse_etl.destinations.microsoft_ads import MicrosoftAds, MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.wire.rest import RestWire
from reverse_etl.sandbox import LocalSandbox, summary
from tests.support.shop import Shop, build_template

ROWS = 1_000_000
RATE = 0.01
# How far the process may grow after its first quarter: room for the allocator, none for rows.
GROWTH_MB = 150
GOALS = {"goals": [{"name": name, "enhanced": True} for name in ("Lead", "Deal won", "Contract signed")]}
# Those that would last for minutes are told to end at once; of `timeout_before`
# and the like what is seen is the reset. `lands_late` and the holds wait for a caller to give up, and are left out.
_PLAIN = (
    *("fault_0", "fault_117", "fault_202", "fault_5601", "fault_5612", "fault_5614", "fault_5615", "fault_unknown"),
    *("status_200_fault", "html_502", "empty_503", "redirect", "dtd", "reset_before", "reset_after", "half_answer"),
    *("bad_index", "same_index"),
)
_CALLS: dict[str, dict[str, object]] = {
    **{kind: {} for kind in _PLAIN},
    "timeout_before": {"seconds": 0.2},
    "timeout_after": {"seconds": 0.2},
    "reset_late": {"seconds": 0.2},
    "slow": {"seconds": 0.2},
    "clock_skew": {"hours": 5},
    "huge": {"megabytes": 25},
}
# Each of these stops a run, and so costs a plan: they come ten times as seldom.
_STOPS = ("fault_105", "fault_106", "fault_109")
# Of rows: one in a hundred is refused; a poisoned one costs some twenty calls.
_ROWS = [{"kind": "refuse", "share": 0.01, "code": 5606}, {"kind": "poison", "share": 0.0001}]


_COUNTED = """
select conversion_name, coalesce(click_id, ''), coalesce(hashed_email, ''), coalesce(hashed_phone, ''), conversion_time,
    counted_value, counted_currency
from received where outcome = 'counted'
"""
_IDENTITY = "conversion_name, click_id, hashed_email, hashed_phone, conversion_time"
_SAME = f"{_IDENTITY}, value, currency"
_BOOKS = f"""
create temporary table books as
select * from read_csv(?, header = false, all_varchar = true, nullstr = '\\N',
    names = [{", ".join(f"'{name}'" for name in _SAME.split(", "))}])
"""
# What may have been taken, and was refused when it was sent again, may count or not: it is shown and held.
_DIFFERENCES = {
    "conversions are accepted and do not count": f"""
        select count(*) from (select * from reverse_etl_records where status = 'accepted') as known
        anti join (select * replace (cast(value as double) as value) from books) as books using ({_SAME})""",
    "conversions count and the ledger does not know": f"""
        select count(*) from (select * replace (cast(value as double) as value) from books) as books
        anti join (select * from reverse_etl_records where status in ('accepted', 'maybe_taken')) as known
        using ({_SAME})""",
    "conversions count twice": f"""
        select count(*) from (select 1 from books group by {_IDENTITY} having count(*) > 1) as twice""",
}


@dataclass
class Soaked:
    """What a soak came to. `memory`: megabytes of the pushing process by quarter of the rows, the most of each."""

    rows: int
    seconds: float = 0.0
    runs: list[dict[str, Any]] = field(default_factory=list)
    memory: list[float] = field(default_factory=lambda: [0.0] * 4)
    faults: Counter[str] = field(default_factory=Counter)
    statuses: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """Megabytes that the process grew after its first quarter."""
        return max(self.memory) - self.memory[0]


def faults(rate: float) -> list[dict[str, object]]:
    """Every kind of fault: those of calls with this chance each, those that stop a run with a tenth of it."""
    calls = [{"kind": kind, "rate": rate} | more for kind, more in _CALLS.items()]
    return [*calls, *({"kind": kind, "rate": rate / 10} for kind in _STOPS), *_ROWS]


def soak(folder: Path, rows: int, rate: float = RATE) -> Soaked:
    """Push so many rows through the faults, then settle what is left without them, and compare the books."""
    shop = build_template(folder / "project")
    _limit_memory(shop)
    child("bed", shop.folder, rows)
    (folder / "goals.yml").write_text(json.dumps(GOALS))
    books = folder / "books.sqlite"
    soaked = Soaked(rows)
    began = time.monotonic()
    with LocalSandbox(books, port=0, goals=folder / "goals.yml") as sandbox:
        requests.post(f"{sandbox.url}/control/faults", data=json.dumps({"seed": 1, "faults": faults(rate)}), timeout=5)
        command = [sys.executable, "-m", "benchmarks.soak", "--push", str(shop.folder), "--url", sandbox.url]
        with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
            sampler = threading.Thread(target=_sample, args=(process, books, soaked))
            sampler.start()
            assert process.stdout is not None
            soaked.runs = [json.loads(line) for line in process.stdout]
            sampler.join()
        if process.returncode:
            soaked.wrong.append(f"the pushing process ended with {process.returncode}")
    soaked.seconds = time.monotonic() - began
    _judge(shop, books, soaked)
    return soaked


def _limit_memory(shop: Shop) -> None:
    """DuckDB takes what it finds; here it is told what it may have, so that the rest shows."""
    path = shop.folder / "profiles.yml"
    profile = json.loads(path.read_text())
    profile["shop"]["outputs"]["dev"]["settings"] = {"memory_limit": "1GB"}
    path.write_text(json.dumps(profile))


def _sample(process: subprocess.Popen[str], books: Path, soaked: Soaked) -> None:
    """Note the memory of the pushing process beside the rows that have counted by then."""
    while process.poll() is None:
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        quarter = min(summary(books).counted * 4 // soaked.rows, 3)
        used = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        soaked.memory[quarter] = max(soaked.memory[quarter], used)
        time.sleep(0.25)


def _judge(shop: Shop, books: Path, soaked: Soaked) -> None:
    """The laws: every sum is level, every row has a standing, and what counts is what the ledger says."""
    for run in soaked.runs:
        soaked.wrong += [f"run {run['run']}: {words}" for words in run["unbalanced"]]
    last = soaked.runs[-1]["source"] if soaked.runs else {}
    if sum(last.values()) != soaked.rows or set(last) - {"accepted", "unchanged", "held", "rejected"}:
        soaked.wrong.append(f"the last run left {last}")
    file = books.with_suffix(".csv")
    with closing(sqlite3.connect(books)) as judge, file.open("w", newline="") as lines:
        met = judge.execute("select injected, count(*) from calls where injected <> '' group by injected")
        for kinds, calls in met:
            soaked.faults.update(dict.fromkeys(kinds.split(","), calls))
        csv.writer(lines).writerows(judge.execute(_COUNTED))
    with closing(duckdb.connect(str(shop.database))) as ledger:
        soaked.statuses = dict(
            ledger.execute("select status, count(*) from reverse_etl_records group by status").fetchall()
        )
        ledger.execute(_BOOKS, [str(file)])
        for what, statement in _DIFFERENCES.items():
            ((found,),) = ledger.execute(statement).fetchall()
            if found:
                soaked.wrong.append(f"{found:,} {what}")


def push_until_settled(folder: Path, url: str) -> None:
    """Push again and again, with faults and at last without, until nothing is left to send; one line for each run."""
    settings = {"MICROSOFT_ADS_ENDPOINT": url}
    quiet = 0
    with opened(folder) as session:
        made = MicrosoftAdsSettings.load(session.sync, settings)
        wire = RestWire(made, read_timeout=10.0)
        destination = MicrosoftAds(made, wire=wire, throttle_wait=0.1)
        for _ in range(400):
            options = PushOptions(patience=Patience(first_wait=0.05, longest_wait=0.2))
            result = carry_out(session.ledger, destination, Silent(), options)
            line = {"run": result.run_seq, "source": result.source, "sent": result.sent}
            line |= {"unbalanced": result.unbalanced, "stopped": str(result.stopped or "")}
            print(json.dumps(line), flush=True)
            left = {"in_doubt", "deferred", "not_reached"} & set(result.source)
            if not left:
                return
            # Where most has arrived, what is left is settled in peace.
            quiet += sum(result.source.get(name, 0) for name in left) * 50 < sum(result.source.values())
            if quiet:
                requests.post(f"{url}/control/faults", data=json.dumps({"seed": 1, "faults": _ROWS}), timeout=5)
    raise SystemExit("400 runs were not enough.")


def _show(soaked: Soaked) -> None:
    sent: Counter[str] = sum((Counter(run["sent"]) for run in soaked.runs), Counter())
    print(f"{soaked.rows:,} rows in {soaked.seconds:,.0f} s and {len(soaked.runs)} runs; sent: {dict(sent)}")
    print("memory by quarter of the rows, MB:", ", ".join(f"{one:,.0f}" for one in soaked.memory))
    print(f"faults met: {sum(soaked.faults.values()):,} of {len(soaked.faults)} kinds: {dict(soaked.faults)}")
    print("ledger:", soaked.statuses)


def main() -> None:
    """Soak, show what came out, and fail where a law does not hold or memory grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--push", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.push:
        push_until_settled(given.push, given.url)
        return
    with tempfile.TemporaryDirectory(prefix="reverse-etl-soak-") as folder:
        soaked = soak(Path(folder), given.rows)
    _show(soaked)
    if soaked.growth > GROWTH_MB:
        soaked.wrong.append(f"the process grew by {soaked.growth:,.0f} MB after its first quarter")
    if soaked.wrong:
        raise SystemExit("\n".join(soaked.wrong))


if __name__ == "__main__":
    main()
