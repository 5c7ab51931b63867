"""The SQL for engines that are not here: as it is kept, and by the grammar and functions of their documents."""

from pathlib import Path

import pytest
import sqlglot

from tests.engines.golden import ENGINES, HERE, documented, functions, render, shortened


@pytest.fixture(scope="module", params=ENGINES)
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """An engine, and what the package renders to for it."""
    return request.param, render(request.param, tmp_path_factory.mktemp(request.param))


def test_what_is_rendered_is_what_is_kept(rendered: tuple[str, dict[str, str]]) -> None:
    """A change of any macro shows what becomes of it on each engine; `make golden` writes the files anew."""
    engine, files = rendered
    kept = {path.name: path.read_text() for path in Path(HERE / "golden" / engine).glob("*.sql")}
    now = {name: shortened(engine, sql) for name, sql in files.items()}
    assert sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name)) == []


def test_each_statement_is_read_by_the_engines_grammar(rendered: tuple[str, dict[str, str]]) -> None:
    """A parse is no proof, but what cannot be parsed cannot run."""
    engine, files = rendered
    for name, sql in files.items():
        statements = sqlglot.parse(sql, read=engine)
        assert not [one for one in statements if isinstance(one, sqlglot.exp.Command)], name


def test_each_function_is_one_that_the_engines_documents_name(rendered: tuple[str, dict[str, str]]) -> None:
    """sqlglot reads calls of functions that do not exist; and a name that is no more called leaves the list."""
    engine, files = rendered
    called = set().union(*(functions(engine, sql) for sql in files.values()))
    assert called == documented(engine)
