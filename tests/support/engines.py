"""The engines that tests run on."""

import pytest

from tests.support.scale import scaled

ENGINES = ("duckdb", "postgres")
# For tests that use the fixture `shop`, directly or not.
both_engines = pytest.mark.parametrize("shop", ENGINES, indirect=True)
# Where no statement differs between engines that other tests do not run on each.
duckdb_at_least = pytest.mark.parametrize("shop", scaled(ENGINES[:1], long=ENGINES), indirect=True)
