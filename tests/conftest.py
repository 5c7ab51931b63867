"""A Postgres server for all tests that want one."""

import os
from collections.abc import Iterator

import pytest

from tests.support.postgres import postgres_server

# The runner sets it for its workers; commands that tests start would break their lines there and nowhere else.
os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="session")
def postgres_host() -> Iterator[str]:
    """The folder of a Postgres server's socket. The server is ours alone, and ends with the session."""
    with postgres_server() as host:
        yield host
