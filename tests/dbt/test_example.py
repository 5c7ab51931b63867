"""The example builds with exit 0 while bad rows are there, from any folder, on any day."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.bed import COLUMNS, run_dbt
from tests.support.scale import scaled

PROFILE = ("--profiles-dir", "profiles", "--project-dir", "dbt_project")
DATABASE = Path("dbt_project") / "reverse_etl.duckdb"
WARNING_TESTS = {
    "click_id_or_hash_present",
    "click_id_well_formed",
    "conversion_time_not_in_future",
    "conversion_time_within_90_days",
    "conversion_value_decimals_allowed",
    "conversion_value_in_range",
    "currency_code_listed",
    "currency_code_well_formed",
    "no_duplicate_identity",
}


def rows(root: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(root / DATABASE, read_only=True) as connection:
        connection.execute("use reverse_etl")
        return connection.execute(query).fetchall()


def conversions(root: Path) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in rows(root, "select * from offline_conversions")}


def warned(root: Path) -> dict[str, int]:
    """The generic tests of ours that warned, with the rows that they found."""
    results = json.loads((root / "dbt_project" / "target" / "run_results.json").read_text())["results"]
    found = {}
    for result in results:
        assert result["status"] in ("success", "pass", "warn", "no-op"), result["unique_id"]
        if result["status"] == "warn":
            name = result["unique_id"].split(".")[2].removeprefix("reverse_etl_").split("_offline_conversions")[0]
            found[name] = result["failures"]
    return found


@pytest.fixture(scope="module")
def built(example: Path) -> Path:
    done = run_dbt("build", *PROFILE, folder=example)
    assert done.returncode == 0, done.stdout
    return example


def test_it_builds_with_warnings_for_the_bad_rows(built: Path) -> None:
    assert set(warned(built)) == WARNING_TESTS


def test_it_holds_what_it_promises(built: Path) -> None:
    names = rows(
        built, "select conversion_name, count(*), count(microsoft_click_id) from offline_conversions group by 1"
    )
    assert {name for name, *_ in names} == {"Lead qualified", "Meeting held", "Deal won"}
    assert all(0 < clicks < count for _, count, clicks in names)
    assert 250 <= sum(count for _, count, _ in names) <= 350
    currencies = {code for (code,) in rows(built, "select distinct conversion_currency_code from offline_conversions")}
    assert currencies == {"USD", "EUR", "GBP", "EURO", "TRY", None}
    assert rows(built, "select count(*) from raw_crm_deals where status = 'refunded'")[0][0] >= 3
    statuses = "select distinct status from raw_crm_leads union select distinct status from raw_crm_deals"
    assert len(rows(built, statuses)) == 6
    addresses = rows(built, "select email from raw_crm_leads union select email from raw_crm_deals")
    assert {email.strip().lower().split("@")[1] for (email,) in addresses if "@" in email} == {
        "example.com",
        "mail.example.com",
    }


def test_personal_data_leaves_only_as_hashes(built: Path) -> None:
    for row in conversions(built).values():
        by_name = dict(zip(COLUMNS, row, strict=True))
        for column in ("hashed_email_address", "hashed_phone_number"):
            assert by_name[column] is None or len(by_name[column]) == 64


def test_it_builds_into_the_same_database_from_any_folder(built: Path) -> None:
    (built / "elsewhere").mkdir()
    before = (built / DATABASE).stat().st_mtime_ns
    folders = {"DBT_PROJECT_DIR": f"{built}/dbt_project", "DBT_PROFILES_DIR": f"{built}/profiles"}
    done = run_dbt("run", "--select", "raw_crm_leads", folder=built / "elsewhere", **folders)
    assert done.returncode == 0, done.stdout
    assert [path.relative_to(built) for path in built.rglob("*.duckdb") if path.is_file()] == [DATABASE]
    assert (built / DATABASE).stat().st_mtime_ns > before


def test_another_database_by_the_environment(built: Path, tmp_path: Path) -> None:
    done = run_dbt(
        "run",
        "--select",
        "raw_crm_leads",
        *PROFILE,
        folder=built,
        REVERSE_ETL_DUCKDB_PATH=str(tmp_path / "other.duckdb"),
    )
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "other.duckdb").exists()


def run_for(root: Path, **variables: Any) -> dict[str, tuple[Any, ...]]:
    done = run_dbt("run", *PROFILE, "--exclude", "package:reverse_etl", "--vars", json.dumps(variables), folder=root)
    assert done.returncode == 0, done.stdout
    return conversions(root)


def test_day_two_and_the_days_after(built: Path) -> None:
    """Day 2 brings late rows, one corrected amount, one refund and one bad row; a later day changes no older row."""
    today = "2026-11-25"
    one = run_for(built, demo_today=today)
    pairs = rows(
        built,
        "select distinct raw.office, raw.qualified_at, cast(lead.qualified_at as text) from raw_crm_leads as raw"
        " inner join stg_crm_leads as lead using (lead_id)",
    )
    # Hours that a clock changes in.
    assert ("berlin", "2026-10-25 02:30:00", "2026-10-25 01:30:00") in pairs
    assert ("new_york", "2026-11-01 01:30:00", "2026-11-01 06:30:00") in pairs
    two = run_for(built, demo_today=today, demo_day=2)
    new = {record: two[record] for record in two.keys() - one.keys()}
    changed = [(one[record], two[record]) for record in one.keys() & two.keys() if one[record] != two[record]]
    gone = one.keys() - two.keys()
    names = dict(zip(COLUMNS, range(9), strict=True))
    bad = [row for row in new.values() if len((row[names["microsoft_click_id"]] or "").replace("-", "")) not in (0, 32)]
    assert (len(new), len(bad), len(changed), len(gone)) == (8, 1, 1, 1)
    late = [row[names["conversion_time"]] for row in new.values() if row not in bad]
    assert (
        min(late)
        < datetime.fromisoformat("2026-09-01 00:00:00")
        < datetime.fromisoformat("2026-11-01 00:00:00")
        < max(late)
    )
    ((before, after),) = changed
    assert after[names["conversion_value"]] == before[names["conversion_value"]] + 250
    assert [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [names["conversion_value"]]

    tomorrow = run_for(built, demo_today="2026-11-26")
    assert tomorrow.keys() & one.keys()
    assert all(tomorrow[record] == one[record] for record in tomorrow.keys() & one.keys())
    assert len(tomorrow.keys() - one.keys()) < 10 > len(one.keys() - tomorrow.keys())


@pytest.mark.parametrize("today", ["2027-04-20", *scaled([], long=["2028-02-29"])])
def test_it_never_goes_stale(built: Path, today: str) -> None:
    """The clocks of the data and of the rules both moved, across a change in spring and to a leap day."""
    clock = built / "dbt_project" / "macros" / "clock.sql"
    clock.write_text(
        f"{{% macro duckdb___utc_now() %}}{{{{ return(\"cast('{today} 12:00:00' as timestamp)\") }}}}{{% endmacro %}}"
    )
    try:
        done = run_dbt("build", *PROFILE, "--vars", json.dumps({"demo_today": today}), folder=built)
        assert done.returncode == 0, done.stdout
        assert set(warned(built)) == WARNING_TESTS
    finally:
        clock.unlink()
