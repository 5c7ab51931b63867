"""How time and memory of a plan and a push grow with the rows, on DuckDB, each a whole process."""

import os
from pathlib import Path

from benchmarks.measure import child, line, title, whole
from benchmarks.sink import running_sink
from tests.support.shop import COMMAND, build_template, write_profile

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)


def measure(folder: Path, most: int) -> None:
    """`plan` of so many rows against as many in the ledger, 1 % of them new; `push` of so many new ones."""
    title("growth: seconds, and peak of memory in MB")
    for rows in [size for size in SIZES if size <= most]:
        for command, options in (("plan", ["--with-ledger"]), ("push", [])):
            place = folder / f"{command}_{rows}"
            shop = build_template(place)
            write_profile(shop, threads=os.cpu_count())
            shop.exposure(protocol="rest")
            child("bed", place, rows, *options)
            shop.dbt("build", "--quiet")
            with running_sink() as sink:
                environment = {"MICROSOFT_ADS_ENDPOINT": sink.url, "DBT_PROFILES_DIR": str(place), "SHOP": str(place)}
                took = whole([str(COMMAND), command, "--json"], environment)
            line(f"{command}, {rows:,} rows", f"{took.seconds:.1f} s", f"{took.peak_mb:,.0f} MB")
