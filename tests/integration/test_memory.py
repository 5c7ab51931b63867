"""DuckDB has little memory until a statement needs more, and never more than the profile allows."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reverse_etl.core.errors import WarehouseError
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.project import Project
from tests.support.shop import Shop, write_profile

LIMIT = "select current_setting('memory_limit')"
# A text cannot be spilled. One of 50 MB takes almost 200 MB to make.
SOME = "select any_value(current_setting('memory_limit')), length(string_agg(repeat('x', 25))) from range(2000000)"
LARGE = "select any_value(current_setting('memory_limit')), length(string_agg(repeat('x', 200))) from range(2000000)"


@contextmanager
def opened(shop: Shop) -> Iterator[Project]:
    with Project(DbtOptions(project_dir=shop.folder, profiles_dir=shop.folder)) as project:
        yield project


def test_a_statement_that_needs_more_memory_gets_it(shop: Shop) -> None:
    """Each has 110 MB for the one thread; one that fails for it runs again with more, at last with all."""
    with opened(shop) as project:
        assert project.query_sql(LIMIT) == [("104.9 MiB",)]
        assert project.query_sql(SOME) == [("238.4 MiB", 51_999_999)]
        [(limit, characters)] = project.query_sql(LARGE)
        assert (limit in ("104.9 MiB", "119.2 MiB", "238.4 MiB"), characters) == (False, 401_999_999)
        assert project.query_sql(LIMIT) == [("104.9 MiB",)]


def test_a_limit_of_the_profile_holds(shop: Shop) -> None:
    """It is not touched; a statement that needs more fails, and the message names the setting."""
    write_profile(shop, memory_limit="50MB", threads=1)
    with opened(shop) as project:
        assert project.query_sql(LIMIT) == [("47.6 MiB",)]
        with pytest.raises(WarehouseError) as refused:
            project.query_sql(LARGE)
        assert project.query_sql(LIMIT) == [("47.6 MiB",)]
    assert "memory_limit" in refused.value.hint


def test_rows_that_do_not_fit_are_numbered_in_their_order(shop: Shop) -> None:
    """DuckDB is trusted to keep the order of a subquery, on several threads and where it spills."""
    write_profile(shop, memory_limit="60MB", threads=4)
    with opened(shop) as project:
        rows = "(select hash(i) as place, repeat('x', 300) as wide from range(300000) as numbers(i))"
        numbered = project.sql("_numbered", relation=rows, order="place")
        compared = f"select n, row_number() over (order by place) as nth from ({numbered}) as numbered where wide <> ''"
        assert project.query_sql(f"select count(*), sum(abs(n - nth)) from ({compared}) as compared") == [(300_000, 0)]
