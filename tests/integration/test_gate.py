"""May I push? dbt's own test results decide: passed, failed, or unknown."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.schemas import validate
from tests.support.shop import Shop, copy_of, deal

# What becomes of a project between its build and the look at it.
Prepare = Callable[[Shop], object]
RESULTS = "target/run_results.json"
STAGING = "select * from {{ source('crm', 'deals') }}\n"
SECRETS = {"MICROSOFT_ADS_DEVELOPER_TOKEN": "d", "MICROSOFT_ADS_ACCESS_TOKEN": "a"}
SOURCE = "select * from {{ ref('stg_deals') }}\n"


def schema(*, name: str = "name_is_there", extra: str = "") -> str:
    return f"""
models:
  - name: stg_deals
    columns:
      - name: deal_id
        data_tests: [unique]
  - name: offline_conversions
    columns:
      - name: conversion_name
        data_tests:
          - not_null: {{name: {name}}}
          - not_null: {{name: warns_only, config: {{severity: warn}}}}{extra}
"""


@pytest.fixture(scope="module")
def built(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A project whose source model reads a staging model; both have tests, and all were built."""
    shop = copy_of(shop_template, tmp_path_factory.mktemp("gate") / "project")
    (shop.folder / "models/stg_deals.sql").write_text(STAGING)
    (shop.folder / "models/offline_conversions.sql").write_text(SOURCE)
    (shop.folder / "models/schema.yml").write_text(schema())
    shop.fill([deal(1), deal(2)])
    time.sleep(0.01)
    shop.dbt("build", "--quiet")
    return shop


@pytest.fixture
def shop(built: Shop, tmp_path: Path) -> Shop:
    """A copy to spoil."""
    return copy_of(built, tmp_path / "project")


