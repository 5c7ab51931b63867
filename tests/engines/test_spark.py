"""The example on Spark: it builds, plans and pushes as on DuckDB, on the first day and on the next."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reverse_etl.core.errors import SettingsError
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.planning import rendered, request, scope_id
from reverse_etl.warehouse.project import Project
from tests.dbt.bed import REPOSITORY
from tests.support import spark
from tests.support.quick import Done, dbt_here, run_here

# pyspark leaves sockets to the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore")
# The example speaks Postgres where no macro of the package does.
WORDS = {
    "as text)": "as string)",
    "data_type: text": "data_type: string",
    "data_type: timestamp": "data_type: timestamp_ntz",
    "data_type: double precision": "data_type: double",
    # Spark works views out anew in each test that looks at them.
    "staging:\n      +materialized: view": "staging:\n      +materialized: table",
}


@dataclass(frozen=True)
class Example:
    """A copy of the example on one engine, with a sandbox of its own."""

    folder: Path
    engine: str
    sandbox: LocalSandbox

    def dbt(self, *arguments: str) -> Done:
        done = dbt_here([*arguments], self.folder, self._environment())
        assert done.returncode == 0, done.stdout[-5000:]
        return done

    def run(self, *arguments: str, code: int = 0) -> Any:
        done = run_here([*arguments, "--json"], self.folder, self._environment())
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def build(self, day: int) -> dict[str, tuple[str, int]]:
        """Build the CRM as of a day and all upon it; gives the outcome and the failures of each test."""
        self.dbt("build", "--quiet", "--vars", f"demo_day: {day}")
        results = json.loads((self.folder / "target/run_results.json").read_text())["results"]
        tests = [one for one in results if one["unique_id"].startswith("test.")]
        return {one["unique_id"]: (one["status"], one["failures"]) for one in tests}

    def plan(self, now: str) -> list[str]:
        """Every line of the plan as of a time, but for the tracking ids, of which each answer has its own."""
        with Project(DbtOptions(self.folder, self.folder)) as project:
            (sync,) = find_syncs(project.manifest)
            books = WarehouseLedger(project, sync).books
            with rendered(books, request(books, now, with_repeats=True)) as select_sql:
                names, rows = project._fetched(select_sql)
        place = names.index("tracking_id")
        return sorted(repr((*row[:place], *row[place + 1 :])) for row in rows)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "MICROSOFT_ADS_"))}
        ours = {"MICROSOFT_ADS_ENDPOINT": self.sandbox.url, "DBT_PROFILES_DIR": str(self.folder), "NO_COLOR": "1"}
        return kept | ours


def make_example(folder: Path, engine: str, output: dict[str, Any]) -> None:
    """The example's files, with a profile for one engine."""
    unwanted = shutil.ignore_patterns("dbt_packages", "target", "logs", "*.duckdb*", "package-lock.yml")
    shutil.copytree(REPOSITORY / "dbt_project", folder, ignore=unwanted)
    (folder / "packages.yml").write_text(f"packages:\n  - local: {REPOSITORY}\n")
    profile = {"reverse_etl": {"target": "dev", "outputs": {"dev": output, "prod": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))
    if engine == "spark":
        for path in [folder / "dbt_project.yml", *folder.glob("models/marts/*")]:
            text = path.read_text()
            for word, ours in WORDS.items():
                text = text.replace(word, ours)
            path.write_text(text)


def copy_of_crm(source: Example, target: Example) -> None:
    """Make the rows of the raw tables plain selects: what makes them up is SQL of DuckDB and Postgres."""
    with duckdb.connect(str(source.folder / "example.duckdb"), read_only=True) as connection:
        for name in ("raw_crm_leads", "raw_crm_deals"):
            found = connection.execute(f"select * from {name}")
            columns = [column[0] for column in found.description or []]
            rows = [", ".join(_literal(value) for value in row) for row in found.fetchall()]
            values = ",\n".join(f"({row})" for row in rows)
            path = target.folder / "models/raw" / f"{name}.sql"
            path.write_text(f"select * from values\n{values}\nas rows_of_crm ({', '.join(columns)})")


def _literal(value: Any) -> str:
    return "cast(null as string)" if value is None else str(value) if not isinstance(value, str) else f"'{value}'"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Example, Example]]:
    """The example on DuckDB and on Spark."""
    spark.join()
    root = tmp_path_factory.mktemp("spark")
    with LocalSandbox(root / "1.sqlite", port=0) as one, LocalSandbox(root / "2.sqlite", port=0) as two:
        ours = Example(root / "duckdb", "duckdb", one)
        theirs = Example(root / "spark", "spark", two)
        file = {"type": "duckdb", "path": str(ours.folder / "example.duckdb"), "schema": "main", "threads": 1}
        make_example(ours.folder, "duckdb", file)
        make_example(theirs.folder, "spark", spark.profile("example", root / "warehouse"))
        for example in (ours, theirs):
            example.dbt("deps", "--quiet")
        yield ours, theirs
    spark.stop()


