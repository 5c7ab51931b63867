"""A Postgres server for all tests that want one."""

import gc
import os
from collections.abc import Iterator

import pytest

from tests.support.postgres import on_server, postgres_server

# The runner sets it for its workers; commands that tests start would break their lines there and nowhere else.
os.environ.pop("COLUMNS", None)
# dbt's manifests are large, and stay: looking through them for circles again and again takes a tenth of all time.
gc.set_threshold(100_000, 20, 100)


@pytest.fixture(scope="session")
def postgres_host() -> Iterator[str]:
    """The folder of a Postgres server's socket. The server is ours alone, and ends with the session: no test takes its
    power away, so it need not wait for the disk."""
    with postgres_server() as host:
        on_server(host, "alter system set fsync = off")
        on_server(host, "select pg_reload_conf()")
        yield host
