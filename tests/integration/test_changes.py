"""What changes between two pushes: the source's columns and rows, and the package with its tables."""

import json
import time
from collections.abc import Iterator

import pytest

from reverse_etl.core.errors import GuardError, SettingsError
from reverse_etl.sandbox import LocalSandbox
from tests.support.bench import Bench, click, counting, opened
from tests.support.engines import each_engine
from tests.support.faults import ask_for
from tests.support.shop import COLUMNS, Shop, copy_of, deal

ROWS = 3


@pytest.fixture(scope="module")
def open_bench(engine_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    shop = copy_of(engine_template, tmp_path_factory.mktemp("changes") / "project")
    shop.exposure(adjustments=["restate", "retract"])
    with opened(shop) as bench:
        yield bench


@pytest.fixture
def bench(open_bench: Bench) -> Bench:
    """A source of three rows with numbers as keys."""
    open_bench.clear()
    open_bench.fill(ROWS)
    open_bench.sql("update main.deals set deal_id = replace(deal_id, 'D', '')")
    select(open_bench)
    return open_bench


def select(bench: Bench, without: str = "", **changes: str) -> None:
    """Make the source a view of the deals with other expressions for some columns, others besides, and one less."""
    columns = changes | {name: changes.get(name, name) for name in COLUMNS}
    listed = ", ".join(f"{expression} as {name}" for name, expression in columns.items() if name != without)
    bench.sql(
        "drop view main.offline_conversions", f"create view main.offline_conversions as select {listed} from main.deals"
    )


SAME = {
    "a column more": {"margin": "1"},
    "columns in another order": dict(reversed([(name, name) for name in COLUMNS])),
    "value as decimal": {"conversion_value": "cast(conversion_value as decimal(18, 2))"},
    "value as text": {"conversion_value": "cast(conversion_value as varchar)"},
    "value as whole number": {"conversion_value": "cast(conversion_value as bigint)"},
    "time as text": {"conversion_time": "cast(cast(conversion_time as date) as varchar) || 'T12:00:00Z'"},
    "time with a zone": {"conversion_time": "conversion_time at time zone 'UTC'"},
    "time in parts of a second": {"conversion_time": "conversion_time + interval '300 milliseconds'"},
    "key as number": {"deal_id": "cast(deal_id as bigint)"},
    "click id in capitals": {"microsoft_click_id": "upper(microsoft_click_id)"},
    "blanks for nothing": {"hashed_email_address": "''", "external_attribution_model": "''"},
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_rows_in_other_columns_are_the_same(bench: Bench, sandbox: LocalSandbox, case: str) -> None:
    """A source whose columns have other types than yesterday, or are more, sends and takes back nothing."""
    bench.push(sandbox)
    select(bench, **SAME[case])
    result = bench.push(sandbox)
    assert (result.source, result.ledger, result.sent) == ({"unchanged": ROWS}, {}, {})


@pytest.mark.parametrize(
    ("without", "changes", "words"),
    [
        ("conversion_value", {}, "no column conversion_value"),
        ("deal_id", {}, "no column deal_id"),
        ("", {"conversion_time": "cast(conversion_time as date)"}, "conversion_time as DATE"),
        ("", {"microsoft_click_id": "true"}, "microsoft_click_id as BOOLEAN"),
    ],
)
def test_a_column_that_is_gone_or_of_no_use_stops_before_anything(
    bench: Bench, sandbox: LocalSandbox, without: str, changes: dict[str, str], words: str
) -> None:
    """The column is named, and nothing is sent or taken back."""
    bench.push(sandbox)
    select(bench, without, **changes)
    with pytest.raises(SettingsError, match=f"(?i){words}") as caught:
        bench.push(sandbox)
    assert caught.value.hint
    assert counting(sandbox).keys() == {click(n) for n in range(1, ROWS + 1)}


def test_a_source_without_rows(bench: Bench, sandbox: LocalSandbox) -> None:
    """Before the first push it is nothing to do; after it nothing is taken back, and what comes back is unchanged."""
    bench.sql("delete from main.deals")
    empty = bench.push(sandbox)
    assert (empty.exit_code, empty.source, empty.ledger) == (0, {}, {})
    bench.fill(ROWS)
    bench.push(sandbox)
    bench.sql("delete from main.deals")
    with pytest.raises(GuardError, match="3 of 3 conversions"):
        bench.push(sandbox)
    bench.fill(ROWS)
    assert bench.push(sandbox).source == {"unchanged": ROWS}
    assert len(counting(sandbox)) == ROWS


def test_another_currency_without_a_value_is_held_and_sends_nothing(bench: Bench, sandbox: LocalSandbox) -> None:
    """A restatement says a value: where there is none, a changed currency is held, and no push tries it."""
    bench.sql("update main.deals set conversion_value = null where deal_id = '1'")
    bench.push(sandbox)
    bench.sql("update main.deals set conversion_currency_code = 'EUR'")
    assert bench.push(sandbox).source == {"accepted": ROWS - 1, "held": 1}
    written = bench.rows("select count(*) from main.reverse_etl_ledger")
    again = bench.push(sandbox)
    assert (again.exit_code, again.sent, again.source) == (0, {}, {"unchanged": ROWS - 1, "held": 1})
    assert bench.rows("select count(*) from main.reverse_etl_ledger") == written
    bench.sql("update main.deals set conversion_value = 5 where deal_id = '1'")
    assert bench.push(sandbox).source == {"accepted": 1, "unchanged": ROWS - 1}
    assert counting(sandbox)[click(1)] == 5


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_restatement_in_doubt_is_settled_though_its_key_went_back(
    bench: Bench, sandbox: LocalSandbox, kind: str
) -> None:
    """A key that moved and went back stands for what was retracted: the other still counts, and what was tried of it is
    repeated."""
    bench.push(sandbox)
    there = f"update main.deals set microsoft_click_id = '{click(9)}', conversion_value = {{}} where deal_id = '1'"
    bench.sql(there.format(10))
    assert bench.push(sandbox).ledger == {"retracted": 1}
    bench.sql(there.format(25))
    ask_for(sandbox, {"kind": kind, "operation": "adjustments", "count": 2})
    assert bench.push(sandbox).source == {"in_doubt": 1, "unchanged": ROWS - 1}
    bench.sql(f"update main.deals set microsoft_click_id = '{click(1)}' where deal_id = '1'")
    # Its time is a second after that of the try before, and none lies in the future.
    time.sleep(1)
    settled = bench.push(sandbox)
    assert (settled.sent, settled.ledger) == ({"accepted": 1}, {"accepted": 1})
    assert counting(sandbox)[click(9)] == 25
    again = bench.push(sandbox)
    assert (again.sent, again.source, again.ledger) == ({}, {"held": 1, "unchanged": ROWS - 1}, {"held": 1})


def test_a_value_keeps_every_digit(bench: Bench, sandbox: LocalSandbox) -> None:
    """Sent, restated, repeated and compared, a value has the digits of the source: none of these ways is narrower."""
    sent, restated, tried = 1234567.89, 7654321.12, 33554433.01
    bench.fill(ROWS, value=sent)
    select(bench)
    bench.push(sandbox)
    assert counting(sandbox) == {click(n): sent for n in range(1, ROWS + 1)}
    assert bench.push(sandbox).source == {"unchanged": ROWS}
    bench.sql(f"update main.deals set conversion_value = {restated}")
    assert bench.push(sandbox).source == {"accepted": ROWS}
    assert counting(sandbox) == {click(n): restated for n in range(1, ROWS + 1)}
    assert bench.push(sandbox).source == {"unchanged": ROWS}
    # A correction in doubt is repeated from the ledger once its row is invalid.
    bench.sql(f"update main.deals set conversion_value = {tried}")
    ask_for(sandbox, {"kind": "reset_before", "operation": "adjustments", "count": 10})
    assert bench.push(sandbox).source == {"in_doubt": ROWS}
    ask_for(sandbox)
    bench.sql("update main.deals set conversion_name = ''")
    # Each correction is dated a second after the one before it, and the service takes none from the future.
    time.sleep(2.1)
    bench.push(sandbox)
    assert counting(sandbox) == {click(n): tried for n in range(1, ROWS + 1)}


ADDED = [("ledger", "adjustment_time"), ("receipts", "tracking_id"), ("runs", "tests")]


@each_engine
def test_an_upgrade_of_the_package_keeps_every_row(shop: Shop, sandbox: LocalSandbox) -> None:
    """Tables of an older version are named with what to run; that adds the columns and loses no row."""
    shop.fill([deal(n) for n in range(ROWS)])
    shop.push(endpoint=sandbox.url)
    before = [shop.sql(f"select count(*) from reverse_etl_{table}") for table, _ in ADDED]
    for table, column in ADDED:
        shop.sql(f"alter table reverse_etl_{table} drop column {column} cascade")
    shop.fill([deal(n) for n in range(ROWS + 1)])
    done = shop.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert (done.returncode, done.stdout) == (2, "")
    assert "older version" in done.stderr
    command = "dbt build --select package:reverse_etl"
    assert command in done.stderr
    shop.dbt(*command.split()[1:], "--quiet")
    assert [shop.sql(f"select count(*) from reverse_etl_{table}") for table, _ in ADDED] == before
    result = shop.push(endpoint=sandbox.url)
    assert result["source"] == {"unchanged": ROWS, "accepted": 1}
    run = json.loads(shop.run("runs", "1", "--json").stdout)
    assert run["outcomes"]["accepted"] == ROWS
