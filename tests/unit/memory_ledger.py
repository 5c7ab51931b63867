"""A ledger and a lease in memory that keep the ports' promises, with the reference as their plan; and a judge.

What is in `Warehouse` outlives a process. A `MemoryLedger` is one process's hold of it and dies where a test says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from reverse_etl.core.errors import WarehouseError
from reverse_etl.core.goal import Demand
from reverse_etl.core.plan import Plan, PlanLine, Record
from reverse_etl.core.ports import Delivered, Standings
from reverse_etl.core.receipt import Receipt
from tests.reference import decide
from tests.reference.fold import State, fold, lowest_fences, outcome_of
from tests.reference.nouns import Attempt, MatchKey, PlanRow, RunEvent, SourceRow
from tests.reference.nouns import Receipt as StoredReceipt

NOW = "2026-03-15T12:00:00Z"
KNOWN = ("accepted", "in_doubt", "maybe_taken")


class ProcessDiedError(BaseException):
    """The process was killed: nothing that it does afterwards has an effect."""


@dataclass
class Warehouse:
    """The three tables and the source."""

    source: list[SourceRow] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    receipts: list[StoredReceipt] = field(default_factory=list)
    events: list[RunEvent] = field(default_factory=list)

    def states(self) -> dict[MatchKey, State]:
        return fold(self.attempts, self.receipts, self.events)

    def retry(self) -> None:
        """A run that lifts every refusal, also of what may have been taken."""
        run_seq = max((event.run_seq for event in self.events), default=0) + 1
        refused = [state for state in self.states().values() if state.may_be_retried]
        self.attempts += [
            replace(state.sent, operation="retry", run_seq=run_seq, seq=seq, batch=1, first_attempt=False)
            for seq, state in enumerate(refused, start=1)
        ]
        self.events.append(RunEvent(run_seq, "close"))


@dataclass(frozen=True)
class Accident:
    """At the so-manieth use of the warehouse the process dies, or the warehouse fails: before, amid or after it."""

    step: int
    moment: Literal["before", "amid", "after"]
    dies: bool


class MemoryLease:
    """The lease of one run, lost once another has opened the scope. `mine` is asked at each look, too."""

    def __init__(self, ledger: MemoryLedger, run_seq: int, mine: Callable[[], bool]) -> None:
        self._ledger = ledger
        self.run_seq = run_seq
        self.took_over_from: tuple[int, ...] = ()
        self._mine = mine
        self._lost = False
        self.time_left = 600.0

    def still_mine(self) -> bool:
        self._ledger.use([])
        newest = max(event.run_seq for event in self._ledger.warehouse.events if event.event == "open")
        self._lost = self._lost or newest > self.run_seq or not self._mine()
        return not self._lost

    def seconds_left(self) -> float:
        return 0.0 if self._lost else self.time_left

    def close(self, result: str, counts: dict[str, int]) -> None:
        events = self._ledger.warehouse.events
        self._ledger.use([lambda: events.append(RunEvent(self.run_seq, "close"))])
        self._ledger.closed.append((result, counts))


class MemoryLedger:
    """The Ledger port for one process."""

    def __init__(
        self,
        warehouse: Warehouse,
        *,
        adjustments: frozenset[str] = frozenset(),
        accident: Accident | None = None,
        mine: Callable[[], bool] = lambda: True,
    ) -> None:
        self.warehouse = warehouse
        self.dead = False
        self.plans: list[Plan] = []
        self.closed: list[tuple[str, dict[str, int]]] = []
        self.lease: MemoryLease | None = None
        self._adjustments = adjustments
        self._accident = accident
        self._mine = mine
        self._steps = 0
        self._rows: list[tuple[PlanRow, Attempt | None, bool]] = []
        self._known = 0
        self.demands: Sequence[Demand] = ()

    def use(self, effects: Sequence[Callable[[], None]]) -> None:
        """One use of the warehouse; its effects happen in order, all of them unless an accident comes between."""
        if self.dead:
            raise ProcessDiedError
        self._steps += 1
        accident = self._accident if self._accident and self._accident.step == self._steps else None
        happening = {"before": 0, "amid": len(effects) // 2, "after": len(effects)}
        for effect in effects[: happening[accident.moment] if accident else len(effects)]:
            effect()
        if accident and accident.dies:
            self.dead = True
            raise ProcessDiedError
        if accident:
            raise WarehouseError("The warehouse went away.")

    def planned_demands(self, *, replacing: bool) -> Sequence[Demand]:
        return () if replacing else self.demands

    def retracted_of_clicks_in_use(self, names: Sequence[str] | None) -> Mapping[str, int]:
        return {}

    def claim(self, tests: str = "") -> MemoryLease:
        events = self.warehouse.events
        run_seq = max((event.run_seq for event in events), default=0) + 1
        ended = {e.run_seq for e in events if e.event == "close"} | {e.fenced_run_seq for e in events}
        older = {event.run_seq for event in events} - ended
        self.use([lambda: events.append(RunEvent(run_seq, "open"))])
        for one in sorted(older):
            seen = max((a.seq for a in self.warehouse.attempts if a.run_seq == one), default=0)
            self.use([lambda one=one, seen=seen: events.append(RunEvent(run_seq, "fence", one, seen))])  # type: ignore[misc]
        self.lease = MemoryLease(self, run_seq, self._mine)
        return self.lease

    def read_plan(self, *, samples: int) -> Plan:
        raise NotImplementedError

    def make_plan(self, run_seq: int, *, seq_offset: int, batch_offset: int, batch_rows: int) -> Plan:
        self.use([])
        states = self.warehouse.states()
        planned = decide.plan(
            self.warehouse.source, states, NOW, self._adjustments, this_run_seq=run_seq, quiet_runs=frozenset({run_seq})
        )
        order = ("send", "restate", "retract", None)
        planned.sort(key=lambda row: (order.index(row.operation), row.class_ != "in_doubt"))
        # Each operation leaves in batches of its own.
        sizes = Counter(row.operation for row in planned if row.operation)
        batches = [(op, n) for op in order[:3] for n in range(-(-sizes[op] // batch_rows))]
        counts: Counter[str | None] = Counter()
        self._rows = []
        for n, row in enumerate(planned, start=1):
            nth_of_operation = counts[row.operation]
            counts[row.operation] += 1
            key = row.source.match_key if row.source else None
            state = states.get(key) if key else None
            attempt = None
            if row.operation:
                attempt = Attempt(
                    run_seq=run_seq,
                    seq=seq_offset + n,
                    batch=batch_offset + 1 + batches.index((row.operation, nth_of_operation // batch_rows)),
                    operation=row.operation,
                    conversion_name=row.conversion_name,
                    click_id=row.click_id,
                    hashed_email=row.hashed_email,
                    hashed_phone=row.hashed_phone,
                    conversion_time=row.conversion_time or "",
                    record_key=row.record_key,
                    value=row.value,
                    currency=row.currency,
                    adjustment_time=row.adjustment_time,
                    first_attempt=row.side == "source" and state is None,
                )
            known = (row.side == "ledger" and row.class_ != "retracted") or (
                row.side == "source"
                and row.class_ not in ("duplicate", "invalid")
                and state is not None
                and state.status in KNOWN
            )
            self._rows.append((row, attempt, known))
        self._known = sum(state.status in KNOWN for state in states.values())
        lines = Counter((row.side, row.class_, row.reason or "", row.operation or "") for row in planned)
        plan = Plan(
            NOW,
            tuple(
                PlanLine(side, class_, tuple(r for r in reason.split(",") if r), operation, rows)
                for (side, class_, reason, operation), rows in lines.items()
            ),
            self._known,
        )
        self.plans.append(plan)
        return plan

    def page(self, seq_from: int, seq_to: int) -> list[Record]:
        self.use([])
        return [
            Record(
                seq=a.seq,
                batch=a.batch,
                operation=a.operation,
                conversion_name=a.conversion_name,
                conversion_time=a.conversion_time,
                click_id=a.click_id,
                hashed_email=a.hashed_email,
                hashed_phone=a.hashed_phone,
                value=a.value,
                currency=a.currency,
                attribution_credit=a.attribution_credit,
                attribution_model=a.attribution_model,
                untouched=_is_untouched(row, known=known),
                adjustment_time=a.adjustment_time,
            )
            for row, a, known in self._rows
            if a and seq_from <= a.seq <= seq_to
        ]

    def record_intents(self, run_seq: int, seq_from: int, seq_to: int) -> None:
        intents = [a for _, a, _ in self._rows if a and seq_from <= a.seq <= seq_to]
        self.use([lambda: self.warehouse.attempts.extend(intents)])

    def record_receipts(self, run_seq: int, receipts: Sequence[Receipt]) -> None:
        stored = [
            StoredReceipt(run_seq, r.batch, r.seq_from, r.seq_to, r.outcome.value, r.settles, r.code, r.error_code)
            for r in sorted(receipts, key=lambda receipt: receipt.outcome == "accepted")
        ]
        self.use([lambda one=one: self.warehouse.receipts.append(one) for one in stored])  # type: ignore[misc]

    def standings(self, run_seq: int) -> Standings:
        self.use([])
        warehouse = self.warehouse
        fences = lowest_fences(warehouse.events)
        mine = [a for a in warehouse.attempts if a.run_seq == run_seq]
        answers = {a.seq: outcome_of(a, warehouse.receipts, fences) for a in mine}
        # What it withheld is so, also where it was shut out before.
        outcomes = Counter(
            "not_sent" if outcome_of(a, warehouse.receipts, {}).outcome == "not_sent" else answers[a.seq].outcome
            for a in mine
        )
        said = {"none": "in_doubt"}
        sides: dict[str, Counter[str]] = {"source": Counter(), "ledger": Counter()}
        for row, attempt, _ in self._rows:
            standing = row.class_
            if attempt is not None:
                answer = answers.get(attempt.seq)
                if answer is None or answer.outcome in ("not_sent", "void"):
                    doubt = row.class_ == "in_doubt" or (row.reason or "").endswith("_in_doubt")
                    standing = "in_doubt" if doubt else "not_reached"
                elif answer.outcome == "accepted" and attempt.operation == "retract":
                    standing = "held" if row.side == "source" else "retracted"
                elif answer.outcome == "rejected" and not answer.settles:
                    standing = "held"
                else:
                    standing = said.get(answer.outcome, answer.outcome)
            sides[row.side][standing] += 1
        return Standings(
            source=dict(sides["source"]),
            ledger=dict(sides["ledger"]),
            source_rows=len(warehouse.source),
            known_identities=self._known,
            known_standing=sum(known for _, _, known in self._rows),
            run_outcomes={said.get(outcome, outcome): rows for outcome, rows in outcomes.items() if outcome != "void"},
        )

    def drop_plan(self) -> None:
        self.use([])

    def accepted(self) -> int:
        return sum(r.seq_to - r.seq_from + 1 for r in self.warehouse.receipts if r.outcome == "accepted")


def _is_untouched(row: PlanRow, *, known: bool) -> bool:
    if row.operation in ("restate", "retract"):
        return row.reason != f"{row.operation}_in_doubt"
    # Of what may have been taken, a repeat that somebody asked for is deferred too, and is known.
    return row.class_ in ("new", "deferred") and not known


def place_of(one: Record) -> tuple[str, str, str]:
    """A record's identity; the tests give every record a click id."""
    return one.conversion_name, one.click_id, one.conversion_time


