"""A dbt project that calls every rule, test and public macro, compiled once and run on tables of any content.

Compiling takes seconds and running takes milliseconds, so the tests compile with real dbt and then give the SQL their
own tables: as many rows and types as they like.
"""

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import psycopg2
import yaml

from tests.support.quick import dbt_here

REPOSITORY = Path(__file__).parents[2]
NOW = "2026-11-25 12:00:00.5"
COLUMNS = (
    "conversion_name",
    "conversion_time",
    "microsoft_click_id",
    "hashed_email_address",
    "hashed_phone_number",
    "conversion_value",
    "conversion_currency_code",
    "external_attribution_credit",
    "external_attribution_model",
)
# Each generic test by the name it has in the bed: its column (none for a test of the whole row), and its rules.
TESTS: dict[str, tuple[str | None, set[str]]] = {
    "conversion_name_present": ("conversion_name", {"conversion_name_missing"}),
    "conversion_name_length_allowed": ("conversion_name", {"conversion_name_too_long"}),
    "no_forbidden_characters": ("conversion_name", {"conversion_name_forbidden_character"}),
    "no_forbidden_characters__model": ("external_attribution_model", {"attribution_model_forbidden_character"}),
    "conversion_time_present": ("conversion_time", {"conversion_time_missing"}),
    "conversion_time_in_range": ("conversion_time", {"conversion_time_out_of_range"}),
    "conversion_time_in_utc": ("conversion_time", {"conversion_time_not_utc"}),
    "conversion_time_within_90_days": ("conversion_time", {"conversion_time_too_old"}),
    "conversion_time_not_in_future": ("conversion_time", {"conversion_time_in_future"}),
    "click_id_or_hash_present": (None, {"click_id_or_hash_missing"}),
    "click_id_well_formed": ("microsoft_click_id", {"click_id_malformed"}),
    "hash_well_formed": ("hashed_email_address", {"hashed_email_address_malformed"}),
    "hash_well_formed__phone": ("hashed_phone_number", {"hashed_phone_number_malformed"}),
    "conversion_value_is_a_number": ("conversion_value", {"conversion_value_not_a_number"}),
    "conversion_value_in_range": ("conversion_value", {"conversion_value_out_of_range"}),
    "conversion_value_decimals_allowed": ("conversion_value", {"conversion_value_too_precise"}),
    "currency_code_well_formed": ("conversion_currency_code", {"currency_code_malformed"}),
    "currency_code_listed": ("conversion_currency_code", {"currency_code_unlisted"}),
    "attribution_credit_in_range": ("external_attribution_credit", {"attribution_credit_out_of_range"}),
    "attribution_complete": (None, {"attribution_credit_without_model", "attribution_model_without_credit"}),
}
_OTHER_TESTS: list[tuple[str | None, str, dict[str, Any]]] = [
    (None, "no_duplicate_identity", {}),
    ("conversion_name", "known_goal_name", {"goal_names": ["Lead", 'It\'s "won"']}),
    ("conversion_time", "conversion_after_click", {"click_time": "external_attribution_model"}),
    ("external_attribution_model", "click_an_hour_ago", {}),
]
_ANSWERS = {
    "click_id": "click_id_from_url('given')",
    "email": "hashed_email('given')",
    "berlin": "to_utc('given', 'Europe/Berlin')",
    "new_york": "to_utc('given', 'America/New_York')",
    "lord_howe": "to_utc('given', 'Australia/Lord_Howe')",
}


class Sql(dict[str, str]):
    """SQL by name; too long to be shown whole where a test fails."""

    def __repr__(self) -> str:
        return f"<{len(self)} statements>"


class Engine(Protocol):
    """A warehouse that runs what the bed compiled."""

    name: str

    def table(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[str | None]]) -> None:
        """Make a table anew; the rows are text that is cast to each column's type."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a statement gives."""


class DuckDB:
    """DuckDB in memory, under the database name that the bed was compiled for."""

    name = "duckdb"

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("attach ':memory:' as bed")
        self._connection.execute("use bed")

    def table(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[str | None]]) -> None:
        shape = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self._connection.execute(f"create or replace table {name} ({shape})")
        casts = ", ".join(f"cast(? as {kind})" for kind in columns.values())
        for row in rows:
            self._connection.execute(f"insert into {name} values ({casts})", list(row))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()


class Postgres:
    """Postgres, in the schema that the bed was compiled for."""

    name = "postgres"

    def __init__(self, host: str) -> None:
        self._connection = psycopg2.connect(host=host, user="postgres", dbname="postgres")
        self._connection.autocommit = True
        self.query("create schema if not exists main")
        self.query("set search_path to main")

    def table(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[str | None]]) -> None:
        shape = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.query(f"drop table if exists {name}; create table {name} ({shape})")
        casts = ", ".join(f"cast(%s as {kind})" for kind in columns.values())
        with self._connection.cursor() as cursor:
            cursor.executemany(f"insert into {name} values ({casts})", list(rows))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


