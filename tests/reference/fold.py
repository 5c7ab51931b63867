"""State: what the ledger, its receipts and the fences say of each identity, folded over all its attempts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .nouns import Attempt, MatchKey, Receipt, RunEvent
from .rules import ALL, Rules

# Where two receipts of one width speak of a row, believe the one that claims least: a batch of one that was
# refused may carry the receipt of its row and the receipt of its range.
LEAST_CLAIM_FIRST = {"rejected": 0, "deferred": 1, "not_sent": 2, "accepted": 3}


@dataclass(frozen=True)
class Answer:
    """What became of one attempt."""

    outcome: str  # accepted | rejected | deferred | not_sent | void | none
    settles: bool = False
    code: int | None = None
    error_code: str = ""
    recorded_at: str = ""


@dataclass(frozen=True)
class Adjusted:
    """An R or X, and what became of it."""

    operation: str  # restate | retract
    run_seq: int
    value: float | None
    currency: str
    outcome: str  # accepted | rejected | deferred | none
    settles: bool
    code: int | None
    error_code: str

    @property
    def says(self) -> tuple[float | None, str]:
        return self.value, self.currency


@dataclass(frozen=True)
class State:
    """What is known of one identity. The flags speak of adjustments, beside the status of its S."""

    status: str  # retracted | accepted | in_doubt | maybe_taken | rejected | deferred
    status_run_seq: int  # the run of the attempt that gave it its status
    sent: Attempt  # the S the status speaks of: repeated in doubt, counted, refused last or deferred last
    code: int | None  # of the refusal or deferral the status speaks of
    error_code: str
    value: float | None  # of the last accepted R, else of `sent`
    currency: str
    restate_in_doubt: bool
    retract_in_doubt: bool
    restate_refused: tuple[float | None, str] | None  # the value and currency it was refused for
    restate_tried: tuple[float | None, str] | None  # the value and currency of the last R without an answer
    retract_refused: bool  # the last X was refused
    adjusted: Adjusted | None  # the last R or X
    accepted_at: str  # when the answer that accepted the S was written
    unanswered_run_seqs: frozenset[int]  # runs with an attempt without an answer, whatever came later
    lifted: bool  # of maybe: somebody asked for one more repeat since its last refusal
    last_adjustment_time: str
    record_keys: frozenset[str]  # every key that any of its attempts went under

    @property
    def record_key(self) -> str:
        return self.sent.record_key

    @property
    def may_be_retried(self) -> bool:
        refused = self.retract_refused or self.restate_refused is not None
        return self.status in ("rejected", "maybe_taken") or (self.status == "accepted" and refused)

    @property
    def attribution(self) -> tuple[float | None, str]:
        return self.sent.attribution_credit, self.sent.attribution_model


def lowest_fences(events: Iterable[RunEvent]) -> dict[int, int]:
    """The lowest fenced seq per fenced run; a fence that saw no row of it stands below every seq."""
    fences: dict[int, int] = {}
    for event in events:
        if event.event == "fence" and event.fenced_run_seq is not None:
            seq = event.fenced_seq or 0
            fences[event.fenced_run_seq] = min(seq, fences.get(event.fenced_run_seq, seq))
    return fences


def outcome_of(attempt: Attempt, receipts: Iterable[Receipt], fences: Mapping[int, int]) -> Answer:
    """The answer to one attempt: void above the fence of its run, else by the narrowest receipt upon it."""
    if attempt.run_seq in fences and attempt.seq > fences[attempt.run_seq]:
        return Answer("void")
    upon = [
        receipt
        for receipt in receipts
        if (receipt.run_seq, receipt.batch) == (attempt.run_seq, attempt.batch)
        and receipt.seq_from <= attempt.seq <= receipt.seq_to
    ]
    if not upon:
        return Answer("none")
    best = min(
        upon, key=lambda r: (r.seq_to - r.seq_from, LEAST_CLAIM_FIRST[r.outcome], r.settles, r.recorded_at or "")
    )
    return Answer(best.outcome, best.settles, best.code, best.error_code, best.recorded_at or "")


def fold(
    attempts: Iterable[Attempt], receipts: Sequence[Receipt], events: Iterable[RunEvent], rules: Rules = ALL
) -> dict[MatchKey, State]:
    """The state of each identity that has an attempt left once not sent and void ones are left out."""
    fences = lowest_fences(events)
    # A dict by (run_seq, seq) counts an attempt once, however often its insert was repeated.
    once: dict[tuple[int, int], Attempt] = {}
    for attempt in attempts:
        once.setdefault((attempt.run_seq, attempt.seq), attempt)
    histories: dict[MatchKey, list[tuple[Attempt, Answer]]] = defaultdict(list)
    for attempt in [once[place] for place in sorted(once)] if rules.runs_order_attempts else once.values():
        answer = outcome_of(attempt, receipts, fences)
        if answer.outcome not in ("not_sent", "void"):
            histories[attempt.match_key].append((attempt, answer))
    states = ((identity, _state(history, rules)) for identity, history in histories.items())
    return {identity: state for identity, state in states if state is not None}


@dataclass(frozen=True)
class _Sends:
    status: str
    sent: Attempt
    latest: Attempt
    answer: Answer
    lifted: bool = False


def _walk_sends(history: list[tuple[Attempt, Answer]], rules: Rules) -> _Sends | None:
    """Where the S side stands after its attempts, in order; accepted once is counted for good."""
    pending: _Sends | None = None
    for attempt, answer in history:
        if attempt.operation == "retry" and pending is not None:
            # It lifts a refusal and nothing else: what may have been taken may still have been.
            if pending.status == "rejected":
                pending = replace(pending, status="deferred")
            elif pending.status == "maybe_taken":
                pending = replace(pending, lifted=True)
        if attempt.operation != "send":
            continue
        # Every repeat of what may have been taken carries the same bytes, so the first of them stands for
        # all. A settling refusal ends that: what is sent after it may differ.
        open_now = pending is not None and pending.status in ("in_doubt", "maybe_taken")
        sent = pending.sent if pending is not None and open_now else attempt
        if answer.outcome == "accepted":
            return _Sends("accepted", sent, attempt, answer)
        if answer.outcome == "none":
            pending = _Sends("in_doubt", sent, attempt, answer)
        elif answer.outcome == "rejected" and (answer.settles or not rules.unsettled_refusal_is_maybe):
            pending = _Sends("rejected", attempt, attempt, answer)
        elif answer.outcome == "rejected":
            pending = _Sends("maybe_taken", sent, attempt, answer)
        elif answer.settles or not open_now:
            pending = _Sends("deferred", attempt, attempt, answer)
        elif pending is not None and pending.lifted:
            # Put off, and still asked for: it was tried in this run.
            pending = replace(pending, latest=attempt)
    return pending


@dataclass
class _Adjustments:
    """What the adjustments of one identity say, one after another."""

    value: float | None
    currency: str
    restate_in_doubt: bool = False
    retract_in_doubt: bool = False
    restate_refused: tuple[float | None, str] | None = None
    restate_tried: tuple[float | None, str] | None = None
    retract_refused: bool = False
    dead: bool = False
    last: Adjusted | None = None

    def add(self, attempt: Attempt, answer: Answer) -> None:
        says = attempt.value, attempt.currency
        match attempt.operation, answer.outcome:
            case "restate", "accepted":
                self.value, self.currency = says
                self.restate_in_doubt, self.restate_refused = False, None
            case "restate", "none":
                self.restate_in_doubt, self.restate_tried = True, says
            case "restate", "rejected":
                self.restate_refused = says
            case "retract", "accepted":
                self.dead = True
            case "retract", "none":
                self.retract_in_doubt = True
            case "retract", "rejected":
                self.retract_in_doubt = self.retract_in_doubt and not answer.settles
            case "retry", _:
                self.restate_refused, self.retract_refused = None, False
                return
        if attempt.operation == "retract":
            self.retract_refused = answer.outcome == "rejected"
        self.last = Adjusted(
            attempt.operation, attempt.run_seq, *says, answer.outcome, answer.settles, answer.code, answer.error_code
        )


def _last_row(history: list[tuple[Attempt, Answer]]) -> list[tuple[Attempt, Answer]]:
    """What would be known if the outcome of the last row were the state."""
    attempt, answer = history[-1]
    taken = attempt.operation == "retract" and answer.outcome == "accepted"
    return history if taken else [(replace(attempt, operation="send"), answer)]


def _state(history: list[tuple[Attempt, Answer]], rules: Rules) -> State | None:
    if not rules.all_attempts_count:
        history = _last_row(history)
    sends = _walk_sends(history, rules)
    if sends is None:  # adjustments alone: no legal history has this, and nothing is known to count
        return None
    said = _Adjustments(sends.sent.value, sends.sent.currency)
    for attempt, answer in history:
        if attempt.operation != "send":
            said.add(attempt, answer)
    status = "retracted" if said.dead else sends.status
    return State(
        status=status,
        status_run_seq=sends.latest.run_seq,
        sent=sends.sent,
        code=sends.answer.code,
        error_code=sends.answer.error_code,
        value=said.value,
        currency=said.currency,
        restate_in_doubt=said.restate_in_doubt,
        retract_in_doubt=said.retract_in_doubt and status != "retracted",
        restate_refused=said.restate_refused,
        restate_tried=said.restate_tried if said.restate_in_doubt else None,
        retract_refused=said.retract_refused,
        adjusted=said.last,
        accepted_at=sends.answer.recorded_at if sends.status == "accepted" else "",
        unanswered_run_seqs=frozenset(
            attempt.run_seq for attempt, answer in history if answer.outcome == "none" and attempt.operation != "retry"
        ),
        lifted=sends.lifted and status == "maybe_taken",
        last_adjustment_time=max(attempt.adjustment_time for attempt, _ in history),
        record_keys=frozenset(attempt.record_key for attempt, _ in history if attempt.record_key),
    )
