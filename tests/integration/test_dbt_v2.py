"""A project that dbt v2 builds, and this environment with dbt-core 1 plans and pushes."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.demo import _make_project
from reverse_etl.sandbox import LocalSandbox
from tests.support.dbt_v2 import run_v2
from tests.support.shop import Shop, copy_of, deal, write_profile

Prepare = Callable[[Shop], object]
SCHEMA = """
models:
  - name: offline_conversions
    columns:
      - name: conversion_name
        data_tests:
          - not_null: {name: name_is_there}
          - not_null: {name: warns_only, config: {severity: warn}}
"""
DATED = "sources: [{name: crm, schema: main, tables: [{name: deals, config: {event_time: conversion_time}}]}]\n"


def v2(shop: Shop, *arguments: str, fails: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
    done = run_v2(list(arguments), shop.folder, shop._environment(environment))
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def built(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A project with tests that dbt v2 built, whole."""
    shop = copy_of(shop_template, tmp_path_factory.mktemp("v2") / "project")
    (shop.folder / "models/schema.yml").write_text(SCHEMA)
    (shop.folder / "models/sources.yml").write_text(DATED)
    shop.fill([deal(1), deal(2)])
    v2(shop, "build")
    return shop


@pytest.fixture
def shop(built: Shop, tmp_path: Path) -> Shop:
    """A copy to spoil."""
    return copy_of(built, tmp_path / "project")


def guards(shop: Shop, *arguments: str) -> dict[str, dict[str, Any]]:
    """What `plan` says of each guard."""
    done = shop.run("plan", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return {guard["name"]: guard for guard in json.loads(done.stdout)["guards"]}


def test_a_whole_build_passes(shop: Shop) -> None:
    """The tests of a build are counted, `--limit` takes no row from a model, and DBT_TARGET names a target, too."""
    assert guards(shop)["tests"]["message"].startswith("2 tests passed or warned (dbt, 20")
    v2(shop, "build", "--limit", "1", DBT_TARGET="prod")
    told = guards(shop, "--target", "prod")
    assert told["tests"]["message"].startswith("2 tests passed or warned (dbt, 20")
    assert not told["limited_build"]["refuses"]


def test_a_failing_test_refuses_by_name_and_rows(shop: Shop) -> None:
    """The push leaves with 5; a retry by dbt v2, which calls itself a build, shows the tests and not the model."""
    shop.fill([deal(1), deal(2, conversion_name=None), deal(3, conversion_name=None)])
    v2(shop, "build", fails=True)
    refused = shop.run("push")
    assert refused.returncode == 5
    assert "name_is_there (2 rows)" in refused.stderr
    shop.fill([deal(1)])
    v2(shop, "retry")
    assert "`dbt build`, did not build it" in guards(shop)["tests"]["message"]


@pytest.mark.parametrize("flag", ["--empty", "--sample=3 days"])
def test_a_build_in_part_refuses_until_it_is_whole(shop: Shop, flag: str) -> None:
    """dbt v2 leaves no word of the flag but in the model's statement, where other commands leave it."""
    v2(shop, "build", flag)
    v2(shop, "build", "--select", "reverse_etl")
    told = guards(shop)
    assert told["limited_build"]["refuses"]
    assert f"last built with {flag.partition('=')[0]}" in told["limited_build"]["message"]
    v2(shop, "build")
    assert not guards(shop)["limited_build"]["refuses"]


def edit(shop: Shop) -> None:
    (shop.folder / "models/offline_conversions.sql").write_text("select * from {{ source('crm', 'deals') }} where true")


UNKNOWN: dict[str, tuple[Prepare, str]] = {
    "for another target": (lambda shop: v2(shop, "build", "--target", "prod"), "was for another target than dev"),
    "DBT_TARGET": (lambda shop: v2(shop, "build", DBT_TARGET="prod"), "was for another target than dev"),
    "parsed since": (lambda shop: v2(shop, "parse"), "another command has overwritten that"),
    "built in part": (lambda shop: v2(shop, "build", "--empty"), "it was last built with --empty"),
    "tested alone": (lambda shop: v2(shop, "test"), "`dbt test`, did not build it"),
    "a test run again, without its results": (lambda shop: v2(shop, "test", "--no-write-json"), "was run again since"),
    "a test left out": (
        lambda shop: v2(shop, "build", "--exclude", "name_is_there"),
        "not run since it was built: name_is_there",
    ),
    "edited since": (edit, "models/offline_conversions.sql was changed"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_it_is_unknown(shop: Shop, case: str) -> None:
    """What does not show that these rows passed these tests says nothing of them."""
    prepare, because = UNKNOWN[case]
    prepare(shop)
    guard = guards(shop)["tests"]
    assert guard["warns"], guard
    assert because in guard["message"]


def builds_without_a_deprecation(shop: Shop) -> None:
    for command in ("deps", "parse", "build"):
        done = v2(shop, command)
        assert not [line for line in (done.stdout + done.stderr).splitlines() if re.search("(?i)warning]|deprec", line)]


def test_what_init_writes_has_no_deprecation(tmp_path: Path) -> None:
    """Package, model, tests and exposure of a new project build with dbt v2."""
    shop = Shop(tmp_path / "shop")
    shop.folder.mkdir()
    (shop.folder / "dbt_project.yml").write_text("name: shop\nversion: '1.0'\nprofile: shop\n")
    write_profile(shop)
    assert shop.run("init").returncode == 0
    builds_without_a_deprecation(shop)
    assert shop.run("plan").returncode == 0


def test_the_demo_is_built_by_dbt_v2_and_pushed_once(tmp_path: Path, sandbox: LocalSandbox) -> None:
    """Nothing in it is deprecated, its tests count for the gate, and the second push is empty."""
    shop = Shop(tmp_path / "demo")
    _make_project(shop.folder)
    builds_without_a_deprecation(shop)
    assert "tests passed or warned" in guards(shop)["tests"]["message"]
    first, second = (shop.push("--initial", endpoint=sandbox.url) for _ in range(2))
    assert first["source"]["accepted"] > 100
    assert not {"accepted", "rejected", "deferred"} & set(second["source"])
