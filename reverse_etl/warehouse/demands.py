"""What rows ask of the goals that they name, read from the source or from a run's plan by the package's macros."""

from collections.abc import Iterable, Sequence
from typing import Any

from reverse_etl.core.goal import Demand, Goal, windows_by_name
from reverse_etl.core.kinds import kind_of
from reverse_etl.warehouse.history import Books
from reverse_etl.warehouse.statements import Row, noun


def read_demands(books: Books, now: str, goals: Iterable[Goal]) -> list[Demand]:
    """What the rows of the source ask that a push could send as of `now` (UTC text), by name; reads only.

    `goals`: those that are known, for their conversion windows. An account may have thousands that no row names.
    """
    windows: list[list[Any]] = []
    if books.click_time:
        known = windows_by_name(goals)
        names = [name for (name,) in books.project.query("_source_names", source=books.source)]
        windows = [[name, known[name]] for name in names if name in known]
    max_age_days = kind_of(books.sync.destination).max_age_days
    rows = books.project.records(
        "_demands",
        source=books.source,
        now=now,
        max_age_days=max_age_days,
        click_time=books.click_time,
        windows=windows,
    )
    return [_demand(row) for row in rows]


def planned_demands(books: Books, plan_table: Any, *, replacing: bool) -> list[Demand]:
    """What the rows ask that a run's plan sends, or that replace what it retracts, by name."""
    rows = books.project.records("_planned_demands", plan=plan_table, replacing=replacing)
    return [_demand(row) for row in rows]


def retracted_of_clicks_in_use(books: Books, plan_table: Any, names: Sequence[str] | None) -> dict[str, int]:
    """How many conversions of these goals, or of any, a run's plan retracts while another row has their click."""
    rows = books.project.query("_retracted_of_clicks_in_use", plan=plan_table, source=books.source, names=names)
    return {name: int(count) for name, count in rows}


def _demand(row: Row) -> Demand:
    return noun(Demand, row, name=row["conversion_name"], rows=int(row["source_rows"]))
