"""Spark gives DuckDB's outcome, step by step, on plain tables with one writer: its SQL, and not its lease."""

import time
from collections.abc import Iterator

import pytest

from reverse_etl.core.errors import SettingsError
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.ledger import WarehouseLedger
from reverse_etl.warehouse.planning import scope_id
from reverse_etl.warehouse.project import Project
from tests.engines.example import SYNC, Engine, Example, compare
from tests.support import spark
from tests.support.scale import scaled

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


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    """The example on Spark, which has walked as on DuckDB. Such tables know no update, and so no forget."""
    spark.join()
    settings = spark.SETTINGS | {"spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse"))}
    engine = Engine("spark", lambda _: spark.profile("example", settings), WORDS)
    yield compare(tmp_path_factory.mktemp("spark"), engine, days=scaled(1, long=2), forgets=False, races=False)
    spark.stop()


def test_the_walk(example: Example) -> None:
    """All models build with their tests; plans and pushes are DuckDB's line by line; no step's table is left."""
    assert passing_tables() == []


def passing_tables() -> list[str]:
    """The tables of plans and steps that are there."""
    found = spark.query("show tables in example like 'reverse_etl_step_*|reverse_etl_plan_*'")
    return [name for _, name, _ in found]


def test_a_plain_table_is_refused_for_production(example: Example) -> None:
    """It loses one of two inserts at once, and with it the lease; what to do is said."""
    with Project(DbtOptions(example.folder, example.folder, target="prod")) as project:
        sync = next(one for one in find_syncs(project.manifest) if one.name == SYNC)
        with pytest.raises(SettingsError, match="ledger, reverse_etl_receipts, reverse_etl_runs") as refused:
            WarehouseLedger(project, sync).claim()
        assert "file_format: delta" in refused.value.hint


def test_a_plain_table_takes_no_forget(example: Example) -> None:
    """Its rows cannot be changed: the command says so with what to do, before it writes anything."""
    before = spark.query("select count(*) from example.reverse_etl_runs")
    done = example.command("forget", SYNC, "--key", "D-1001", "--yes")
    assert done.returncode == SettingsError.exit_code
    assert "cannot be changed: reverse_etl_ledger, reverse_etl_receipts, reverse_etl_runs" in done.stderr
    assert "file_format: delta" in done.stderr
    assert spark.query("select count(*) from example.reverse_etl_runs") == before


def test_who_takes_the_lease_drops_what_others_left(example: Example) -> None:
    """Tables of steps go with their run, those of a reader after an hour; other scopes keep theirs."""
    with Project(DbtOptions(example.folder, example.folder)) as project:
        sync = next(one for one in find_syncs(project.manifest) if one.name == SYNC)
        scope = scope_id(sync.scope.as_dict())
        young = f"r{int(time.time()):08x}abcd"
        kept = [f"reverse_etl_step_{scope}_{young}_known", "reverse_etl_step_000000000000_1_known"]
        for name in [*kept, f"reverse_etl_step_{scope}_1_known", f"reverse_etl_step_{scope}_r00000001abcd_known"]:
            spark.query(f"create table example.{name} as select 1 as one")
        WarehouseLedger(project, sync).claim().close("done", {})
    assert sorted(passing_tables()) == sorted(kept)
