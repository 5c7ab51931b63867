"""Each engine gives the outcome of DuckDB, step by step, in a server and a session of other time zones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.project import Project
from tests.engines.example import REPOSITORY, Engine, Example, copy_crm, make_example, walk
from tests.support import clickhouse

REFERENCE = Engine(
    "duckdb",
    lambda root: {"type": "duckdb", "path": str(root / "duckdb/example.duckdb"), "schema": "main", "threads": 1},
)
CLICKHOUSE_TYPES = {
    "as text)": "as Nullable(String))",
    "data_type: text": "data_type: Nullable(String)",
    "data_type: timestamp": "data_type: Nullable(DateTime64(6, 'UTC'))",
    "data_type: double precision": "data_type: Nullable(Float64)",
}


@pytest.fixture(scope="module")
def moment() -> tuple[str, str]:
    """The day of the data and the time of the plans, the same for all."""
    now = datetime.now(UTC)
    return f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="module")
def clickhouse_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A ClickHouse of our own."""
    folder = tmp_path_factory.mktemp("clickhouse")
    command = [sys.executable, "-m", "tests.support.clickhouse", str(folder)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


def test_clickhouse(tmp_path: Path, moment: tuple[str, str], clickhouse_port: int) -> None:
    """Every step of the walk, on ClickHouse's own engine."""

    def output(_: Path) -> dict[str, Any]:
        place = {"host": "127.0.0.1", "port": clickhouse_port, "user": "default", "password": "", "driver": "http"}
        return {"type": "clickhouse", "schema": "example", "threads": 1, "custom_settings": clickhouse.SETTINGS} | place

    compare(tmp_path, moment, Engine("clickhouse", output, CLICKHOUSE_TYPES))


def compare(root: Path, moment: tuple[str, str], engine: Engine) -> None:
    """Walk on DuckDB and on an engine side by side."""
    today, now = moment
    with ExitStack() as stack:
        both = []
        for one in (REFERENCE, engine):
            name = one.name if one is REFERENCE else f"{one.name}_example"
            sandbox = stack.enter_context(LocalSandbox(root / f"{name}.sqlite", port=0))
            example = Example(root / name, sandbox, today)
            make_example(example.folder, one, root)
            example.dbt("deps", "--quiet")
            both.append(example)
        ours, theirs = both
        with Project(DbtOptions(theirs.folder, theirs.folder)) as project:
            assert project.query("_wrong_answers") == []
        steps = zip(walk(ours, now), walk(theirs, now, lambda _: copy_crm(ours, theirs)), strict=True)
        for (step, expected), (_, given) in steps:
            assert given == expected, step
