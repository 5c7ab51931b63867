"""What changes between two pushes: the source's columns and rows, and the package with its tables."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from reverse_etl.errors import GuardError, SettingsError
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.project import Project
from tests.support.bench import Bench, click, counting
from tests.support.quick import QuickShop
from tests.support.shop import Shop, copy_of, deal

ROWS = 3
VIEW = "create or replace view main.offline_conversions as select {} from main.deals"


@pytest.fixture(scope="module")
def open_bench(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    shop = copy_of(shop_template, tmp_path_factory.mktemp("changes") / "project")
    shop.exposure(adjustments=["restate", "retract"])
    with Project(DbtOptions(shop.folder, shop.folder)) as project:
        yield Bench(project)


@pytest.fixture
def bench(open_bench: Bench) -> Bench:
    """A source of three rows with numbers as keys."""
    open_bench.clear()
    open_bench.fill(ROWS)
    open_bench.sql("update deals set deal_id = replace(deal_id, 'D', '')", VIEW.format("*"))
    return open_bench


SAME = {
    "a column more": "*, 1 as margin",
    "columns in another order": "conversion_value, * exclude (conversion_value)",
    "value as decimal": "* replace (cast(conversion_value as decimal(18, 2)) as conversion_value)",
    "value as text": "* replace (cast(conversion_value as varchar) as conversion_value)",
    "value as whole number": "* replace (cast(conversion_value as bigint) as conversion_value)",
    "time as text": "* replace (strftime(conversion_time, '%Y-%m-%dT%H:%M:%SZ') as conversion_time)",
    "time with a zone": "* replace (conversion_time at time zone 'UTC' as conversion_time)",
    "time in parts of a second": "* replace (conversion_time + interval 300 milliseconds as conversion_time)",
    "key as number": "* replace (cast(deal_id as bigint) as deal_id)",
    "click id in capitals": "* replace (upper(microsoft_click_id) as microsoft_click_id)",
    "blanks for nothing": "* replace ('' as hashed_email_address, '' as external_attribution_model)",
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_rows_in_other_columns_are_the_same(bench: Bench, sandbox: LocalSandbox, case: str) -> None:
    """A source whose columns have other types than yesterday, or are more, sends and takes back nothing."""
    bench.push(sandbox)
    bench.sql(VIEW.format(SAME[case]))
    result = bench.push(sandbox)
    assert (result.source, result.ledger, result.sent) == ({"unchanged": ROWS}, {}, {})


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("* exclude (conversion_value)", "no column conversion_value"),
        ("* exclude (deal_id)", "no column deal_id"),
        ("* replace (cast(conversion_time as date) as conversion_time)", "conversion_time as DATE"),
        ("* replace (true as microsoft_click_id)", "microsoft_click_id as BOOLEAN"),
    ],
)
def test_a_column_that_is_gone_or_of_no_use_stops_before_anything(
    bench: Bench, sandbox: LocalSandbox, columns: str, words: str
) -> None:
    """The column is named, and nothing is sent or taken back."""
    bench.push(sandbox)
    bench.sql(VIEW.format(columns))
    with pytest.raises(SettingsError, match=words) as caught:
        bench.push(sandbox)
    assert caught.value.hint
    assert counting(sandbox).keys() == {click(n) for n in range(1, ROWS + 1)}


def test_a_source_without_rows(bench: Bench, sandbox: LocalSandbox) -> None:
    """Before the first push it is nothing to do; after it nothing is taken back, and what comes back is unchanged."""
    bench.sql("delete from deals")
    empty = bench.push(sandbox)
    assert (empty.exit_code, empty.source, empty.ledger) == (0, {}, {})
    bench.fill(ROWS)
    bench.push(sandbox)
    bench.sql("delete from deals")
    with pytest.raises(GuardError, match="3 of 3 conversions"):
        bench.push(sandbox)
    bench.fill(ROWS)
    assert bench.push(sandbox).source == {"unchanged": ROWS}
    assert len(counting(sandbox)) == ROWS


COLUMNS = [("ledger", "adjustment_time"), ("receipts", "tracking_id"), ("runs", "tests")]


def test_an_upgrade_of_the_package_keeps_every_row(shop: Shop, sandbox: LocalSandbox) -> None:
    """Tables of an older version are named with what to run; that adds the columns and loses no row."""
    quick = QuickShop(shop.folder)
    quick.fill([deal(n) for n in range(ROWS)])
    quick.push(endpoint=sandbox.url)
    before = [quick.sql(f"select count(*) from reverse_etl_{table}") for table, _ in COLUMNS]
    for table, column in COLUMNS:
        quick.sql(f"alter table reverse_etl_{table} drop column {column}")
    quick.fill([deal(n) for n in range(ROWS + 1)])
    done = quick.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert (done.returncode, done.stdout) == (2, "")
    assert "older version" in done.stderr
    command = "dbt build --select package:reverse_etl"
    assert command in done.stderr
    quick.dbt(*command.split()[1:], "--quiet")
    assert [quick.sql(f"select count(*) from reverse_etl_{table}") for table, _ in COLUMNS] == before
    result = quick.push(endpoint=sandbox.url)
    assert result["source"] == {"unchanged": ROWS, "accepted": 1}
    run = json.loads(quick.run("runs", "1", "--json").stdout)
    assert run["outcomes"]["accepted"] == ROWS
