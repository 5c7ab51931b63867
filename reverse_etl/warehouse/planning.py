"""The plan of a sync as the package's steps make it: one select, or a table for each step."""

import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.core.goal import refusing
from reverse_etl.core.kinds import kind_of
from reverse_etl.warehouse.history import Books

# A reader that left its tables of steps is over after this. Seconds.
READER_LASTS = 3600


def scope_id(scope: Mapping[str, str]) -> str:
    """What tables of one scope bear in their names."""
    return hashlib.sha256(json.dumps(scope, sort_keys=True).encode()).hexdigest()[:12]


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
        "elsewhere": books.elsewhere,
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
    prefix = f"{scope_id(books.scope)}_{_mark(plan['run_seq'])}"
    at = {
        name: project.sql("_step_table", ledger=books.tables["ledger"], name=f"{prefix}_{name}")
        for name in project.value("_step_names", plan=plan)
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


def drop_left_steps(books: Books) -> None:
    """Remove the tables of steps that runs of this scope left, and readers long ago; for who holds its lease."""
    if books.project.value("_keeps_ctes"):
        return
    ledger = books.tables["ledger"]
    prefix = str(books.project.value("_step_identifier", name=f"{scope_id(books.scope)}_"))
    for name in books.project.beside(ledger, prefix):
        mark = name.removeprefix(prefix).partition("_")[0]
        if mark.isdecimal() or int(mark[1:9], 16) < time.time() - READER_LASTS:
            books.project.write("_drop_plan_table", plan=ledger.incorporate(path={"identifier": name}))


def _mark(run_seq: int) -> str:
    """What the tables of steps of a run bear in their names; of a reader, whose run is -1, when it began."""
    return str(run_seq) if run_seq >= 0 else f"r{int(time.time()):08x}{secrets.token_hex(2)}"
