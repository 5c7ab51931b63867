"""The way of a push: the only place that knows the order of steps.

Claim, fence, plan; then stretch by stretch: record the intents, read the lease, call, record the receipts, and
meanwhile record the next stretch, whose calls line up; plan again where something was settled; close. Whatever stops a
run, what is known stands in the ledger first.
"""

import contextlib
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby

from reverse_etl.commands.courier import Courier, Flight
from reverse_etl.commands.goals import refusing_goals
from reverse_etl.commands.proof import Delivery, receipt_of_range
from reverse_etl.core import clocks
from reverse_etl.core.errors import (
    DestinationError,
    GuardError,
    LeaseHeldError,
    LeaseLostError,
    RunStoppedError,
    WarehouseError,
)
from reverse_etl.core.guards import Permissions, enforce, look, of_sync, restatements, retractions
from reverse_etl.core.pace import Pace, Patience
from reverse_etl.core.plan import Plan, Record
from reverse_etl.core.ports import Delivered, Destination, Lease, Ledger, Progress, Recorder
from reverse_etl.core.receipt import Outcome, Receipt
from reverse_etl.core.results import RunResult
from reverse_etl.core.sync import RestatementLimit, RetractionLimit
from reverse_etl.session import Session

# Batches of one stretch: what one insert of intents covers.
STRETCH_BATCHES = 50
# Plans of one run at most: settle what is in doubt, then send what waited for that.
ROUNDS = 3
OPERATIONS = 3
_REFUSED_BEFORE = {"rejected_unchanged", "maybe_taken"}


@dataclass(frozen=True, slots=True)
class PushOptions:
    """How to push.

    `limit`: records of the run at most. `workers`: calls at once. `stop`: once set, no more calls start; those under
    way finish and are recorded. `strict`: rows that are invalid, held or without an account count as refused in the
    exit code. `retractions`, `restatements`: how many conversions may be taken back, or get another value. `pace`: one
    that is shared with other runs. `compare_goals`: note which rows their goals would refuse; needless where those are
    held.
    """

    limit: int | None = None
    workers: int = 4
    patience: Patience = field(default_factory=Patience)
    stop: threading.Event = field(default_factory=threading.Event)
    strict: bool = False
    retractions: RetractionLimit = field(default_factory=RetractionLimit)
    restatements: RestatementLimit = field(default_factory=RestatementLimit)
    pace: Pace | None = None
    compare_goals: bool = True


def push(
    session: Session,
    options: PushOptions,
    progress: Progress,
    permissions: Permissions,
    recorder: Recorder | None = None,
) -> RunResult:
    """Send what is new. Settings and guards come first: where they refuse, nothing is written."""
    sync = session.sync
    enforce(of_sync(sync, session.project.target))  # before any credentials are asked for
    # Nothing depends on a push's own lookups, and the lease runs on while they wait.
    destination = session.destination(patience=Patience(tries=1), recorder=recorder)
    facts = session.facts(permissions, service_ahead=destination.ask_clock())
    guards = look(sync, facts)
    enforce(guards)
    notice, hint = session.kind.notice(sync, clocks.now().date())
    notes = [guard.passes for guard in guards if guard.warns]
    notes += [f"{notice} {hint}"] if notice else []
    if warning := clocks.warning("The warehouse's", clocks.ahead_of_here(facts.now)):
        notes += [f"{warning} {clocks.HINT}"]
    for note in notes:
        progress.note(note)
    options = replace(
        options,
        retractions=permissions.retractions(sync),
        restatements=permissions.restatements(sync),
        pace=destination.pace,
        compare_goals=not sync.hold_refusable,
    )
    allowed = {"allowed": facts.allow_failing_tests} if facts.allow_failing_tests else {}
    ledger = session.knowing_goals(destination).ledger
    result = carry_out(ledger, destination, progress, options, tests=json.dumps(asdict(facts.tests) | allowed))
    return replace(
        result,
        sync=sync.name,
        account_id=sync.account_id,
        protocol=destination.protocol,
        without_account=facts.without_account,
    )


