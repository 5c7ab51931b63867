"""Carries one stretch of batches to the destination by several workers and returns what is known afterwards."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from reverse_etl.clocks import elapsed
from reverse_etl.interfaces import Destination
from reverse_etl.pace import Pace, Patience
from reverse_etl.plans import Record
from reverse_etl.receipts import (
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

# Rows of one batch that are looked for one by one; what is left of it then is called as it is, and the run stops.
GUILTY_ROWS = 10
# Between looks at the lease while calls are under way. Seconds.
LOOK_EVERY = 5.0
# A look that is older lets no call start: its process may have stood still since. Seconds.
OLD_LOOK = 10.0

_NO_CONNECTION_HINT = (
    "Check that the service runs and can be reached: network, firewall, proxy. "
    "What did not leave goes with the next push."
)
_MANY_ROWS_HINT = (
    "The service refuses whole calls for more than a few rows. "
    "See the message above, and what those rows have in common."
)
_NO_ROW_HINT = (
    "Every row of the call was refused alike, and nothing names the flaw of one, so no row is held for it. "
    "Push again later. If it lasts, it is a matter of the account or the service, or of the one row that is left: see "
    "the message above. A row that is refused while others beside it are taken is found and held."
)

_GRAVITY = (RowOutcome.DEFERRED, RowOutcome.REJECTED, RowOutcome.IN_DOUBT)


@dataclass(slots=True)
class Delivery:
    """What is known of a stretch: receipts, the rows left in doubt, and why the run must stop, if it must.

    `failed` is an error of the product or the warehouse on the way: to be raised once the receipts are recorded.
    `seconds`, of a single batch: from its first try to its last answer.
    """

    receipts: list[Receipt] = field(default_factory=list)
    in_doubt: int = 0
    last_doubt: Reason | None = None
    stopped: Stopped | None = None
    failed: BaseException | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is not known of the tries of a call before: `taken`, one may count; `unexplained`, for something else than a
    row's flaw: it got no answer, or a fault that names none. `reason`: what became of the last that may count."""

    taken: bool = False
    unexplained: bool = False
    reason: Reason | None = None

    def __or__(self, other: Doubt) -> Doubt:
        return Doubt(self.taken or other.taken, self.unexplained or other.unexplained, other.reason or self.reason)


