"""Each engine gives the outcome of DuckDB, step by step, in a server and a session of other time zones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse import proving
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.project import Project
from tests.engines.example import REPOSITORY, Engine, Example, copy_crm, make_example, walk
from tests.support import apart, clickhouse, spark
from tests.support.postgres import on_server

# Drivers leave sockets and files to the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore")
REFERENCE = Engine(
    "duckdb",
    lambda root: {"type": "duckdb", "path": str(root / "duckdb/example.duckdb"), "schema": "main", "threads": 1},
)
# The steps of a walk by which an engine can be told apart; those that change a row of the ledger come last.
FORGET = "forget"


@pytest.fixture(scope="module")
def moment() -> tuple[str, str]:
    """The day of the data and the time of the plans, the same for all."""
    now = datetime.now(UTC)
    return f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H:%M:%SZ}"


def test_postgres(tmp_path: Path, moment: tuple[str, str], postgres_host: str) -> None:
    """Postgres, in a database of another time zone."""
    on_server(postgres_host, "create database conformance")
    on_server(postgres_host, "alter database conformance set timezone to 'Asia/Kathmandu'")
    output = {"type": "postgres", "host": postgres_host, "port": 5432, "user": "postgres", "password": "none"}
    output |= {"dbname": "conformance", "schema": "example", "threads": 1}
    compare(tmp_path, moment, Engine("postgres", lambda _: output))


def test_spark(tmp_path: Path, moment: tuple[str, str]) -> None:
    """Spark on plain tables with one writer: its SQL, not its lease. They know no update, and so no forget."""
    spark.join()
    words = {
        "as text)": "as string)",
        "data_type: text": "data_type: string",
        "data_type: timestamp": "data_type: timestamp_ntz",
        "data_type: double precision": "data_type: double",
    }
    try:
        engine = Engine("spark", lambda root: spark.profile("example", root / "warehouse"), words)
        compare(tmp_path, moment, engine, lease=False, until=FORGET)
    finally:
        spark.stop()


@pytest.fixture
def clickhouse_port(tmp_path: Path) -> Iterator[int]:
    """A ClickHouse of our own."""
    if os.environ.get("REVERSE_ETL_TESTS") not in ("engines", "long"):
        pytest.skip("ClickHouse is tried by make test-engines")
    folder = apart.join("clickhouse")
    command = [sys.executable, "-m", "tests.support.clickhouse", str(tmp_path / "clickhouse")]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


def test_clickhouse(tmp_path: Path, moment: tuple[str, str], clickhouse_port: int) -> None:
    """ClickHouse's own engine behind a server of the tests."""
    words = {
        "as text)": "as Nullable(String))",
        "data_type: text": "data_type: Nullable(String)",
        "data_type: timestamp": "data_type: Nullable(DateTime64(6, 'UTC'))",
        "data_type: double precision": "data_type: Nullable(Float64)",
    }
    output: dict[str, Any] = {"type": "clickhouse", "schema": "example", "threads": 1, "driver": "http"}
    output |= {"host": "127.0.0.1", "port": clickhouse_port, "user": "default", "password": ""}
    output |= {"custom_settings": clickhouse.SETTINGS | clickhouse.ELSEWHERE}
    compare(tmp_path, moment, Engine("clickhouse", lambda _: output, words))


def compare(root: Path, moment: tuple[str, str], engine: Engine, *, lease: bool = True, until: str = "") -> None:
    """Walk on DuckDB and on an engine side by side, up to the step `until`; then ask for the known answers."""
    today, now = moment
    with ExitStack() as stack:
        both = []
        for one in (REFERENCE, engine):
            sandbox = stack.enter_context(LocalSandbox(root / f"{one.name}.sqlite", port=0))
            example = Example(root / one.name, sandbox, today)
            make_example(example.folder, one, root)
            example.dbt("deps", "--quiet")
            both.append(example)
        ours, theirs = both

        def prepare(_: int) -> None:
            copy_crm(ours, theirs)

        for (step, expected), (_, given) in zip(walk(ours, now), walk(theirs, now, prepare), strict=True):
            if step == until:
                return
            assert given == expected, step
        with Project(DbtOptions(theirs.folder, theirs.folder)) as project:
            assert proving.wrong_answers(project) == []
        if lease:
            code, proof = theirs.run("check", "--warehouse")
            assert code == 0, proof
