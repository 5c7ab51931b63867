"""Renders the package for an engine that is not here: dbt compiles with its adapter's macros, and connects to nothing.

An adapter's Python needs its driver, and is left out: what dbt's macros ask of it is a name, quotes and names of types.
"""

import ast
import os
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import apart

# What each engine's relations and columns are quoted with, and the adapters whose macros it takes beside its own.
MARKS = {"snowflake": '"', "bigquery": "`", "redshift": '"', "databricks": "`", "trino": '"', "athena": '"'}
KIN = {"redshift": ["postgres"], "databricks": ["spark"]}
# Snowflake's adapter alone leaves relations unquoted.
UNQUOTED = ("snowflake",)


def stand_in(name: str, packages: Path) -> None:
    """Let dbt find an adapter of this name."""
    from dbt.adapters.base import Column
    from dbt.adapters.base.plugin import AdapterPlugin
    from dbt.adapters.base.relation import BaseRelation, Policy
    from dbt.adapters.contracts.connection import Credentials
    from dbt.adapters.sql import SQLAdapter, SQLConnectionManager

    quoted = name not in UNQUOTED
    mark = MARKS.get(name, "`")

    @dataclass
    class StandInCredentials(Credentials):
        database: str = "warehouse"
        schema: str = "shop"
        s3_staging_dir: str = "s3://bucket/staging/"  # Athena's
        s3_data_dir: str | None = None

        @property
        def type(self) -> str:
            return name

        @property
        def unique_field(self) -> str:
            return name

        def _connection_keys(self) -> tuple[str, ...]:
            return ("database", "schema", "s3_staging_dir", "s3_data_dir")

    class StandInConnections(SQLConnectionManager):
        TYPE = name

        @classmethod
        def open(cls, connection: Any) -> Any:
            raise AssertionError("nothing is asked while it renders")

    @dataclass(frozen=True, eq=False, repr=False)
    class StandInRelation(BaseRelation):
        quote_character: str = mark
        quote_policy: Policy = field(default_factory=lambda: Policy(quoted, quoted, quoted))

    class StandInColumn(Column):
        TYPE_LABELS = _types_of(packages / "adapters" / name / "column.py") or Column.TYPE_LABELS

    class StandIn(SQLAdapter):
        Relation = StandInRelation
        Column = StandInColumn
        ConnectionManager = StandInConnections

        @classmethod
        def type(cls) -> str:
            return name

        @classmethod
        def date_function(cls) -> str:
            return ""

        def quote(self, identifier: str) -> str:
            return f"{mark}{identifier}{mark}"

    for abstract in (StandIn, StandInConnections):
        abstract.__abstractmethods__ = frozenset()  # type: ignore[attr-defined]
    module: Any = types.ModuleType(f"dbt.adapters.{name}")
    kin = KIN.get(name, [])
    module.Plugin = AdapterPlugin(StandIn, StandInCredentials, str(packages / "include" / name), kin)
    version: Any = types.ModuleType(f"dbt.adapters.{name}.__version__")
    version.version = "0.0.0"
    sys.modules |= {module.__name__: module, version.__name__: version}
    module.__path__ = []
    for relative in kin:
        if relative != "postgres":
            stand_in(relative, packages)


def _types_of(path: Path) -> dict[str, str]:
    """The names of types that an adapter's column states."""
    for node in ast.walk(ast.parse(path.read_text())) if path.exists() else []:
        match node:
            case ast.AnnAssign(target=ast.Name("TYPE_LABELS"), value=ast.Dict() as value):
                return dict(ast.literal_eval(value))
            case ast.Assign(targets=[ast.Name("TYPE_LABELS")], value=ast.Dict() as value):
                return dict(ast.literal_eval(value))
    return {}


def main() -> int:
    """Compile a project for an engine: `python -m tests.engines.stand_in ENGINE FOLDER [PACKAGES]`.

    PACKAGES: a folder with the adapter's macros under `include/ENGINE`; left out, that of the adapters of the lock.
    """
    name, folder, *packages = sys.argv[1:]
    os.environ |= {"DO_NOT_TRACK": "1", "ENGINE": name}
    from dbt.cli.main import dbtRunner

    stand_in(name, Path(packages[0]) if packages else apart.installed("adapters") / "dbt")
    where = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", f"{folder}/target_{name}"]
    done = dbtRunner().invoke(["--quiet", "--no-use-colors", "compile", "--no-populate-cache", *where])
    return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main())
