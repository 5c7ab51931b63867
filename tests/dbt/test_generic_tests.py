"""The generic tests give exactly the rows whose rules are broken, in full."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt.bed import COLUMNS, NOW, TESTS, Engine, Sql, run_dbt
from tests.dbt.nasty import CLICK, DASHED, GOOD, HASH, TEXTS, TYPED, full
from tests.dbt.test_rules import Compiled, fill, judge, shape

# No zero, which Postgres cannot store, and no halves of a character.
ANY_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
POOLS = {column: sorted({str(row[column]) for row, _ in TYPED if row.get(column)}) for column in COLUMNS}
TIMES = st.datetimes().map(str) | st.sampled_from(POOLS["conversion_time"])
NUMBERS = st.floats().map(repr) | st.sampled_from(POOLS["conversion_value"])


def texts(column: str) -> st.SearchStrategy[str]:
    """Values that are nearly right, and some that are anything."""
    return st.sampled_from(POOLS[column]) | ANY_TEXT


TYPED_ROWS = st.fixed_dictionaries(
    {
        column: st.none()
        | (
            TIMES
            if column == "conversion_time"
            else NUMBERS
            if column in ("conversion_value", "external_attribution_credit")
            else texts(column)
        )
        for column in COLUMNS
    }
)
TEXT_ROWS = st.fixed_dictionaries(
    {
        column: st.none()
        | st.sampled_from([str(row[column]) for row, _ in TYPED + TEXTS if row.get(column)])
        | ANY_TEXT
        for column in COLUMNS
    }
)


def agree(engine: Engine, sql: Sql, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
    fill(engine, columns, [(row, set()) for row in rows])
    verdicts = judge(engine, sql)
    for test, (_, rules) in TESTS.items():
        found = sorted(row_id for (row_id,) in engine.query(f"select row_id from ({sql[test]}) as failing"))
        assert found == sorted(row_id for row_id, broken in verdicts.items() if broken & rules), test


@given(rows=st.lists(TYPED_ROWS, min_size=1, max_size=30))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_tests_and_rules_agree_on_typed_rows(compiled: Compiled, rows: list[dict[str, Any]]) -> None:
    agree(*compiled, shape("timestamp"), rows)


@given(rows=st.lists(TEXT_ROWS, min_size=1, max_size=30))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_tests_and_rules_agree_on_text(compiled: Compiled, rows: list[dict[str, Any]]) -> None:
    agree(*compiled, shape("text", numbers=False), rows)


def test_failing_rows_come_in_full(compiled: Compiled) -> None:
    engine, sql = compiled
    fill(engine, shape("timestamp"), [({"microsoft_click_id": "cut"}, set()), ({}, set())])
    (row,) = engine.query(sql["click_id_well_formed"])
    assert row[:4] == (0, "Lead", row[2], "cut")
    assert len(row) == 1 + len(COLUMNS)


DUPLICATES: list[tuple[str, dict[str, str | None], dict[str, str | None], bool]] = [
    ("the same row twice", {}, {}, True),
    ("times within one second", {}, {"conversion_time": "2026-11-20 10:00:00.9"}, True),
    ("the next second", {}, {"conversion_time": "2026-11-20 10:00:01"}, False),
    ("another goal", {}, {"conversion_name": "Deal"}, False),
    ("the goal in another case", {}, {"conversion_name": "lead"}, False),
    ("the click id in another case", {}, {"microsoft_click_id": CLICK.upper()}, True),
    ("the click id with dashes", {}, {"microsoft_click_id": DASHED}, True),
    ("another click", {}, {"microsoft_click_id": "0" * 32}, False),
    ("a hash beside the same click", {}, {"hashed_email_address": HASH}, True),
    (
        "a click beside the same hash",
        {"hashed_email_address": HASH},
        {"microsoft_click_id": None, "hashed_email_address": HASH},
        False,
    ),
    ("the same hash, no click", *2 * ({"microsoft_click_id": None, "hashed_email_address": HASH},), True),
    (
        "no click, blank or null",
        *({"microsoft_click_id": blank, "hashed_phone_number": HASH} for blank in ("", None)),
        True,
    ),
    (
        "an e-mail and a phone of the same hash",
        {"microsoft_click_id": None, "hashed_email_address": HASH},
        {"microsoft_click_id": None, "hashed_phone_number": HASH},
        False,
    ),
    (
        "addresses that were never hashed",
        {"microsoft_click_id": None, "hashed_email_address": "Jo@Home", "hashed_phone_number": None},
        {"microsoft_click_id": None, "hashed_email_address": "Jo@", "hashed_phone_number": "Home"},
        False,
    ),
    ("another value", {"conversion_value": "1"}, {"conversion_value": "2"}, True),
    ("no identifier", *2 * ({"microsoft_click_id": None},), False),
    ("no time", *2 * ({"conversion_time": None},), False),
    ("no name", *2 * ({"conversion_name": " "},), False),
]


@pytest.mark.parametrize(
    ("first", "second", "duplicate"), [row[1:] for row in DUPLICATES], ids=[row[0] for row in DUPLICATES]
)
def test_duplicates(
    compiled: Compiled, first: dict[str, str | None], second: dict[str, str | None], duplicate: bool
) -> None:
    engine, sql = compiled
    fill(engine, shape("timestamp"), [(first, set()), (second, set())])
    assert sorted(row[0] for row in engine.query(sql["no_duplicate_identity"])) == ([0, 1] if duplicate else [])


def test_known_goal_names(compiled: Compiled) -> None:
    engine, sql = compiled
    names = ["Lead", "lead", "Lead ", 'It\'s "won"', None, "", "Deal"]
    fill(engine, shape("timestamp"), [({"conversion_name": name}, set()) for name in names])
    assert [names[row[0]] for row in engine.query(sql["known_goal_name"])] == ["lead", "Lead ", "Deal"]


def test_conversion_after_click(compiled: Compiled) -> None:
    """The bed keeps the click's time in a column that it has."""
    engine, sql = compiled
    clicks = ["2026-11-20 09:59:59", "2026-11-20 10:00:00", "2026-11-20 10:00:00+01", "2026-11-20 11:00:00", None, "?"]
    fill(engine, shape("timestamp"), [({"external_attribution_model": click}, set()) for click in clicks])
    assert [clicks[row[0]] for row in engine.query(sql["conversion_after_click"])] == [clicks[1], clicks[3]]


