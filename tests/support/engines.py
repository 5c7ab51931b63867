"""The engines that tests run on."""

import pytest

ENGINES = ("duckdb", "postgres")
# For tests that use the fixture `shop`, directly or not.
both_engines = pytest.mark.parametrize("shop", ENGINES, indirect=True)
