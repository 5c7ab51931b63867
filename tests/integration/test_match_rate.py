"""The dbt test of the match rate: which goals it warns of, and which numbers it refuses."""

import json
from typing import Any

import pytest

from tests.support.engines import each_engine
from tests.support.shop import Shop


@each_engine
def test_a_low_match_rate_warns(shop: Shop) -> None:
    """The test warns of goals below the rate, and of no day too young, goal too small, or sync not asked for."""
    model = {
        "name": "offline_conversions",
        "data_tests": [
            {"reverse_etl.match_rate_at_least": {"name": name, "arguments": arguments}}
            for name, arguments in {
                "of_all": {"min_rate": 0.5},
                "of_other": {"min_rate": 0.5, "sync": "other"},
                "of_few": {"min_rate": 0.5, "min_conversions": 10},
                "of_young": {"min_rate": 0.5, "settle_hours": 0},
                "of_older": {"min_rate": 0.5, "days": 60},
                "of_any_rate": {"min_rate": 0},
            }.items()
        ],
    }
    (shop.folder / "models/tests.yml").write_text(json.dumps({"models": [model]}))
    declared = shop.folder / "models/exposures.yml"
    (one,) = json.loads(declared.read_text())["exposures"]
    declared.write_text(json.dumps({"exposures": [one, one | {"name": "other"}]}))
    goals = [
        # goal, days ago, hours from the day's end to the fetch, attributed, unattributed
        ("bad", 3, 30, 20, 40),
        ("good", 3, 30, 40, 20),
        ("small", 3, 30, 5, 20),
        ("young", 3, 2, 10, 90),
        ("old", 40, 30, 10, 90),
        ("silent", 3, 30, 0, 0),
    ]
    for name, ago, hours, attributed, unattributed in goals:
        day = f"cast(date_trunc('day', now() at time zone 'UTC') - interval '{ago} days' as date)"
        shop.sql(
            "insert into reverse_etl_attribution_reports "
            f"values ('microsoft_ads', 'local', '1', 'shop', 1, 'x', {ord(name[0])}, '{name}', "
            f"{day}, '', {attributed}, {unattributed}, {day} + interval '{24 + hours} hours')"
        )
    done = shop.dbt("test", "--select", "offline_conversions")
    results = json.loads((shop.folder / "target/run_results.json").read_text())["results"]
    found = {one["unique_id"].split(".")[2]: (one["status"], one["failures"]) for one in results}
    assert found == {
        "of_all": ("warn", 1),
        "of_other": ("pass", 0),
        "of_few": ("warn", 2),
        "of_young": ("warn", 2),
        "of_older": ("warn", 2),
        "of_any_rate": ("pass", 0),
    }, done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"min_rate": 50}, "match_rate_at_least needs min_rate, a number from 0 to 1"),
        ({"min_rate": 0.5, "sync": "shop"}, "match_rate_at_least has sync: shop, and no exposure of this name"),
    ],
    ids=["a rate beyond 1", "a sync that is not there"],
)
def test_what_could_never_warn_is_refused(shop: Shop, arguments: dict[str, Any], words: str) -> None:
    """A minimum that is a percentage, or a sync's name that nothing has, stops dbt with a message."""
    wrong = {"reverse_etl.match_rate_at_least": {"arguments": arguments}}
    model = {"name": "offline_conversions", "data_tests": [wrong]}
    (shop.folder / "models/tests.yml").write_text(json.dumps({"models": [model]}))
    done = shop.dbt("test", "--select", "offline_conversions", check=False)
    assert done.returncode != 0
    assert words in done.stdout
