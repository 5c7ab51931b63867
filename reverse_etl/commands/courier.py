"""Carries stretches of batches to the destination by several workers and returns what is known of each afterwards."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeGuard

from reverse_etl.commands.proof import (
    Delivery,
    Doubt,
    Suspect,
    names_no_flaw,
    receipt_of_range,
    receipts_of,
    spared,
    tells_rows_apart,
)
from reverse_etl.core.clocks import elapsed
from reverse_etl.core.pace import Pace, Patience
from reverse_etl.core.plan import Record
from reverse_etl.core.ports import Destination
from reverse_etl.core.receipt import (
    Answer,
    Answered,
    Blamed,
    Outcome,
    Reason,
    Receipt,
    RowOutcome,
    Stopped,
    Throttled,
    Unanswered,
)

# Rows of one batch that are looked for one by one; what is left of it then is called as it is, and the run stops.
GUILTY_ROWS = 10
# Parts that are halved after that where no row was taken yet: one that is shows that it is not the whole service.
LOOKS = 10
# Batches with new rows of one operation that may be refused alike in a row before no other of it starts.
REFUSED_BATCHES = 3
# Between looks at the lease while calls are under way. Seconds.
LOOK_EVERY = 5.0
# A look that is older lets no call start: its process may have stood still since. Seconds.
OLD_LOOK = 10.0

_MANY_ROWS_HINT = (
    "The service refuses whole calls for more than a few rows. "
    "See the message above, and what those rows have in common."
)
_NO_ROW_HINT = (
    "Every row of the call was refused alike, and nothing names the flaw of one, so no row is held for it. "
    "Push again later. If it lasts, it is a matter of the account or the service, or of the one row that is left: see "
    "the message above. A row that is refused while others beside it are taken is found and held."
)
_NO_CONNECTION_HINT = (
    "Check that the service runs and can be reached: network, firewall, proxy. "
    "What did not leave goes with the next push."
)

# Batches of one stretch, by what will be known of each.
Flight = dict[Future[Delivery], Sequence[Record]]


class Courier:
    """Delivers the stretches of one run; the next may start before the last is finished.

    Its pace is shared: one throttled worker slows all. `pace`: one that other runs share, too; left out, the run has
    its own. `may_call` is asked before each call: False means that the call must not start any more. Once `stop` is
    set, no call starts either. `sleep`, `clock` and `jitter`, from 0 to 1, are replaced in tests.
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
        # By operation: batches in a row that were refused alike for no row's flaw, those of them with rows that were
        # not tried before, and when a row was last singled out.
        self._refused: Counter[str] = Counter()
        self._refused_new: Counter[str] = Counter()
        self._told_apart: Counter[str] = Counter()
        self._order = itertools.count(1)
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

    def start(self, batches: Sequence[Sequence[Record]], *, looked: float | None = None) -> Flight:
        """Let the workers send the batches, after those of earlier stretches.

        `looked`: when the look at the lease before these calls began, by `elapsed`; left out, now.
        """
        self._looked = elapsed() if looked is None else looked
        return {self._pool.submit(self._guarded, batch): batch for batch in batches}

    def finish(
        self,
        pending: Flight,
        *,
        meanwhile: Callable[[], None],
        on_batch: Callable[[Delivery, Sequence[Record]], None],
    ) -> Delivery:
        """Wait until each batch of a stretch is answered, given up or withheld.

        `meanwhile` looks at the lease: it is called every LOOK_EVERY seconds by the calling thread while calls are
        under way; `on_batch` by the same thread with each batch's part and its records.
        """
        total = Delivery()
        while pending:
            done, _ = wait(pending, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            for future in done:
                batch = pending.pop(future)
                error = future.exception()
                # An error in a worker leaves its batch in doubt.
                part = future.result() if error is None else Delivery(in_doubt=len(batch), failed=error)
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
                except Exception as lost:  # raised by the caller, once what is known is recorded
                    self.halt()
                    total.failed = lost
                self._looked = began
        return total

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
        delivery, operation = Delivery(), batch[0].operation
        if self._refused_new[operation] >= REFUSED_BATCHES:
            return Delivery([receipt_of_range(batch, Outcome.NOT_SENT)])
        guilty, looks, told_apart = 0, 0, False
        suspects: list[Suspect] = []
        blamed: Blamed | None = None
        unreached = 0
        # Bisecting keeps its own stack: halves of a blamed call, the first half on top, and when it was refused.
        parts: list[tuple[Sequence[Record], Doubt, int]] = [(batch, Doubt(), 0)]
        while parts:
            records, doubt, refused = parts.pop()
            answer, silence = self._call(records)
            # The refusal that it shared is the last word on a half that was not called.
            unreached = unreached if answer else max(unreached, refused)
            doubt |= Doubt(silence is not None, silence is not None, silence)
            if isinstance(answer, Blamed):
                if not answer.unprocessed:
                    doubt |= Doubt(taken=True, unexplained=answer.alone is None, reason=answer.reason)
                if len(records) > 1 and guilty <= (-1 if self._refused[operation] else GUILTY_ROWS):
                    parts += _halves(records, doubt, next(self._order))
                    continue
                guilty, blamed = guilty + (len(records) == 1), answer
            if isinstance(answer, Blamed | Answered) and names_no_flaw(records, answer):
                suspects.append(Suspect(records, answer, doubt, next(self._order)))
            else:
                if tells_rows_apart(records, answer):
                    told_apart, self._told_apart[operation] = True, next(self._order)
                    self._refused[operation] = self._refused_new[operation] = 0
                delivery.receipts += receipts_of(records, answer, doubt, delivery)
            if delivery.stopped:
                self.halt()
            if not parts and not told_apart and looks < LOOKS:
                parts, looks = self._look_further(suspects), looks + 1
        delivery.receipts += self._judge(suspects, unreached, told_apart=told_apart, delivery=delivery)
        if delivery.stopped and suspects:
            self._refused[operation] += 1
            # What was in doubt before goes first, and may be refused for ever: it must not keep others from leaving.
            self._refused_new[operation] += any(record.untouched for record in batch)
        if told_apart and blamed is not None and guilty > GUILTY_ROWS:
            delivery.stopped = delivery.stopped or spared((), blamed, _MANY_ROWS_HINT)
            self.halt()
        return delivery

    def _judge(
        self, suspects: Sequence[Suspect], unreached: int, *, told_apart: bool, delivery: Delivery
    ) -> Iterator[Receipt]:
        """The receipts of a batch's suspects.

        A row is to blame where another of its batch was not, and it was alone in its call. A service that begins to
        fail refuses whatever comes next, so something must have been taken after it, unless it is the only one.
        """
        last = self._told_apart[suspects[0].records[0].operation] if suspects else 0
        after = [one for one in suspects if one.order > last]
        hint = _MANY_ROWS_HINT if told_apart else _NO_ROW_HINT
        for one in suspects:
            alone = isinstance(one.answer, Answered) or len(one.records) == 1
            known = told_apart and alone and (one.order < last or (len(after) == 1 and unreached < last))
            answer = one.answer if known else spared(one.records, one.answer, hint)
            yield from receipts_of(one.records, answer, one.doubt, delivery)

    def _look_further(self, suspects: list[Suspect]) -> list[tuple[Sequence[Record], Doubt, int]]:
        """The halves of one of the largest parts that were called as they are: in one there may be no row to blame.

        Which one is left to chance, lest the next push should go the same way in vain.
        """
        whole = [one for one in suspects if isinstance(one.answer, Blamed) and len(one.records) > 1]
        if not whole:
            return []
        one = max(whole, key=lambda one: (len(one.records), self._jitter()))
        suspects.remove(one)
        return _halves(one.records, one.doubt, one.order)

    def _call(self, records: Sequence[Record]) -> tuple[Answer | None, Reason | None]:
        """One call with its tries: the last answer (None: it was never made), and the reason of the last try that got
        none and may count all the same."""
        answer: Answer | None = None
        silence: Reason | None = None
        for try_ in range(1, self._patience.tries + 1):
            # Workers that lost their answers at once do not come back at once.
            again = _to_be_tried_again(answer, records)
            if not self._wait_turn(self._patience.wait_before(try_, self._jitter()) if again else 0.0):
                return (None if _is_unsent(answer) else answer), silence
            try:
                answer = self._destination.send(records)
                # Before the permit is back: no other call may start in between.
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


def _is_unsent(answer: Answer | None) -> TypeGuard[Unanswered]:
    """Is it known that nothing of the call left?"""
    return isinstance(answer, Unanswered) and answer.unprocessed


def _halves(records: Sequence[Record], doubt: Doubt, refused: int) -> list[tuple[Sequence[Record], Doubt, int]]:
    middle = len(records) // 2
    return [(records[middle:], doubt, refused), (records[:middle], doubt, refused)]