def guard_of_tests(shop: Shop, *arguments: str) -> dict[str, object]:
    """What `plan` says of the guard."""
    done = shop.run("plan", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return next(guard for guard in json.loads(done.stdout)["guards"] if guard["name"] == "tests")


def verdict(shop: Shop) -> str:
    guard = guard_of_tests(shop)
    return "failed" if guard["refuses"] else "unknown" if guard["warns"] else "passed"


def touch(shop: Shop) -> None:
    """The same text under an old time: only a change after the build matters."""
    path = shop.folder / "models/offline_conversions.sql"
    path.write_text(SOURCE)
    os.utime(path, (1_000_000_000, 1_000_000_000))


def warn_only(shop: Shop) -> None:
    write(shop, "models/schema.yml", schema().replace("name_is_there}", "name_is_there, config: {severity: warn}}"))
    shop.fill([deal(1), deal(2, conversion_name=None)])
    shop.dbt("build", "--quiet")


def with_variables(shop: Shop) -> None:
    """What stands in the warehouse was tested with the same variables, whatever those of the push are."""
    shop.dbt("build", "--quiet", "--vars", "{run: 3}")


@pytest.mark.parametrize("prepare", [touch, warn_only, with_variables])
def test_a_whole_build_passes(shop: Shop, prepare: Prepare) -> None:
    """After `dbt build` every test passed or warned, and the plan says how many and when."""
    prepare(shop)
    guard = guard_of_tests(shop)
    assert not guard["refuses"]
    assert not guard["warns"]
    assert str(guard["message"]).startswith("2 tests passed or warned (dbt, 20")


def write(shop: Shop, file: str, text: str) -> None:
    (shop.folder / file).write_text(text)


def after(*command: str) -> Prepare:
    """Run a command of dbt that builds or tests something else, or less."""
    return lambda shop: shop.dbt(*command, "--quiet")


def retry(shop: Shop) -> None:
    """It runs only what failed, so its file does not tell whether the rest still stands."""
    shop.fill([deal(1), deal(2, conversion_name=None)])
    assert shop.dbt("build", "--quiet", check=False).returncode == 1
    shop.fill([deal(1), deal(2)])
    shop.dbt("retry", "--quiet")


def build_into_another_schema(shop: Shop) -> None:
    text = (shop.folder / RESULTS).read_text()
    write(shop, RESULTS, text.replace('\\"main\\".\\"offline_conversions\\"', '\\"ci\\".\\"offline_conversions\\"'))


UNKNOWN: dict[str, tuple[Prepare, str]] = {
    "compile": (after("compile"), "`dbt compile`"),
    "test of another": (after("test", "--select", "stg_deals"), "`dbt test`"),
    "run": (after("run"), "not run since it was built: name_is_there"),
    "build of another": (after("build", "--select", "stg_deals"), "did not build it"),
    "build without a test": (
        after("build", "--select", "offline_conversions", "--exclude", "name_is_there"),
        "name_is_there",
    ),
    "retry after a failure": (retry, ""),
    "build for another target": (after("build", "--target", "prod"), "was for another target than dev"),
    "build into another schema": (build_into_another_schema, "dbt last built"),
    "upstream run again, without its results": (
        after("--no-write-json", "run", "--select", "stg_deals"),
        "a model that it reads was run again",
    ),
    "a test renamed": (
        lambda shop: write(shop, "models/schema.yml", schema(name="another_name")),
        "not run since it was built: another_name",
    ),
    "a test added": (
        lambda shop: write(shop, "models/schema.yml", schema(extra="\n          - unique")),
        "unique_offline_conversions_conversion_name",
    ),
    "the model edited": (
        lambda shop: write(shop, "models/offline_conversions.sql", SOURCE + "where true\n"),
        "models/offline_conversions.sql was changed",
    ),
    "no file": (lambda shop: (shop.folder / RESULTS).unlink(), ""),
    "a broken file": (lambda shop: write(shop, RESULTS, "[" * 200_000), ""),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_it_is_unknown(shop: Shop, case: str) -> None:
    """What does not show that these rows passed these tests says nothing of them; locally that only warns, and why is
    said."""
    prepare, because = UNKNOWN[case]
    time.sleep(0.01)
    prepare(shop)
    guard = guard_of_tests(shop)
    assert guard["warns"]
    assert because in str(guard["message"])


def test_a_failing_test_refuses_by_name_and_rows(shop: Shop) -> None:
    """The push leaves with 5 and names the test with its rows; --allow-failing-tests overrides and is kept."""
    shop.fill([deal(1), deal(2, conversion_name=None), deal(3, conversion_name=None)])
    assert shop.dbt("build", "--quiet", check=False).returncode == 1
    refused = shop.run("push")
    assert refused.returncode == 5
    assert "name_is_there (2 rows)" in refused.stderr
    assert shop.sql("select count(*) from reverse_etl_runs") == [(0,)]
    # Nothing is to be sent, so nothing is called.
    shop.fill([])
    shop.exposure(environment="production", targets=["dev"], account_id="1", customer_id="2")
    allowed = shop.run("push", "--initial", "--allow-failing-tests", **SECRETS)
    assert allowed.returncode == 0, allowed.stderr
    assert "Note: --allow-failing-tests: name_is_there (2 rows)" in allowed.stderr
    ((kept,),) = shop.sql("select tests from reverse_etl_runs where event = 'open'")
    assert (json.loads(kept)["verdict"], json.loads(kept)["allowed"]) == ("failed", True)


def test_a_failed_build_upstream_refuses(shop: Shop) -> None:
    """A failing test of a model that the source reads skips the source, and nothing of it may be pushed."""
    shop.fill([deal(1), deal(1)])
    assert shop.dbt("build", "--quiet", check=False).returncode == 1
    assert "what failed: unique_stg_deals_deal_id" in str(guard_of_tests(shop)["message"])
    allowed = shop.run("push", "--allow-failing-tests")
    assert allowed.returncode == 5, "a model that was not built has no tested rows to allow"


def test_a_macro_behind_a_macro_edited_after_the_build_is_unknown(shop: Shop) -> None:
    """What the model's macros call belongs to the model, too."""
    inner = shop.folder / "macros/inner.sql"
    inner.write_text("{% macro inner() %} where true {% endmacro %}")
    (shop.folder / "macros/outer.sql").write_text("{% macro outer() %}{{ inner() }}{% endmacro %}")
    (shop.folder / "models/offline_conversions.sql").write_text(SOURCE + "{{ outer() }}")
    shop.dbt("build", "--quiet")
    assert verdict(shop) == "passed"
    inner.write_text("{% macro inner() %} where 1 = 1 {% endmacro %}")
    assert "macros/inner.sql was changed" in str(guard_of_tests(shop)["message"])


def test_production_refuses_what_is_unknown_until_build_settles_it(shop: Shop) -> None:
    """In production unknown is refused; --build builds, tests and says passed, and that outlives later dbt commands."""
    # Nothing is to be sent, so nothing is called.
    shop.fill([])
    shop.exposure(environment="production", targets=["dev"], account_id="1", customer_id="2")
    shop.dbt("compile", "--quiet")
    refused = shop.run("push", "--initial", **SECRETS)
    assert refused.returncode == 5
    assert "not known whether offline_conversions passed" in refused.stderr
    assert "--build" in refused.stderr
    built = shop.run("push", "--initial", "--build", **SECRETS)
    assert "dbt build for shop_conversions: its warnings and errors follow" in built.stderr
    assert "Completed successfully" not in built.stderr
    assert built.returncode == 0, built.stderr
    shop.dbt("compile", "--quiet")
    detail = shop.run("runs", "1")
    assert "dbt tests  passed: 2 tests passed or warned" in detail.stdout, detail.stderr
    validate("run", json.loads(shop.run("runs", "1", "--json").stdout))
    guard = guard_of_tests(shop)
    assert str(guard["message"]).startswith("2 tests passed or warned (push --build, 20")
    (shop.folder / "models/offline_conversions.sql").write_text(SOURCE + "where true\n")
    assert guard_of_tests(shop)["refuses"], "what was built is not what stands there now"


def test_a_kept_pass_ends_with_the_next_build(shop: Shop) -> None:
    """A later build or test of the model, whatever it said, ends what --build had found, also when its file is gone."""
    shop.exposure(environment="production", targets=["dev"], account_id="1", customer_id="2")
    shop.fill([])
    assert shop.run("push", "--initial", "--build", "-q", **SECRETS).returncode == 0
    time.sleep(2.1)
    shop.fill([deal(1, conversion_name=None)])
    assert shop.dbt("build", "--quiet", check=False).returncode == 1
    shop.dbt("run", "--select", "stg_deals", "--quiet")
    guard = guard_of_tests(shop)
    assert guard["refuses"]
    assert "not known" in str(guard["message"])


def test_a_failing_build_stops_the_push(shop: Shop) -> None:
    """--build with a failing test sends nothing, also where the project keeps dbt from writing results; dbt's output is
    on standard error."""
    shop.fill([deal(1), deal(2, conversion_name=None)])
    done = shop.run("push", "--build", "--json", DBT_WRITE_JSON="false")
    assert (done.returncode, done.stdout) == (5, "")
    assert "name_is_there" in done.stderr
    assert shop.sql("select count(*) from reverse_etl_ledger") == [(0,)]


def test_build_makes_a_project_that_was_never_built(shop_template: Shop, tmp_path: Path) -> None:
    """--build needs no earlier build: it makes the ledger and the source."""
    shop = copy_of(shop_template, tmp_path / "project")
    shop.sql("drop view offline_conversions")
    for table in ("ledger", "receipts", "runs"):
        shop.sql(f"drop table reverse_etl_{table}")
    done = shop.run("push", "--build", "--json")
    assert done.returncode in (0, 1), done.stderr
    assert shop.sql("select count(*) from reverse_etl_ledger") == [(0,)]


def test_an_interrupt_ends_a_build_and_nothing_is_sent(shop: Shop) -> None:
    """Ctrl-C while dbt builds ends dbt within seconds; the push says so and wrote nothing."""
    slow = "\nwhere (select count(*) from range(100000000) as a(x), range(100000000) as b(y)) > 0"
    (shop.folder / "models/stg_deals.sql").write_text("{{ config(materialized='table') }}" + STAGING + slow)
    push = shop.start("push", "--build", "-v")
    while "START" not in (line := push.stderr.readline()) or "stg_deals" not in line:
        assert line, "the build ended before it began"
    time.sleep(1)
    push.send_signal(signal.SIGINT)
    out, err = push.communicate(timeout=300)
    assert (push.returncode, out) == (1, ""), err
    assert "Interrupted while dbt was building: nothing was sent." in err
    assert "Traceback" not in err
    assert shop.sql("select count(*) from reverse_etl_runs") == [(0,)]


def test_max_age_warns_and_refuses(shop: Shop) -> None:
    """A source whose newest conversion is too old is said, or refused; a conversion in the future hides nothing."""
    old = "2026-01-01 00:00:00"
    shop.fill([deal(1, conversion_time=old), deal(2, conversion_time="2999-01-01 00:00:00")])
    shop.exposure(max_age={"warn_after": "1 day", "error_after": "1000 weeks"})
    done = shop.run("plan")
    assert "warns    max_age: the newest conversion is" in done.stdout
    shop.exposure(max_age="2 days")
    refused = shop.run("push")
    assert refused.returncode == 5
    assert "over max_age (2.0 days)" in refused.stderr
