"""A Postgres server for all tests that want one."""

import gc
import os
from collections.abc import Iterator

import pytest

from reverse_etl.cli.app import GARBAGE
from tests.support.postgres import on_server, postgres_server

# The runner sets it for its workers; commands that tests start would break their lines there and nowhere else.
os.environ.pop("COLUMNS", None)
# As the command line does for itself; most tests call it within their own process.
gc.set_threshold(GARBAGE)


@pytest.fixture(scope="session")
def postgres_host() -> Iterator[str]:
    """The folder of a Postgres server's socket. The server is ours alone, and ends with the session: no test takes its
    power away, so it need not wait for the disk."""
    with postgres_server() as host:
        on_server(host, "alter system set fsync = off")
        on_server(host, "select pg_reload_conf()")
        yield host
