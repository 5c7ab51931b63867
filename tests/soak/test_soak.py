"""A soak of a size that CI can wait for; `make soak` is the same with a million rows."""

from pathlib import Path

from benchmarks.soak import GROWTH_MB, faults, soak

ROWS = 20_000
# So few calls would hardly meet what comes once in a hundred.
RATE = 0.03


def test_rows_come_through_every_kind_of_fault(tmp_path: Path) -> None:
    """Every sum is level, each row stands somewhere, what counts is what the ledger says, and memory stays flat."""
    soaked = soak(tmp_path, ROWS, RATE)
    assert soaked.wrong == []
    assert sum(soaked.statuses.values()) == ROWS
    assert soaked.growth < GROWTH_MB, soaked.memory
    # The seed is fixed, but which call comes first is not: most kinds are met, and never none.
    assert len(soaked.faults) > len(faults(RATE)) / 3, soaked.faults
