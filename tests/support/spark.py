"""Spark in the test's own process: dbt's adapter and pyspark, which are installed apart, with one session for all."""

import hashlib
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
LOCK = TESTS / "engines/spark.lock"
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
    """Let dbt and the tests find Spark; skips where Java is missing, and fails there in CI."""
    if shutil.which("java") is None:
        if os.environ.get("CI") == "true":
            pytest.fail(LEFT_OUT)
        pytest.skip(LEFT_OUT)
    folder = _installed()
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
        for package in ("dbt", "dbt.adapters", "dbt.include"):
            importlib.import_module(package).__path__.append(str(folder / package.replace(".", "/")))


def _installed() -> Path:
    """A folder with what spark.lock names: 400 MB that few need. Made once, and kept."""
    locks = [TESTS / "contract/sdk/build.lock", LOCK]
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks) + sys.version.encode()).hexdigest()
    folder = Path(sys.prefix) / "spark" / digest[:16]
    if not (folder / "ready").exists():
        for lock, options in zip(locks, ([], ["--no-build-isolation"]), strict=True):
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--no-compile"]
            environment = os.environ | {"PYTHONPATH": str(folder / "build")}
            command = [*pip, "--upgrade", "--target", str(folder / lock.stem), *options, "-r", str(lock)]
            subprocess.run(command, env=environment, check=True, timeout=900)
        (folder / "ready").touch()
    return folder / "spark"


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
