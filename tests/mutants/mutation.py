"""A mutation: a rule of the product, how the source breaks it, and the quickest tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """`changes`: texts that stand in the file once, each with what takes its place."""

    rule: str
    file: str
    changes: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]


def one(rule: str, file: str, old: str, new: str, *tests: str) -> Mutation:
    return Mutation(rule, file, ((old, new),), tests)


UNIT, WHOLE = "tests/unit", "tests/integration"
_PLAN = f"{WHOLE}/test_plan_against_reference.py"
# The decision table, all cells in one plan.
_CELLS = f"{_PLAN}::test_cells_of_the_decision_table[duckdb"
CELLS, OLD_CELLS = f"{_CELLS}-nothing may be adjusted]", f"{_CELLS}-past 90 days]"
ADJUSTED_CELLS = f"{_CELLS}-everything may be adjusted]"


def shown(name: str) -> str:
    return f"{_PLAN}::test_world_that_shows_a_rule[duckdb-{name}]"
