"""`check` on real projects: ticks where all is well, each mistake as a cross of its own, and nothing written."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import reverse_etl
from reverse_etl.core.errors import LeaseHeldError
from reverse_etl.sandbox import LocalSandbox
from tests.integration import test_bad_input as mistakes
from tests.support.shop import REPOSITORY, SYNC, Shop, deal

CLOSED = "http://127.0.0.1:9"
SCHEMA = json.loads((REPOSITORY / "docs/schemas/check.json").read_text())
SECRETS = {"MICROSOFT_ADS_DEVELOPER_TOKEN": "dev-s3cret", "MICROSOFT_ADS_ACCESS_TOKEN": "access-s3cret"}
# The service itself is never asked: its address is given, and the way there is a proxy that does not exist.
NO_WAY_OUT = {"HTTPS_PROXY": CLOSED, "NO_PROXY": "", "no_proxy": ""}

Lines = list[dict[str, str]]


def check(shop: Shop, *arguments: str, code: int, endpoint: str = CLOSED, **environment: str) -> Lines:
    """The lines of a check, with its exit code looked at and its document held against the schema."""
    environment = {"MICROSOFT_ADS_ENDPOINT": endpoint} | environment
    done = shop.run("check", "--json", *arguments, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stderr == ""
    document: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    assert document["exit_code"] == code
    lines: Lines = document["lines"]
    return lines


def failed(lines: Lines) -> list[str]:
    return [line["name"] for line in lines if line["mark"] == "failed"]


def said(lines: Lines, name: str, *, mark: str = "failed", sync: str | None = None) -> str:
    """What the lines of this name and mark say, with what to do."""
    found = [one for one in lines if (one["name"], one["mark"]) == (name, mark) and sync in (None, one["sync"])]
    return "\n".join(f"{one['text']} {one['hint']}" for one in found)


def tables(shop: Shop) -> list[tuple[Any, ...]]:
    """Everything that stands in the database, with the rows of the ledger's tables."""
    names = [(name,) for (name,) in shop.sql("select table_name from information_schema.tables order by 1")]
    counts = [shop.sql(f"select count(*) from {name}") for (name,) in names if name.startswith("reverse_etl_")]
    return [*names, *(count for rows in counts for count in rows)]


def test_a_healthy_project_and_its_sync_renamed(shop: Shop, sandbox: LocalSandbox) -> None:
    """After a push nothing is left to look at, the check changes nothing, and a renamed sync is reported at once."""
    shop.fill([deal(1)])
    shop.exposure(account_id="11", protocol="rest")
    shop.push(endpoint=sandbox.url)
    before = tables(shop)
    lines = check(shop, code=0, endpoint=sandbox.url)
    assert [line for line in lines if line["mark"] != "ok" and line["name"] != "tests"] == []
    assert {line["sync"] for line in lines} == {"", SYNC}
    assert "1 record accepted" in said(lines, "history", mark="ok")
    assert "conversion_time timestamp" in said(lines, "columns", mark="ok")
    assert "deal_id text" in said(lines, "columns", mark="ok")
    assert said(lines, "environment", mark="ok") == "local (from the exposure) "
    assert said(lines, "enabled", mark="ok") == "true (by default) "
    assert "MICROSOFT_ADS_ENDPOINT in the environment" in said(lines, "endpoint", mark="ok")
    assert tables(shop) == before
    path = shop.folder / "models/exposures.yml"
    path.write_text(path.read_text().replace(SYNC, "won_deals"))
    warned = said(check(shop, code=0, endpoint=sandbox.url), "history", mark="warning", sync="won_deals")
    assert f"1 accepted record of {SYNC}, local, account 11" in warned
    assert "renamed" in warned


