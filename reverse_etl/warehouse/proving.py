"""Proves on a user's warehouse what the tool rests on: the known answers of its SQL, and a lease that one holds."""

import contextlib
import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from reverse_etl.core.errors import LeaseHeldError, WarehouseError
from reverse_etl.core.results import WrongAnswer
from reverse_etl.core.sync import Scope
from reverse_etl.core.version import __version__
from reverse_etl.warehouse.lease import WarehouseLease
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.tables import TABLES

# Engines whose SQL and lease this package's own tests prove, on every change.
PROVED = ("duckdb", "postgres")
# Claims at once, and how often.
CONTENDERS = 8
RACES = 3
# How long the claims wait for each other's connections. Seconds.
START_WITHIN = 60
# What a proof is kept under in the runs table: no sync has an empty name.
_SCOPE = Scope("", "", "", "")


def wrong_answers(project: Project) -> list[WrongAnswer]:
    """The known answers that the warehouse gives otherwise, and the questions that it cannot be asked."""
    questions = project.value("_questions")
    try:
        return _wrong(project, questions)
    except WarehouseError:
        # One word that it does not know must not hide all other answers.
        return [answer for question in questions for answer in _wrong_alone(project, question)]


def _wrong(project: Project, questions: list[list[str]]) -> list[WrongAnswer]:
    rows = project.records("_wrong_answers", questions=questions)
    return [WrongAnswer(row["name"], row["expected"], row["got"]) for row in rows]


def _wrong_alone(project: Project, question: list[str]) -> list[WrongAnswer]:
    try:
        return _wrong(project, [question])
    except WarehouseError as error:
        return [WrongAnswer(question[0], "an answer", error.message)]


def race(project: Project, tables: Mapping[str, Any]) -> list[int]:
    """How many of several claims at once hold the lease, in each race: 1 where the warehouse can be trusted."""
    with _scratch(project, tables) as scratch:
        return [_race(project, scratch, Scope("", "", "", f"race {number}")) for number in range(1, RACES + 1)]


def _race(project: Project, tables: Mapping[str, Any], scope: Scope) -> int:
    start = threading.Barrier(CONTENDERS)

    def contend(number: int) -> bool:
        with project.another_connection(f"race_{number}"):
            start.wait(timeout=START_WITHIN)
            try:
                WarehouseLease.take(project, tables, scope)
            except LeaseHeldError:
                return False
            return True

    with ThreadPoolExecutor(CONTENDERS) as pool:
        try:
            return sum(pool.map(contend, range(CONTENDERS)))
        except threading.BrokenBarrierError:
            raise WarehouseError(
                f"{CONTENDERS} connections at once could not be opened within {START_WITHIN} seconds.",
                hint="Let the warehouse take so many for a minute, then check again.",
            ) from None


@contextlib.contextmanager
def _scratch(project: Project, tables: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Empty tables like the ledger's, beside them and for this block alone."""
    suffix = uuid.uuid4().hex[:8]
    scratch = {
        name: tables[name].incorporate(path={"identifier": f"reverse_etl_check_{name}_{suffix}"}) for name in TABLES
    }
    try:
        for name, table in scratch.items():
            project.write("_create_table_like", table=table, like=tables[name])
        yield scratch
    finally:
        for table in scratch.values():
            project.write("_drop_plan_table", plan=table)


def keep(project: Project, tables: Mapping[str, Any], *, passed: bool, found: dict[str, Any]) -> None:
    """Write the outcome of a proof into the runs table, with the versions that it is good for."""
    row = dict.fromkeys(("fenced_run_seq", "fenced_seq", "host", "pid", "pid_space", "tests"))
    counts = json.dumps({"engine": project.engine, "passed": passed} | found)
    row |= {"run_seq": 0, "claim_id": uuid.uuid4().hex, "event": "proof", "target": project.target, "counts": counts}
    project.write(
        "_insert_run_event", runs=tables["runs"], scope=_SCOPE.as_dict(), row=row | {"package_version": __version__}
    )


def is_proved(project: Project, tables: Mapping[str, Any]) -> bool:
    """Did the newest proof with this version of the package pass here, or need it none?"""
    if project.engine in PROVED:
        return True
    rows = project.query("_newest_proof", runs=tables["runs"], scope=_SCOPE.as_dict(), package_version=__version__)
    return bool(rows) and json.loads(rows[0][0])["passed"] is True
