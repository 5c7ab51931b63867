"""What `check --warehouse` proves: the warehouse gives the known answers, and lets one claim alone hold the lease."""

from collections.abc import Iterator, Mapping
from typing import Any

from reverse_etl.core.check import CheckLine, Mark, failed, found
from reverse_etl.core.errors import ReverseEtlError, WarehouseError
from reverse_etl.warehouse import proving
from reverse_etl.warehouse.project import Project

# Answers that are shown where many differ.
SHOWN = 5
_REPORT = "Report it with this output: no push goes from here until it is corrected."


def warehouse_lines(project: Project, tables: Mapping[str, Any]) -> Iterator[CheckLine]:
    """Both proofs and what was kept of them. Writes into tables of its own, and one row into the runs table."""
    answers = list(_answers(project))
    yield from answers
    lease = _lease(project, tables)
    yield lease
    passed = all(line.mark is Mark.OK for line in (*answers, lease))
    texts = [line.text for line in (*answers, lease) if line.mark is not Mark.OK]
    try:
        proving.keep(project, tables, passed=passed, found={"differing": texts})
    except ReverseEtlError as error:
        yield failed("proof", error)
    else:
        yield found("proof", f"kept in {tables['runs']}: {'passed' if passed else 'failed'}")


def _answers(project: Project) -> Iterator[CheckLine]:
    try:
        wrong = proving.wrong_answers(project)
    except ReverseEtlError as error:
        yield failed("known_answers", WarehouseError(error.message, hint=_REPORT))
        return
    if not wrong:
        yield found("known_answers", "all are right")
    for answer in wrong[:SHOWN]:
        text = f"{answer.name}: {answer.got!r}, and {answer.expected!r} is right"
        yield failed("known_answers", WarehouseError(text, hint=_REPORT))
    if len(wrong) > SHOWN:
        yield failed("known_answers", WarehouseError(f"{len(wrong) - SHOWN} more differ.", hint=_REPORT))


def _lease(project: Project, tables: Mapping[str, Any]) -> CheckLine:
    try:
        holders = proving.race(project, tables)
    except ReverseEtlError as error:
        return failed("lease", WarehouseError(error.message, hint=_REPORT))
    races = f"{proving.CONTENDERS} claims at once, {len(holders)} times"
    if set(holders) == {1}:
        return found("lease", f"{races}: one held it each time")
    return failed("lease", WarehouseError(f"{races}: it was held by {', '.join(map(str, holders))}.", hint=_REPORT))
