"""A change of the project, planned against production's ledger, gives what the push after its merge does."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.scale import scaled
from tests.support.shop import SYNC, Shop, build_template, copy_of, deal

MODEL = "select * from {{ source('crm', 'deals') }} where conversion_value < 500\n"
CORRECTED = ["restate", "retract"]
NAMES = (
    "conversion_name, conversion_time, microsoft_click_id, hashed_email_address, hashed_phone_number, "
    "conversion_value, conversion_currency_code, external_attribution_credit, external_attribution_model"
)


def with_column(expression: str, column: str) -> str:
    """The model with one column computed otherwise."""
    return MODEL.replace("*", f"* replace ({expression} as {column})")


@dataclass(frozen=True)
class Change:
    """A change of the model or of the exposure's settings; `differs`: the names that a comparison must show."""

    model: str = MODEL
    settings: dict[str, Any] = field(default_factory=dict)
    differs: tuple[str, ...] = ()


CHANGES = {
    "a time zone": Change(with_column("conversion_time - interval '1 hour'", "conversion_time")),
    "a renamed goal": Change(with_column("'Closed'", "conversion_name"), differs=("Closed", "Deal won")),
    "a join that doubles": Change(MODEL + "union all " + MODEL),
    "a filter": Change(MODEL.replace("< 500", "between 12 and 499")),
    "a wider filter": Change(MODEL.replace("< 500", "< 5000")),
    "a currency": Change(with_column("'EUR'", "conversion_currency_code")),
    "a currency that is none": Change(with_column("'Euro'", "conversion_currency_code")),
    "values computed anew": Change(with_column("conversion_value * 2", "conversion_value")),
    "values as text": Change(
        with_column("cast(conversion_value as varchar)", "conversion_value"), differs=("conversion_value",)
    ),
    "no click ids": Change(with_column("cast(null as varchar)", "microsoft_click_id")),
    "another key": Change(
        f"select concat('K-', deal_id) as deal, {NAMES}" + MODEL.removeprefix("select *"),
        {"unique_key": "deal"},
        ("deal", "deal_id", "unique_key"),
    ),
    "no corrections": Change(
        with_column("conversion_value + 1", "conversion_value"), {"adjustments": None}, ("adjustments",)
    ),
}
# The first moves each row; `make test-long` tries all.
TRIED = list(CHANGES)[: scaled(1, long=len(CHANGES))]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Path]:
    """A project whose production is pushed to the local sandbox, with one deal that was won since."""
    shop = build_template(tmp_path_factory.mktemp("production") / "project")
    books = shop.folder / "books.sqlite"
    _in_two_schemas(shop)
    (shop.folder / "models/offline_conversions.sql").write_text(MODEL)
    shop.exposure(adjustments=CORRECTED, max_retractions=1000, max_restatements=1000)
    rows = [deal(n, conversion_value=10.0 + n) for n in range(6)] + [deal(7, conversion_value=900.0)]
    shop.fill(rows)
    shop.dbt("build", "--quiet", "--target", "prod")
    with LocalSandbox(books, port=0) as sandbox:
        shop.push("--target", "prod", endpoint=sandbox.url)
    shop.fill([*rows, deal(8, conversion_value=20.0)])
    shutil.copytree(shop.folder / "target", shop.folder / "state")
    return shop, books


def _in_two_schemas(shop: Shop) -> None:
    output = {"type": "duckdb", "path": str(shop.database), "threads": 1, "settings": {"threads": 1}}
    outputs = {"prod": output | {"schema": "main"}, "pr": output | {"schema": "pr"}}
    (shop.folder / "profiles.yml").write_text(json.dumps({"shop": {"target": "pr", "outputs": outputs}}))


@pytest.fixture
def changed(production: tuple[Shop, Path], tmp_path: Path) -> Iterator[tuple[Shop, LocalSandbox]]:
    """A copy of it to change, and a sandbox with its books."""
    template, books = production
    shop = copy_of(template, tmp_path / "project")
    _in_two_schemas(shop)
    with LocalSandbox(shutil.copy(books, tmp_path / "books.sqlite"), port=0) as sandbox:
        yield shop, sandbox