def run_dbt(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run dbt in this process, in a folder, without what the environment says of dbt or of us."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "REVERSE_ETL_"))}
    environment = {**kept, "DO_NOT_TRACK": "1", "NO_COLOR": "1", **variables}
    return dbt_here(["--no-use-colors", *arguments], folder, environment)


def make_bed(folder: Path, postgres_host: str = "") -> Path:
    """Write the project, with the package installed."""
    files = {
        "dbt_project.yml": {
            "name": "bed",
            "version": "1.0",
            "profile": "bed",
            "flags": {"require_generic_test_arguments_property": True},
        },
        "packages.yml": {"packages": [{"local": str(REPOSITORY)}]},
        "profiles.yml": {"bed": {"target": "duckdb", "outputs": _outputs(folder, postgres_host)}},
        "models/_bed.yml": {"sources": [_source()]},
    }
    texts = {
        "macros/clock.sql": "\n".join(
            f"{{% macro {name}___utc_now() %}}{{{{ return(\"cast('{NOW}' as timestamp)\") }}}}{{% endmacro %}}"
            for name in ("duckdb", "postgres")
        ),
        # One rule looks at the time as it is written, and no clean row has that.
        "models/judged.sql": (
            "select row_id {% for rule in reverse_etl._rules(reverse_etl._utc_now(), 90) %}, {{ rule.violated }} as"
            " {{ rule.name }}{% endfor %}, conversion_time_not_utc"
            " from ({{ reverse_etl._clean_rows(source('bed', 'conversions'), 'row_id') }}) as clean_rows"
            " inner join (select row_id, {{ reverse_etl._rule_conversion_time_not_utc('conversion_time') }} as"
            " conversion_time_not_utc from {{ source('bed', 'conversions') }}) as written"
            " on clean_rows.record_key = cast(written.row_id as {{ dbt.type_string() }})"
        ),
        "models/rules.sql": (
            "{% for rule in reverse_etl._rules(reverse_etl._utc_now(), 90) %}"
            "select '{{ rule.name }}', '{{ rule.standing }}' union all {% endfor %}"
            "select 'conversion_time_not_utc', 'sendable'"
        ),
        "models/wrong_answers.sql": "{{ reverse_etl._wrong_answers(reverse_etl._questions()) }}",
        "models/shaped.sql": (
            "{{ reverse_etl.offline_conversions(source('bed', 'conversions'), "
            + ", ".join(f"{column}='{column}'" for column in COLUMNS)
            + ", extra_columns=['row_id']) }}"
        ),
        "models/sparse.sql": (
            "{{ reverse_etl.offline_conversions(from=source('bed', 'conversions'), conversion_name=\"'Lead'\","
            " conversion_time='conversion_time') }}"
        ),
        "models/clicked.sql": (
            "{{ reverse_etl.offline_conversions(from=source('bed', 'conversions'), conversion_name=\"'Lead'\","
            " conversion_time='conversion_time', click_time='external_attribution_model', extra_columns=['row_id']) }}"
        ),
        **{
            f"models/answer_{name}.sql": (
                f"select row_id, {{{{ reverse_etl.{call} }}}} as answer from {{{{ source('bed', 'given') }}}}"
            )
            for name, call in _ANSWERS.items()
        },
    }
    texts.update({name: yaml.safe_dump(content) for name, content in files.items()})
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = run_dbt("deps", "--profiles-dir", ".", folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def compile_bed(folder: Path, target: str) -> Sql:
    """The SQL of each model and test of the bed, by name."""
    done = run_dbt(
        "compile", "--target", target, "--target-path", f"target_{target}", "--profiles-dir", ".", folder=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((folder / f"target_{target}" / "manifest.json").read_text())
    nodes = [node for node in manifest["nodes"].values() if node["package_name"] == "bed"]
    return Sql({node["name"]: node["compiled_code"] for node in nodes})


def _outputs(folder: Path, postgres_host: str) -> dict[str, Any]:
    postgres = {"type": "postgres", "host": postgres_host, "port": 5432, "user": "postgres", "password": "none"}
    return {
        "duckdb": {"type": "duckdb", "path": str(folder / "bed.duckdb"), "schema": "main"},
        "postgres": {**postgres, "dbname": "postgres", "schema": "main"},
    }


def _source() -> dict[str, Any]:
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    whole: list[Any] = []
    named = [(column, name, name.split("__")[0], {}) for name, (column, _) in TESTS.items()]
    named += [(column, name, name, arguments) for column, name, arguments in _OTHER_TESTS]
    for column, name, test, arguments in named:
        (columns[column] if column else whole).append({f"reverse_etl.{test}": {"name": name, "arguments": arguments}})
    conversions = {
        "name": "conversions",
        "data_tests": whole,
        "columns": [{"name": name, "data_tests": tests} for name, tests in columns.items()],
    }
    return {"name": "bed", "schema": "main", "tables": [conversions, {"name": "given"}]}
