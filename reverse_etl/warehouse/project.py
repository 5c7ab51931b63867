"""The user's dbt project: loaded by dbt itself, with its adapter, through which the package's macros run."""

from __future__ import annotations

import contextlib
import copy
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.folders import project_folder, where_else
from reverse_etl.core.version import __version__
from reverse_etl.warehouse import duckdb_path
from reverse_etl.warehouse.dbt_calls import DbtOptions, build, first_words, parse, select_exposures
from reverse_etl.warehouse.statements import PACKAGE, Statements


class Project(Statements):
    """A loaded dbt project with an open connection. Use it as a context manager.

    `select`: dbt's selection syntax; `selected` then holds the names of the exposures that it picks.
    Raises SettingsError where dbt cannot load it, LeaseHeldError where another process holds the DuckDB file.
    """

    def __init__(self, options: DbtOptions, *, select: str = "") -> None:
        options = replace(options, project_dir=project_folder(options.project_dir))
        self._options = options
        self._dbt_level = logging.getLogger("dbt").level
        self._connection: contextlib.AbstractContextManager[Any] | None = None
        self._columns: dict[str, dict[str, str] | None] = {}
        self._placed: Mapping[str, Any] = {}
        if not (options.project_dir / "dbt_project.yml").is_file():
            raise SettingsError(
                f"There is no dbt project in {options.project_dir.resolve()}: dbt_project.yml is missing.",
                hint=where_else(options.project_dir),
            )
        try:
            self.manifest = parse(options)
            # Before the adapter is borrowed: each call of dbt makes a new one.
            self.selected = select_exposures(options, self.manifest, select) if select else frozenset()
        except BaseException:
            logging.getLogger("dbt").setLevel(self._dbt_level)
            raise
        self.adapter = self._borrow_adapter()

    def __enter__(self) -> Project:
        self.check_package()
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _borrow_adapter(self) -> Any:
        from dbt.adapters.factory import get_adapter_by_type

        return get_adapter_by_type(self.manifest.metadata.adapter_type)

    def connect(self) -> None:
        """Open the connection; does nothing where it is open."""
        if self._connection is not None:
            return
        if self.engine == "duckdb":
            duckdb_path.check(str(self.adapter.config.credentials.path))
        self._connection = self.adapter.connection_named(PACKAGE)
        self._connection.__enter__()
        if self.has_package:
            self._set_up_session()

    @contextlib.contextmanager
    def another_connection(self, name: str) -> Iterator[None]:
        """A connection of this thread's own, beside that of the thread that opened the project."""
        with self.adapter.connection_named(name):
            if self.has_package:
                self._set_up_session()
            yield

    def close(self) -> None:
        """End the connection and free the DuckDB file."""
        self._disconnect()
        logging.getLogger("dbt").setLevel(self._dbt_level)

    def _disconnect(self) -> None:
        self._columns.clear()
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.__exit__(None, None, None)
            self._connection = None
        self.adapter.cleanup_connections()
        if self.adapter.type() == "duckdb":
            # dbt-duckdb keeps the file open, and so its lock, until it is asked to close it.
            type(self.adapter.connections).close_all_connections()

    def build(self, selection: Sequence[str], *, quiet: bool = False, verbose: bool = False) -> None:
        """Run `dbt build` in this process. On standard error stand dbt's warnings and errors; `quiet`: only errors;
        `verbose`: all that dbt says.

        Raises SettingsError where dbt could not begin, LeaseHeldError where another process holds the DuckDB file;
        what it made of each node is in run_results.json.
        """
        with contextlib.suppress(SettingsError):
            # dbt would say a lock with a traceback.
            self.connect()
            self.ping()
        self.close()
        error = build(self._options, selection, quiet=quiet, verbose=verbose)
        # The call made a new adapter.
        self.adapter = self._borrow_adapter()
        if error is not None:
            raise SettingsError(f"dbt build could not run: {first_words(error)}", hint="See its output.")

    def is_target_of(self, given: str | None) -> bool:
        """Would a dbt command with this --target, or with none, have used the same target as this one?"""
        if given:
            return given == self.target
        if not self._options.target:
            return True
        from dbt.flags import get_flags

        try:
            profiles = yaml.safe_load((Path(get_flags().PROFILES_DIR) / "profiles.yml").read_text())
            default = profiles[self.adapter.config.profile_name].get("target", "default")
        except (OSError, yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
        return bool(default == self.target)

    @property
    def has_package(self) -> bool:
        """Is the dbt package there, in whatever version?"""
        return f"macro.{PACKAGE}._package_version" in self.manifest.macros

    def ping(self) -> None:
        """Ask the warehouse for a sign of life; raises LeaseHeldError or WarehouseError."""
        with self._translated():
            # An adapter that knows no transactions never ends the one that it took for begun.
            if not self.adapter.connections.get_thread_connection().transaction_open:
                self.adapter.connections.begin()
            self.adapter.debug_query()
            self.adapter.commit_if_has_connection()

    @property
    def target(self) -> str:
        """The name of the dbt target in use."""
        return str(self.adapter.config.target_name)

    @property
    def name(self) -> str:
        """The project's name."""
        return str(self.adapter.config.project_name)

    @property
    def root(self) -> Path:
        """The project's folder."""
        return Path(self.adapter.config.project_root)

    @property
    def profile(self) -> str:
        """The name of the dbt profile in use."""
        return str(self.adapter.config.profile_name)

    @property
    def engine(self) -> str:
        """The type of the adapter: duckdb, postgres."""
        return str(self.adapter.type())

    @property
    def target_folder(self) -> Path:
        """Where dbt writes the artifacts of this project."""
        return Path(self.adapter.config.project_root) / str(self.adapter.config.target_path)

    @property
    def packages_folder(self) -> str:
        """Where dbt installs packages, as the project says it."""
        return str(self.adapter.config.packages_install_path)

    def has_alone(self, relation: Any) -> bool:
        """True where the connection proves that no other process has one to this relation: it is in a DuckDB file."""
        sql = self.sql("_locked_file", relation=relation)
        if not sql or getattr(self.adapter.config.credentials, "remote", None):
            # By dbt-duckdb's `remote` a server has the file, for all who ask it.
            return False
        return any(Path(path).is_file() for (path,) in self.query_sql(sql))

    @property
    def database(self) -> str:
        """Where the connection leads, for people."""
        credentials = self.adapter.config.credentials
        if self.adapter.type() == "duckdb":
            return duckdb_path.shown(str(credentials.path))
        return f"{self.adapter.type()} {getattr(credentials, 'host', '') or credentials.database}"

    def relation(self, unique_id: str) -> Any:
        """The relation of a model, by its dbt unique id."""
        node = self._placed.get(unique_id) or self.manifest.nodes[unique_id]
        return self.adapter.Relation.create_from(self.adapter.config, node)

    def placed(self, nodes: Mapping[str, Any]) -> Project:
        """This project by the same connection, with models where another build put them: its nodes by id."""
        self.connect()
        other = copy.copy(self)
        other._placed, other._columns = nodes, {}
        return other

    def columns(self, unique_id: str) -> dict[str, str] | None:
        """Names and types of a model's columns in the warehouse, or None where it was not built.

        Raises SettingsError where none of them can be seen.
        """
        if (found := self._found(unique_id)) is None:
            return None
        with self._translated():
            columns = {column.name: column.dtype for column in self.adapter.get_columns_in_relation(found)}
        if not columns:
            raise SettingsError(
                f"The warehouse shows no column of {found} to the user of this profile.",
                hint="Grant the user the right to read it. A materialized view of Postgres has to be a table.",
            )
        return columns

    def package_columns(self, unique_id: str) -> dict[str, str] | None:
        """The same of a table of the package, looked up once a connection: it is that of every sync."""
        if unique_id not in self._columns:
            self._columns[unique_id] = self.columns(unique_id)
        return self._columns[unique_id]

    def kind(self, unique_id: str) -> str:
        """What a model is in the warehouse, in dbt's word: table, view. Blank where dbt does not know."""
        return str(getattr(self._found(unique_id), "type", None) or "")

    def keeps_inserts(self, unique_id: str) -> bool:
        """May several write into a model's table at once, and may its rows be changed?"""
        return bool(self.value("_keeps_inserts", relation=self._found(unique_id)))

    def _found(self, unique_id: str) -> Any:
        wanted = self.relation(unique_id)
        with self._translated():
            return self.adapter.get_relation(wanted.database, wanted.schema, wanted.identifier)

    def look_up(self, database: str | None, schema: str, identifier: str) -> tuple[Any, list[str]] | None:
        """A relation of the warehouse, of dbt or not, and its columns; None where there is none."""
        with self._translated():
            found = self.adapter.get_relation(database or self.adapter.config.credentials.database, schema, identifier)
            return found and (found, [column.name for column in self.adapter.get_columns_in_relation(found)])

    def beside(self, relation: Any, prefix: str) -> list[str]:
        """The names of the relations in the schema of another that begin so."""
        with self._translated():
            found = self.adapter.list_relations_without_caching(relation.without_identifier())
        # Some engines give names in capitals.
        names = [str(one.identifier).lower() for one in found]
        return [name for name in names if name.startswith(prefix)]

    def build_command(self, selection: str = "") -> str:
        """The dbt command that builds a selection, or all, as this command would, for messages."""
        select = f" --select {selection}" if selection else ""
        target = f" --target {self._options.target}" if self._options.target else ""
        return f"dbt build{select}{target}"

    def check_package(self) -> str:
        """The dbt package's version; raises SettingsError where it is missing or differs from this tool's."""
        if not self.has_package:
            raise SettingsError(
                f"This dbt project does not have the package {PACKAGE}.",
                hint="Run `reverse-etl init` in the project's folder, then `dbt deps`.",
            )
        version = self.sql("_package_version")
        if version != __version__:
            raise SettingsError(
                f"The dbt package {PACKAGE} is version {version}, this tool is version {__version__}.",
                hint="Run `reverse-etl init --upgrade`, which replaces the package, then `dbt deps` and `dbt build`.",
            )
        return version