class Courier:
    """Delivers stretches for one run. Its pace is shared: one throttled worker slows all.

    `pace`: one that other runs share, too; left out, the run has its own.
    `may_call` is asked before each call: False means that the call must not start any more. Once `stop` is set, no
    call starts either. `sleep`, `clock` and `jitter`, from 0 to 1, are replaced in tests.
    """

    def __init__(
        self,
        destination: Destination,
        *,
        workers: int,
        may_call: Callable[[], bool],
        stop: threading.Event,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        pace: Pace | None = None,
    ) -> None:
        self._destination = destination
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="reverse-etl")
        self._may_call = may_call
        self._patience = patience or Patience()
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        self._stop = stop
        self._halt = threading.Event()
        # Operations of which a batch was refused alike for no row's flaw: no other batch of theirs starts.
        self._refused: set[str] = set()
        self._pace = pace or Pace(workers, clock)
        self._pace.allow(workers)
        self._looked = 0.0

    def halt(self) -> None:
        """Start no more calls; those under way finish."""
        self._halt.set()

    @property
    def halted(self) -> bool:
        """True once no more calls start."""
        return self._halt.is_set() or self._stop.is_set()

    def close(self) -> None:
        """Wait for the calls under way and end the workers."""
        self._halt.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def deliver(
        self,
        batches: Sequence[Sequence[Record]],
        *,
        meanwhile: Callable[[], None],
        on_batch: Callable[[Delivery, Sequence[Record]], None],
        looked: float | None = None,
    ) -> Delivery:
        """Send the batches and return once each is answered, given up or withheld.

        `meanwhile` looks at the lease: it is called every LOOK_EVERY seconds by the calling thread while calls are
        under way; `on_batch` by the same thread with each batch's part and its records. `looked`: when the look before
        these calls began, by `elapsed`; left out, now.
        """
        total = Delivery()
        self._looked = elapsed() if looked is None else looked
        pending: dict[Future[Delivery], Sequence[Record]] = {
            self._pool.submit(self._guarded, batch): batch for batch in batches
        }
        while pending:
            done, _ = wait(pending, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            for future in done:
                batch = pending.pop(future)
                part = self._outcome_of(future, batch)
                total.receipts += part.receipts
                total.in_doubt += part.in_doubt
                total.last_doubt = part.last_doubt or total.last_doubt
                total.stopped = total.stopped or part.stopped
                total.failed = total.failed or part.failed
                on_batch(part, batch)
            began = elapsed()
            if pending and total.failed is None and began - self._looked >= LOOK_EVERY:
                try:
                    meanwhile()
                except Exception as error:  # raised by the caller, once what is known is recorded
                    self.halt()
                    total.failed = error
                self._looked = began
        return total

    @staticmethod
    def _outcome_of(future: Future[Delivery], batch: Sequence[Record]) -> Delivery:
        """A batch's part; an error in a worker leaves its batch in doubt."""
        error = future.exception()
        return future.result() if error is None else Delivery(in_doubt=len(batch), failed=error)

    def _guarded(self, batch: Sequence[Record]) -> Delivery:
        began = self._clock()
        try:
            delivery = self._deliver_batch(batch)
        except BaseException:
            self.halt()
            raise
        delivery.seconds = self._clock() - began
        return delivery

    def _deliver_batch(self, batch: Sequence[Record]) -> Delivery:
        delivery = Delivery()
        if batch[0].operation in self._refused:
            return Delivery([_range(batch, Outcome.NOT_SENT)])
        guilty = 0
        suspects: list[tuple[Sequence[Record], Blamed | Answered, Doubt]] = []
        others_fared_better = False
        blamed: Blamed | None = None
        # Bisecting keeps its own stack: halves of a blamed call, the first half on top.
        parts: list[tuple[Sequence[Record], Doubt]] = [(batch, Doubt())]
        while parts:
            records, doubt = parts.pop()
            answer, silence = self._call(records)
            doubt |= Doubt(silence is not None, silence is not None, silence)
            if isinstance(answer, Blamed):
                if not answer.unprocessed:
                    doubt |= Doubt(taken=True, unexplained=answer.alone is None, reason=answer.reason)
                if len(records) > 1 and guilty <= GUILTY_ROWS:
                    middle = len(records) // 2
                    parts += [(records[middle:], doubt), (records[:middle], doubt)]
                    continue
                guilty, blamed = guilty + 1, answer
            if isinstance(answer, Blamed | Answered) and _names_no_flaw(records, answer):
                suspects.append((records, answer, doubt))
                continue
            others_fared_better = others_fared_better or _tells_rows_apart(records, answer)
            delivery.receipts += _receipts(records, answer, doubt, delivery)
            if delivery.stopped:
                self.halt()
        for records, answer, doubt in suspects:
            # A row is to blame where others were not, and only one that was alone is known.
            known = others_fared_better and (isinstance(answer, Answered) or len(records) == 1)
            hint = _MANY_ROWS_HINT if others_fared_better else _NO_ROW_HINT
            delivery.receipts += _receipts(records, answer if known else _spared(answer, hint), doubt, delivery)
        if suspects and not others_fared_better:
            self._refused.add(batch[0].operation)
        elif blamed is not None and guilty > GUILTY_ROWS:
            delivery.stopped = delivery.stopped or _spared(blamed, _MANY_ROWS_HINT)
            self.halt()
        return delivery

    def _call(self, records: Sequence[Record]) -> tuple[Answer | None, Reason | None]:
        """One call with its tries: the last answer (None: it was never made), and the reason of the last try that got
        none and may count all the same."""
        answer: Answer | None = None
        silence: Reason | None = None
        for try_ in range(1, self._patience.tries + 1):
            if not self._wait_turn(self._wait_before(try_) if _to_be_tried_again(answer, records) else 0.0):
                return (None if _is_unsent(answer) else answer), silence
            try:
                answer = self._destination.send(records)
                # Before the permit is back: nobody may start a call in between.
                if isinstance(answer, Throttled):
                    self._pace.throttled(answer.seconds)
            finally:
                self._pace.give_back()
            if isinstance(answer, Answered | Unanswered) and _to_be_tried_again(answer, records):
                if not _is_unsent(answer):
                    silence = answer.reason if isinstance(answer, Unanswered) else answer.refusals[0].reason
            elif not isinstance(answer, Throttled):
                self._pace.answered()
                break
        if _is_unsent(answer) and silence is None:
            reason = Reason(None, answer.reason.error_code, f"The call could not be made: {answer.reason.message}.")
            return Stopped(reason, _NO_CONNECTION_HINT, unprocessed=True, by_service=False), None
        return answer, silence

    def _wait_before(self, try_: int) -> float:
        # Workers that lost their answers at once do not come back at once.
        return self._patience.wait_before(try_) * (0.5 + self._jitter() / 2)

    def _wait_turn(self, seconds: float) -> bool:
        """Wait out `seconds` and the pace of all workers, and take a permit; False when no call may start any more."""
        wake = self._clock() + seconds
        while not self.halted:
            left = self._pace.take(wake)
            if not left:
                may_call = False
                try:
                    may_call = self._was_looked_at() and self._may_call()
                finally:
                    # Others share the permits: none is lost, whatever becomes of this run.
                    if not may_call:
                        self._pace.give_back()
                return may_call
            self._sleep(min(left, 0.5))
        return False

    def _was_looked_at(self) -> bool:
        """Wait until the lease was looked at lately, which only the calling thread does; False once halted.

        Counted from when this was asked: looks that last longer than that put calls off and do not end them.
        """
        since = elapsed() - OLD_LOOK
        while self._looked < since and not self.halted:
            time.sleep(0.02)
        return not self.halted


def _to_be_tried_again(answer: Answer | None, records: Sequence[Record]) -> bool:
    """Does the answer leave everything in doubt: none at all, or one that has no word on any row?"""
    if isinstance(answer, Answered):
        return {r.index for r in answer.refusals if r.outcome is RowOutcome.IN_DOUBT} == set(range(len(records)))
    return isinstance(answer, Unanswered)


def _names_no_flaw(records: Sequence[Record], answer: Blamed | Answered) -> bool:
    """Were these rows refused, all of them alike, for nothing that is wrong with one of them?

    An error with the index of a row that was alone in its call names that row.
    """
    if isinstance(answer, Blamed):
        return not answer.flaw or len(records) > 1
    everyone = {r.index for r in answer.refusals} == set(range(len(records)))
    rejected = any(r.outcome is RowOutcome.REJECTED for r in answer.refusals)
    return len(records) > 1 and everyone and rejected and not any(r.flaw for r in answer.refusals)


def _tells_rows_apart(records: Sequence[Record], answer: Answer | None) -> bool:
    """Does the answer show that the service looks at single rows: was one taken, or refused for its own flaw?"""
    if not isinstance(answer, Answered):
        return False
    refused, rows = {r.index for r in answer.refusals}, set(range(len(records)))
    return refused < rows or (refused == rows and any(r.flaw for r in answer.refusals))


def _spared(answer: Blamed | Answered, hint: str) -> Stopped:
    """The same refusal, for which no row is held."""
    if isinstance(answer, Answered):
        return Stopped(answer.refusals[0].reason, hint, unprocessed=False)
    return Stopped(answer.reason, hint, answer.unprocessed)


def _is_unsent(answer: Answer | None) -> TypeGuard[Unanswered]:
    """Is it known that nothing of the call left?"""
    return isinstance(answer, Unanswered) and answer.unprocessed


def _receipts(records: Sequence[Record], answer: Answer | None, doubt: Doubt, delivery: Delivery) -> Iterator[Receipt]:
    """The receipts of one call, refused rows first; rows in doubt get none and are counted in `delivery`."""
    doubtful = doubt.taken
    if isinstance(answer, Stopped):
        delivery.stopped = delivery.stopped or answer
    match answer:
        case Answered(refusals, tracking_id) if all(0 <= r.index < len(records) for r in refusals):
            yield from _answered(records, refusals, tracking_id, doubtful, delivery)
        # Its code names the row's flaw, and no try before was lost or refused for something else.
        case Blamed(reason, tracking_id, _, RowOutcome() as alone) if (
            len(records) == 1 and records[0].untouched and not doubt.unexplained
        ):
            yield _one(records[0], Outcome(alone.value), True, reason, tracking_id)
        # A fault that may have followed processing leaves a first try in doubt; of a repeat it is a refusal.
        case Blamed(reason, tracking_id, unprocessed) if len(records) == 1 and (
            unprocessed or not records[0].untouched
        ):
            settles = unprocessed and records[0].untouched and not doubtful
            yield _one(records[0], Outcome.REJECTED, settles, reason, tracking_id)
        case Throttled(reason) if not doubtful:
            yield _range(records, Outcome.DEFERRED, reason)
        case Stopped(unprocessed=True) | None if not doubtful:
            yield _range(records, Outcome.NOT_SENT)
        case _:
            # This is also the place of an answer that names rows which were not sent: it says nothing reliable.
            delivery.in_doubt += len(records)
            if isinstance(answer, Answered):
                delivery.last_doubt = Reason(None, "", "the answer names a row that was not in the call")
            else:
                delivery.last_doubt = doubt.reason or (answer.reason if answer else None)


def _answered(
    records: Sequence[Record],
    refusals: Sequence[Refusal],
    tracking_id: str,
    doubtful: bool,
    delivery: Delivery,
) -> Iterator[Receipt]:
    gravest: dict[int, Refusal] = {}
    for refusal in refusals:
        # Several errors may blame one row: the gravest decides, and the first of equals.
        known = gravest.get(refusal.index)
        if known is None or _GRAVITY.index(refusal.outcome) > _GRAVITY.index(known.outcome):
            gravest[refusal.index] = refusal
    doubts = []
    for index, refusal in sorted(gravest.items()):
        settles = refusal.settles or (records[index].untouched and not doubtful)
        if refusal.outcome is RowOutcome.IN_DOUBT or (
            refusal.outcome is RowOutcome.DEFERRED and doubtful and not settles
        ):
            doubts.append(index)
            delivery.last_doubt = refusal.reason
        else:
            yield _one(records[index], Outcome(refusal.outcome.value), settles, refusal.reason, tracking_id)
    delivery.in_doubt += len(doubts)
    # An accepted range is cut where a row is in doubt; refused rows inside it win by being narrower.
    start = 0
    for end in [*doubts, len(records)]:
        if any(index not in gravest for index in range(start, end)):
            yield _range(records[start:end], Outcome.ACCEPTED, tracking_id=tracking_id)
        start = end + 1


def _one(record: Record, outcome: Outcome, settles: bool, reason: Reason, tracking_id: str) -> Receipt:
    return replace(_range([record], outcome, reason, tracking_id), settles=settles)


def _range(records: Sequence[Record], outcome: Outcome, reason: Reason | None = None, tracking_id: str = "") -> Receipt:
    """A receipt for records that follow one another."""
    first, last, why = records[0], records[-1], reason or Reason(None, "", "")
    words = (why.code, why.error_code, why.message)
    return Receipt(first.batch, first.seq, last.seq, outcome, False, *words, tracking_id)
