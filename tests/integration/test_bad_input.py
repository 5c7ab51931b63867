"""Bad input gets a sentence that says what happened and what to do, and its exit code; nothing is written."""

import shutil
from collections.abc import Callable

import pytest

from tests.support.shop import Shop, deal

CLOSED_PORT = "http://127.0.0.1:9"


def set_up(shop: Shop) -> None:
    """One row that could be sent."""
    shop.fill([deal(1)])


def replace_model(sql: str) -> Callable[[Shop], None]:
    def change(shop: Shop) -> None:
        (shop.folder / "models/offline_conversions.sql").write_text(sql)
        shop.dbt("run", "--quiet", "--select", "offline_conversions")

    return change


def ephemeral(shop: Shop) -> None:
    """The view of an earlier build stays in the warehouse."""
    path = shop.folder / "models/offline_conversions.sql"
    path.write_text("{{ config(materialized='ephemeral') }}\n" + path.read_text())


def drop_ledger(shop: Shop) -> None:
    shop.sql("drop table reverse_etl_ledger cascade")


def no_database(shop: Shop) -> None:
    shop.database.rename(shop.folder / "kept.duckdb")


def older_package(shop: Shop) -> None:
    link = shop.folder / "dbt_packages/reverse_etl"
    target = link.resolve()
    link.unlink()
    link.mkdir()
    for name in ("dbt_project.yml", "models"):
        (link / name).symlink_to(target / name)
    # dbt follows no link to a folder of macros.
    shutil.copytree(target / "macros", link / "macros")
    (link / "macros/ledger/_package_version.sql").write_text(
        "{% macro _package_version() %}{{ return('0.0.1') }}{% endmacro %}"
    )


def without_package(shop: Shop) -> None:
    (shop.folder / "packages.yml").unlink()
    (shop.folder / "package-lock.yml").unlink()
    (shop.folder / "dbt_packages/reverse_etl").unlink()


def without_profiles(shop: Shop) -> None:
    (shop.folder / "profiles.yml").unlink()


def without_project(shop: Shop) -> None:
    (shop.folder / "dbt_project.yml").unlink()


def broken(name: str) -> Callable[[Shop], None]:
    """A file of the project that is no YAML any more, with a password beside the mistake."""

    def change(shop: Shop) -> None:
        path = shop.folder / name
        path.write_text(path.read_text() + "\npassword: opensesame\nx: [: ")

    return change


TOKENS = {"MICROSOFT_ADS_DEVELOPER_TOKEN": "d", "MICROSOFT_ADS_ACCESS_TOKEN": "a", "MICROSOFT_ADS_CUSTOMER_ID": "2"}

CASES: dict[str, tuple[Callable[[Shop], None], list[str], int, list[str]]] = {
    "secret in the exposure": (
        lambda s: s.exposure(account_id="{{ env_var('DBT_ENV_SECRET_ACCOUNT') }}"),
        ["push"],
        2,
        ["DBT_ENV_SECRET_"],
    ),
    "ledger not built": (drop_ledger, ["push"], 2, ["not built yet", "dbt build --select package:reverse_etl"]),
    "source that is ephemeral": (ephemeral, ["push"], 2, ["offline_conversions is ephemeral", "view or a table"]),
    "missing secret": (
        lambda s: s.exposure(environment="sandbox", account_id="1", customer_id="2"),
        ["push"],
        2,
        ["MICROSOFT_ADS_DEVELOPER_TOKEN", "MICROSOFT_ADS_ACCESS_TOKEN"],
    ),
    "account that is none": (
        lambda s: s.exposure(environment="sandbox", account_id="X1234567"),
        ["plan"],
        2,
        ["'X1234567' is none: it is a whole number", "aid (account)"],
    ),
    "sandbox not running": (set_up, ["push"], 1, ["does not answer", "reverse-etl sandbox --port 9"]),
    "misspelt meta key": (
        lambda s: (s.folder / "models/exposures.yml").write_text(
            (s.folder / "models/exposures.yml").read_text().replace('"reverse_etl"', '"reverse-etl"')
        ),
        ["plan"],
        2,
        ["config.meta.reverse-etl", "Did you mean 'reverse_etl'"],
    ),
    "other version": (older_package, ["push"], 2, ["version 0.0.1", "dbt deps"]),
    "production by another target": (
        lambda s: s.exposure(environment="production", account_id="1", targets=["prod"]),
        ["push"],
        5,
        ["dbt target dev may not push", "--target prod"],
    ),
    "first push to production": (
        lambda s: s.exposure(environment="production", account_id="1", targets=["dev"]),
        ["push"],
        5,
        ["was accepted yet by production account 1", "--initial"],
    ),
    "project file that is no YAML": (broken("dbt_project.yml"), ["plan"], 2, ["Syntax error near line", "`dbt parse`"]),
    "profile that is no YAML": (broken("profiles.yml"), ["plan"], 2, ["your profiles.yml file", "`dbt parse`"]),
    "variables that are no YAML": (set_up, ["plan", "--vars", "{a: "], 2, ["'{a: ' is not valid YAML"]),
    "source built empty": (lambda s: s.dbt("build", "--empty", "--quiet"), ["push"], 5, ["--empty", "dbt build"]),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input(shop: Shop, case: str) -> None:
    """Each mistake is named with the way on, without a traceback, and leaves the history empty."""
    prepare, command, code, words = CASES[case]
    prepare(shop)
    environment = {"MICROSOFT_ADS_ENDPOINT": CLOSED_PORT} if case == "sandbox not running" else {}
    done = shop.run(*command, **environment | (TOKENS if case == "first push to production" else {}))
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert not [word for word in ("Traceback", "opensesame") if word in done.stderr]
    for word in words:
        assert word in done.stderr
    if case != "ledger not built":
        assert shop.sql("select count(*) from reverse_etl_ledger") == [(0,)]
    assert shop.sql("select count(*) from reverse_etl_runs") == [(0,)]


def test_seeds_upstream_are_no_trouble(shop: Shop) -> None:
    """A source model that reads a seed can be planned and pushed like any other."""
    (shop.folder / "seeds").mkdir()
    (shop.folder / "seeds/currencies.csv").write_text("code\nUSD\n")
    (shop.folder / "models/offline_conversions.sql").write_text(
        "select deals.* from {{ source('crm', 'deals') }} as deals "
        "inner join {{ ref('currencies') }} as currencies on deals.conversion_currency_code = currencies.code"
    )
    shop.dbt("build", "--quiet")
    shop.fill([deal(1)])
    done = shop.run("plan")
    assert done.returncode == 0, done.stderr
    assert "A push would send 1 row" in done.stdout
