"""The SQL for engines that are not here: as it is kept, and by the grammar and functions of their documents."""

import re
import sys
from pathlib import Path

import pytest
import sqlglot

from tests.engines.golden import ENGINES, HERE, documented, functions, render, shortened

# What gives a value to Python, or a statement on DuckDB or Postgres alone.
NO_STATEMENTS = {
    *("_keeps_inserts", "_package_version", "_step_identifier"),
    *("_larger_session_settings", "_declare_cursor", "_fetch_cursor", "_locked_file"),
}


@pytest.fixture(scope="module", params=ENGINES)
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """An engine, and what the package renders to for it."""
    return request.param, render(request.param, tmp_path_factory.mktemp(request.param))


def test_every_statement_is_rendered() -> None:
    """What the tool asks of the package by name is in a file of rendered/, but for what is no statement everywhere."""
    package = HERE.parents[1]
    macros = {
        name for path in package.glob("macros/**/*.sql") for name in re.findall(r"macro (\w+)\(", path.read_text())
    }
    asked = {name for path in package.glob("reverse_etl/**/*.py") for name in re.findall(r'"(_\w+)"', path.read_text())}
    files = "".join(path.read_text() for path in (HERE / "rendered").glob("*/*.sql"))
    assert asked & macros - set(re.findall(r"reverse_etl\.(\w+)", files)) == NO_STATEMENTS


def test_a_warehouse_that_no_file_knows_is_refused(tmp_path: Path) -> None:
    """dbt says which warehouses there are and how to add one, and not which macro it missed first."""
    macros = tmp_path / "packages/include/firebird"
    macros.mkdir(parents=True)
    (macros / "dbt_project.yml").write_text(
        "{name: dbt_firebird, version: 1.0.0, config-version: 2, macro-paths: [macros]}"
    )
    with pytest.raises(AssertionError) as refused:
        render("firebird", tmp_path / "project", tmp_path / "packages")
    words = " ".join(str(refused.value).split())
    assert "reverse_etl does not know the warehouse 'firebird' yet: it knows duckdb, postgres, spark" in words
    assert "docs/adding-a-warehouse.md" in words


def test_what_is_rendered_is_what_is_kept(rendered: tuple[str, dict[str, str]]) -> None:
    """A change of any macro shows what becomes of it on each engine; `make golden` writes the files anew."""
    engine, files = rendered
    kept = {path.name: path.read_text() for path in Path(HERE / "golden" / engine).glob("*.sql")}
    now = {name: shortened(engine, sql) for name, sql in files.items()}
    assert sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name)) == []


def test_each_statement_is_read_by_the_engines_grammar(rendered: tuple[str, dict[str, str]]) -> None:
    """A parse is no proof, but what cannot be parsed cannot run."""
    engine, files = rendered
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    try:
        # One by one: Athena's have one grammar or another.
        for name, statement in [
            (name, one) for name, sql in files.items() for one in re.split(r";\n", sql) if one.strip()
        ]:
            assert not isinstance(sqlglot.parse_one(statement, read=engine), sqlglot.exp.Command), name
    finally:
        sys.setrecursionlimit(usual)


def test_each_function_is_one_that_the_engines_documents_name(rendered: tuple[str, dict[str, str]]) -> None:
    """sqlglot reads calls of functions that do not exist; and a name that is no more called leaves the list."""
    engine, files = rendered
    called = set().union(*(functions(engine, sql) for sql in files.values()))
    assert called == documented(engine)
