"""How much the tests try: `make test` what finds mistakes within minutes, `make test-long` far more of the same."""

import os
from typing import TypeVar

T = TypeVar("T")


def scaled(usual: T, *, long: T) -> T:
    """What `make test` tries, or what `make test-long` tries in its place."""
    return long if os.environ.get("REVERSE_ETL_TESTS") == "long" else usual
