"""Spark and dbt's adapter, which are installed apart: one session in the test's own process, or a Thrift server."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import apart

LEFT_OUT = "SPARK IS LEFT OUT: it needs Java 17, such as Debian's openjdk-17-jre-headless, and there is no java here."
THRIFT_SERVER = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
# Seconds; half a minute is usual on two cores that have nothing else to do.
START_WITHIN = 300
# Small and quiet; the zone is one that no time here is in. A catalog in memory ends with the process.
SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.memory": "1g",
    # Java compiles little of what runs once.
    "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1",
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


def profile(schema: str, settings: dict[str, str]) -> dict[str, Any]:
    """The output of a dbt profile, with a session in this process."""
    output = {"type": "spark", "method": "session", "host": "none", "schema": schema, "threads": 1}
    return output | {"server_side_parameters": settings}


@contextmanager
def thrift_server(folder: Path) -> Iterator[dict[str, Any]]:
    """Spark's Thrift server on loopback, in a process and a folder of its own; gives its part of a dbt profile."""
    home = apart.installed("spark") / "pyspark"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = SETTINGS | {
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={folder}",
    }
    server = {"bind.host": "127.0.0.1", "port": str(port)}
    hive = {f"hive.server2.thrift.{name}": value for name, value in server.items()}
    hive["hive.exec.scratchdir"] = str(folder / "scratch")
    command = ["bash", str(home / "bin/spark-submit"), "--class", THRIFT_SERVER]
    command += [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    command += ["spark-internal", *(word for name, value in hive.items() for word in ("--hiveconf", f"{name}={value}"))]
    folder.mkdir()
    with (folder / "log").open("w") as log:
        environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _await(process, port, folder / "log")
        # It answers the question about a statement when that has ended, so no wait is needed between two.
        place = {"host": "127.0.0.1", "port": port, "user": "dbt", "poll_interval": 0}
        yield place | {"type": "spark", "method": "thrift"}
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the server takes connections."""
    give_up = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(log.read_text()[-5000:])


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
