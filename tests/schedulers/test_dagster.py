"""The example for Dagster, in a real Dagster with dagster-dbt: `make test-schedulers`."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.schedulers.conftest import EXAMPLES, environment
from tests.support.faults import ask_for
from tests.support.scale import scaled
from tests.support.shop import REPOSITORY, SYNC, Shop, click, deal

pytestmark = pytest.mark.skipif(scaled(True, long=False), reason="make test-schedulers")

SCRIPT = Path(__file__).with_name("in_dagster.py")


@pytest.fixture(scope="module")
def dagster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with Dagster, dbt and the tool."""
    wanted = ["-c", REPOSITORY / "constraints.txt", "dagster-dbt>=0.26", REPOSITORY]
    return environment(tmp_path_factory.mktemp("dagster") / "venv", *wanted)


def materialize(dagster: Path, shop: Shop, endpoint: str) -> dict[str, Any]:
    """What became of the example's assets, in a project of the shop's."""
    code = shop.folder.parent / "code"
    code.mkdir(exist_ok=True)
    example = (EXAMPLES / "dagster_project" / "definitions.py").read_text()
    # Between the tries of a step are minutes.
    here = example.replace("microsoft_ads_offline_conversions", SYNC).replace("delay=600", "delay=0")
    (code / "definitions.py").write_text(here)
    more = {"DBT_PROJECT_DIR": str(shop.folder), "MICROSOFT_ADS_ENDPOINT": endpoint, "PYTHONPATH": str(code)}
    path = {"PATH": f"{dagster}:{os.environ['PATH']}", "DAGSTER_HOME": str(code)}
    done = subprocess.run(
        [dagster / "python", SCRIPT],
        cwd=code,
        env=shop._environment(more | path),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def gate(shop: Shop) -> str:
    """What a push would say of dbt's tests."""
    guards = json.loads(shop.run("plan", "--json", "--target", "prod").stdout)["guards"]
    return next(str(one["message"]) for one in guards if one["name"] == "tests")


def test_the_push_is_an_asset_behind_dbts(dagster: Path, shop: Shop, sandbox: LocalSandbox) -> None:
    """dbt builds, and the push knows it by what dbt left; the rows arrive, and a refused one is a check that warns."""
    shop.fill([deal(1), deal(2)])
    ask_for(sandbox, {"kind": "poison", "row": click(2)})
    (shop.folder / "target" / "run_results.json").unlink()
    found = materialize(dagster, shop, sandbox.url)
    assert found["success"], found
    assert {"offline_conversions", SYNC} <= set(found["materialized"])
    assert found["metadata"] == {"run": 1, "accepted": 1, "rejected": 1}
    assert found["checks"] == {"nothing_refused": False}
    assert "was built, and has no test (dbt, " in gate(shop)
    assert shop.sql("select status, count(*) from reverse_etl_records group by 1 order by 1") == [
        ("accepted", 1),
        ("rejected", 1),
    ]
    again = materialize(dagster, shop, sandbox.url)
    assert (again["metadata"], again["checks"]) == ({"run": 2}, {"nothing_refused": True})


def test_only_what_gets_better_by_itself_is_tried_again(dagster: Path, shop: Shop, sandbox: LocalSandbox) -> None:
    """A service that is away is tried three times more; a guard's refusal is not."""
    shop.fill([deal(1)])
    away = materialize(dagster, shop, "http://127.0.0.1:9")
    assert not away["success"]
    assert away["steps"][f"{SYNC}: STEP_RESTARTED"] == 3
    assert "does not answer" in str(away["failures"])
    shop.exposure(enabled=False)
    refused = materialize(dagster, shop, sandbox.url)
    assert not refused["success"]
    assert f"{SYNC}: STEP_RESTARTED" not in refused["steps"]
    assert "is paused" in str(refused["failures"])


def test_a_failing_dbt_test_stops_before_the_push(dagster: Path, shop: Shop, sandbox: LocalSandbox) -> None:
    """dbt's own step fails, and the push is not started."""
    shop.fill([deal(1, conversion_currency_code=None)])
    (shop.folder / "models" / "schema.yml").write_text(
        "models: [{name: offline_conversions, columns: [{name: conversion_currency_code, data_tests: [not_null]}]}]\n"
    )
    shop.dbt("parse")
    found = materialize(dagster, shop, sandbox.url)
    assert not found["success"]
    assert f"{SYNC}: STEP_START" not in found["steps"]
    assert shop.sql("select count(*) from reverse_etl_ledger") == [(0,)]
