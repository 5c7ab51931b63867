"""How long a push takes as a whole process, and its peak of memory, beside the script that it takes the place of.

`measure` shows the figures; run as a module it counts the statements of one push.
"""

import argparse
import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bed import opened
from benchmarks.measure import Whole, answer, child, line, spread, title, verdict, whole
from benchmarks.sink import Sink, running_sink
from tests.support.shop import COMMAND, DBT, Shop, build_template, write_profile

ROWS = 1_000_000
# A service that is asked by eight workers and takes half a second.
SLOW = 0.5
WORKERS = 8
SLOW_ROWS = 200_000


def measure(folder: Path, rows: int, rounds: int, *, peers: bool = False) -> None:
    """Push, script and peers in turn, each with an empty ledger; then a slow service, and ten new rows.

    `peers`: also those of `benchmarks/peers`, in environments of their own.
    """
    from benchmarks.peers import PEERS

    title(f"push: {rows:,} new rows to a sink that answers at once, whole processes")
    print(
        "  Yardstick: a script that reads the view, writes JSON and posts it, 1,000 rows a call, in one thread; it\n"
        "  keeps no ledger. A push imports dbt, parses the project, plans, records intents and receipts, and calls by\n"
        "  REST with 4 workers."
    )
    shop = build_template(folder)
    # As users have it: DuckDB's own threads and memory.
    write_profile(shop, threads=os.cpu_count())
    shop.exposure(protocol="rest")
    child("bed", folder, rows)
    shop.dbt("build", "--quiet")
    filled = shop.database.with_suffix(".filled")
    shutil.copyfile(shop.database, filled)
    commands = {
        "script": lambda url: [sys.executable, "-m", "benchmarks.script", str(shop.database), url],
        "push": _push(shop),
    }
    commands |= {name: peer.command(folder, shop.database) for name, peer in (PEERS if peers else {}).items()}
    took: dict[str, list[Whole]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            shutil.copyfile(filled, shop.database)
            with running_sink() as sink:
                took[name].append(whole(command(sink.url), _environment(shop, sink)))
                if sink.calls() < rows / 1000:
                    raise SystemExit(f"{name} sent less than all: {sink.calls()} calls of 1,000.")
    for name, runs in took.items():
        seconds = [one.seconds for one in runs]
        line(name, f"{median(seconds):.1f} s", f"{spread(seconds)}; {max(one.peak_mb for one in runs):,.0f} MB at most")
    line(
        "statements of a push", f"{child('push_speed', folder, filled)['statements']:,}", "BEGIN and COMMIT not counted"
    )
    for name in set(commands) - {"push", "script"}:
        verdict(f"faster than {name}", median(a.seconds for a in took["push"]) < median(b.seconds for b in took[name]))
    _slow_service(shop, filled, rows)
    _ten_new_rows(shop, rounds)


def _push(shop: Shop, *arguments: str) -> Any:
    return lambda _: [str(COMMAND), "push", "--json", *arguments]


def _environment(shop: Shop, sink: Sink) -> dict[str, str]:
    return {"MICROSOFT_ADS_ENDPOINT": sink.url, "DBT_PROFILES_DIR": str(shop.folder), "SHOP": str(shop.folder)}


def _slow_service(shop: Shop, filled: Path, rows: int) -> None:
    title(f"push: a service that takes {SLOW} s a call, {WORKERS} workers")
    shutil.copyfile(filled, shop.database)
    rows = min(rows, SLOW_ROWS)
    with running_sink(SLOW) as sink:
        whole([*_push(shop, "--workers", str(WORKERS), "--limit", str(rows))("")], _environment(shop, sink))
        seconds, best = sink.seconds(), -(-rows // 1000 // WORKERS) * SLOW
    line(
        f"{rows:,} rows, from the first call to the last answer",
        f"{seconds:.2f} s",
        f"{best / seconds:.1%} of the most",
    )
    verdict("at least 95 % of what so many workers can", best / seconds >= 0.95)


def _ten_new_rows(shop: Shop, rounds: int) -> None:
    """The file has what was sent before; the rest goes first."""
    title("push: 10 new rows, all others sent before")
    pushes, parses = [], []
    with running_sink() as sink:
        environment = _environment(shop, sink)
        whole([*_push(shop)("")], environment)
        for turn in range(rounds):
            shop.sql(
                "insert into deals select * replace (deal_id || '-later" + str(turn) + "' as deal_id, "
                f"md5(deal_id || '{turn}') as microsoft_click_id) from deals order by deal_id limit 10"
            )
            parses.append(whole([str(DBT), "parse", "--quiet"], environment).seconds)
            pushes.append(whole([*_push(shop)("")], environment).seconds)
    line("dbt parse", f"{median(parses):.1f} s", spread(parses))
    line("push", f"{median(pushes):.1f} s", spread(pushes))
    verdict("dbt parse and a second", median(pushes) < median(parses) + 1)


def statements(folder: Path, filled: Path) -> int:
    """What a push has the warehouse do, by the adapter's own count."""
    from reverse_etl.commands.push import PushOptions, carry_out

    shutil.copyfile(filled, Shop(folder).database)
    counted = Counter[str]()
    with running_sink() as sink:
        os.environ["MICROSOFT_ADS_ENDPOINT"] = sink.url
        with opened(folder) as session:
            connections = session.project.adapter.connections
            add_query = connections.add_query

            def count(sql: str, *arguments: Any, **named: Any) -> Any:
                counted["ends" if sql in ("BEGIN", "COMMIT") else "all"] += 1
                return add_query(sql, *arguments, **named)

            connections.add_query = count
            carry_out(session.ledger, session.destination(), _Silent(), PushOptions())
    return counted["all"]


class _Silent:
    """Nobody watches."""

    def __getattr__(self, _: str) -> Any:
        return lambda *_: None


def main() -> None:
    """Count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("filled", type=Path)
    given = parser.parse_args()
    answer({"statements": statements(given.folder, given.filled)})


if __name__ == "__main__":
    main()
