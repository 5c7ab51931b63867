"""Spark behind its Thrift server, as a cluster is spoken to, gives DuckDB's outcome. `make test-engines`."""

from pathlib import Path

import pytest

from tests.engines.example import Engine, compare
from tests.engines.test_spark import WORDS
from tests.support import spark
from tests.support.scale import scaled

# The driver leaves sockets to the end of the process.
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(scaled(True, long=False), reason="make test-engines"),
]


def test_spark_behind_its_thrift_server(tmp_path: Path) -> None:
    """Two days on plain tables with one writer, in a session that the driver of PyHive opens for each connection."""
    spark.join()
    with spark.thrift_server(tmp_path / "server") as output:
        engine = Engine("spark", lambda _: output | {"schema": "example", "threads": 1}, WORDS)
        compare(tmp_path, engine, forgets=False, races=False)
