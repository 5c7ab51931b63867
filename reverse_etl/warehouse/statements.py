"""Statements that the package's macros render, run on the adapter's connection by dbt."""

import contextlib
import functools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar, get_type_hints

from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.warehouse.dbt_calls import ShortOfMemoryError, translated

PACKAGE = "reverse_etl"
T = TypeVar("T")
# A row of a select by the names of its columns, in lower case.
Row = dict[str, Any]


class Statements(ABC):
    """What runs statements; each raises WarehouseError where the warehouse refuses it.

    One for which the session's memory is too little runs again with more, up to all that the warehouse may have.
    """

    adapter: Any

    @property
    @abstractmethod
    def engine(self) -> str:
        """The type of the adapter: duckdb, postgres."""

    @abstractmethod
    def connect(self) -> None:
        """Open the connection; does nothing where it is open."""

    @abstractmethod
    def _disconnect(self) -> None:
        """End the connection."""

    def _set_up_session(self) -> None:
        if settings := self.sql("_session_settings", profile=self._settings_of_profile()):
            self._write(settings)

    def _settings_of_profile(self) -> list[str]:
        """What the user's profile sets of a session."""
        credentials = self.adapter.config.credentials
        given = (getattr(credentials, name, None) or {} for name in ("settings", "config_options"))
        return [str(name).lower() for one in given for name in one]

    @property
    def has_cursor(self) -> bool:
        """Does the adapter hand out its cursor? BigQuery's has none, and ClickHouse's gives nothing.

        Through dbt's tables, which rows come by otherwise, numbers are Decimal and some blank texts None.
        """
        return hasattr(self.adapter, "add_query") and self.engine != "clickhouse"

    def sql(self, macro: str, **arguments: Any) -> str:
        """What one of the package's macros renders to."""
        return str(self.value(macro, **arguments))

    def value(self, macro: str, **arguments: Any) -> Any:
        """What one of the package's macros returns, where that is no text."""
        with self._translated():
            return self.adapter.execute_macro(macro, project=PACKAGE, kwargs=arguments)

    def query(self, macro: str, **arguments: Any) -> list[Any]:
        """The rows of the select that a macro renders, for one of few columns; see `records`."""
        return self.query_sql(self.sql(macro, **arguments))

    def records(self, macro: str, **arguments: Any) -> list[Row]:
        """The rows of the select that a macro renders, each by its columns' names."""
        return _by_name(*self._fetched(self.sql(macro, **arguments)))

    def tuples(self, macro: str, **arguments: Any) -> tuple[list[str], list[Any]]:
        """The names of the columns and the rows as they come: for many, of which a dict each would take a while."""
        names, rows = self._fetched(self.sql(macro, **arguments))
        return [name.lower() for name in names], rows

    def query_sql(self, sql: str) -> list[Any]:
        """The rows of a select that a macro rendered."""
        return self._fetched(sql)[1]

    def _fetched(self, sql: str) -> tuple[list[str], list[Any]]:
        """The names of a select's columns, and its rows; the transaction it opened is ended.

        Straight from the cursor where the adapter has one: `execute` looks at each value several times to guess types,
        six times the work.
        """

        def fetched() -> tuple[list[str], list[Any]]:
            if self.has_cursor:
                _, cursor = self.adapter.add_query(sql, auto_begin=True)
                found = _names(cursor), cursor.fetchall()
            else:
                _, table = self.adapter.execute(sql, auto_begin=True, fetch=True)
                found = list(table.column_names), list(table.rows)
            self.adapter.commit_if_has_connection()
            return found

        return self._run(fetched)

    def stream(self, sql: str, page: int) -> Generator[list[Row], None, None]:
        """The rows of a select in pages of that many at most; no other statement may run meanwhile.

        Memory holds one page. An adapter without a cursor that reads in pages gives all rows as one.
        """
        cursor_sql = self.sql("_declare_cursor", select_sql=sql)
        if not self.has_cursor:
            yield _by_name(*self._fetched(sql))
            return
        _, cursor = self._run(lambda: self.adapter.add_query(cursor_sql or sql, auto_begin=True))
        if not hasattr(cursor, "fetchmany"):
            yield _by_name(_names(cursor), cursor.fetchall())
            return
        with contextlib.suppress(GeneratorExit):
            while rows := self._next_page(cursor, cursor_sql, page):
                yield rows
        # Also for whoever stops early: it ends the transaction, and with it the cursor.
        with self._translated():
            self.adapter.commit_if_has_connection()

    def _next_page(self, cursor: Any, cursor_sql: str, page: int) -> list[Row]:
        with self._translated():
            if cursor_sql:
                _, cursor = self.adapter.add_query(self.sql("_fetch_cursor", rows=page))
            return _by_name(_names(cursor), cursor.fetchmany(page))

    def write(self, macro: str, **arguments: Any) -> None:
        """Run the statement that a macro renders and commit it."""
        self._write(self.sql(macro, **arguments))

    def write_insistently(self, macro: str, waits: Sequence[float], **arguments: Any) -> None:
        """As `write`; where that fails, again unchanged on a new connection, after each of the waits, in seconds.

        It is unknown whether a write that failed was committed: only for rows that may stand there twice.
        """
        sql = self.sql(macro, **arguments)
        try:
            self._write(sql)
        except ReverseEtlError as error:
            self._write_again(sql, waits, error)

    def _write_again(self, sql: str, waits: Sequence[float], error: ReverseEtlError) -> None:
        for wait in waits:
            time.sleep(wait)
            try:
                with self._translated():
                    self._disconnect()
                self.connect()
                self._write(sql)
            except ReverseEtlError as newest:
                error = newest
            else:
                return
        raise error

    def _write(self, sql: str) -> None:
        def written() -> None:
            self.adapter.execute(sql, auto_begin=True)
            self.adapter.commit_if_has_connection()

        self._run(written)

    def _run(self, statement: Callable[[], T]) -> T:
        try:
            with self._translated():
                return statement()
        except ShortOfMemoryError as error:
            short = error
        try:
            for settings in self.value("_larger_session_settings", profile=self._settings_of_profile()):
                self._write(settings)
                try:
                    with self._translated():
                        return statement()
                except ShortOfMemoryError as error:
                    short = error
            raise short
        finally:
            self._set_up_session()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ReverseEtlError:
            raise
        except Exception as error:
            raise translated(error) from error


