"""Hypothesis strategies for small, nasty and legal worlds: a history of runs, and the source after it.

Legal means: a planner that reads the ledger before each round could have written it. Twins, repeated
receipts, missing receipts, rows that land after their run was fenced and fences that disagree are all legal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from .decide import days_before
from .fold import State, fold
from .nouns import Attempt, MatchKey, Receipt, RunEvent, SourceRow

NOW = "2026-03-15T12:00:00Z"
NAMES = ("Lead", "Sale")
# The first two are one click id in two spellings.
CLICK_IDS = ("ab120000-0000-0000-0000-000000000000", "AB" + "12" + "0" * 28, "cd34" + "0" * 28, "")
EMAILS = ("e" * 64, "f" * 64, "")
PHONES = ("", "a" * 64)
KEYS = ("k1", "k2", "k3", "")
VALUES = (None, 10.0, 20.0)
ATTRIBUTIONS: tuple[dict, ...] = ({}, {}, {"attribution_credit": 0.5, "attribution_model": "linear"})
# Recent, not yet and just expired, within the extra day of the ledger's window, older, and to come.
PAST_DAYS = (3, 20, 89.5, 90, 90.5, 95)
FUTURE_DAYS = (-1,)

Draw = st.DrawFn


@dataclass(frozen=True)
class World:
    """What a plan is made from."""

    attempts: tuple[Attempt, ...]
    receipts: tuple[Receipt, ...]
    events: tuple[RunEvent, ...]
    source: tuple[SourceRow, ...]
    now: str
    this_run_seq: int | None

    def states(self) -> dict[MatchKey, State]:
        return fold(self.attempts, self.receipts, self.events)


@dataclass
class _History:
    """The three tables as they fill, and rows of stalled runs that have not landed yet."""

    names: Sequence[str]
    times: Sequence[str]
    keys: Sequence[str]
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


@st.composite
def worlds(draw: Draw, max_runs: int = 4, max_source_rows: int = 6) -> World:
    """A history of up to max_runs runs and a source table; half of the time planned within the last run."""
    past = draw(st.lists(st.sampled_from(PAST_DAYS), min_size=1, max_size=3, unique=True))
    history = _History(
        names=NAMES[: draw(st.integers(1, 2))],
        times=[days_before(NOW, days) for days in past],
        keys=KEYS[: draw(st.integers(2, 4))],
    )
    run_count = draw(st.integers(0, max_runs))
    within_last_run = run_count > 0 and draw(st.booleans())
    run_seq, unclosed = 0, []
    for number in range(run_count):
        run_seq += draw(st.integers(1, 2))
        is_this_run = within_last_run and number == run_count - 1
        _fence(draw, history, run_seq, unclosed)
        if not is_this_run and draw(st.integers(0, 3)) == 0:
            closed = _retry(draw, history, run_seq)
        else:
            closed = _run(draw, history, run_seq, is_this_run)
        unclosed = [] if closed else [run_seq]
    history.attempts.extend(history.late_attempts)
    history.receipts.extend(history.late_receipts)
    _repeat_inserts(draw, history)
    return World(
        attempts=tuple(draw(st.permutations(history.attempts))),
        receipts=tuple(history.receipts),
        events=tuple(history.events),
        source=tuple(_source(draw, history, max_source_rows)),
        now=NOW,
        this_run_seq=run_seq if within_last_run else None,
    )


def _fence(draw: Draw, history: _History, run_seq: int, unclosed: Sequence[int]) -> None:
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


def _run(draw: Draw, history: _History, run_seq: int, is_this_run: bool) -> bool:
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


def _retry(draw: Draw, history: _History, run_seq: int) -> bool:
    """A run that lifts refusals, all in one insert, which lands, or lands late, or never; returns whether it closed."""
    states = history.states()
    refused = sorted(identity for identity, state in states.items() if state.status in ("refused", "maybe"))
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


def _operations(draw: Draw, history: _History, run_seq: int, is_this_run: bool) -> list[Attempt]:
    """What one round of a run might do: at most one operation on an identity, each one legal by the fold."""
    states = history.states()
    earliest = days_before(NOW, 90) if is_this_run else ""
    operations: dict[MatchKey, Attempt] = {}
    known = sorted(states)
    for _ in range(draw(st.integers(1, 4))):
        if known and draw(st.booleans()):
            operation = _again(draw, history, states[draw(st.sampled_from(known))], run_seq)
        else:
            operation = _fresh(draw, history, states, run_seq)
        if operation is None or operation.conversion_time < earliest:
            continue
        operations.setdefault(operation.match_key, operation)
    return list(operations.values())


def _again(draw: Draw, history: _History, state: State, run_seq: int) -> Attempt | None:
    """An operation on an identity that the ledger knows, or None where none is legal."""
    unanswered_or_deferred_now = state.status_run_seq == run_seq and state.status in ("in_doubt", "deferred")
    if state.status == "dead" or unanswered_or_deferred_now:
        return None
    if state.status == "in_doubt":
        return state.sent
    if state.status == "maybe" and not state.retract_in_doubt and draw(st.booleans()):
        # One run tries a record once, also where it was asked to.
        return None if state.status_run_seq == run_seq else state.sent
    if state.status in ("refused", "deferred"):
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
    if state.status == "counted" and not state.retract_in_doubt and draw(st.booleans()):
        # Keys may have been swapped in the source since the S went.
        key = draw(st.sampled_from((state.record_key, *history.keys)))
        value = draw(st.sampled_from(VALUES[1:]))
        adjustment = replace(adjustment, operation="restate", value=value, currency="USD", record_key=key)
    else:
        adjustment = replace(adjustment, operation="retract")
    return adjustment if _key_is_free(history.states(), adjustment) else None


def _fresh(draw: Draw, history: _History, states: dict[MatchKey, State], run_seq: int) -> Attempt | None:
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
    if state is not None and state.status not in ("refused", "deferred"):
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


def _attempts(draw: Draw, history: _History, run_seq: int, operations: Sequence[Attempt]) -> list[Attempt]:
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
        return state.status not in ("in_doubt", "maybe")
    return not (state.restate_in_doubt if attempt.operation == "restate" else state.retract_in_doubt)


def _repeat_inserts(draw: Draw, history: _History) -> None:
    """An insert of unknown fate is repeated unchanged, so rows may stand in their table twice."""
    if history.attempts and draw(st.booleans()):
        twins = draw(st.lists(st.sampled_from(history.attempts), max_size=3))
        # A repeated insert never claims to be the first attempt, so that a plan takes a closer look at the identity.
        history.attempts += [replace(twin, first_attempt=False) for twin in twins]
    if history.receipts and draw(st.booleans()):
        history.receipts += draw(st.lists(st.sampled_from(history.receipts), max_size=3))


def _source(draw: Draw, history: _History, max_rows: int) -> list[SourceRow]:
    """The source at the end: rows as they were sent, rows that changed since, and rows nobody has seen."""
    return [
        _seen_row(draw, history) if history.attempts and draw(st.integers(0, 3)) else _unseen_row(draw, history)
        for _ in range(draw(st.integers(0, max_rows)))
    ]


def _seen_row(draw: Draw, history: _History) -> SourceRow:
    sent = draw(st.sampled_from([a for a in history.attempts if a.operation == "send"] or history.attempts))
    row = SourceRow(
        conversion_name=sent.conversion_name,
        conversion_time=sent.conversion_time,
        microsoft_click_id=sent.click_id,
        hashed_email_address=sent.hashed_email,
        hashed_phone_number=sent.hashed_phone,
        conversion_value=sent.value,
        conversion_currency_code=sent.currency,
        external_attribution_credit=sent.attribution_credit,
        external_attribution_model=sent.attribution_model,
        key=sent.record_key,
    )
    match draw(st.sampled_from(("same", "same", "value", "key", "hashes", "spelling", "credit", "time", "broken"))):
        case "value":
            row = replace(row, conversion_value=draw(st.sampled_from(VALUES)))
        case "key":
            row = replace(row, key=draw(st.sampled_from(history.keys)))
        case "hashes":
            row = replace(row, hashed_email_address=draw(st.sampled_from(EMAILS[:2])))
        case "spelling":
            row = replace(row, microsoft_click_id=row.microsoft_click_id.upper())
        case "credit":
            row = replace(row, external_attribution_credit=0.25, external_attribution_model="linear")
        case "time":
            row = replace(row, conversion_time=_source_time(draw, history))
        case "broken":
            row = _broken(draw, row)
    return row


def _unseen_row(draw: Draw, history: _History) -> SourceRow:
    row = SourceRow(
        conversion_name=draw(st.sampled_from(history.names)),
        conversion_time=_source_time(draw, history),
        microsoft_click_id=draw(st.sampled_from(CLICK_IDS)),
        hashed_email_address=draw(st.sampled_from(EMAILS[:2])),
        conversion_value=draw(st.sampled_from(VALUES)),
        conversion_currency_code=draw(st.sampled_from(("USD", "EUR"))),
        key=draw(st.sampled_from(history.keys)),
    )
    return _broken(draw, row) if draw(st.integers(0, 4)) == 0 else row


def _source_time(draw: Draw, history: _History) -> str:
    return draw(st.sampled_from([*history.times, *(days_before(NOW, days) for days in FUTURE_DAYS)]))


def _broken(draw: Draw, row: SourceRow) -> SourceRow:
    if draw(st.booleans()):
        return replace(row, conversion_time=None, reasons=("conversion_time_missing",))
    return replace(row, conversion_currency_code="usd", reasons=("currency_code_malformed",))
