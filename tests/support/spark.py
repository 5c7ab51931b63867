"""Spark in the test's own process: dbt's adapter and pyspark, which are installed apart, with one session for all."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support import apart

LEFT_OUT = "SPARK IS LEFT OUT: it needs Java 17, such as Debian's openjdk-17-jre-headless, and there is no java here."
# Small and quiet; the zone is one that no time here is in. A catalog in memory ends with the process.
SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.memory": "1g",
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "America/New_York",
    "spark.sql.shuffle.partitions": "1",
    # Compiling a plan of ours takes longer than reading a few hundred rows by it.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def join() -> None:
    """Let dbt and the tests find Spark, of 400 MB; skips where Java is missing, and fails there in CI."""
    if shutil.which("java") is None:
        if os.environ.get("CI") == "true":
            pytest.fail(LEFT_OUT)
        pytest.skip(LEFT_OUT)
    apart.join("spark")


def profile(schema: str, warehouse: Path) -> dict[str, Any]:
    """The output of a dbt profile."""
    settings = SETTINGS | {"spark.sql.warehouse.dir": str(warehouse)}
    return {
        "type": "spark",
        "method": "session",
        "host": "none",
        "schema": schema,
        "threads": 1,
        "server_side_parameters": settings,
    }


def query(sql: str) -> list[tuple[Any, ...]]:
    """The rows of a statement, in the session that dbt began."""
    from pyspark.sql import SparkSession

    return [tuple(row) for row in SparkSession.builder.getOrCreate().sql(sql).collect()]


def stop() -> None:
    """End the session, and Java with it."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    SparkSession.builder.getOrCreate().stop()
    gateway = SparkContext._gateway
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(30)
        SparkContext._gateway = SparkContext._jvm = None
