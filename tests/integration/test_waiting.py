"""What a click time changes: rows wait an hour after their click, and no conversion comes before it."""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.engines import each_engine
from tests.support.schemas import validate
from tests.support.shop import Shop, deal

MODEL = """
{{{{ reverse_etl.offline_conversions(
    source('crm', 'deals'),
    conversion_name='conversion_name',
    conversion_time='conversion_time',
    microsoft_click_id='microsoft_click_id',
    conversion_value='conversion_value',
    conversion_currency_code='conversion_currency_code',
    click_time="{click_time}",
    extra_columns=['deal_id'],
) }}}}
"""
NOW = "(now() at time zone 'UTC')"


def offer(shop: Shop, click_time: str) -> None:
    """Let the model offer a click time, and build it."""
    (shop.folder / "models/offline_conversions.sql").write_text(MODEL.format(click_time=click_time))
    shop.dbt("run", "--quiet", "--select", "offline_conversions")


def plan_lines(shop: Shop) -> dict[str, dict[str, Any]]:
    """The lines of a plan by class."""
    done = shop.run("plan", "--json")
    assert done.returncode == 0, done.stderr
    document = validate("plan", json.loads(done.stdout))
    return {line["class"]: line for line in document["lines"]} | {"now": document["now"]}


def seconds_after(now: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(now)).total_seconds()


def why(shop: Shop, key: str) -> dict[str, Any]:
    (row,) = validate("why", json.loads(shop.run("why", key, "--json").stdout))["rows"]
    found: dict[str, Any] = row
    return found


@each_engine
def test_a_young_click_waits_and_goes_when_its_hour_is_over(shop: Shop, sandbox: LocalSandbox) -> None:
    """Younger than an hour it waits, with the time when it goes; then it is sent. Its click time is no identity."""
    shop.fill([deal(1), deal(2)])
    shop.sql(f"update deals set conversion_time = {NOW} - interval '1 minute' where deal_id = 'D2'")
    offer(
        shop, f"case deal_id when 'D2' then {NOW} - interval '20 minutes' else conversion_time - interval '2 days' end"
    )
    lines = plan_lines(shop)
    assert (lines["new"]["rows"], lines["waiting"]["rows"], lines["waiting"]["reasons"]) == (1, 1, ["click_too_recent"])
    (sample,) = lines["waiting"]["samples"]
    assert seconds_after(lines["now"], sample["goes_at"]) == pytest.approx(2400, abs=60)
    assert f"goes at {sample['goes_at'][:15]}" in shop.run("plan").stdout
    assert shop.run("plan", "--output", "plan.csv").returncode == 0
    with (shop.folder / "plan.csv").open() as file:
        written = {line["record_key"]: line["goes_at"] for line in csv.DictReader(file)}
    assert (written["D1"], written["D2"][:15]) == ("", sample["goes_at"][:15])
    row = why(shop, "D2")
    assert (row["class"], row["goes_at"][:15]) == ("waiting", sample["goes_at"][:15])
    assert row["what_would_change_it"].endswith(f"It may go at {row['goes_at']}.")
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1, "waiting": 1}
    offer(shop, f"case deal_id when 'D2' then {NOW} - interval '61 minutes' end")
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1, "unchanged": 1}
    offer(shop, "null")
    assert set(plan_lines(shop)) == {"unchanged", "now"}


@each_engine
def test_a_conversion_before_its_click_is_invalid(shop: Shop) -> None:
    """It is held back with its reason; where the click's time is missing or no time, nothing is said."""
    shop.fill([deal(1), deal(2), deal(3)])
    offer(
        shop,
        "case deal_id when 'D1' then conversion_time + interval '1 second' "
        "when 'D2' then conversion_time - interval '1 second' end",
    )
    lines = plan_lines(shop)
    assert (lines["invalid"]["rows"], lines["invalid"]["reasons"]) == (1, ["conversion_before_click"])
    assert lines["new"]["rows"] == 2
    offer(shop, "'no time'")
    assert plan_lines(shop)["new"]["rows"] == 3


@each_engine
@pytest.mark.parametrize("click_time", ["infinity", "9999-12-31 23:59:59", "-infinity"])
def test_the_strangest_click_times_raise_nothing(shop: Shop, click_time: str) -> None:
    """At the ends of time a row has a class like any other, also where its conversion is as strange."""
    shop.fill([deal(1), deal(2, conversion_time="9999-12-31 23:59:59"), deal(3, conversion_time="2020-01-01")])
    offer(shop, f"cast('{click_time}' as timestamp)")
    lines = plan_lines(shop)
    assert sum(line["rows"] for name, line in lines.items() if name != "now") == 3
    early = click_time in {"infinity", "9999-12-31 23:59:59"}
    assert ("invalid" in lines, "new" in lines) == (early, not early)


def test_a_row_in_the_future_says_when_it_goes(shop: Shop) -> None:
    """Rows that wait without a click time have their time, too."""
    shop.fill([deal(1, conversion_time="2099-01-01 00:00:00")])
    (sample,) = plan_lines(shop)["waiting"]["samples"]
    assert sample["goes_at"] == "2099-01-01T00:00:00Z"
    assert why(shop, "D1")["goes_at"] == "2099-01-01T00:00:00Z"


def test_a_click_time_of_the_wrong_type_is_reported(shop: Shop) -> None:
    """A column of that name that holds no times is refused before anything is compared with it."""
    model = "select *, 5 as click_time from {{ source('crm', 'deals') }}\n"
    (shop.folder / "models/offline_conversions.sql").write_text(model)
    shop.dbt("run", "--quiet", "--select", "offline_conversions")
    done = shop.run("plan")
    assert done.returncode == 2
    assert "click_time as INTEGER; it must be a timestamp or text" in done.stderr


def test_a_goal_that_is_too_young_puts_off_its_own_rows(shop: Shop, tmp_path: Path) -> None:
    """Rows of other goals arrive; plan and why say by when the goal is old enough, two hours after the refusal."""
    (tmp_path / "goals.yml").write_text("goals: [{name: Deal won}, {name: Lead, age_hours: 1.5}]")
    shop.fill([deal(1), deal(2, conversion_name="Lead")])
    with LocalSandbox(tmp_path / "books.sqlite", port=0, goals=tmp_path / "goals.yml") as sandbox:
        assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1, "deferred": 1}
        lines = plan_lines(shop)
        (sample,) = lines["deferred"]["samples"]
        assert timedelta(seconds=seconds_after(sample["refused_at"], sample["goes_at"])) == timedelta(hours=2)
        assert abs(seconds_after(lines["now"], sample["refused_at"])) < 60
        row = why(shop, "D2")
        assert row["goes_at"] == sample["goes_at"]
        assert f"Its goal is old enough at {row['goes_at']} at the latest." in row["what_would_change_it"]
        # A push within that time tries it again, and is not kept from anything else.
        shop.fill([deal(1), deal(2, conversion_name="Lead"), deal(3)])
        assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1, "deferred": 1, "unchanged": 1}
