"""Each engine gives the outcome of DuckDB, step by step, in a server and a session of other time zones."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.project import Project
from tests.engines.example import LATER, REPOSITORY, SYNC, Engine, compare
from tests.support import apart, clickhouse
from tests.support.postgres import on_server
from tests.support.scale import scaled

# Drivers leave sockets and files to the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore")


def test_postgres(tmp_path: Path, postgres_host: str) -> None:
    """Postgres, in a database of another time zone."""
    on_server(postgres_host, "create database conformance")
    on_server(postgres_host, "alter database conformance set timezone to 'Asia/Kathmandu'")
    output = {"type": "postgres", "host": postgres_host, "port": 5432, "user": "postgres", "password": "none"}
    output |= {"dbname": "conformance", "schema": "example", "threads": 1}
    compare(tmp_path, Engine("postgres", lambda _: output), days=scaled(1, long=2))


@pytest.fixture
def clickhouse_port(tmp_path: Path) -> Iterator[int]:
    """A ClickHouse of our own."""
    folder = apart.join("clickhouse")
    command = [sys.executable, "-m", "tests.support.clickhouse", str(tmp_path / "clickhouse")]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


@pytest.mark.skipif(scaled(True, long=False), reason="make test-engines")
def test_clickhouse(tmp_path: Path, clickhouse_port: int) -> None:
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
    example = compare(tmp_path, Engine("clickhouse", lambda _: output, words))
    # A ledger with rows that an older version has left.
    counts = [f"select count(*) from {{schema}}.reverse_etl_{table}" for table in LATER]
    before = [example.query(count) for count in counts]
    with Project(DbtOptions(example.folder, example.folder)) as project:
        for table, column in LATER.items():
            project.adapter.execute(f"alter table example.reverse_etl_{table} drop column {column}")
    example.dbt("build", "--quiet", "--select", "package:reverse_etl")
    assert [example.query(count) for count in counts] == before
    code, _ = example.run("plan", SYNC)
    assert code == 0


@pytest.mark.skipif(scaled(True, long=False), reason="make test-engines")
@pytest.mark.parametrize("what", ["walk", "contend"])
def test_ducklake(what: str, tmp_path: Path, postgres_host: str) -> None:
    """DuckLake, in a process of its own: its extension is to be had for an older DuckDB than the one that is locked."""
    on_server(postgres_host, "drop database if exists lake")
    on_server(postgres_host, "create database lake")
    command = [sys.executable, "-W", "ignore", "-m", "tests.engines.ducklake", what, str(tmp_path), postgres_host]
    environment = os.environ | {"PYTHONPATH": str(apart.installed("ducklake"))}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-5000:]
