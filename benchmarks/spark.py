"""A plan of many rows on Spark, on this machine alone: `python -m benchmarks.spark --rows 1000000`.

Source and ledger have as many rows each. As in `bed.py` 1 % of the source is new, 1 % has another value than was sent,
and the oldest 1 % of the ledger left the source.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import REPOSITORY, line, timed, title
from tests.support import apart, spark
from tests.support.shop import SYNC, Shop, write_files

ROWS = 1_000_000
_SCOPE = f"'microsoft_ads', 'local', 'local', '{SYNC}'"
# Ten runs of a tenth each. `n`: the number of a row among those that were sent, from 0.
_DEALS = """
create table main.all_deals using parquet as
select
    id,
    concat('D', id) as deal_id,
    element_at(array('Lead', 'Deal won', 'Contract signed'), cast(1 + id % 3 as int)) as conversion_name,
    timestampadd(
        second,
        cast(-3600 - (1 - id / {total}) * 80 * 86400 as bigint),
        cast(date_trunc('second', current_timestamp()) as timestamp_ntz)
    ) as conversion_time,
    case when id % 10 <> 0 then md5(concat('click', id)) end as microsoft_click_id,
    case when id % 10 = 0 then sha2(concat('mail', id), 256) end as hashed_email_address,
    case when id % 20 = 0 then sha2(concat('phone', id), 256) end as hashed_phone_number,
    (id * 7919 % 1000000) / 100.0D as conversion_value,
    element_at(array('USD', 'EUR', 'GBP'), cast(1 + id % 7 % 3 as int)) as conversion_currency_code,
    cast(null as double) as external_attribution_credit,
    cast(null as string) as external_attribution_model
from range({total})
"""
_SOURCE = "create table main.deals using parquet as select * from main.all_deals where id >= {total} - {rows}"
_LEDGER = """
insert into main.reverse_etl_ledger (
    destination, environment, account_id, sync, run_seq, seq, batch, operation,
    conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
    value, currency, attribution_credit, attribution_model, first_attempt, recorded_at
)
select
    {scope}, 1 + n div {run_rows}, 1 + n % {run_rows}, 1 + n % {run_rows} div 1000, 'send',
    conversion_name, coalesce(microsoft_click_id, ''), coalesce(hashed_email_address, ''),
    coalesce(hashed_phone_number, ''), concat(replace(cast(conversion_time as string), ' ', 'T'), 'Z'), deal_id,
    conversion_value + case when id % 100 = 8 then 1 else 0 end, conversion_currency_code, external_attribution_credit,
    '', true, conversion_time
from (
    select *, id div 100 * 99 + id % 100 - case when id % 100 > 7 then 1 else 0 end as n
    from main.all_deals
    where id % 100 <> 7
) as sent
"""
_RECEIPTS = """
insert into main.reverse_etl_receipts (
    destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to, outcome, settles,
    code, error_code, message, tracking_id, recorded_at
)
select
    {scope}, run_seq, batch, min(seq), max(seq), 'accepted', false, null, '', '', concat('tracking-', batch),
    max(recorded_at)
from main.reverse_etl_ledger
group by run_seq, batch
"""
_RUNS = """
insert into main.reverse_etl_runs (
    destination, environment, account_id, sync, run_seq, claim_id, event, happened_at, host, pid, target,
    package_version, counts
)
select {scope}, run_seq, concat('claim-', run_seq), event, now, 'elsewhere', 1, 'dev', '', ''
from (select distinct run_seq, cast(current_timestamp() as timestamp_ntz) as now from main.reverse_etl_ledger) as runs
cross join values ('claim'), ('open'), ('close') as events (event)
"""


def _write_project(folder: Path, memory: str) -> None:
    """The shop's project with a profile of Spark, whose tables outlive a process."""
    write_files(folder)
    Shop(folder).exposure()
    settings = {
        "spark.master": "local[2]",
        "spark.driver.memory": memory,
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "16",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "spill"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder}/catalog;create=true",
    }
    output = spark.profile("main", settings)
    (folder / "profiles.yml").write_text(json.dumps({"shop": {"target": "dev", "outputs": {"dev": output}}}))


def _fill(folder: Path, rows: int) -> None:
    """Make source and ledger, in a process of its own."""
    shop = Shop(folder)
    total = rows + rows // 99
    numbers = {"rows": rows, "total": total, "run_rows": max(total * 99 // 1000, 1) + 1, "scope": _SCOPE}
    shop.dbt("deps", "--quiet")
    shop.dbt("run", "--quiet", "--select", "package:reverse_etl")
    for statement in (_DEALS, _SOURCE, _LEDGER, _RECEIPTS, _RUNS):
        spark.query(statement.format(**numbers))
    shop.dbt("run", "--quiet", "--select", "offline_conversions")
    spark.stop()


def _plan() -> None:
    """The command, once dbt finds its adapter."""
    from reverse_etl.cli import main as command

    sys.argv[1:] = ["plan", "--json"]
    command()


def _child(folder: Path, step: str, *arguments: str) -> str:
    """What a step prints, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.spark", step, "--folder", str(folder), *arguments]
    return subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    """Make the rows, plan, and show the seconds of the whole process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", nargs="?", choices=("fill", "plan"), help="one alone; both where it is left out")
    parser.add_argument("--folder", type=Path, help="of the project, which is kept; left out, a temporary one")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--memory", default="6g", help="of Spark, as it takes it")
    given = parser.parse_args()
    if given.step:
        spark.join()
        os.chdir(given.folder)
        os.environ["DBT_PROFILES_DIR"] = str(given.folder)
        _plan() if given.step == "plan" else _fill(given.folder, given.rows)
        return
    apart.installed("spark")
    title(f"plan on Spark: {given.rows:,} source rows against {given.rows:,} ledger rows, {given.memory} of memory")
    with nullcontext(given.folder) if given.folder else TemporaryDirectory(prefix="reverse-etl-bench-") as folder:
        _write_project(Path(folder), given.memory)
        took = timed(lambda: _child(Path(folder), "fill", "--rows", str(given.rows)))
        line("rows made, seconds", f"{took.seconds:,.0f}")
        began = time.perf_counter()
        plan = json.loads(_child(Path(folder), "plan"))
        line("reverse-etl plan, seconds", f"{time.perf_counter() - began:,.0f}")
    for side, counts in plan["counts"].items():
        print(f"  {side}: " + ", ".join(f"{rows:,} {name}" for name, rows in counts.items()))


if __name__ == "__main__":
    main()
