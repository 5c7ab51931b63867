"""How long a plan takes beside the bare anti-join on the same identity columns.

`measure` shows the figures; run as a module it takes one of them, in a process of its own.
"""

import argparse
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bed import opened
from benchmarks.measure import Took, answer, child, line, middle, peak_megabytes, spread, timed, title, verdict
from reverse_etl.session import Session
from tests.support.shop import build_template

AIM = 2.0
HISTORY, HISTORY_AIM = 10, 1.2
# The aim is for so many; with fewer the costs of a start weigh more.
ROWS = 1_000_000
_KEYS = "conversion_name, click_key, email_key, phone_key, time_key"
_LABELS = {
    "yardstick": "yardstick: bare anti-join, create table",
    "outer_join": "for comparison: full outer join, create table",
    "create": "plan as push makes it: create table",
    "make_plan": "the same with all around it",
    "read_plan": "plan as `reverse-etl plan` reads it",
}
_PROCESSES = ("yardstick", "outer_join", "make_plan", "read_plan")


def measure(folder: Path, rows: int, rounds: int, host: str = "") -> None:
    """Two sources against one ledger: one of as many rows as the ledger, and only the last third of it.

    `host`: the folder of a Postgres server's socket; left out, all is on DuckDB, which the aim is for.
    """
    title(f"plan: {rows:,} source rows against {rows:,} ledger rows")
    print(
        "  Yardstick: `create table as` the source's rows that have no row in the ledger, by `anti join` on the\n"
        "  plan's five identity columns. They are computed on both sides by the plan's own macros. A plan must also\n"
        "  find what changed and what left the source: for comparison the rows that are not alike on both sides, by\n"
        "  one full outer join that compares value and currency.\n"
        "  All take turns, each in a process of its own, as a push has: first, and once more on the warm connection.\n"
        "  CPU: processor time of all threads."
    )
    build_template(folder, host)
    aimed, here = rows >= ROWS and not host, not host
    child("bed", folder, rows, "--with-ledger", "--host", host)
    turns = _turns(folder, rounds)
    _show("1 % new, 1 % changed, the rest unchanged", turns, aimed=aimed, here=here)
    child("bed", folder, rows // 3, "--keep-newest", "--host", host)
    _show("the source holds only the last third", _turns(folder, rounds), aimed=aimed, here=here)
    if rows <= ROWS and here:
        _show_history(folder / "history", rows, [_seconds(turn["make_plan"]) for turn in turns])


def _show_history(folder: Path, rows: int, usual: list[float]) -> None:
    """The push's plan with ten times the history, nine parts of it past 90 days; `usual`: seconds without these."""
    build_template(folder)
    child("bed", folder, rows, "--with-ledger", "--quarters", HISTORY)
    took = median(_seconds(child("plan_speed", "make_plan", folder)) for _ in usual)
    ratio = took / median(usual)
    print(f"\n  as the first, with {HISTORY} times the history:")
    line("  plan as push makes it, with all around it", f"{took:.2f} s", f"{ratio:.2f} x the first")
    if rows == ROWS:
        verdict(f"at most {HISTORY_AIM} x", ratio <= HISTORY_AIM)


def _seconds(answered: dict[str, Any]) -> float:
    """What a push's plan took the first time."""
    return Took(*answered["first"]["make_plan"]).seconds


def _turns(folder: Path, rounds: int) -> list[dict[str, dict[str, Any]]]:
    """What each process answered, a dict of them a turn."""
    return [{name: child("plan_speed", name, folder) for name in _PROCESSES} for _ in range(rounds)]


def _show(variant: str, turns: list[dict[str, dict[str, Any]]], *, aimed: bool, here: bool) -> None:
    classes = turns[0]["make_plan"]["classes"]
    print(f"\n  {variant}: " + ", ".join(f"{count:,} {name}" for name, count in classes.items()))
    ratio = {
        when: _show_ratios(when, [_merged(turn, when) for turn in turns], here=here) for when in ("first", "again")
    }
    peak = middle([turn["make_plan"] for turn in turns], "peak_mb")
    line("peak memory of the process that makes the plan", f"{peak:,.0f} MB")
    if aimed:
        verdict(f"the plan's create table takes at most {AIM:.0f} x the yardstick", ratio["first"] <= AIM)


def _merged(turn: dict[str, dict[str, Any]], when: str) -> dict[str, Took]:
    return {name: Took(*took) for answered in turn.values() for name, took in answered[when].items()}


def _show_ratios(when: str, turns: list[dict[str, Took]], *, here: bool) -> float:
    """Show the figures of the first or of the second time, and return how many times the yardstick the plan takes.

    `here`: the processor time is shown, too, which a server takes elsewhere.
    """
    print(f"  {'once more on the warm connection' if when == 'again' else 'in a process of its own'}:")
    bare = [turn["yardstick"] for turn in turns]
    ratio = {}
    for name, label in _LABELS.items():
        took = [turn[name] for turn in turns]
        seconds, cpu = median(one.seconds for one in took), median(one.cpu for one in took)
        ratios = [one.seconds / yardstick.seconds for one, yardstick in zip(took, bare, strict=True)]
        ratio[name] = median(ratios)
        times = "" if name == "yardstick" else f"{ratio[name]:.2f} x ({spread(ratios)})"
        if here:
            times += f"CPU {cpu:.2f} s" if not times else f", CPU {cpu / median(one.cpu for one in bare):.2f} x"
        line(f"  {label}", f"{seconds:.2f} s", times)
    return ratio["create"]


def bare_joins(session: Session) -> tuple[str, str]:
    """The bare comparisons, made of the plan's own macros: by anti-join and by full outer join."""
    project, sync = session.project, session.sync
    texts = {
        "conversion_name": "conversion_name",
        "click_id": "microsoft_click_id",
        "hashed_email": "hashed_email_address",
        "hashed_phone": "hashed_phone_number",
        "record_key": sync.unique_key,
    }
    present = [f"{project.sql('_present_text', expression=column)} as {name}" for name, column in texts.items()]
    time_key = project.sql("_utc_text", timestamp=project.sql("_utc_timestamp", expression="conversion_time"))

    def keys(alias: str) -> str:
        """The identifiers as three columns; the plan's own key is one."""
        click_key = project.sql("_click_key", click_id=f"{alias}.click_id")
        return f"""
            {click_key} as click_key,
            case when {alias}.click_id = '' then {alias}.hashed_email else '' end as email_key,
            case when {alias}.click_id = '' then {alias}.hashed_phone else '' end as phone_key
        """

    shared = f"""
        with given as (
            select
                {", ".join(present)}, conversion_value, conversion_currency_code, external_attribution_credit,
                external_attribution_model, {time_key} as time_key
            from {project.relation(sync.source)}
        ),
        source_keys as (select given.*, {keys("given")} from given),
        ledger_keys as (
            select
                ledger.conversion_name, ledger.conversion_time as time_key, ledger.run_seq, ledger.seq,
                ledger.value, ledger.currency,
                {keys("ledger")}
            from {project.relation("model.reverse_etl.reverse_etl_ledger")} as ledger
            where {project.sql("_in_scope", scope=sync.scope.as_dict(), alias="ledger")}
        )
    """
    unknown = f"select source_keys.* from source_keys anti join ledger_keys using ({_KEYS})"
    if project.adapter.type() == "postgres":
        same = " and ".join(f"source_keys.{key} = ledger_keys.{key}" for key in _KEYS.split(", "))
        unknown = f"select source_keys.* from source_keys where not exists (select 1 from ledger_keys where {same})"
    unlike = f"""
        select source_keys.*, ledger_keys.run_seq, ledger_keys.seq
        from source_keys
        full outer join ledger_keys using ({_KEYS})
        where
            source_keys.record_key is null
            or ledger_keys.seq is null
            or source_keys.conversion_value is distinct from ledger_keys.value
            or coalesce(source_keys.conversion_currency_code, '') <> ledger_keys.currency
    """
    return shared + unknown, shared + unlike


class Stopwatch:
    """Takes the time of one of the statements, or of a plan, on an open session."""

    def __init__(self, session: Session) -> None:
        self.classes: dict[str, int] = {}
        self._session = session
        self._bare, self._outer_join = bare_joins(session)
        self._write = session.project.write
        self._create = Took(0.0, 0.0)
        session.project.write = self._timed_write  # type: ignore[method-assign]

    def yardstick(self) -> dict[str, Took]:
        """The bare anti-join."""
        return {"yardstick": self._create_table(self._bare)}

    def outer_join(self) -> dict[str, Took]:
        """The full outer join."""
        return {"outer_join": self._create_table(self._outer_join)}

    def make_plan(self) -> dict[str, Took]:
        """The plan as a push makes it; of this the one statement that writes the table also by itself."""
        took = timed(self._make_plan)
        self._session.ledger.drop_plan()
        return {"create": self._create, "make_plan": took}

    def read_plan(self) -> dict[str, Took]:
        """The plan as it is shown."""
        return {"read_plan": timed(lambda: self._session.ledger.read_plan(samples=3))}

    def _make_plan(self) -> None:
        self.classes = self._session.ledger.make_plan(1_000, seq_offset=0, batch_offset=0, batch_rows=1_000).counts()

    def _create_table(self, select: str) -> Took:
        took = timed(lambda: self._execute(f"create table yardstick as {select}"))
        self._execute("drop table yardstick")
        return took

    def _execute(self, statement: str) -> None:
        # As a statement of the plan runs: once more with all memory where the tool's bound is too little.
        self._session.project._write(statement)

    def _timed_write(self, macro: str, **arguments: Any) -> None:
        took = timed(lambda: self._write(macro, **arguments))
        if macro == "_create_plan_table":
            self._create = took


def main() -> None:
    """Take one of the figures, twice."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=_PROCESSES)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    with opened(given.folder) as session:
        stopwatch = Stopwatch(session)
        take = getattr(stopwatch, given.name)
        first, again = take(), take()
    answer({"first": first, "again": again, "classes": stopwatch.classes, "peak_mb": peak_megabytes()})


if __name__ == "__main__":
    main()
