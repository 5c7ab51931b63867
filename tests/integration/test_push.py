"""Pushes as a user types them, against the local sandbox: every outcome, on both sides' books."""

import json
import re
from pathlib import Path
from typing import Any

from reverse_etl.sandbox import LocalSandbox, read_received, summary
from tests.support.engines import each_engine
from tests.support.shop import Shop, click, deal

GOALS = """
goals:
  - {name: Deal won, enhanced: true}
  - {name: New goal, age_hours: 0.5}
"""


def ledger(shop: Shop) -> dict[str, int]:
    """Conversions per status, as the package's view has them."""
    return dict(shop.sql("select status, count(*) from reverse_etl_records group by 1"))


def assert_books_agree(shop: Shop, books: Path) -> None:
    """What counts at the judge is what the ledger holds as counted, value by value."""
    counted = {
        (r.conversion_name, r.click_id, r.conversion_time, float(r.conversion_value or "nan"), r.currency)
        for r in read_received(books, outcome="counted")
    }
    known = shop.sql(
        "select conversion_name, click_id, conversion_time, value, currency "
        "from reverse_etl_records where status = 'accepted'"
    )
    assert counted == set(known)


def plan(shop: Shop) -> dict[str, Any]:
    done = shop.run("plan", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@each_engine
def test_plan_lists_exactly_what_push_sends(shop: Shop, sandbox: LocalSandbox, books: Path) -> None:
    """Classes and counts of the plan are those of the push, the next push sends nothing, and no plan table stays."""
    shop.fill(
        [deal(n) for n in range(8)]
        + [
            deal(20, microsoft_click_id="short"),
            deal(21, conversion_value=-1.0),
            deal(22, conversion_time="2020-01-01 00:00:00"),
            deal(23, conversion_time="2099-01-01 00:00:00"),
            deal(24, microsoft_click_id=click(0).upper(), deal_id="zz"),
        ]
    )
    planned = plan(shop)
    assert planned["counts"]["source"] == {"new": 8, "invalid": 2, "expired": 1, "waiting": 1, "duplicate": 1}
    assert planned["to_send"] == 8
    assert summary(books).received == 0
    result = shop.push(endpoint=sandbox.url)
    assert result["source"] == {"accepted": 8, "invalid": 2, "expired": 1, "waiting": 1, "duplicate": 1}
    assert {r.click_id for r in read_received(books)} == {click(n) for n in range(8)}
    again = shop.push(endpoint=sandbox.url)
    assert again["source"] == {"unchanged": 8, "invalid": 2, "expired": 1, "waiting": 1, "duplicate": 1}
    assert summary(books).received == 8
    assert_books_agree(shop, books)
    assert shop.sql("select table_name from information_schema.tables where table_name like 'reverse_etl_plan%'") == []


@each_engine
def test_rejected_rows_are_shown_and_held_until_they_change(shop: Shop, tmp_path: Path) -> None:
    """A refusal by the destination gives exit code 3, is listed with what to do, and is not repeated unchanged."""
    goals = tmp_path / "goals.yml"
    goals.write_text(GOALS)
    with LocalSandbox(tmp_path / "books.sqlite", port=0, goals=goals) as sandbox:
        shop.fill([deal(1), deal(2, conversion_name="Deal wun"), deal(3, conversion_name="New goal")])
        result = shop.push(endpoint=sandbox.url)
        assert result["exit_code"] == 3
        assert result["source"] == {"accepted": 1, "rejected": 1, "deferred": 1}
        assert result["refusals"] == {"OfflineConversionNameInvalid (5606)": 1}
        (row,) = json.loads(shop.run("rejected", "--json").stdout)["rejected"]
        assert (row["record_key"], row["code"]) == ("D2", 5606)
        assert row["tracking_id"]
        assert "goal" in row["what_to_do"]
        again = shop.push(endpoint=sandbox.url)
        assert (again["exit_code"], again["source"]) == (0, {"unchanged": 1, "held": 1, "deferred": 1})
        shop.sql("update deals set conversion_value = 11 where deal_id = 'D2'")
        assert shop.push(endpoint=sandbox.url)["source"]["rejected"] == 1


@each_engine
def test_corrections_are_held_and_never_sent_as_new(shop: Shop, sandbox: LocalSandbox, books: Path) -> None:
    """A changed value, a key with another click id and a row that is gone are held, each with its reason."""
    shop.fill([deal(n) for n in range(4)])
    shop.push(endpoint=sandbox.url)
    shop.sql("update deals set conversion_value = 12, conversion_currency_code = 'EUR' where deal_id = 'D0'")
    shop.sql("update deals set microsoft_click_id = ? where deal_id = 'D1'", [click(99)])
    shop.sql("delete from deals where deal_id = 'D2'")
    planned = plan(shop)["lines"]
    lines = {(line["side"], *line["reasons"]): line["class"] for line in planned}
    (changed,) = next(line["samples"] for line in planned if line["reasons"] == ["value_changed"])
    assert (changed["value"], changed["currency"]) == (12, "EUR")
    assert (changed["counted_value"], changed["counted_currency"]) == (10, "USD")
    assert lines == {
        ("source",): "unchanged",
        ("source", "value_changed"): "held",
        ("source", "key_sent_before"): "held",
        ("ledger", "moved"): "held",
        ("ledger", "gone"): "held",
    }
    result = shop.push(endpoint=sandbox.url)
    assert (result["source"], result["ledger"]) == ({"unchanged": 1, "held": 2}, {"held": 2})
    assert summary(books).received == 4


def test_emptied_sandbox_books_are_said(shop: Shop, sandbox: LocalSandbox, tmp_path: Path) -> None:
    """Books that were emptied beside a full ledger are noticed, since nothing would be sent again."""
    shop.fill([deal(1)])
    shop.push(endpoint=sandbox.url)
    with LocalSandbox(tmp_path / "other.sqlite", port=0) as other:
        done = shop.run("push", MICROSOFT_ADS_ENDPOINT=other.url)
    assert done.returncode == 0
    assert re.search(r"Note: The books of the local sandbox are empty, but the ledger has 1 record", done.stderr)


def test_removed_sandbox_books_are_said(shop: Shop, sandbox: LocalSandbox, books: Path) -> None:
    """A local sandbox whose file was removed while it runs is named as such, and nothing is written."""
    shop.fill([deal(1)])
    books.unlink()
    done = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 1
    assert "cannot read its books: was their file removed?" in done.stderr
    assert shop.sql("select count(*) from reverse_etl_runs") == [(0,)]


def test_reading_commands_write_nothing(shop: Shop, sandbox: LocalSandbox) -> None:
    """plan, status and rejected leave the database byte for byte as it was."""
    shop.fill([deal(1)])
    shop.push(endpoint=sandbox.url)
    before = shop.database.read_bytes()
    for command in ("plan", "status", "rejected"):
        done = shop.run(command)
        assert done.returncode == 0, done.stderr
    assert shop.database.read_bytes() == before


@each_engine
def test_each_step_of_the_plan_can_be_looked_at(shop: Shop) -> None:
    """`plan --step` prints SQL that runs as it stands; of an unknown step it names those that there are."""
    shop.fill([deal(1), deal(2, conversion_name=None)])
    unknown = shop.run("plan", "--step", "nonsense")
    assert unknown.returncode == 2
    for step in ("source_rows", "source_decisions", "planned"):
        assert f"{step}," in unknown.stderr or f"{step}." in unknown.stderr
        rows = shop.sql(shop.run("plan", "--step", step).stdout)
        assert len(rows) == 2, "one for each row of the source"


def test_a_key_in_capitals_and_a_narrow_terminal_are_no_trouble(shop: Shop, sandbox: LocalSandbox) -> None:
    """A `unique_key` may be spelt as the warehouse spells it, and an unshowable name is escaped."""
    (shop.folder / "models/offline_conversions.sql").write_text(
        "select * rename (deal_id as \"Deal_ID\") from {{ source('crm', 'deals') }}"
    )
    shop.exposure(unique_key="Deal_ID")
    shop.dbt("run", "--quiet", "--select", "offline_conversions")
    shop.fill([deal(1, conversion_name="Won \U0001f389")])
    done = shop.run_apart("plan", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert r"D1  Won \U0001f389" in done.stdout
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1}


def test_a_push_keeps_its_calls_where_it_is_asked_to(shop: Shop, sandbox: LocalSandbox, books: Path) -> None:
    """Each call with its answer, without a click id; a folder that cannot be written stops before anything is sent."""
    shop.fill([deal(n) for n in range(3)])
    for wrong in (shop.folder, shop.folder / "dbt_project.yml" / "kept"):
        refused = shop.run("push", "--record", str(wrong), MICROSOFT_ADS_ENDPOINT=sandbox.url)
        assert refused.returncode == 2
        assert f"The folder to record in, {wrong}, " in refused.stderr
    assert summary(books).calls == 0
    done = shop.run("push", "--record", "kept", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 0, done.stderr
    files = sorted((shop.folder / "kept").glob("[0-9]*.json"))
    assert "ApplyOfflineConversions" in files[-1].name
    call = json.loads(files[-1].read_text())
    assert call["answer"]["status"] == 200
    assert "id-3" in call["request"]["body"]
    assert not any(click(n) in path.read_text() for path in files for n in range(3))
