"""The tables of the history: what is no table is refused, and rows that were lost mislead no run."""

from __future__ import annotations

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.quick import QuickShop
from tests.support.shop import Shop, deal

TABLES = ("reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs")
COMMANDS = [
    *("push", "plan", "status", "rejected", "why D1", "attribution", "unlock --yes"),
    *("retry --all --yes", "baseline --before 2020-01-01 --yes", "forget D1 --yes"),
]


@pytest.mark.parametrize("shop", ["postgres"], indirect=True)
def test_no_command_takes_a_view_for_the_history(shop: Shop, sandbox: LocalSandbox) -> None:
    """Where one of the tables is a view, every command says so with what to do, and sends nothing."""
    quick = QuickShop(shop.folder, shop.host)
    quick.fill([deal(1)])
    for table in TABLES:
        quick.sql(f"alter table {table} rename to moved")
        quick.sql(f"create view {table} as select * from moved")
        for command in COMMANDS if table == TABLES[0] else ["push"]:
            done = quick.run(*command.split(), MICROSOFT_ADS_ENDPOINT=sandbox.url)
            assert (done.returncode, done.stdout) == (2, ""), (command, done.stderr)
            assert f'{table}" (view)' in done.stderr
            assert "restore its tables from a backup" in done.stderr
        quick.sql(f"drop view {table}")
        quick.sql(f"alter table moved rename to {table}")
    assert quick.push(endpoint=sandbox.url)["source"] == {"accepted": 1}


def test_a_run_s_number_is_above_all_that_is_known(shop: Shop, sandbox: LocalSandbox) -> None:
    """Where runs were lost, the ledger or the receipts tell the highest number, and no run takes one that was used."""
    quick = QuickShop(shop.folder, shop.host)
    quick.fill([deal(1)])
    quick.push(endpoint=sandbox.url)
    numbers = []
    for number, lost in [(2, "ledger"), (3, "receipts")]:
        quick.fill([deal(n) for n in range(number)])
        quick.push(endpoint=sandbox.url)
        quick.sql("delete from reverse_etl_runs")
        quick.sql(f"delete from reverse_etl_{lost} where run_seq > 1")
        quick.push(endpoint=sandbox.url)
        numbers += quick.sql("select distinct run_seq from reverse_etl_runs")
    assert numbers == [(3,), (5,)]
