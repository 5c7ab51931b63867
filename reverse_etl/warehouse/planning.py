"""The plan of a sync as the package's steps make it: one select, or a table for each step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.core.goal import refusing
from reverse_etl.core.kinds import kind_of
from reverse_etl.warehouse.history import Books


def request(
    books: Books,
    now: str,
    *,
    run_seq: int | None = None,
    seq_offset: int = 0,
    batch_offset: int = 0,
    batch_rows: int = 1,
    with_repeats: bool = False,
) -> dict[str, Any]:
    """What the steps take, as `_plan_steps` names it. `now`: UTC text; `run_seq`: the run that plans."""
    return {
        **books.compared(),
        **books.corrections(run_seq),
        "click_time": books.click_time,
        "now": now,
        "run_seq": -1 if run_seq is None else run_seq,
        "seq_offset": seq_offset,
        "batch_offset": batch_offset,
        "with_repeats": with_repeats,
        "max_age_days": kind_of(books.sync.destination).max_age_days,
        "batch_rows": batch_rows,
        "goals": None if books.goals is None else refusing(books.goals),
    }


@contextlib.contextmanager
def rendered(books: Books, plan: dict[str, Any], *, tables: bool | None = None) -> Iterator[str]:
    """The select of a plan, good within the block.

    `tables`: make a table of each step before the last and drop it afterwards; left out, where the warehouse would work
    a CTE out anew for each reader.
    """
    project = books.project
    if tables is None:
        tables = not project.value("_keeps_ctes")
    if not tables:
        yield project.sql("_plan", plan=plan)
        return
    in_place = project.value("_steps_in_place")
    at = {
        name: project.sql("_step_table", ledger=books.tables["ledger"], name=name)
        for name in project.value("_step_names")
        if name not in in_place
    }
    *steps, (_, last) = project.value("_plan_steps", plan=plan, at=at)
    made: list[str] = []
    try:
        for name, select_sql in steps:
            if name in at:
                project.write("_create_step_table", table=at[name], select_sql=select_sql)
                made.append(at[name])
        yield last
    finally:
        for table in made:
            # A lost connection has dropped them.
            with contextlib.suppress(ReverseEtlError):
                project.write("_drop_plan_table", plan=table)
