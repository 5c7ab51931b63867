"""DuckDB has little memory until a statement needs more, and never more than the profile allows."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reverse_etl.core.errors import WarehouseError
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.project import Project
from tests.support.shop import Shop, write_profile

LIMIT = "select current_setting('memory_limit')"
# One text of 400 MB, which cannot be spilled.
LARGE = "select length(string_agg(repeat('x', 200))) from range(2000000)"


@contextmanager
def opened(shop: Shop) -> Iterator[Project]:
    with Project(DbtOptions(project_dir=shop.folder, profiles_dir=shop.folder)) as project:
        yield project


def test_a_statement_that_needs_more_memory_gets_it(shop: Shop) -> None:
    """At first 110 MB for the one thread; a statement that fails for it runs again with what DuckDB takes by itself."""
    with opened(shop) as project:
        assert project.query_sql(LIMIT) == [("104.9 MiB",)]
        assert project.query_sql(LARGE) == [(401_999_999,)]
        assert project.query_sql(LIMIT) != [("104.9 MiB",)]


def test_a_limit_of_the_profile_holds(shop: Shop) -> None:
    """It is not touched; a statement that needs more fails, and the message names the setting."""
    write_profile(shop, memory_limit="50MB", threads=1)
    with opened(shop) as project:
        assert project.query_sql(LIMIT) == [("47.6 MiB",)]
        with pytest.raises(WarehouseError) as refused:
            project.query_sql(LARGE)
        assert project.query_sql(LIMIT) == [("47.6 MiB",)]
    assert "memory_limit" in refused.value.hint
