"""The engines that tests run on."""

import pytest

from tests.support.scale import scaled

ENGINES = ("duckdb", "postgres")
# The walk of tests/engines takes Postgres through all that a push does; `make test-long` runs these on both.
USUAL = scaled(ENGINES[:1], long=ENGINES)
# For tests that use the fixture `shop`, directly or not.
each_engine = pytest.mark.parametrize("shop", USUAL, indirect=True)
