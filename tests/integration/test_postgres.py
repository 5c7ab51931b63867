"""The whole way on Postgres: the same project, another profile."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

import reverse_etl
from reverse_etl.sandbox import LocalSandbox
from tests.support.schemas import validate
from tests.support.shop import COLUMNS, Shop, copy_of, deal

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def sql(postgres_host: str) -> Sql:
    """Runs a statement and gives its rows, if it has any."""

    def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(host=postgres_host, user="postgres", dbname="postgres")) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def shop(shop_template: Shop, tmp_path: Path, postgres_host: str, sql: Sql) -> Shop:
    """The shop's project with its tables in a schema `main` of Postgres."""
    shop = copy_of(shop_template, tmp_path / "project")
    output = {"type": "postgres", "host": postgres_host, "port": 5432, "user": "postgres", "password": "none"}
    output |= {"dbname": "postgres", "schema": "main", "threads": 1}
    (shop.folder / "profiles.yml").write_text(json.dumps({"shop": {"target": "pg", "outputs": {"pg": output}}}))
    columns = ", ".join(f"{name} {type_.replace('double', 'double precision')}" for name, type_ in COLUMNS.items())
    sql("drop schema if exists main cascade; create schema main")
    sql(f"create table main.deals ({columns})")
    return shop


def fill(sql: Sql, deals: list[dict[str, Any]]) -> None:
    """Replace the deals; a time of None becomes yesterday noon."""
    sql("delete from main.deals")
    for row in deals:
        given = {name: value for name, value in row.items() if name != "conversion_time"}
        sql(
            f"insert into main.deals (conversion_time, {', '.join(given)}) values "
            f"(date_trunc('day', now() at time zone 'UTC') - interval '12 hours', {', '.join('%s' for _ in given)})",
            *given.values(),
        )