def test_known_answers(pair: tuple[Example, Example]) -> None:
    """Spark says of every primitive what DuckDB and Postgres say, in a session of another time zone."""
    with Project(DbtOptions(pair[1].folder, pair[1].folder)) as project:
        assert project.query("_wrong_answers") == []


def test_two_days(pair: tuple[Example, Example]) -> None:
    """All models build with their tests; plan and push are DuckDB's line by line, and a second push sends nothing."""
    for day in (1, 2):
        tests = []
        for example in pair:
            if example.engine == "spark":
                copy_of_crm(*pair)
            tests.append(example.build(day))
        assert tests[0] == tests[1]
        now = pair[0].run("plan")["now"]
        ours, theirs = (example.plan(now) for example in pair)
        assert len(ours) > 20
        assert ours == theirs
        # Two rows of the first day are refused.
        pushed = [example.run("push", code=3 if day == 1 else 0) for example in pair]
        assert pushed[0]["source"] == pushed[1]["source"]
        assert pushed[0]["ledger"] == pushed[1]["ledger"]
        again = [example.run("push") for example in pair]
        assert [result["sent"] for result in again] == [{}, {}]
        assert [example.run("check")["counts"]["failed"] for example in pair] == [0, 0]
        assert pair[0].run("status")["statuses"] == pair[1].run("status")["statuses"]
    assert passing_tables() == []


def passing_tables() -> list[str]:
    """The tables of plans and steps that are there."""
    found = spark.query("show tables in example like 'reverse_etl_step_*|reverse_etl_plan_*'")
    return [name for _, name, _ in found]


def test_a_plain_table_is_refused_for_production(pair: tuple[Example, Example]) -> None:
    """It loses one of two inserts at once, and with it the lease; what to do is said."""
    with Project(DbtOptions(pair[1].folder, pair[1].folder, target="prod")) as project:
        (sync,) = find_syncs(project.manifest)
        with pytest.raises(SettingsError, match="ledger, reverse_etl_receipts, reverse_etl_runs") as refused:
            WarehouseLedger(project, sync).claim()
        assert "file_format: delta" in refused.value.hint


def test_who_takes_the_lease_drops_what_others_left(pair: tuple[Example, Example]) -> None:
    """Tables of steps go with their run, those of a reader after an hour; other scopes keep theirs."""
    with Project(DbtOptions(pair[1].folder, pair[1].folder)) as project:
        (sync,) = find_syncs(project.manifest)
        scope = scope_id(sync.scope.as_dict())
        young = f"r{int(time.time()):08x}abcd"
        kept = [f"reverse_etl_step_{scope}_{young}_known", "reverse_etl_step_000000000000_1_known"]
        for name in [*kept, f"reverse_etl_step_{scope}_1_known", f"reverse_etl_step_{scope}_r00000001abcd_known"]:
            spark.query(f"create table example.{name} as select 1 as one")
        WarehouseLedger(project, sync).claim().close("done", {})
    assert sorted(passing_tables()) == sorted(kept)
