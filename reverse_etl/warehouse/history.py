"""What was sent and why a row is where it is, read for people from ledger and source by the dbt package's macros."""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reverse_etl.core.errors import WarehouseError
from reverse_etl.core.goal import Goal
from reverse_etl.core.ports import RunSummary, TestEvidence, Verdict
from reverse_etl.core.results import Attempted, Explained, PlannedRow, RunReport
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.warehouse.artifacts import MALFORMED
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.statements import Row, noun, reasons_of

# Rows that one key shows at most.
ROWS_SHOWN = 20
# How long after a run's end a call of it could still arrive, in seconds: longer than one call lasts. The local
# sandbox judges by the documented rules whatever comes when.
QUIET = 300.0
# Tracking ids of one run that are shown at most.
IDS_SHOWN = 20
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_CLICK_ID = re.compile(r"[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Books:
    """Where a sync's history and source stand. `tables`: the relations ledger, receipts and runs.

    `click_time`: the column of the source that has it, where one does. `goals`: those of the account, where rows that
    they would refuse are held. `elsewhere`: the sync's other accounts, as a plan takes them; None without any.
    """

    project: Project
    sync: Sync
    tables: dict[str, Any]
    source: Any
    unique_key: str | None
    click_time: str | None = None
    goals: Sequence[Goal] | None = None
    elsewhere: Mapping[str, Any] | None = None

    @property
    def scope(self) -> dict[str, str]:
        """The part of the tables that is this sync's, as the macros take it."""
        return self.sync.scope.as_dict()

    def corrections(self, run_seq: int | None = None) -> dict[str, Any]:
        """What the plan takes that says which corrections may be sent, and which of them still wait.

        `run_seq`: the run that plans, whose own calls without an answer could still arrive, too.
        """
        lasting = QUIET if self.sync.environment is not Environment.LOCAL else 0
        quiet = (
            self.project.query("_quiet_runs", runs=self.tables["runs"], scope=self.scope, seconds=lasting)
            if self.sync.adjustments and lasting
            else []
        )
        return {
            "adjustments": list(self.sync.adjustments),
            "quiet_runs": [int(row[0]) for row in quiet] + ([] if run_seq is None else [run_seq]),
            "delay_hours": self.sync.adjustment_delay.total_seconds() / 3600,
        }

    def compared(self) -> dict[str, Any]:
        """What macros take that compare the source with the ledger."""
        return {"source": self.source, "tables": self.tables, "scope": self.scope, "unique_key": self.unique_key}


def find_key(books: Books, key: str) -> tuple[tuple[str, ...], str | None]:
    """How a key was read, up to the first reading that names a row or an attempt, and the value to look for.

    The value is None where no reading names anything.
    """
    values = {"unique_key": key}
    if _CLICK_ID.fullmatch(key.replace("-", "")):
        values["click_id"] = key
    if _HASH.fullmatch(key):
        values["hash"] = key
    with _untold(key):
        if "@" in key and (hash_ := books.project.query("_hash_of_email", email=key)[0][0]):
            values["email"] = str(hash_)
        (counts,) = books.project.query(
            "_key_counts", **books.compared(), readings=[[kind, value] for kind, value in values.items()]
        )
    kinds = tuple(values)
    for n, count in enumerate(counts):
        if count:
            return kinds[: n + 1], values[kinds[n]]
    return kinds, None


def explain(books: Books, planned: str, kind: str, value: str) -> tuple[tuple[Explained, ...], int]:
    """What a reading of a key names, at most ROWS_SHOWN of it, and how much there is in all.

    `planned`: the rows of the plan, made with repeats, as something to select from.
    """
    with _untold(value):
        rows = books.project.records(
            "_explain_rows",
            **books.compared(),
            planned=planned,
            kind=kind,
            value=value,
            limit=ROWS_SHOWN,
        )
    if not rows:
        return (), 0
    # One conversion may stand in several rows; its attempts are asked for once.
    names = ("conversion_name", "conversion_time", "identifier_key")
    identity_of = [tuple(row[name] for name in names) for row in rows]
    identities = list(dict.fromkeys(identity_of))
    attempts: dict[int, list[Attempted]] = {}
    for row in books.project.records(
        "_explain_attempts",
        tables=books.tables,
        scope=books.scope,
        identities=[dict(zip(names, identity, strict=True)) for identity in identities],
    ):
        attempts.setdefault(int(row["identity"]), []).append(noun(Attempted, row, at=row["attempted_at"] or ""))
    explained = (
        _explained(row, attempts.get(identities.index(identity), []))
        for row, identity in zip(rows, identity_of, strict=True)
    )
    return tuple(explained), int(rows[0]["rows_in_all"])


def _explained(row: Row, attempts: list[Attempted]) -> Explained:
    of_row = {"in_source": row["place"] == "source", "class_": row["class"], "reasons": reasons_of(row)}
    return noun(Explained, row, **of_row, attempts=tuple(attempts), advice="")


def read_runs(books: Books, *, limit: int, run_seq: int | None = None, pushes_only: bool = False) -> list[RunSummary]:
    """The newest runs of the scope, the newest first, or the one with that number."""
    runs = []
    for row in books.project.records(
        "_history",
        runs=books.tables["runs"],
        scope=books.scope,
        limit=limit,
        run_seq=run_seq,
        pushes_only=pushes_only,
    ):
        kept: dict[str, Any] = json.loads(row["counts"]) if row["counts"] else {}
        # The run's result is kept among the numbers.
        counts = {name: count for name, count in kept.items() if isinstance(count, int)}
        runs.append(noun(RunSummary, row, counts=counts, result=str(kept.get("result", ""))))
    return runs


def read_run(books: Books, run: RunSummary) -> RunReport:
    """All that ledger and receipts know of a run."""
    query, tables, scope, run_seq = books.project.query, books.tables, books.scope, run.run_seq
    outcomes = {str(o): int(n) for o, n in query("_run_outcomes", tables=tables, scope=scope, run_seq=run_seq)}
    ((attempts, batches),) = query("_run_size", ledger=tables["ledger"], scope=scope, run_seq=run_seq)
    tests, allowed = kept_evidence(query("_run_tests", runs=tables["runs"], scope=scope, run_seq=run_seq))
    tracked = query("_run_tracking_ids", receipts=tables["receipts"], scope=scope, run_seq=run_seq, limit=IDS_SHOWN)
    return RunReport(
        sync=books.sync,
        run=run,
        batches=int(batches),
        outcomes=outcomes,
        void=int(attempts) - sum(outcomes.values()),
        refusals=tuple(
            (outcome, None if code is None else int(code), error_code or "", int(rows))
            for outcome, code, error_code, rows in query(
                "_run_refusals", receipts=tables["receipts"], scope=scope, run_seq=run_seq
            )
        ),
        tracking_ids=tuple(str(row[0]) for row in tracked),
        tracking_ids_in_all=int(tracked[0][1]) if tracked else 0,
        fenced=tuple(int(row[0]) for row in query("_fenced_by", runs=tables["runs"], scope=scope, run_seq=run_seq)),
        tests=tests,
        tests_allowed=allowed,
    )


def kept_evidence(rows: Sequence[Any]) -> tuple[TestEvidence | None, bool]:
    """What a run kept of dbt's tests, and whether it was allowed to push all the same; None where it kept nothing."""
    try:
        kept = json.loads(rows[0][0])
        evidence = TestEvidence(
            verdict=Verdict(kept["verdict"]),
            text=str(kept["text"]),
            failing=tuple((str(name), int(found)) for name, found in kept["failing"]),
            model_failed=bool(kept["model_failed"]),
            by=str(kept["by"]),
            at=str(kept["at"]),
            fingerprint=str(kept["fingerprint"]),
        )
        return evidence, bool(kept.get("allowed"))
    except MALFORMED:
        return None, False


def planned_rows(rows: Iterable[Row]) -> Iterator[PlannedRow]:
    """Lines of a plan as nouns."""
    for row in rows:
        yield noun(PlannedRow, row, class_=row["class"], reasons=reasons_of(row))


@contextlib.contextmanager
def _untold(key: str) -> Iterator[None]:
    """Keeps a key that may be an e-mail address out of the message of a statement that the warehouse refuses."""
    try:
        yield
    except WarehouseError:
        if "@" not in key:
            raise
        raise WarehouseError(
            "The warehouse refused to look the key up.",
            hint="Its message is left out, since it could repeat the e-mail address.",
        ) from None