def test_a_push_sends_once_and_settles(shop: Shop, sql: Sql, sandbox: LocalSandbox) -> None:
    """New rows are sent, the same rows again are not, a changed one is held, a lost answer is settled."""
    fill(sql, [deal(1), deal(2), deal(3, microsoft_click_id="broken"), deal(2, deal_id="D2b")])
    shop.dbt("build", "--quiet")
    first = shop.push(endpoint=sandbox.url)
    assert first["source"] == {"accepted": 2, "invalid": 1, "duplicate": 1}
    again = shop.push(endpoint=sandbox.url)
    assert again["source"] == {"unchanged": 2, "invalid": 1, "duplicate": 1}
    fill(sql, [deal(1, conversion_value=20.0), deal(2), deal(4)])
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1, "held": 1, "unchanged": 1}
    sql("delete from main.reverse_etl_receipts where run_seq = 1")
    settled = shop.push(endpoint=sandbox.url)
    # The changed one was sent again as it was, and is held for its new value.
    assert settled["sent"] == {"accepted": 2}
    assert settled["source"] == {"accepted": 1, "held": 1, "unchanged": 1}
    checked = json.loads(shop.run("check", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout)
    assert checked["counts"]["failed"] == 0, checked


def test_why_runs_and_files(shop: Shop, sql: Sql, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """A key is found by each reading, a run is shown in detail, and a plan of several pages is written row by row."""
    address = hashlib.sha256(b"annasmith@example.com").hexdigest()
    shop.dbt("build", "--quiet")
    fill(sql, [deal(1), deal(2), deal(3, microsoft_click_id=None, hashed_email_address=address)])
    shop.push(endpoint=sandbox.url)
    sql("update main.deals set conversion_value = 11 where deal_id = 'D1'")
    sql("delete from main.deals where deal_id = 'D2'")
    sql(
        "insert into main.deals (deal_id, conversion_name, microsoft_click_id, conversion_time) "
        "select 'N' || i, 'Deal won', lpad(i::text, 32, '0'), now() - interval '2 days' "
        "from generate_series(1, 12000) as numbers(i)"
    )
    expected = {
        "D2": ("held", "unique_key"),
        "Anna.Smith@example.com": ("unchanged", "email"),
    }
    for key, (class_, read_as) in expected.items():
        why = validate("why", json.loads(shop.run("why", key, "--json").stdout))
        assert (why["rows"][0]["class"], why["read_as"]) == (class_, read_as)
        assert [attempt["outcome"] for attempt in why["rows"][0]["attempts"]] == ["accepted"]
    run = validate("run", json.loads(shop.run("runs", "1", "--json").stdout))
    assert (run["outcomes"], run["batches"], run["tracking_ids_in_all"]) == ({"accepted": 3, "void": 0}, 1, 1)
    done = shop.run("plan", "--output", str(tmp_path / "plan.jsonl"), "--json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "plan.jsonl").read_text().splitlines()]
    counted = Counter((line["side"], line["class"]) for line in lines)
    assert json.loads(done.stdout)["counts"] == {
        "source": {"new": 12000, "unchanged": 1, "held": 1},
        "ledger": {"held": 1},
    }
    assert counted == {
        ("source", "new"): 12000,
        ("source", "unchanged"): 1,
        ("source", "held"): 1,
        ("ledger", "held"): 1,
    }
    # Two rows of one conversion make the plan begin anew, and so its cursor.
    sql(
        "insert into main.deals "
        "select 'again', conversion_name, conversion_time, microsoft_click_id, hashed_email_address "
        "from main.deals where deal_id = 'D3'"
    )
    done = shop.run("plan", "--output", str(tmp_path / "plan.csv"))
    assert "12,004 lines written" in done.stderr


def test_retry_baseline_and_forget(shop: Shop, sql: Sql, tmp_path: Path) -> None:
    """What changes the ledger without sending does on Postgres what it does on DuckDB, and waits for a push."""
    goals = tmp_path / "goals.yml"
    goals.write_text("goals: [{name: Deal won}]")
    phone = hashlib.sha256(b"+442079460000").hexdigest()
    shop.dbt("build", "--quiet")
    fill(sql, [deal(1), deal(2, conversion_name="Deal wun"), deal(3), deal(4, hashed_phone_number=phone)])
    sql("drop schema if exists old cascade; create schema old")
    sql("create table old.sent as select * from main.deals where deal_id = 'D3'")
    with LocalSandbox(tmp_path / "books.sqlite", port=0, goals=goals) as sandbox:
        for command, rows in ((["--from", "old.sent"], 1), (["--undo", "1"], 1), (["--from", "postgres.old.sent"], 1)):
            done = shop.run("baseline", *command, "--yes", "--json")
            assert validate("baseline", json.loads(done.stdout))["rows"] == rows
        assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 2, "rejected": 1, "unchanged": 1}
        assert json.loads(shop.run("retry", "--code", "5606", "--yes", "--json").stdout)["rows"] == 1
        assert shop.push(endpoint=sandbox.url)["source"] == {"rejected": 1, "unchanged": 3}
        assert shop.run("forget", "--phone", "+44 20 7946 0000", "--yes").returncode == 5
        sql("delete from main.deals where deal_id = 'D4'")
        sql("update main.reverse_etl_receipts set message = %s where outcome = 'rejected'", phone)
        done = shop.run("forget", "--phone", "+44 20 7946 0000", "--yes", "--json")
        assert validate("forget", json.loads(done.stdout))["records"] == 1
        known = "select count(*) from main.reverse_etl_ledger where %s in (hashed_phone, click_id, record_key)"
        assert [sql(known, word) for word in (phone, deal(4)["microsoft_click_id"], "D4")] == [[(0,)]] * 3
        assert shop.push(endpoint=sandbox.url)["ledger"] == {"held": 1}
    sql(
        "insert into main.reverse_etl_runs (destination, environment, account_id, sync, run_seq, claim_id, event, "
        "happened_at, host, pid, counts) select destination, environment, account_id, sync, 99, 'other', event, "
        "now() at time zone 'UTC', 'elsewhere', 1, '' from main.reverse_etl_runs where run_seq = 1 and event <> 'close'"
    )
    held = shop.run("retry", "--all", "--yes")
    assert (held.returncode, "run 99 on elsewhere" in held.stderr) == (4, True)


def test_the_gate_reads_what_dbt_built_here(shop: Shop, sql: Sql, sandbox: LocalSandbox) -> None:
    """dbt's results are those of this target: passed, failed by name and rows, unknown, and settled by --build."""
    columns = [{"name": "conversion_name", "data_tests": [{"not_null": {"name": "named"}}]}]
    models = [{"name": "offline_conversions", "columns": columns}]
    (shop.folder / "models/schema.yml").write_text(json.dumps({"models": models}))
    local = {"MICROSOFT_ADS_ENDPOINT": sandbox.url}
    fill(sql, [deal(1)])
    shop.dbt("build", "--quiet")
    assert guard_of_tests(shop) == (False, False)
    fill(sql, [deal(1), deal(2, conversion_name=None)])
    assert shop.dbt("build", "--quiet", check=False).returncode == 1
    refused = shop.run("push", **local)
    assert refused.returncode == 5
    assert "named (1 row)" in refused.stderr
    fill(sql, [deal(1)])
    shop.dbt("compile", "--quiet")
    assert guard_of_tests(shop) == (False, True)
    assert shop.run("push", "--build", "-q", **local).returncode == 0
    assert guard_of_tests(shop) == (False, False)


def test_check_and_python_know_postgres(
    shop: Shop, sql: Sql, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`check` finds nothing to fix, and a program plans, pushes and reads the status."""
    fill(sql, [deal(1), deal(2)])
    shop.dbt("build", "--quiet")
    monkeypatch.setenv("MICROSOFT_ADS_ENDPOINT", sandbox.url)
    where = {"project_dir": shop.folder, "profiles_dir": shop.folder}
    assert reverse_etl.plan(**where).plan.to_send == 2
    assert reverse_etl.push(**where).source == {"accepted": 2}
    assert reverse_etl.status(**where).statuses == {"accepted": 2}
    done = shop.run("check", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 0, done.stdout
    lines = {line["name"]: line for line in validate("check", json.loads(done.stdout))["lines"]}
    assert lines["adapter"]["text"].startswith("dbt-postgres ")
    assert "conversion_time timestamp" in lines["columns"]["text"]
    assert lines["history"]["text"] == "2 records accepted so far, corrections included"


def guard_of_tests(shop: Shop) -> tuple[bool, bool]:
    """Does dbt's tests' guard refuse, and does it warn?"""
    guards = json.loads(shop.run("plan", "--json").stdout)["guards"]
    return next((guard["refuses"], guard["warns"]) for guard in guards if guard["name"] == "tests")
