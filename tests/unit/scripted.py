"""A destination that does what a test says, a clock that jumps, and records to send."""

import threading
from collections.abc import Callable, Sequence

from reverse_etl.commands.courier import Courier
from reverse_etl.commands.proof import Delivery
from reverse_etl.core.pace import Pace, Patience
from reverse_etl.core.plan import Record
from reverse_etl.core.receipt import (
    Answer,
    Answered,
    Blamed,
    Outcome,
    Reason,
    Receipt,
    Refusal,
    RowOutcome,
    Stopped,
    Throttled,
    Unanswered,
)

REASON = Reason(5606, "OfflineConversionNameInvalid", "No goal has this name.")
FINE = Answered((), "tracking-1")
LOST = Unanswered(Reason(None, "ReadTimeout", "did not answer in time"))
NOT_REACHED = Unanswered(Reason(None, "ConnectionError", "no connection came about"), unprocessed=True)
BUSY = Throttled(Reason(117, "CallRateExceeded", "too many calls"), 60.0)
BLAMED = Blamed(Reason(None, "DeserializationFailed", "cannot be read"), "tracking-2", unprocessed=True)
BLAMED_FOR_NOW = Blamed(Reason(5614, "FutureConversionTimeCannotBeSet", "later"), "t", False, RowOutcome.DEFERRED, True)
FLAWED = Blamed(Reason(5606, "OfflineConversionNameInvalid", "no such goal"), "t", unprocessed=True, flaw=True)
DOUBTFULLY_BLAMED = Blamed(Reason(1, "Whatever", "no"), "tracking-3", unprocessed=False)
REFUSED = Stopped(Reason(105, "InvalidCredentials", "bad token"), "Check the token.", unprocessed=True)
DOUBTFULLY_REFUSED = Stopped(Reason(208, "InvalidAccount", "no account"), "Check it.", unprocessed=False)

Send = Callable[[Sequence[Record]], Answer]


def record(seq: int, *, batch: int = 1, untouched: bool = True) -> Record:
    """A record as a page of a plan gives it."""
    return Record(
        seq=seq,
        batch=batch,
        operation="send",
        conversion_name="Lead",
        conversion_time="2026-03-01T12:00:00Z",
        click_id=f"{seq:032x}",
        hashed_email="",
        hashed_phone="",
        value=1.0,
        currency="USD",
        attribution_credit=None,
        attribution_model="",
        untouched=untouched,
    )


def batches(count: int, size: int) -> list[list[Record]]:
    """So many batches of so many records, numbered through."""
    return [[record(n * size + i + 1, batch=n + 1) for i in range(size)] for n in range(count)]


def refusal(
    index: int,
    outcome: RowOutcome = RowOutcome.REJECTED,
    *,
    settles: bool = False,
    reason: Reason = REASON,
    flaw: bool = True,
) -> Refusal:
    return Refusal(index, outcome, settles, reason, flaw)


class ScriptedDestination:
    """Answers each call with the next of a list, or as a function of the records; remembers every call."""

    batch_limit = 1000
    call_timeout = 1.0
    clock_ahead: float | None = None

    def __init__(self, *answers: Answer, send: Send | None = None) -> None:
        self._answers = list(answers)
        self._send = send
        self._lock = threading.Lock()
        self.calls: list[list[int]] = []

    def preflight(self, accepted: int) -> Sequence[str]:
        return []

    def send(self, records: Sequence[Record]) -> Answer:
        with self._lock:
            self.calls.append([record.seq for record in records])
            if self._send is None:
                return self._answers.pop(0)
        return self._send(records)


class JumpingClock:
    """Time passes only while somebody sleeps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0.0
        self.slept: list[float] = []
        self.somebody_slept = threading.Event()

    def __call__(self) -> float:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds
            self.slept.append(seconds)
        self.somebody_slept.set()


def deliver(
    destination: ScriptedDestination,
    batches: Sequence[Sequence[Record]],
    *,
    workers: int = 1,
    clock: JumpingClock | None = None,
    stop: threading.Event | None = None,
    may_call: Callable[[], bool] = lambda: True,
    patience: Patience | None = None,
    jitter: Callable[[], float] = lambda: 1.0,
    pace: Pace | None = None,
) -> Delivery:
    """One stretch by a courier whose time jumps."""
    clock = clock or JumpingClock()
    courier = Courier(
        destination,
        workers=workers,
        may_call=may_call,
        stop=stop or threading.Event(),
        patience=patience,
        sleep=clock.sleep,
        clock=clock,
        jitter=jitter,
        pace=pace,
    )
    try:
        return courier.finish(courier.start(batches), meanwhile=lambda: None, on_batch=lambda part, batch: None)
    finally:
        courier.close()


def meanings(receipts: Sequence[Receipt], records: Sequence[Record]) -> dict[int, tuple[str, bool]]:
    """What the receipts say of each record: outcome and settles, the narrower winning; `in_doubt` without one."""
    found = {}
    for one in records:
        upon = [r for r in receipts if r.batch == one.batch and r.seq_from <= one.seq <= r.seq_to]
        narrowest = min((r.rows for r in upon), default=0)
        best = {(r.outcome.value, r.settles) for r in upon if r.rows == narrowest}
        assert len(best) <= 1, f"two receipts of one width disagree about record {one.seq}: {upon}"
        # Receipts for ranges may hold single ones, never one another.
        assert sum(r.rows > 1 for r in upon) <= 1, f"two ranges hold record {one.seq}: {upon}"
        found[one.seq] = best.pop() if best else ("in_doubt", False)
    return found


def outcomes(delivery: Delivery, batches: Sequence[Sequence[Record]]) -> dict[str, int]:
    """Records per outcome."""
    counts = dict.fromkeys([*(outcome.value for outcome in Outcome), "in_doubt"], 0)
    for outcome, _ in meanings(delivery.receipts, [one for batch in batches for one in batch]).values():
        counts[outcome] += 1
    assert counts["in_doubt"] == delivery.in_doubt
    return {outcome: count for outcome, count in counts.items() if count}
