"""The tables of the history: what is no table is refused, and rows that were lost mislead no run."""

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.shop import Shop, deal

TABLES = ("reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs")
COMMANDS = [
    *("push", "plan", "status", "rejected", "why D1", "attribution", "report", "unlock --yes"),
    *("retry --all --yes", "baseline --before 2020-01-01 --yes", "forget --key D1 --yes"),
]


@pytest.mark.parametrize("shop", ["postgres"], indirect=True)
def test_no_command_takes_a_view_for_the_history(shop: Shop, sandbox: LocalSandbox) -> None:
    """Where one of the tables is a view, every command says so with what to do, and sends nothing."""
    shop.fill([deal(1)])
    for table in TABLES:
        shop.sql(f"alter table {table} rename to moved")
        shop.sql(f"create view {table} as select * from moved")
        for command in COMMANDS if table == TABLES[0] else ["push"]:
            done = shop.run(*command.split(), MICROSOFT_ADS_ENDPOINT=sandbox.url)
            assert (done.returncode, done.stdout) == (2, ""), (command, done.stderr)
            assert f'{table}" (view)' in done.stderr
            assert "restore its tables from a backup" in done.stderr
        shop.sql(f"drop view {table}")
        shop.sql(f"alter table moved rename to {table}")
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1}


def test_a_run_s_number_is_above_all_that_is_known(shop: Shop, sandbox: LocalSandbox) -> None:
    """Where runs were lost, the ledger or the receipts tell the highest number, and no run takes one that was used."""
    shop.fill([deal(1)])
    shop.push(endpoint=sandbox.url)
    numbers = []
    for number, lost in [(2, "ledger"), (3, "receipts")]:
        shop.fill([deal(n) for n in range(number)])
        shop.push(endpoint=sandbox.url)
        shop.sql("delete from reverse_etl_runs")
        shop.sql(f"delete from reverse_etl_{lost} where run_seq > 1")
        shop.push(endpoint=sandbox.url)
        numbers += shop.sql("select distinct run_seq from reverse_etl_runs")
    assert numbers == [(3,), (5,)]


@pytest.mark.parametrize("shop", ["duckdb", "postgres"], indirect=True)
def test_the_ledger_has_small_indexes_on_postgres_alone(shop: Shop) -> None:
    """There a read of one run, or of the last 90 days, skips the other blocks; DuckDB does so by itself."""
    if shop.host:
        found = shop.sql("select indexdef from pg_indexes where tablename = 'reverse_etl_ledger'")
        assert sorted(text.partition(" USING ")[2] for (text,) in found) == ["brin (conversion_time)", "brin (run_seq)"]
    else:
        assert shop.sql("select index_name from duckdb_indexes()") == []


def test_a_warehouse_without_a_file_of_its_own_is_refused(shop: Shop) -> None:
    """dbt and every command say at once which engines there are, and how to add one."""
    macro = "{% macro duckdb___engine() %}{{ return('kin') }}{% endmacro %}"
    (shop.folder / "macros/kin.sql").write_text(macro)
    # dbt reads a project anew where its adapter is another; here it is the macro alone.
    (shop.folder / "target/partial_parse.msgpack").unlink()
    for command in ("plan", "push", "status"):
        done = shop.run(command)
        assert (done.returncode, done.stdout) == (2, "")
        sentence = "reverse_etl does not know the warehouse 'duckdb' yet: it knows duckdb, postgres, spark, snowflake"
        assert sentence in " ".join(done.stderr.split())
    assert "docs/adding-a-warehouse.md" in shop.dbt("parse", "--no-partial-parse", check=False).stdout