@pytest.mark.parametrize("name", TRIED)
def test_what_is_planned_is_what_the_push_after_the_merge_does(name: str, changed: tuple[Shop, LocalSandbox]) -> None:
    """Rows and sums by class are those of production's own plan after the merge, of which its push sends each row."""
    (shop, sandbox), change = changed, CHANGES[name]
    (shop.folder / "models/offline_conversions.sql").write_text(change.model)
    settings = {"adjustments": CORRECTED, "max_retractions": 1000, "max_restatements": 1000} | change.settings
    shop.exposure(**settings)
    shop.dbt("build", "--quiet", "--select", "offline_conversions", "--target", "pr")
    ledger = shop.sql("select count(*) from main.reverse_etl_ledger")

    done = shop.run("plan", "--state", "state", "--json", "--detailed-exitcode", "--target", "pr")

    assert done.returncode == 6, done.stderr
    planned = json.loads(done.stdout)
    assert planned["against"]["before"] == {"source": {"new": 1, "unchanged": 6}, "ledger": {}}
    assert sorted(one["name"] for one in planned["against"]["differences"]) == sorted(change.differs)
    assert shop.sql("select count(*) from main.reverse_etl_ledger") == ledger

    shop.dbt("build", "--quiet", "--select", "offline_conversions", "--target", "prod")
    merged = json.loads(shop.run("plan", "--json", "--target", "prod").stdout)
    for same in ("counts", "lines", "change", "to_send", "to_follow", "source_rows"):
        assert planned[same] == merged[same], same
    pushed = shop.push("--target", "prod", "--allow-failing-tests", endpoint=sandbox.url)
    assert sum(pushed["sent"].values()) == planned["to_send"]


def test_a_change_that_makes_no_difference(changed: tuple[Shop, LocalSandbox]) -> None:
    """Exit code 0 and a sentence that says so, although a deal is waiting to be sent."""
    shop, _ = changed
    (shop.folder / "models/offline_conversions.sql").write_text("-- said otherwise\n" + MODEL)
    shop.dbt("build", "--quiet", "--select", "offline_conversions", "--target", "pr")
    asked = ["plan", "--state", "state", "--target", "pr", "--detailed-exitcode"]
    done = shop.run(*asked, "--format", "markdown")
    assert done.returncode == 0, done.stderr
    assert "**This change makes no difference to it.**" in done.stdout
    assert "nothing differs" in shop.run(*asked).stdout


def test_a_build_is_not_compared_with_itself(changed: tuple[Shop, LocalSandbox]) -> None:
    """With --target forgotten, or the manifest of the change itself, nothing could differ: refused."""
    shop, _ = changed
    forgotten = shop.run("plan", "--state", "state", "--target", "prod", "--detailed-exitcode")
    assert forgotten.returncode == 2
    assert "a plan would compare it with itself" in forgotten.stderr
    shop.dbt("build", "--quiet", "--select", "offline_conversions", "--target", "pr")
    assert "with itself" in shop.run("plan", "--state", "target", "--target", "pr").stderr


def test_markdown_is_what_a_reviewer_reads(changed: tuple[Shop, LocalSandbox]) -> None:
    """Differences, rows and sums beside those without the change; a name that is Markdown or HTML stays a name, and no
    row's key or click id is shown."""
    shop, _ = changed
    hostile = "<b>|`@all`*"
    (shop.folder / "models/offline_conversions.sql").write_text(with_column(f"'{hostile}'", "conversion_name"))
    shop.dbt("build", "--quiet", "--select", "offline_conversions", "--target", "pr")
    shown = shop.run("plan", "--state", "state", "--target", "pr", "--format", "markdown").stdout
    assert "| goal | Deal won | 7 rows | *not there* |" in shown
    assert "| move | 0 | 6 |" in shown
    for mark in ("<b>", "@all", "`"):
        assert mark not in shown
    for row in range(9):
        assert f"{row:032x}" not in shown
        assert f"D{row} " not in shown
    # Each table is whole: as many cells in each of its lines.
    for table in shown.split("\n\n"):
        lines = [line for line in table.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) <= 1


def test_a_sync_that_production_does_not_have(changed: tuple[Shop, LocalSandbox]) -> None:
    """All its rows are new, and it is said that the other build has no such sync."""
    shop, _ = changed
    exposures = shop.folder / "models/exposures.yml"
    exposures.write_text(exposures.read_text().replace(SYNC, "refunds"))
    shop.dbt("build", "--quiet", "--select", "offline_conversions", "--target", "pr")
    planned = json.loads(shop.run("plan", "--state", "state", "--json", "--target", "pr").stdout)
    assert planned["against"] == {"before": None, "differences": []}
    assert planned["counts"]["source"] == {"new": 7}


@pytest.mark.parametrize(
    ("manifest", "said"),
    [(None, "There is no manifest.json in elsewhere."), ("{}", "cannot be read")],
)
def test_a_state_that_cannot_be_read(changed: tuple[Shop, LocalSandbox], manifest: str | None, said: str) -> None:
    """Exit code 2, what is wrong and what to do; no traceback."""
    shop, _ = changed
    if manifest is not None:
        (shop.folder / "elsewhere").mkdir()
        (shop.folder / "elsewhere/manifest.json").write_text(manifest)
    done = shop.run("plan", "--state", "elsewhere", "--target", "pr")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