def carry_out(
    ledger: Ledger, destination: Destination, progress: Progress, options: PushOptions, *, tests: str = ""
) -> RunResult:
    """Carry out a plan and give the outcome of every row. `tests`: what dbt's tests said, to stay with the run.

    Raises LeaseHeldError or DestinationError before anything is written, GuardError where the plan takes back too much,
    and WarehouseError where the warehouse fails on the way. Every other reason to stop stands in the result.
    """
    for note in destination.preflight(ledger.accepted()):
        progress.note(note)
    lease = ledger.claim(tests)
    for dead in lease.took_over_from:
        progress.note(f"Run {dead} never ended. This push takes over, and first settles what may have left with it.")
    run = _Run(ledger, destination, progress, options, lease)
    try:
        result = run.carry_out()
    except WarehouseError as error:
        lost = _was_taken_over(lease)
        _quietly_close(lease, run)
        # The successor drops the plan of a run that it takes for dead; that is not what to show.
        if lost:
            raise run.lost() from error
        raise
    except GuardError:
        lease.close("refused", {})
        raise
    except BaseException:
        # The warehouse may be what failed. Without a close the next run fences this one, so nothing depends on it.
        _quietly_close(lease, run)
        raise
    lease.close(result.name, _counts(source=result.source, ledger=result.ledger, sent=result.sent))
    return result


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch whose calls are under way."""

    rows: int
    flight: Flight


class _Run:
    """One run, from its first plan to its standings."""

    def __init__(
        self, ledger: Ledger, destination: Destination, progress: Progress, options: PushOptions, lease: Lease
    ) -> None:
        self._ledger = ledger
        self._destination = destination
        self._progress = progress
        self._options = options
        self._lease = lease
        self._courier = Courier(
            destination,
            workers=options.workers,
            patience=options.patience,
            stop=options.stop,
            may_call=lambda: lease.seconds_left() > destination.call_timeout,
            pace=options.pace,
        )
        self._outcomes: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._in_doubt_because = ""
        self._stopped: RunStoppedError | None = None
        self._last_seq = 0
        self._last_batch = 0
        self._sent = 0
        self._round_began_at = 0
        self._standing_refused = 0
        self._retracted = self._restated = 0
        self._changed: defaultdict[str, float] = defaultdict(float)

    def carry_out(self) -> RunResult:
        """Plan and deliver, round by round. Raises GuardError where one refuses before anything left."""
        try:
            try:
                self._deliver_rounds()
            except GuardError as error:
                if not self._sent:
                    raise
                self._stopped = RunStoppedError(f"{error.message} What left before that stands.", hint=error.hint)
            if warning := clocks.warning("The service's", self._destination.clock_ahead):
                self._progress.note(f"{warning} {clocks.HINT}")
            return self._result()
        finally:
            self._courier.close()
            # Where the warehouse is what failed, that error is the one to show; the next push drops the table.
            with contextlib.suppress(WarehouseError):
                self._ledger.drop_plan()

    def _deliver_rounds(self) -> None:
        for round_ in range(1, ROUNDS + 1):
            plan = self._ledger.make_plan(
                self._lease.run_seq,
                seq_offset=self._last_seq,
                batch_offset=self._last_batch,
                batch_rows=self._destination.batch_limit,
            )
            self._standing_refused = sum(
                line.rows for line in plan.lines if line.side == "source" and set(line.reasons) & _REFUSED_BEFORE
            )
            retract = retractions(self._options.retractions, plan, before=self._retracted)
            restate = restatements(self._options.restatements, plan, before=self._restated, changed=self._changed)
            enforce([retract, restate])
            before = self._settled_count()
            self._deliver(plan, round_)
            self._retracted += plan.to_retract
            self._restated += plan.to_restate
            for currency, by in plan.change("restate").items():
                self._changed[currency] += by
            if self._ended or not plan.waits_for_more or self._settled_count() == before:
                break

    @property
    def sent(self) -> dict[str, int]:
        """What became of the records that left in this run, by outcome; in doubt until that is recorded."""
        return {outcome: rows for outcome, rows in self._outcomes.items() if rows and outcome != "not_sent"}

    @property
    def _ended(self) -> bool:
        limit = self._options.limit
        return self._stopped is not None or self._courier.halted or (limit is not None and self._sent >= limit)

    def _settled_count(self) -> int:
        return self._outcomes["accepted"] + self._outcomes["rejected"]

    def _deliver(self, plan: Plan, round_: int) -> None:
        """Send the rows of a plan, stretch by stretch."""
        self._round_began_at = self._sent
        first, size = self._last_seq + 1, STRETCH_BATCHES * self._destination.batch_limit
        last = self._last_seq + plan.to_send
        if self._options.limit is not None:
            last = min(last, first - 1 + max(self._options.limit - self._sent, 0))
        total = last - first + 1
        self._progress.planned(plan, round_, total)
        sends = total > 0 and any(line.operation == "send" or line.follows for line in plan.lines)
        retracts = total > 0 and any(line.operation == "retract" for line in plan.lines)
        if self._options.compare_goals and (retracts or (sends and round_ == 1)):
            for text in refusing_goals(self._destination, self._ledger, retracts=retracts):
                self._progress.note(text)
        self._deliver_stretches([(start, min(start + size - 1, last)) for start in range(first, last + 1, size)], total)
        self._last_seq += plan.to_send
        # Each operation may leave a batch that is not full.
        self._last_batch += plan.to_send // self._destination.batch_limit + OPERATIONS

    def _deliver_stretches(self, stretches: Sequence[tuple[int, int]], total: int) -> None:
        """Send stretch after stretch. While the calls of one are under way, the next is read and recorded."""
        under_way: _Stretch | None = None
        try:
            for first, last in stretches:
                if self._ended:
                    break
                ahead = self._take_off(first, last)
                landing, under_way = under_way, ahead
                if landing:
                    self._land(landing, total)
            if under_way:
                landing, under_way = under_way, None
                self._land(landing, total)
        except BaseException:
            self._courier.halt()
            if under_way:
                # What was answered is worth recording; what broke off is the error to show.
                with contextlib.suppress(Exception):
                    self._land(under_way, total)
            raise
        # What was withheld without a reason of its own was so for the lease; the stretch beside it may have the reason.
        withheld = self._outcomes["not_sent"] and not self._options.stop.is_set()
        if stretches and self._stopped is None and (withheld or not self._lease.still_mine()):
            self._stopped = self.lost()

    def _take_off(self, first: int, last: int) -> _Stretch | None:
        """Read and record a stretch, then let its calls start; None where the lease is lost, and nothing left."""
        records = self._ledger.page(first, last)
        # By operation, too, whatever the numbers are: a call carries one.
        batches = [list(batch) for _, batch in groupby(records, key=lambda one: (one.batch, one.operation))]
        self._ledger.record_intents(self._lease.run_seq, first, last)
        # Whatever breaks off now leaves them so.
        self._outcomes["in_doubt"] += len(records)
        # Only after that commit: whoever took over meanwhile has seen these intents, or they are void.
        looked = clocks.elapsed()
        if not self._lease.still_mine() or self._lease.seconds_left() <= self._destination.call_timeout:
            self._courier.halt()
            self._stopped = self.lost()
            self._record([receipt_of_range(batch, Outcome.NOT_SENT) for batch in batches], len(records))
            self._outcomes["in_doubt"] -= len(records)
            self._outcomes["not_sent"] += len(records)
            return None
        return _Stretch(len(records), self._courier.start(batches, looked=looked))

    def _land(self, stretch: _Stretch, total: int) -> None:
        """Wait for the calls of a stretch and record what was answered."""

        def on_batch(part: Delivery, batch: Sequence[Record]) -> None:
            self._sent += len(batch)
            through = Delivered(batch[0].batch, len(batch), tuple(part.receipts), part.in_doubt, part.seconds)
            self._progress.delivered(through, self._sent - self._round_began_at, total)

        delivery = self._courier.finish(stretch.flight, meanwhile=self._look_at_lease, on_batch=on_batch)
        self._record(delivery.receipts, stretch.rows)
        self._count(stretch.rows, delivery)
        if delivery.failed is not None:
            raise delivery.failed
        if any(receipt.outcome is Outcome.NOT_SENT for receipt in delivery.receipts):
            self._courier.halt()
        if self._stopped is None and delivery.stopped is not None:
            reason = delivery.stopped.reason
            said = f"The destination refused the call: {reason}" if delivery.stopped.by_service else reason.message
            self._stopped = DestinationError(said, hint=delivery.stopped.hint)
        elif self._stopped is None and delivery.in_doubt == stretch.rows:
            self._courier.halt()
            self._stopped = DestinationError(
                f"No call was answered: {delivery.last_doubt}",
                hint="What may have arrived is in doubt; push again later, and the next push settles it.",
            )

    def _record(self, receipts: Sequence[Receipt], rows: int) -> None:
        """Record what is known of a stretch of so many records."""
        try:
            self._ledger.record_receipts(self._lease.run_seq, receipts)
        except (WarehouseError, LeaseHeldError) as error:
            raise WarehouseError(
                f"What was answered for the last {rows:,} records could not be recorded, so they are in doubt. "
                f"{error.message}",
                hint="Push again once the warehouse takes rows; that push settles them.",
            ) from error

    def _look_at_lease(self) -> None:
        if not self._lease.still_mine():
            self._courier.halt()

    def lost(self) -> LeaseLostError:
        """Why a run that was taken over, or could have been, goes no further."""
        return LeaseLostError(
            f"Run {self._lease.run_seq} stood still for so long that another run could take this sync over, "
            "or was shut out by `unlock`. It sent nothing more.",
            hint="Look at the next run with `reverse-etl status`; it goes on with what is left.",
        )

    def _count(self, rows: int, delivery: Delivery) -> None:
        refused = [r for r in delivery.receipts if r.outcome in (Outcome.REJECTED, Outcome.DEFERRED)]
        withheld = sum(r.rows for r in delivery.receipts if r.outcome is Outcome.NOT_SENT)
        for receipt in refused:
            self._outcomes[receipt.outcome.value] += receipt.rows
            if receipt.outcome is Outcome.REJECTED:
                name = receipt.error_code or "without a code"
                self._refusals[name + (f" ({receipt.code})" if receipt.code else "")] += receipt.rows
        self._outcomes["not_sent"] += withheld
        self._outcomes["in_doubt"] += delivery.in_doubt - rows
        self._outcomes["accepted"] += rows - sum(r.rows for r in refused) - withheld - delivery.in_doubt
        if delivery.last_doubt is not None:
            self._in_doubt_because = str(delivery.last_doubt)

    def _result(self) -> RunResult:
        standings = self._ledger.standings(self._lease.run_seq)
        return RunResult(
            run_seq=self._lease.run_seq,
            source=standings.source,
            ledger=standings.ledger,
            refusals=dict(self._refusals),
            sent=self.sent,
            in_doubt_because=self._in_doubt_because,
            interrupted=self._options.stop.is_set() and "not_reached" in standings.source | standings.ledger,
            stopped=self._stopped,
            unbalanced=tuple(standings.unbalanced(self._outcomes)),
            strict=self._options.strict,
            standing_refused=self._standing_refused,
            beyond_help=standings.beyond_help,
        )


def _was_taken_over(lease: Lease) -> bool:
    try:
        return not lease.still_mine()
    except WarehouseError:
        return False


def _quietly_close(lease: Lease, run: _Run) -> None:
    with contextlib.suppress(Exception):
        lease.close("stopped", _counts(sent=run.sent))


def _counts(**sides: dict[str, int]) -> dict[str, int]:
    """Counts as the runs table keeps them, each key with its side in front."""
    return {f"{side}_{key}": rows for side, counts in sides.items() for key, rows in counts.items()}
