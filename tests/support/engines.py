"""The engines that tests run on."""

from __future__ import annotations

import pytest

ENGINES = ("duckdb", "postgres")
# For tests that use the fixture `shop`, directly or not.
both_engines = pytest.mark.parametrize("shop", ENGINES, indirect=True)
