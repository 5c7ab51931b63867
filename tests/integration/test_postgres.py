"""What the commands do on Postgres alone, or in statements that other tests run on DuckDB."""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

import reverse_etl
from reverse_etl.sandbox import LocalSandbox
from tests.support.schemas import validate
from tests.support.shop import Shop, click, deal

pytestmark = pytest.mark.parametrize("shop", ["postgres"], indirect=True)


def test_a_plan_of_several_pages_is_written_row_by_row(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """Every row stands in the file once, also where two rows of one conversion make the plan, and its cursor, begin
    anew."""
    shop.fill([deal(1), deal(2), deal(3)])
    shop.push(endpoint=sandbox.url)
    shop.sql("update deals set conversion_value = 11 where deal_id = 'D1'")
    shop.sql("delete from deals where deal_id = 'D2'")
    shop.sql(
        "insert into deals (deal_id, conversion_name, microsoft_click_id, conversion_time) "
        "select 'N' || i, 'Deal won', md5(i::text), now() - interval '2 days' "
        "from generate_series(1, 12000) as numbers(i)"
    )
    done = shop.run("plan", "--output", str(tmp_path / "plan.jsonl"), "--json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "plan.jsonl").read_text().splitlines()]
    counted = Counter((line["side"], line["class"]) for line in lines)
    source = {"new": 12000, "unchanged": 1, "held": 1}
    assert json.loads(done.stdout)["counts"] == {"source": source, "ledger": {"held": 1}}
    assert counted == {("source", class_): rows for class_, rows in source.items()} | {("ledger", "held"): 1}
    shop.repeat("deals", "deal_id = 'D3'", deal_id="again")
    done = shop.run("plan", "--output", str(tmp_path / "plan.csv"))
    assert "12,004 lines written" in done.stderr


def test_a_relation_whose_columns_cannot_be_seen_is_no_old_one(shop: Shop) -> None:
    """Of a materialized view, and of what its user may not read, Postgres names no column."""
    shop.sql("drop view offline_conversions cascade")
    shop.sql("create materialized view offline_conversions as select * from deals")
    done = shop.run("plan")
    assert (done.returncode, done.stdout) == (2, "")
    assert "shows no column of" in done.stderr
    assert "A materialized view of Postgres has to be a table." in done.stderr


def test_retry_baseline_and_forget(shop: Shop, tmp_path: Path) -> None:
    """What changes the ledger without sending does on Postgres what it does on DuckDB, and waits for a push."""
    goals = tmp_path / "goals.yml"
    goals.write_text("goals: [{name: Deal won}]")
    phone = hashlib.sha256(b"+442079460000").hexdigest()
    shop.fill([deal(1), deal(2, conversion_name="Deal wun"), deal(3), deal(4, hashed_phone_number=phone)])
    shop.sql("create schema old")
    shop.sql("create table old.sent as select * from deals where deal_id = 'D3'")
    with LocalSandbox(tmp_path / "books.sqlite", port=0, goals=goals) as sandbox:
        whole = f"{shop.database_name}.old.sent"
        for command in (["--from", "old.sent"], ["--undo", "1"], ["--from", whole]):
            done = shop.run("baseline", *command, "--yes", "--json")
            assert validate("baseline", json.loads(done.stdout))["rows"] == 1
        assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 2, "rejected": 1, "unchanged": 1}
        assert json.loads(shop.run("retry", "--code", "5606", "--yes", "--json").stdout)["rows"] == 1
        assert shop.push(endpoint=sandbox.url)["source"] == {"rejected": 1, "unchanged": 3}
        assert shop.run("forget", "--phone", "+44 20 7946 0000", "--yes").returncode == 5
        shop.sql("delete from deals where deal_id = 'D4'")
        shop.sql("update reverse_etl_receipts set message = ? where outcome = 'rejected'", [phone])
        done = shop.run("forget", "--phone", "+44 20 7946 0000", "--yes", "--json")
        assert validate("forget", json.loads(done.stdout))["records"] == 1
        known = "select count(*) from reverse_etl_ledger where ? in (hashed_phone, click_id, record_key)"
        assert [shop.sql(known, [word]) for word in (phone, click(4), "D4")] == [[(0,)]] * 3
        assert shop.push(endpoint=sandbox.url)["ledger"] == {"aged_out": 1}
    other = {"run_seq": 99, "claim_id": "other", "host": "elsewhere", "pid": 1, "counts": ""}
    now = datetime.now(UTC).replace(tzinfo=None)
    shop.repeat("reverse_etl_runs", "run_seq = 1 and event <> 'close'", happened_at=now, **other)
    held = shop.run("retry", "--all", "--yes")
    assert (held.returncode, "run 99 on elsewhere" in held.stderr) == (4, True)


def test_the_gate_reads_what_dbt_built_here(shop: Shop, sandbox: LocalSandbox) -> None:
    """dbt's results are those of this target: passed, failed by name and rows, unknown, and settled by --build."""
    columns = [{"name": "conversion_name", "data_tests": [{"not_null": {"name": "named"}}]}]
    models = [{"name": "offline_conversions", "columns": columns}]
    (shop.folder / "models/schema.yml").write_text(json.dumps({"models": models}))
    local = {"MICROSOFT_ADS_ENDPOINT": sandbox.url}
    shop.fill([deal(1)])
    shop.dbt("build", "--quiet")
    assert guard_of_tests(shop) == (False, False)
    shop.fill([deal(1), deal(2, conversion_name=None)])
    assert shop.dbt("build", "--quiet", check=False).returncode == 1
    refused = shop.run("push", **local)
    assert refused.returncode == 5
    assert "named (1 row)" in refused.stderr
    shop.fill([deal(1)])
    shop.dbt("compile", "--quiet")
    assert guard_of_tests(shop) == (False, True)
    assert shop.run("push", "--build", "-q", **local).returncode == 0
    assert guard_of_tests(shop) == (False, False)


def test_check_and_python_know_postgres(shop: Shop, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` finds nothing to fix, and a program plans, pushes and reads the status."""
    shop.fill([deal(1), deal(2)])
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


def test_the_plan_of_a_change_needs_only_to_read(shop: Shop, sandbox: LocalSandbox) -> None:
    """A role that may read production and write a schema of its own plans against production's ledger."""
    shop.fill([deal(1), deal(2)])
    shop.push(endpoint=sandbox.url)
    shop.dbt("build", "--quiet", "--select", "offline_conversions")
    (shop.folder / "target").rename(shop.folder / "state")
    role = f"reviewer_{shop.database_name}"
    shop.sql(f"create role {role} login")
    shop.sql(f"grant create on database {shop.database_name} to {role}")
    shop.sql(f"grant usage on schema main to {role}")
    shop.sql(f"grant select on all tables in schema main to {role}")
    profiles = shop.folder / "profiles.yml"
    written = json.loads(profiles.read_text())
    reviewer = written["shop"]["outputs"]["dev"] | {"user": role, "schema": "pr"}
    profiles.write_text(json.dumps({"shop": {"target": "pr", "outputs": {"pr": reviewer}}}))
    model = shop.folder / "models/offline_conversions.sql"
    model.write_text(model.read_text() + "where deal_id <> 'D2'")
    shop.dbt("build", "--quiet", "--select", "offline_conversions")
    done = shop.run("plan", "--state", "state", "--json")
    assert done.returncode == 0, done.stderr
    planned = json.loads(done.stdout)
    assert planned["counts"] == {"source": {"unchanged": 1}, "ledger": {"held": 1}}
    assert planned["against"]["before"] == {"source": {"unchanged": 2}, "ledger": {}}
    refused = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert refused.returncode == 2
