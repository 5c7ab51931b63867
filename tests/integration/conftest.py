"""A built dbt project per session and engine, copied for each test, and a local sandbox for it."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse import dbt_calls, project
from tests.support.engines import ENGINES
from tests.support.quick import parse_once
from tests.support.shop import Shop, build_template, copy_of


@pytest.fixture(scope="module", autouse=True)
def kept_parses() -> Iterator[None]:
    """dbt parses what changed and not all, which takes a fifth of the time, and what another copy of the project was
    parsed for not at all; where that is not enough, see test_declared_now."""
    with (
        mock.patch.object(dbt_calls, "_kept_parse_is_newest", return_value=True),
        mock.patch.object(project, "parse", parse_once),
    ):
        yield


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    # `make mutants` builds it once for all its runs.
    built = os.environ.get("BUILT_SHOP")
    return Shop(Path(built)) if built else build_template(tmp_path_factory.mktemp("shop") / "project")


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory, postgres_host: str) -> Shop:
    return build_template(tmp_path_factory.mktemp("shop") / "project", postgres_host)


@pytest.fixture(scope="module", params=ENGINES)
def engine_template(request: pytest.FixtureRequest) -> Shop:
    """The built project, on each engine in turn, for fixtures of a whole module."""
    template: Shop = request.getfixturevalue("postgres_template" if request.param == "postgres" else "shop_template")
    return template


@pytest.fixture
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """On DuckDB, and on each engine in turn where a test is marked with `each_engine`."""
    template = "postgres_template" if getattr(request, "param", "") == "postgres" else "shop_template"
    return copy_of(request.getfixturevalue(template), tmp_path / "project")


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return tmp_path / "books.sqlite"


@pytest.fixture
def sandbox(books: Path) -> Iterator[LocalSandbox]:
    with LocalSandbox(books, port=0) as running:
        yield running
