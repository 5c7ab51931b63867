"""Nothing that dbt does to a project empties the history of what was sent."""

import json

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.engines import each_engine
from tests.support.shop import Shop, deal

TABLES = ("reverse_etl_ledger", "reverse_etl_receipts", "reverse_etl_runs", "reverse_etl_attribution_reports")


def rows(shop: Shop) -> list[int]:
    """How many rows each table of the history has."""
    return [shop.sql(f"select count(*) from {table}")[0][0] for table in TABLES]


@pytest.fixture
def pushed(shop: Shop, sandbox: LocalSandbox) -> Shop:
    shop.fill([deal(n) for n in range(5)])
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 5}
    assert shop.run("attribution", MICROSOFT_ADS_ENDPOINT=sandbox.url).returncode == 0
    return shop


@each_engine
def test_history_survives_every_build(pushed: Shop, sandbox: LocalSandbox) -> None:
    """`--full-refresh` and `--empty` leave ledger, receipts, runs and reports as they were, the views show them, and
    what was accepted before is unchanged after it."""
    before = rows(pushed)
    for command in (["build", "--full-refresh"], ["build", "--empty"], ["run", "--full-refresh"]):
        pushed.dbt(*command)
        assert rows(pushed) == before == [5, 1, 3, 1]
        assert pushed.sql("select status, count(*) from reverse_etl_records group by status") == [("accepted", 5)]
        assert pushed.sql("select count(*) from reverse_etl_run_history") == [(1,)]
        assert pushed.sql("select sum(attributed) from reverse_etl_attribution") == [(5,)]
    assert pushed.push(endpoint=sandbox.url)["source"] == {"unchanged": 5}


@each_engine
def test_settings_that_would_empty_the_history_are_refused(pushed: Shop) -> None:
    """A root-level setting that overrides the models' own is refused before anything is dropped."""
    before = rows(pushed)
    project = pushed.folder / "dbt_project.yml"
    text = project.read_text()
    for setting in ("+materialized: table", "+materialized: view", "+full_refresh: true"):
        project.write_text(f"{text}models:\n  {setting}\n")
        done = pushed.dbt("build", check=False)
        assert done.returncode != 0
        assert "would empty it" in done.stdout
        assert all(f"in model {table}" in done.stdout for table in TABLES)
        assert rows(pushed) == before


def with_another_schema(shop: Shop) -> None:
    """Build the project in a schema of another target, too, and keep what dbt says of that as a state."""
    profile = shop.folder / "profiles.yml"
    written = json.loads(profile.read_text())
    outputs = written["shop"]["outputs"]
    outputs["blue"] = outputs["dev"] | {"schema": "blue"}
    profile.write_text(json.dumps(written))
    shop.dbt("build", "--quiet", "--target", "blue", "--target-path", "state")


@each_engine
def test_a_clone_of_another_schema_leaves_the_history_as_it_was(pushed: Shop, sandbox: LocalSandbox) -> None:
    """`dbt clone --full-refresh` clones all else and fails at the tables, as its retry does, and push goes on."""
    with_another_schema(pushed)
    before = rows(pushed)
    for command in (["clone", "--full-refresh", "--state", "state"], ["retry"]):
        done = pushed.dbt(*command, check=False)
        assert done.returncode == 1, done.stdout
        assert "--exclude package:reverse_etl" in done.stdout
        assert rows(pushed) == before
    assert pushed.push(endpoint=sandbox.url)["source"] == {"unchanged": 5}
    pushed.dbt("clone", "--full-refresh", "--state", "state", "--exclude", "package:reverse_etl")
    assert pushed.push(endpoint=sandbox.url)["source"] == {"unchanged": 5}
