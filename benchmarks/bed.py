"""The dbt project that the benchmarks run on, filled with many rows; run as a module it fills a database.

Rows are numbered 0, 1, 2 ... in the order of their times, from 80 days ago to now. Nine in ten have a click id,
the others a hashed e-mail address, and half of those a hashed phone number too.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import answer
from reverse_etl.core.sync import WireProtocol
from reverse_etl.session import Session, open_workspace
from reverse_etl.warehouse.dbt_calls import DbtOptions
from tests.support.shop import COLUMNS, SYNC, Shop

# What the session makes of the project's exposure.
_SCOPE = f"'microsoft_ads', 'local', 'local', '{SYNC}'"
RUNS_BEFORE = 10

# In words that DuckDB and Postgres share, and so are all statements here.
_ALL_DEALS = """
drop table if exists all_deals;
create table all_deals as
select
    i,
    'D' || cast(i as varchar) as deal_id,
    (array['Lead', 'Deal won', 'Contract signed'])[1 + i % 3] as conversion_name,
    date_trunc('second', (now() at time zone 'UTC') - interval '1 hour')
    - interval '1 second' * cast((1 - i / {total}.0) * 80 * 86400 as bigint) as conversion_time,
    case when i % 10 <> 0 then md5('click' || cast(i as varchar)) end as microsoft_click_id,
    case when i % 10 = 0 then md5('mail' || cast(i as varchar)) || md5(cast(i as varchar)) end as hashed_email_address,
    case when i % 20 = 0 then md5('phone' || cast(i as varchar)) || md5(cast(i as varchar)) end as hashed_phone_number,
    (i * 7919 % 1000000) / 100.0 as conversion_value,
    (array['USD', 'EUR', 'GBP'])[1 + i % 7 % 3] as conversion_currency_code,
    cast(null as double precision) as external_attribution_credit,
    cast(null as varchar) as external_attribution_model
from generate_series(cast(0 as bigint), {total} - 1) as numbers (i)
"""

_LEDGER = """
insert into reverse_etl_ledger (
    destination, environment, account_id, sync, run_seq, seq, batch, operation,
    conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
    value, currency, attribution_credit, attribution_model, first_attempt, recorded_at
)
select
    {scope}, 1 + ({quarters} - 1 - ago) * ({runs} + 1) + cast(floor(n / {run_rows}.0) as bigint), 1 + n % {run_rows},
    1 + cast(floor(n % {run_rows} / 1000.0) as bigint), 'send',
    conversion_name, coalesce(case when ago = 0 then microsoft_click_id else md5(microsoft_click_id || ago) end, ''),
    coalesce(hashed_email_address, ''), coalesce(hashed_phone_number, ''),
    replace(cast(conversion_time - ago * interval '91 days' as varchar), ' ', 'T') || 'Z',
    case when ago = 0 then deal_id else deal_id || '-' || ago end,
    conversion_value + case when i % 100 = 8 then 1 else 0 end, conversion_currency_code, external_attribution_credit,
    coalesce(external_attribution_model, ''), true, now() at time zone 'UTC'
from (select *, row_number() over (order by i) - 1 as n from all_deals where i % 100 <> 7) as sent
cross join generate_series(0, {quarters} - 1) as quarters (ago)
order by ago desc, n
"""

_RECEIPTS = """
insert into reverse_etl_receipts (
    destination, environment, account_id, sync, run_seq, batch, seq_from, seq_to, outcome, settles,
    code, error_code, message, tracking_id, recorded_at
)
select
    {scope}, run_seq, batch, min(seq), max(seq), 'accepted', false, null, '', '', 'tracking-' || cast(batch as varchar),
    now() at time zone 'UTC'
from reverse_etl_ledger
group by run_seq, batch
"""

_RUNS = """
insert into reverse_etl_runs (
    destination, environment, account_id, sync, run_seq, claim_id, event, fenced_run_seq, fenced_seq, happened_at,
    host, pid, target, package_version, counts
)
select
    {scope}, run_seq, 'claim-' || cast(run_seq as varchar), event, null, null, now() at time zone 'UTC',
    'elsewhere', 1, 'dev', '', ''
from (select distinct run_seq from reverse_etl_ledger) as runs
cross join (values ('claim'), ('open'), ('close')) as events (event)
"""


def fill(shop: Shop, rows: int, *, with_ledger: bool, quarters: int = 1) -> None:
    """Fill the source with so many rows, and the ledger with as many.

    With a ledger, 1 % of the source's rows are new, scattered over all times; 1 % have another value than was sent;
    the rest stand as they were accepted, in 10 runs and batches of 1,000. The ledger's oldest 1 % left the source.
    `quarters`: of a year, that the ledger reaches back; each of the older ones holds as many rows as the newest.
    """
    older = rows // 99 if with_ledger else 0
    statements = [_ALL_DEALS.format(total=rows + older)]
    if with_ledger:
        numbers = {"run_rows": max(rows // RUNS_BEFORE, 1), "runs": RUNS_BEFORE, "quarters": quarters}
        statements += [text.format(scope=_SCOPE, **numbers) for text in (_LEDGER, _RECEIPTS, _RUNS)]
    shop.sql(";".join(statements))
    keep_newest(shop, rows)


def keep_newest(shop: Shop, rows: int) -> None:
    """Let the source hold the newest rows only."""
    shop.sql("delete from deals")
    shop.sql(
        f"insert into deals select {', '.join(COLUMNS)} from all_deals "
        f"where i >= (select count(*) from all_deals) - {rows} order by i"
    )
    if shop.host:
        # A server that runs for days has looked at its tables.
        shop.sql("analyze")


@contextmanager
def opened(folder: Path) -> Iterator[Session]:
    """The project with its sync and ledger, as the command line opens it; by REST, which the sink speaks."""
    with open_workspace(DbtOptions(project_dir=folder, profiles_dir=folder)) as workspace:
        yield workspace.open(replace(workspace.pick(SYNC), protocol=WireProtocol.REST))


def main() -> None:
    """Fill a database in a process of its own, so that the memory it takes is not the caller's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int)
    parser.add_argument("--with-ledger", action="store_true")
    parser.add_argument("--quarters", type=int, default=1)
    parser.add_argument("--keep-newest", action="store_true")
    parser.add_argument("--host", default="")
    given = parser.parse_args()
    shop = Shop(given.folder, given.host)
    if given.keep_newest:
        keep_newest(shop, given.rows)
    else:
        fill(shop, given.rows, with_ledger=given.with_ledger, quarters=given.quarters)
    answer({})


if __name__ == "__main__":
    main()
