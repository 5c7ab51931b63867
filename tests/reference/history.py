"""Hypothesis strategies for a legal history of runs, as the three tables tell it.

Legal means: a planner that reads the ledger before each round could have written it. Twins, repeated
receipts, missing receipts, rows that land after their run was fenced and fences that disagree are all legal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from .fold import State, fold
from .nouns import Attempt, MatchKey, Receipt, RunEvent
from .times import days_before

NOW = "2026-03-15T12:00:00Z"
# The first two are one click id in two spellings.
CLICK_IDS = ("ab120000-0000-0000-0000-000000000000", "AB" + "12" + "0" * 28, "cd34" + "0" * 28, "")
EMAILS = ("e" * 64, "f" * 64, "")
PHONES = ("", "a" * 64)
VALUES = (None, 10.0, 20.0)
ATTRIBUTIONS: tuple[dict, ...] = ({}, {}, {"attribution_credit": 0.5, "attribution_model": "linear"})

Draw = st.DrawFn


@dataclass
class History:
    """The three tables as they fill, and rows of stalled runs that have not landed yet."""

    names: Sequence[str]
    times: Sequence[str]
    keys: Sequence[str]
    allowed: frozenset[str]  # adjustments that the run which plans may send; the runs before it were free
    attempts: list[Attempt] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    events: list[RunEvent] = field(default_factory=list)
    late_attempts: list[Attempt] = field(default_factory=list)
    late_receipts: list[Receipt] = field(default_factory=list)
    adjusted: int = 0
    unlanded_retries: dict[int, list[Attempt]] = field(default_factory=dict)

    def states(self) -> dict[MatchKey, State]:
        return fold(self.attempts, self.receipts, self.events)

    def highest_seq(self, run_seq: int) -> int:
        return max((attempt.seq for attempt in self.attempts if attempt.run_seq == run_seq), default=0)

    def highest_batch(self, run_seq: int) -> int:
        return max((attempt.batch for attempt in self.attempts if attempt.run_seq == run_seq), default=0)


def fence(draw: Draw, history: History, run_seq: int, unclosed: Sequence[int]) -> None:
    """Claim the lease and fence the run before, whose holder may be stalled with a stretch still to land."""
    history.events += [RunEvent(run_seq, "claim"), RunEvent(run_seq, "open")]
    for old in unclosed:
        seen = history.highest_seq(old)
        if old in history.unlanded_retries:
            history.late_attempts += history.unlanded_retries[old]
            history.events.append(RunEvent(run_seq, "fence", old, seen))
            continue
        late = _attempts(draw, history, old, _operations(draw, history, old, False))
        if draw(st.booleans()):  # it woke, read the lease and knew; else it died with its intents written
            history.late_receipts += [Receipt(old, a.batch, a.seq, a.seq, "not_sent") for a in late]
        history.late_attempts += late
        history.events.append(RunEvent(run_seq, "fence", old, seen))
        # A fence written once more, when the late rows could be seen, must not bring them back.
        if late and draw(st.booleans()):
            history.events.append(RunEvent(run_seq, "fence", old, seen + len(late)))


def run(draw: Draw, history: History, run_seq: int, is_this_run: bool) -> bool:
    """One or two rounds of planning and sending; returns whether the run was closed."""
    for _ in range(draw(st.integers(1, 2))):
        operations = _operations(draw, history, run_seq, is_this_run)
        before = history.states()
        attempts = _attempts(draw, history, run_seq, operations)
        history.attempts += attempts
        stopped = False
        for batch in sorted({attempt.batch for attempt in attempts}):
            of_batch = [attempt for attempt in attempts if attempt.batch == batch]
            # Once a stretch finds its lease lost, nothing after it leaves either.
            stopped = stopped or draw(st.integers(0, 9)) == 7
            if stopped:
                history.receipts.append(Receipt(run_seq, batch, of_batch[0].seq, of_batch[-1].seq, "not_sent"))
            else:
                history.receipts += _answers(draw, of_batch, before)
        if stopped:
            return False
    closed = not is_this_run and draw(st.booleans())
    if closed:
        history.events.append(RunEvent(run_seq, "close"))
    return closed


def retry(draw: Draw, history: History, run_seq: int) -> bool:
    """A run that lifts refusals, all in one insert, which lands, or lands late, or never; returns whether it closed."""
    states = history.states()
    refused = sorted(identity for identity, state in states.items() if state.may_be_retried)
    chosen = draw(st.lists(st.sampled_from(refused), unique=True)) if refused else []
    rows = [
        replace(states[identity].sent, operation="retry", run_seq=run_seq, seq=seq, batch=1, first_attempt=False)
        for seq, identity in enumerate(chosen, start=1)
    ]
    fate = draw(st.sampled_from(("closed", "closed", "landed and died", "lands late", "died")))
    if fate == "closed":
        history.events.append(RunEvent(run_seq, "close"))
    else:
        history.unlanded_retries[run_seq] = rows if fate == "lands late" else []
    if fate in ("closed", "landed and died"):
        history.attempts += rows
    return fate == "closed"


def _operations(draw: Draw, history: History, run_seq: int, is_this_run: bool) -> list[Attempt]:
    """What one round of a run might do: at most one operation on an identity, each one legal by the fold."""
    states = history.states()
    earliest = days_before(NOW, 90) if is_this_run else ""
    operations: dict[MatchKey, Attempt] = {}
    known = sorted(states)
    for _ in range(draw(st.integers(1, 4))):
        if known and draw(st.booleans()):
            operation = _again(draw, history, states[draw(st.sampled_from(known))], run_seq)
            if operation and is_this_run and not _may_go(history, states[operation.match_key], operation, run_seq):
                continue
        else:
            operation = _fresh(draw, history, states, run_seq)
        if operation is None or operation.conversion_time < earliest:
            continue
        operations.setdefault(operation.match_key, operation)
    return list(operations.values())


def _again(draw: Draw, history: History, state: State, run_seq: int) -> Attempt | None:
    """An operation on an identity that the ledger knows, or None where none is legal."""
    unanswered_or_deferred_now = state.status_run_seq == run_seq and state.status in ("in_doubt", "deferred")
    if state.status == "retracted" or unanswered_or_deferred_now:
        return None
    if state.status == "in_doubt":
        return state.sent
    if state.status == "maybe_taken" and not state.retract_in_doubt and draw(st.booleans()):
        # One run tries a record once, also where it was asked to.
        return None if state.status_run_seq == run_seq else state.sent
    if state.status in ("rejected", "deferred"):
        again = replace(state.sent, value=draw(st.sampled_from(VALUES)))
        return again if _key_is_free(history.states(), again) else None
    history.adjusted += 1
    adjustment = replace(
        state.sent,
        value=None,
        currency="",
        attribution_credit=None,
        attribution_model="",
        adjustment_time=f"2026-03-15T11:{history.adjusted // 60:02}:{history.adjusted % 60:02}Z",
    )
    if state.status == "accepted" and not state.retract_in_doubt and draw(st.booleans()):
        # Keys may have been swapped in the source since the S went.
        key = draw(st.sampled_from((state.record_key, *history.keys)))
        value = draw(st.sampled_from(VALUES[1:]))
        adjustment = replace(adjustment, operation="restate", value=value, currency="USD", record_key=key)
    else:
        adjustment = replace(adjustment, operation="retract")
    return adjustment if _key_is_free(history.states(), adjustment) else None


def _may_go(history: History, state: State, operation: Attempt, run_seq: int) -> bool:
    """Whether the run that plans would send this: adjustments that are allowed, and none twice."""
    if operation.operation not in ("restate", "retract"):
        return True
    tried = state.adjusted
    twice = tried is not None and (tried.run_seq, tried.operation) == (run_seq, operation.operation)
    return operation.operation in history.allowed and not twice


def _fresh(draw: Draw, history: History, states: dict[MatchKey, State], run_seq: int) -> Attempt | None:
    """An S with new bytes, of an identity that is new to the ledger, refused or deferred."""
    click_id = draw(st.sampled_from(CLICK_IDS))
    attempt = Attempt(
        run_seq=run_seq,
        seq=0,
        batch=0,
        operation="send",
        conversion_name=draw(st.sampled_from(history.names)),
        click_id=click_id,
        hashed_email=draw(st.sampled_from(EMAILS if click_id else EMAILS[:2])),
        hashed_phone=draw(st.sampled_from(PHONES)),
        conversion_time=draw(st.sampled_from(history.times)),
        record_key=draw(st.sampled_from(history.keys)),
        value=draw(st.sampled_from(VALUES)),
        currency="USD",
        **draw(st.sampled_from(ATTRIBUTIONS)),
    )
    state = states.get(attempt.match_key)
    if state is not None and state.status not in ("rejected", "deferred"):
        return None
    if state is not None and state.status == "deferred" and state.status_run_seq == run_seq:
        return None
    return attempt if _key_is_free(states, attempt) else None


def _key_is_free(states: dict[MatchKey, State], attempt: Attempt) -> bool:
    """While a record of a key has an S or X in doubt, nothing else of that key goes."""
    return not any(
        attempt.record_key in state.record_keys and (state.status == "in_doubt" or state.retract_in_doubt)
        for identity, state in states.items()
        if identity != attempt.match_key
    )


def _attempts(draw: Draw, history: History, run_seq: int, operations: Sequence[Attempt]) -> list[Attempt]:
    """The operations as intents: each kind in batches of its own, seq and batch rising."""
    known = {attempt.match_key for attempt in history.attempts}
    attempts: list[Attempt] = []
    seq, batch = history.highest_seq(run_seq) + 1, history.highest_batch(run_seq) + 1
    for kind in ("send", "restate", "retract"):
        size = draw(st.integers(1, 3))
        of_kind = [operation for operation in operations if operation.operation == kind]
        for start in range(0, len(of_kind), size):
            for operation in of_kind[start : start + size]:
                first = operation.match_key not in known
                attempts.append(replace(operation, run_seq=run_seq, seq=seq, batch=batch, first_attempt=first))
                seq += 1
            batch += 1
    return attempts


def _answers(draw: Draw, batch: Sequence[Attempt], before: dict[MatchKey, State]) -> list[Receipt]:
    """The receipts of one call: none, a range, single rows, or rows beside the range they except."""
    run_seq, number, last = batch[0].run_seq, batch[0].batch, batch[-1].seq
    fate = draw(
        st.sampled_from(("unanswered", "answered", "answered", "answered", "deferred", "killed midway", "bisected"))
    )
    if fate == "unanswered":
        return []
    if fate == "deferred":
        settles = draw(st.booleans())
        return [Receipt(run_seq, number, batch[0].seq, last, "deferred", settles, 117)]
    if fate == "bisected":  # the second half went unanswered
        last = batch[max(len(batch) // 2, 1) - 1].seq
    receipts: list[Receipt] = []
    accepted = 0
    for attempt in batch:
        if attempt.seq > last:
            break
        outcome = draw(st.sampled_from(("accepted", "accepted", "accepted", "rejected", "deferred")))
        if outcome == "accepted":
            accepted += 1
            continue
        settles = _is_clean(attempt, before) or draw(st.booleans())
        if outcome == "deferred":
            settles = draw(st.booleans())
        receipts.append(Receipt(run_seq, number, attempt.seq, attempt.seq, outcome, settles, 5602, "Code"))
    if accepted and fate != "killed midway":
        receipts.append(Receipt(run_seq, number, batch[0].seq, last, "accepted"))
    return receipts


def _is_clean(attempt: Attempt, before: dict[MatchKey, State]) -> bool:
    """Whether no earlier try of this operation may have been taken, so that its refusal settles."""
    state = before.get(attempt.match_key)
    if state is None:
        return True
    if attempt.operation == "send":
        return state.status not in ("in_doubt", "maybe_taken")
    return not (state.restate_in_doubt if attempt.operation == "restate" else state.retract_in_doubt)


def repeat_inserts(draw: Draw, history: History) -> None:
    """An insert of unknown fate is repeated unchanged, so rows may stand in their table twice."""
    if history.attempts and draw(st.booleans()):
        twins = draw(st.lists(st.sampled_from(history.attempts), max_size=3))
        # A repeated insert never claims to be the first attempt, so that a plan takes a closer look at the identity.
        history.attempts += [replace(twin, first_attempt=False) for twin in twins]
    if history.receipts and draw(st.booleans()):
        history.receipts += draw(st.lists(st.sampled_from(history.receipts), max_size=3))
