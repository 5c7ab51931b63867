"""Nothing that dbt does to a project empties the history of what was sent."""

from __future__ import annotations

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.engines import both_engines
from tests.support.shop import Shop, deal

pytestmark = both_engines

TABLES = ("reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs")


def rows(shop: Shop) -> list[int]:
    """How many rows each table of the history has."""
    return [shop.sql(f"select count(*) from {table}")[0][0] for table in TABLES]


@pytest.fixture
def pushed(shop: Shop, sandbox: LocalSandbox) -> Shop:
    shop.fill([deal(n) for n in range(5)])
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 5}
    return shop


@pytest.mark.parametrize("command", [["build", "--full-refresh"], ["build", "--empty"], ["run", "--full-refresh"]])
def test_history_survives_every_build(pushed: Shop, command: list[str]) -> None:
    """`--full-refresh` and `--empty` leave ledger, receipts and runs as they were, and the views show them."""
    before = rows(pushed)
    pushed.dbt(*command)
    assert rows(pushed) == before == [5, 1, 3]
    assert pushed.sql("select status, count(*) from reverse_etl_records group by status") == [("accepted", 5)]
    assert pushed.sql("select count(*) from reverse_etl_run_history") == [(1,)]


@pytest.mark.parametrize("setting", ["+materialized: table", "+materialized: view", "+full_refresh: true"])
def test_settings_that_would_empty_the_history_are_refused(pushed: Shop, setting: str) -> None:
    """A root-level setting that overrides the models' own is refused before anything is dropped."""
    before = rows(pushed)
    project = pushed.folder / "dbt_project.yml"
    project.write_text(project.read_text() + f"models:\n  {setting}\n")
    done = pushed.dbt("build", check=False)
    assert done.returncode != 0
    assert "would empty it" in done.stdout
    assert rows(pushed) == before


def test_push_after_a_full_refresh_sends_nothing_again(pushed: Shop, sandbox: LocalSandbox) -> None:
    """What was accepted before a full refresh is unchanged after it."""
    pushed.dbt("build", "--full-refresh", "--quiet")
    assert pushed.push(endpoint=sandbox.url)["source"] == {"unchanged": 5}
