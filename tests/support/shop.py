"""A small dbt project with the package installed, on DuckDB or Postgres, for tests that push for real."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg2

from tests.support.postgres import on_server

REPOSITORY = Path(__file__).parents[2]
COMMAND = Path(sys.executable).parent / "reverse-etl"
DBT = Path(sys.executable).parent / "dbt"
SYNC = "shop_conversions"
COLUMNS = {
    "deal_id": "varchar",
    "conversion_name": "varchar",
    "conversion_time": "timestamp",
    "microsoft_click_id": "varchar",
    "hashed_email_address": "varchar",
    "hashed_phone_number": "varchar",
    "conversion_value": "double",
    "conversion_currency_code": "varchar",
    "external_attribution_credit": "double",
    "external_attribution_model": "varchar",
}
_FILES = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nconfig-version: 2\nprofile: shop\n",
    "packages.yml": f"packages:\n  - local: {REPOSITORY}\n",
    "models/sources.yml": "sources:\n  - name: crm\n    schema: main\n    tables:\n      - name: deals\n",
    # dbt asks the project first for each dispatched macro, and takes long over one that has none at all.
    "macros/none.sql": "{% macro none_of_the_package() %}{% endmacro %}\n",
    "models/offline_conversions.sql": "select * from {{ source('crm', 'deals') }}\n",
}
_EXPOSURE = {
    "name": SYNC,
    "type": "application",
    "owner": {"name": "Growth", "email": "growth@example.com"},
    "depends_on": ["ref('offline_conversions')"],
    "config": {
        "meta": {"reverse_etl": {"destination": "microsoft_ads", "environment": "local", "unique_key": "deal_id"}}
    },
}


def click(number: int) -> str:
    """A well-formed click id of our own."""
    return f"{number:032x}"


def deal(number: int, **changes: Any) -> dict[str, Any]:
    """A deal that can be sent, with changes."""
    row: dict[str, Any] = {
        "deal_id": f"D{number}",
        "conversion_name": "Deal won",
        "conversion_time": None,
        "microsoft_click_id": click(number),
        "hashed_email_address": None,
        "hashed_phone_number": None,
        "conversion_value": 10.0,
        "conversion_currency_code": "USD",
        "external_attribution_credit": None,
        "external_attribution_model": None,
    }
    return row | changes


@dataclass(frozen=True)
class Shop:
    """One copy of the project with a database of its own. `host`: the folder of a Postgres server's socket, if any."""

    folder: Path
    host: str = ""

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.folder / "shop.duckdb"

    @property
    def database_name(self) -> str:
        """The database on the Postgres server."""
        return f"shop_{hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]}"

    def sql(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement in the database and give its rows, if it has any."""
        with self._cursor() as cursor:
            self._execute(cursor, statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def fill(self, deals: list[dict[str, Any]]) -> None:
        """Replace the deals; a time of None becomes yesterday noon."""
        noon = "coalesce(cast(? as timestamp), date_trunc('day', now() at time zone 'UTC') - interval '12 hours')"
        marks = ", ".join(noon if name == "conversion_time" else "?" for name in COLUMNS)
        with self._cursor() as cursor:
            cursor.execute("delete from deals")
            for some in (deals[n : n + 500] for n in range(0, len(deals), 500)):
                values = [row[name] for row in some for name in COLUMNS]
                self._execute(cursor, f"insert into deals values {', '.join([f'({marks})'] * len(some))}", values)

    def repeat(self, table: str, where: str, **changes: Any) -> None:
        """Insert rows of a table a second time, with other values for some columns."""
        names = [
            name
            for (name,) in self.sql(
                "select column_name from information_schema.columns where table_name = ? order by ordinal_position",
                [table],
            )
        ]
        listed = ", ".join("?" if name in changes else name for name in names)
        values = [changes[name] for name in names if name in changes]
        self.sql(f"insert into {table} select {listed} from {table} where {where}", values)

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        """A cursor of the shop's database, on Postgres in a transaction that is committed at the end."""
        if not self.host:
            with duckdb.connect(str(self.database)) as connection:
                yield connection
            return
        place = {"host": self.host, "user": "postgres", "dbname": self.database_name}
        with closing(psycopg2.connect(**place, options="-c search_path=main")) as connection, connection:
            yield connection.cursor()

    def _execute(self, cursor: Any, statement: str, parameters: Sequence[Any]) -> None:
        if self.host and parameters:
            statement = statement.replace("?", "%s")
        cursor.execute(statement, parameters or None)

    def exposure(self, **settings: Any) -> None:
        """Rewrite the sync's settings; a value of None removes a setting."""
        meta = _EXPOSURE["config"]["meta"]["reverse_etl"] | settings
        meta = {key: value for key, value in meta.items() if value is not None}
        document = {"exposures": [_EXPOSURE | {"config": {"meta": {"reverse_etl": meta}}}]}
        (self.folder / "models/exposures.yml").write_text(json.dumps(document, indent=1))

    def dbt(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run dbt as a user does, but in this process, which takes a fifth of the time."""
        from tests.support.quick import dbt_here

        done = dbt_here(arguments, self.folder, self._environment({}))
        if check and done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command as a user does, but in this process, which takes a fifth of the time."""
        from tests.support.quick import run_here

        return run_here(arguments, self.folder, self._environment(environment))

    def run_apart(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command in a process of its own."""
        return self._apart([str(COMMAND), *arguments], environment)

    def dbt_apart(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt in a process of its own."""
        return self._apart([str(DBT), *arguments], {})

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start the command and leave it running."""
        return subprocess.Popen(
            [str(COMMAND), *arguments],
            cwd=self.folder,
            env=self._environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def push(self, *arguments: str, endpoint: str) -> dict[str, Any]:
        """Push and give the JSON result with the exit code checked against it."""
        done = self.run("push", "--json", *arguments, MICROSOFT_ADS_ENDPOINT=endpoint)
        assert done.stdout, done.stderr
        result = json.loads(done.stdout)
        assert result["exit_code"] == done.returncode, done.stderr
        assert result["unbalanced"] == []
        return result

    def _apart(self, command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment(environment),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        # The test runner sets COLUMNS for its workers; lines would be broken at another place than here.
        ours = ("DBT_", "MICROSOFT_ADS_", "REVERSE_ETL_", "COLUMNS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {"DBT_PROFILES_DIR": str(self.folder), "NO_COLOR": "1"} | more


def build_template(folder: Path, host: str = "") -> Shop:
    """Write the project, install the package and build it once; copies are quick."""
    write_files(folder)
    shop = Shop(folder, host)
    write_profile(shop)
    shop.exposure()
    columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
    if host:
        on_server(host, f"create database {shop.database_name}")
        shop.sql("create schema main")
        columns = columns.replace(" double", " double precision")
    shop.sql(f"create table deals ({columns})")
    shop.dbt("deps", "--quiet")
    shop.dbt("build", "--quiet")
    return shop


def write_files(folder: Path) -> None:
    """The project's files, but for its exposure and its profile."""
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def copy_of(template: Shop, folder: Path) -> Shop:
    """A copy with its own database."""
    shutil.copytree(template.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("logs"))
    shop = Shop(folder, template.host)
    if shop.host:
        on_server(shop.host, f"create database {shop.database_name} template {template.database_name}")
    write_profile(shop)
    # What dbt kept of the template's parse serves the copy, too: dbt parses what a test changes, and not all anew.
    kept = folder / "target" / "partial_parse.msgpack"
    if kept.exists():
        os.utime(kept, times=(time.time() + 3600,) * 2)
    return shop


def write_profile(shop: Shop, **settings: Any) -> None:
    """The profile of a shop. `settings`: of DuckDB."""
    # A few rows are sooner read by one thread of DuckDB, as of dbt.
    settings = settings or {"threads": 1}
    output: dict[str, Any] = {"type": "duckdb", "path": str(shop.database), "threads": 1, "settings": settings}
    if shop.host:
        output = {"type": "postgres", "host": shop.host, "port": 5432, "user": "postgres", "password": "none"}
        output |= {"dbname": shop.database_name, "schema": "main", "threads": 1}
    profile = {"shop": {"target": "dev", "outputs": {"dev": output, "prod": output}}}
    (shop.folder / "profiles.yml").write_text(json.dumps(profile))