def test_text_for_people(shop: Shop, sandbox: LocalSandbox) -> None:
    """A mark per line within the columns, no colours in a pipe, and letters where the encoding has no symbols."""
    done = shop.run(
        "check", "--target", "prod", MICROSOFT_ADS_ENDPOINT=sandbox.url, PYTHONIOENCODING="ascii", COLUMNS="80"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok package            dbt package" in done.stdout
    assert "!  history            Nothing was accepted for this sync yet" in done.stdout
    assert "\x1b" not in done.stdout
    assert "profile shop, target prod" in done.stdout
    path = str(shop.folder)
    assert max(len(line) for line in done.stdout.splitlines() if path not in line) <= 80


def test_a_key_that_is_not_unique_is_reported(shop: Shop) -> None:
    """Rows that share the unique_key would correct each other: a warning with how many values that is."""
    shop.fill([deal(1), deal(2, deal_id="D1"), deal(3)])
    lines = check(shop, code=2)
    assert said(lines, "key", mark="warning").startswith("1 value of deal_id on more than one row each")
    # What depends on the source is looked at all the same.
    assert said(lines, "tests", mark="warning")


def test_one_run_reports_many_mistakes(shop: Shop) -> None:
    """Package, exposure, ledger, each wrong column and the sandbox: no cross keeps another from being found."""
    mistakes.replace_model(
        "select * exclude (conversion_value) replace (cast(conversion_time as date) as conversion_time, "
        "1 as conversion_name) from {{ source('crm', 'deals') }}"
    )(shop)
    mistakes.drop_ledger(shop)
    mistakes.older_package(shop)
    shop.exposure(unique_ky="deal_id", targets="prod", unique_key="dealid")
    lines = check(shop, code=2)
    assert failed(lines) == ["package", "ledger", "exposure", "exposure", *["columns"] * 4, "destination"]
    assert "version 0.0.1" in said(lines, "package")
    assert "reverse_etl_ledger" in said(lines, "ledger")
    assert "dbt build --select package:reverse_etl" in said(lines, "ledger")
    assert "Did you mean 'unique_key'" in said(lines, "exposure")
    assert "targets must be a list" in said(lines, "exposure")
    for words in (
        "no column conversion_value",
        "conversion_time as DATE",
        "conversion_name as INTEGER",
        "It has deal_id",
    ):
        assert words in said(lines, "columns")
    assert "reverse-etl sandbox --port 9" in said(lines, "destination")


def test_settings_of_production(shop: Shop) -> None:
    """Missing settings, a service out of reach, and what a guard would refuse: each has its own line."""
    shop.exposure(environment="production", account_id="77", targets=["prod"])
    address = "https://campaign.api.bingads.microsoft.com"
    lines = check(shop, code=5, endpoint=address, **NO_WAY_OUT)
    assert failed(lines) == ["customer_id", "developer_token", "credentials", "production_target", "destination"]
    assert "MICROSOFT_ADS_CUSTOMER_ID (or customer_id in the exposure)" in said(lines, "customer_id")
    assert said(lines, "credentials").startswith("missing Needed: MICROSOFT_ADS_ACCESS_TOKEN (or ")
    assert said(lines, "account_id", mark="ok") == "77 (from the exposure) "
    assert "campaign.api.bingads.microsoft.com does not answer: the proxy" in said(lines, "destination")
    assert "--target prod" in said(lines, "production_target")
    assert "--initial" in said(lines, "first_push", mark="warning")


def test_what_was_refused_is_not_counted_as_accepted(shop: Shop, tmp_path: Path) -> None:
    """Of a batch the records count that the service took; each refused one has a receipt of its own."""
    goals = tmp_path / "goals.yml"
    goals.write_text("goals: [{name: Deal won}]")
    shop.fill([deal(1), deal(2, conversion_name="No such goal"), deal(3), deal(4)])
    with LocalSandbox(tmp_path / "books.sqlite", port=0, goals=goals) as running:
        assert shop.push(endpoint=running.url)["source"] == {"accepted": 3, "rejected": 1}
        assert "3 records accepted" in said(check(shop, code=2, endpoint=running.url), "history", mark="ok")


def test_secrets_are_never_shown(shop: Shop) -> None:
    """Of a token one learns that it is set, and where; one that cannot be one is refused without being shown."""
    shop.exposure(environment="production", customer_id="8")
    environment = SECRETS | NO_WAY_OUT | {"MICROSOFT_ADS_ACCOUNT_ID": "9", "MICROSOFT_ADS_ENDPOINT": ""}
    environment |= {"MICROSOFT_ADS_ACCESS_TOKEN": "s3cret\nmore", "MICROSOFT_ADS_ENDPOINT": "https://me:s3cret@x.y"}
    lines = check(shop, code=5, **environment)
    assert failed(lines) == ["credentials", "endpoint", "production_target"]
    assert "line break" in said(lines, "credentials")
    assert said(lines, "developer_token", mark="ok") == "set (from MICROSOFT_ADS_DEVELOPER_TOKEN in the environment) "
    assert said(lines, "account_id", mark="ok") == "9 (from MICROSOFT_ADS_ACCOUNT_ID in the environment) "
    assert "s3cret" not in json.dumps(lines)


def test_several_syncs_and_a_paused_one(shop: Shop, sandbox: LocalSandbox) -> None:
    """The shared lines come once, a paused sync is a line that says so, and a wrong declaration hides no other sync."""
    path = shop.folder / "models/exposures.yml"
    (one,) = json.loads(path.read_text())["exposures"]
    meta = one["config"]["meta"]["reverse_etl"]
    paused = one | {"name": "paused", "config": {"meta": {"reverse_etl": meta | {"enabled": False}}}}
    wrong = one | {"name": "wrong", "config": {"meta": {"reverse_etl": meta | {"environment": "locale"}}}}
    path.write_text(json.dumps({"exposures": [one, paused, wrong]}))
    lines = check(shop, code=2, endpoint=sandbox.url)
    assert [line["name"] for line in lines].count("package") == 1
    assert [line["name"] for line in lines if line["sync"] == "paused"] == ["exposure", "enabled"]
    assert "Remove that line" in said(lines, "enabled", mark="warning", sync="paused")
    assert failed(lines) == ["exposure"]
    assert "Did you mean 'local'" in said(lines, "exposure", sync="wrong")
    assert "is built" in said(lines, "source_model", mark="ok", sync="wrong")
    lines = check(shop, "paused", code=2, endpoint=sandbox.url)
    assert said(lines, "destination", mark="ok", sync="paused")
    assert not [line for line in lines if line["sync"] == SYNC]
    # It would stop a push of any sync.
    assert failed(lines) == ["exposure"]


def parse_error(shop: Shop) -> None:
    (shop.folder / "models/odd.sql").write_text("{{ ref('nothing_of_this_name') }}")


def no_exposure(shop: Shop) -> None:
    (shop.folder / "models/exposures.yml").unlink()


BROKEN: dict[str, tuple[Callable[[Shop], None], list[str], str]] = {
    "no dbt project": (mistakes.without_project, ["project"], "--project-dir"),
    "no profile": (mistakes.without_profiles, ["project"], "--profiles-dir"),
    "parse error": (parse_error, ["project"], "nothing_of_this_name"),
    "no package": (mistakes.without_package, ["package", "destination"], "dbt deps"),
    "no database file": (mistakes.no_database, ["database", "destination"], "no DuckDB file"),
    "no sync": (no_exposure, ["exposure"], "declares no sync"),
    "source not built": (
        lambda s: s.sql("drop view offline_conversions"),
        ["source_model", "destination"],
        "dbt build --select +offline_conversions",
    ),
}


def test_an_unknown_name_gets_the_nearest(shop: Shop) -> None:
    """A name that no sync has is a cross of its own, after the lines that all syncs share."""
    lines = check(shop, "shop_conversion", code=2)
    assert failed(lines) == ["exposure"]
    assert f"Did you mean '{SYNC}'" in said(lines, "exposure")
    assert not [line for line in lines if line["sync"]]


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken(shop: Shop, case: str) -> None:
    """Each mistake is a cross with what to do, after the ticks of what could be looked at, and stops a push with the
    same words."""
    prepare, crosses, words = BROKEN[case]
    prepare(shop)
    lines = check(shop, code=2)
    assert failed(lines) == crosses
    assert words in said(lines, crosses[0])
    assert [line["mark"] for line in lines[:3]] == ["ok"] * 3
    pushed = shop.run("push")
    assert (pushed.returncode, pushed.stdout) == (2, ""), pushed.stderr
    assert words in pushed.stderr
    assert "Traceback" not in pushed.stderr
    assert case != "no database file" or not shop.database.exists()


def test_a_locked_file_names_its_holder(shop: Shop) -> None:
    """A DuckDB file that another process holds: exit code 4 with its PID and program, for programs an error of ours;
    settings are checked all the same."""
    code = f"import duckdb; c = duckdb.connect({str(shop.database)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        lines = check(shop, code=4)
        pushed = shop.run("push")
        with pytest.raises(LeaseHeldError, match=f"PID {holder.pid}"):
            reverse_etl.status(SYNC, project_dir=shop.folder, profiles_dir=shop.folder)
        holder.communicate("\n", timeout=60)
    assert failed(lines) == ["database", "destination"]
    assert f"PID {holder.pid}" in said(lines, "database")
    assert said(lines, "account_id", mark="ok")
    assert pushed.returncode == 4
    assert re.search(rf"python.*PID {holder.pid}|PID {holder.pid}.*python", pushed.stderr)