def test_click_an_hour_ago(compiled: Compiled) -> None:
    """A click that is younger, or still to come, fails; one without a time says nothing."""
    engine, sql = compiled
    hour = datetime.fromisoformat(NOW) - timedelta(hours=1)
    young, old = (str(hour + timedelta(seconds=1)), str(hour))
    clicks = [young, old, "2027-01-01 00:00:00", None, "?"]
    fill(engine, shape("timestamp"), [({"external_attribution_model": click}, set()) for click in clicks])
    assert [clicks[row[0]] for row in engine.query(sql["click_an_hour_ago"])] == [young, "2027-01-01 00:00:00"]


def test_dbt_counts_them_with_the_documented_severity(bed: Path) -> None:
    """One run of dbt itself: single rows warn, duplicates and unknown goals are errors, failures can be stored."""
    rows = [GOOD, GOOD, {**GOOD, "conversion_name": "Deal"}, {**GOOD, "microsoft_click_id": "cut"}]
    columns = ", ".join(f"{name} {kind}" for name, kind in shape("timestamp").items())
    with duckdb.connect(bed / "bed.duckdb") as connection:
        connection.execute(f"create or replace table conversions ({columns})")
        for number, row in enumerate(rows):
            connection.execute(
                f"insert into conversions values ({', '.join('?' * (1 + len(row)))})", [number, *full(row)]
            )
    done = run_dbt(
        "test",
        "--store-failures",
        "--target",
        "duckdb",
        "--target-path",
        "target_duckdb",
        "--profiles-dir",
        ".",
        folder=bed,
    )
    assert done.returncode == 1
    results = json.loads((bed / "target_duckdb" / "run_results.json").read_text())["results"]
    failing = {
        result["unique_id"].split(".")[2]: (result["status"], result["failures"])
        for result in results
        if result["status"] != "pass"
    }
    assert failing == {
        "click_id_well_formed": ("warn", 1),
        "known_goal_name": ("fail", 1),
        "no_duplicate_identity": ("fail", 2),
    }
    with duckdb.connect(bed / "bed.duckdb", read_only=True) as connection:
        stored = connection.execute(
            "select microsoft_click_id from bed.main_dbt_test__audit.click_id_well_formed"
        ).fetchall()
    assert stored == [("cut",)]