def _names(cursor: Any) -> list[str]:
    return [column[0] for column in cursor.description]


def _by_name(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[Row]:
    # Some engines give names in capitals.
    lowered = [name.lower() for name in names]
    return [dict(zip(lowered, row, strict=True)) for row in rows]


def noun(kind: type[T], row: Row, **more: Any) -> T:
    """A noun of the row's columns that bear its fields' names, and of `more`; a text that is null is blank."""
    readers = _readers(kind)  # type: ignore[arg-type] # mypy takes the class of a type variable for one without a hash
    return kind(**{name: read(row[name]) for name, read in readers.items() if name not in more}, **more)


@functools.cache
def _readers(kind: type[Any]) -> dict[str, Callable[[Any], Any]]:
    """How the value of each field is read: drivers give numbers as Decimals, and truth as numbers."""
    by_type: dict[Any, Callable[[Any], Any]] = {
        str: lambda value: value or "",
        int | None: lambda value: None if value is None else int(value),
        float | None: lambda value: None if value is None else float(value),
    }
    return {name: by_type.get(type_, type_) for name, type_ in get_type_hints(kind).items()}


def reasons_of(row: Row) -> tuple[str, ...]:
    """The reasons of a row of a plan."""
    return tuple(one for one in (row["reason"] or "").split(",") if one)


def as_date(value: Any) -> date:
    """A date of a row. Hive's driver, by which Spark's Thrift server is spoken to, gives its text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