class Judge:
    """What the destination counts: of each identity the first that arrived, with its latest restatement, until it is
    retracted, after which nothing of it counts any more."""

    def __init__(self) -> None:
        self.counted: dict[tuple[str, str, str], float | None] = {}
        self.retracted: set[tuple[str, str, str]] = set()
        self.received: list[Record] = []
        self.late: list[Record] = []
        self._adjusted: dict[tuple[str, str, str], str] = {}

    def take(self, records: Sequence[Record]) -> dict[int, str]:
        """The names of the refusals by index."""
        return {n: name for n, one in enumerate(records) if (name := self._take(one))}

    def _take(self, one: Record) -> str:
        self.received.append(one)
        place = place_of(one)
        if one.operation == "send":
            if place not in self.retracted:
                self.counted.setdefault(place, one.value)
            return ""
        if place in self.retracted:
            # The wire takes this for an accepted retraction.
            return "" if one.operation == "retract" else "ConversionAlreadyRetracted"
        if place not in self.counted:
            return "AdjustmentOriginalNotFound"
        if one.adjustment_time > self._adjusted.get(place, ""):
            self._adjusted[place] = one.adjustment_time
            if one.operation == "retract":
                self.retracted.add(place)
                del self.counted[place]
            else:
                self.counted[place] = one.value
        return ""

    def land(self) -> None:
        """What was under way for long arrives now."""
        late, self.late = self.late, []
        self.take(late)


class Watcher:
    """The Progress port; it remembers."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.planned_rounds: list[int] = []
        self.done: list[tuple[int, int]] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def planned(self, plan: Plan, round_: int, to_send: int) -> None:
        self.planned_rounds.append(round_)

    def delivered(self, batch: Delivered, done: int, total: int) -> None:
        self.done.append((done, total))
