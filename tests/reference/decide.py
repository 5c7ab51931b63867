"""The decision table where no adjustment is allowed: what each source row and left-over identity is given.

Where adjustments come to be allowed, they enter at the reasons that say "would".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .fold import State
from .nouns import Attempt, MatchKey, PlanRow, SourceRow

# Class, reason, operation.
Verdict = tuple[str, str | None, str | None]
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def days_before(now: str, days: float) -> str:
    moment = datetime.strptime(now, TIME_FORMAT).replace(tzinfo=UTC) - timedelta(days=days)
    return moment.strftime(TIME_FORMAT)


def plan(
    source_rows: Iterable[SourceRow],
    states: Mapping[MatchKey, State],
    now: str,
    adjustments_allowed: frozenset[str] = frozenset(),
    this_run_seq: int | None = None,
) -> list[PlanRow]:
    """One plan row per source row, then those of the identities that only the ledger speaks of."""
    if adjustments_allowed:
        raise NotImplementedError("This version sends no adjustments: call plan() without any.")
    world = _World.of(list(source_rows), states, now, this_run_seq)
    rows = [_invalid_row(row) for row in world.rows if row.is_invalid]
    same_identity: dict[MatchKey | None, list[SourceRow]] = defaultdict(list)
    for row in world.rows:
        if not row.is_invalid:
            same_identity[row.match_key].append(row)
    for identity, alike in same_identity.items():
        state = states.get(identity) if identity else None
        first, *others = sorted(alike, key=lambda row: _duplicate_order(row, state))
        rows.append(_source_row(world, first))
        rows.extend(_from_source(other, "duplicate") for other in others)
    for identity, state in states.items():
        left_over = _ledger_identity(world, identity, state)
        if left_over is not None:
            rows.append(left_over)
    return rows


@dataclass(frozen=True)
class _World:
    """What every judgement looks at."""

    rows: Sequence[SourceRow]
    states: Mapping[MatchKey, State]
    now: str
    expiry: str  # what converted before this is past 90 days
    this_run_seq: int | None
    oldest: str | None  # the oldest conversion time that can be read in the source
    oldest_open: str | None  # of a valid row within 90 days: one stray old row must not make the source look older
    present: frozenset[MatchKey]  # identities that stand in a source row, invalid or not
    valid: frozenset[MatchKey]  # identities that stand in a row without an invalid reason
    open_keys: frozenset[str]  # keys of valid rows whose own identity does not count yet
    invalid_keys: frozenset[str]
    sent_under: Mapping[str, frozenset[MatchKey]]  # the identities that ever went under a key

    @classmethod
    def of(
        cls,
        rows: Sequence[SourceRow],
        states: Mapping[MatchKey, State],
        now: str,
        this_run_seq: int | None,
    ) -> _World:
        readable = [(row, row.match_key) for row in rows if row.match_key is not None]
        times = [identity.conversion_time for row, identity in readable if not row.is_invalid]
        expiry = days_before(now, 90)
        sent_under: dict[str, set[MatchKey]] = defaultdict(set)
        for identity, state in states.items():
            for key in state.record_keys:
                sent_under[key].add(identity)
        return cls(
            rows=rows,
            states=states,
            now=now,
            expiry=expiry,
            this_run_seq=this_run_seq,
            oldest=min((identity.conversion_time for _, identity in readable), default=None),
            oldest_open=min((time for time in times if time >= expiry), default=None),
            present=frozenset(identity for _, identity in readable),
            valid=frozenset(identity for row, identity in readable if not row.is_invalid),
            open_keys=frozenset(
                row.key
                for row, identity in readable
                if row.key and not row.is_invalid and not _counts(states, identity)
            ),
            invalid_keys=frozenset(row.key for row in rows if row.key and row.is_invalid),
            sent_under={key: frozenset(identities) for key, identities in sent_under.items()},
        )

    def is_expired(self, identity: MatchKey) -> bool:
        return identity.conversion_time < self.expiry

    def settled_this_run(self, state: State) -> bool:
        """Whether the status of this identity was given by an attempt of the run that plans."""
        return self.this_run_seq is not None and state.status_run_seq == self.this_run_seq


def _counts(states: Mapping[MatchKey, State], identity: MatchKey) -> bool:
    return identity in states and states[identity].status == "counted"


def _duplicate_order(row: SourceRow, state: State | None) -> tuple[object, ...]:
    """The first by this order stands: the row that was sent, else by key and value; absent numbers come last."""
    value, credit = row.conversion_value, row.external_attribution_credit
    return (
        state is None or row.key != state.record_key,
        row.key,
        (value is None, value or 0.0),
        row.conversion_currency_code,
        (credit is None, credit or 0.0),
        row.external_attribution_model,
        row.hashed_email_address,
        row.hashed_phone_number,
        row.microsoft_click_id,
    )


def _from_source(row: SourceRow, class_: str, reason: str | None = None, operation: str | None = None) -> PlanRow:
    return PlanRow(
        side="source",
        class_=class_,
        reason=reason,
        operation=operation,
        conversion_name=row.conversion_name,
        click_id=row.microsoft_click_id,
        hashed_email=row.hashed_email_address,
        hashed_phone=row.hashed_phone_number,
        conversion_time=row.conversion_time,
        record_key=row.key,
        value=row.conversion_value,
        currency=row.conversion_currency_code,
        attribution_credit=row.external_attribution_credit,
        attribution_model=row.external_attribution_model,
        source=row,
    )


def _from_ledger(sent: Attempt, class_: str, reason: str | None = None, operation: str | None = None) -> PlanRow:
    return PlanRow(
        side="ledger",
        class_=class_,
        reason=reason,
        operation=operation,
        conversion_name=sent.conversion_name,
        click_id=sent.click_id,
        hashed_email=sent.hashed_email,
        hashed_phone=sent.hashed_phone,
        conversion_time=sent.conversion_time,
        record_key=sent.record_key,
        value=sent.value,
        currency=sent.currency,
        attribution_credit=sent.attribution_credit,
        attribution_model=sent.attribution_model,
    )


def _invalid_row(row: SourceRow) -> PlanRow:
    return _from_source(row, "invalid", ",".join(row.reasons) or None)


def _source_row(world: _World, row: SourceRow) -> PlanRow:
    """The standing of a row that is valid and the first of its identity."""
    identity = row.match_key
    assert identity is not None, "a row whose time cannot be read is invalid"
    state = world.states.get(identity)
    if state is not None and state.status == "in_doubt":
        in_doubt = _in_doubt(world, identity, state)
        if in_doubt.operation:
            return replace(in_doubt, side="source", source=row)
        return _from_source(row, in_doubt.class_, in_doubt.reason)
    expired = world.is_expired(identity)
    if state is not None and state.status == "counted":
        verdict = _counted_verdict(row, state, expired)
        if verdict[0] == "unchanged" and world.settled_this_run(state):
            verdict = "accepted", None, None
        return _from_source(row, *verdict)
    verdict = _uncounted_verdict(world, row, state, expired)
    if state is not None and state.status == "maybe" and verdict[2]:
        # A retry repeats what may have been taken, byte for byte; the change follows after.
        return replace(_from_ledger(state.sent, *verdict), side="source", source=row)
    return _from_source(row, *verdict)


def _uncounted_verdict(world: _World, row: SourceRow, state: State | None, expired: bool) -> Verdict:
    """Class, reason and operation for an identity that is neither counted nor in doubt."""
    status = "none" if state is None else state.status
    if expired:
        verdict = "expired", None, None
    elif status == "dead":
        verdict = "held", "retracted", None
    elif status == "maybe" and not state.lifted:
        verdict = "held", "maybe_taken", None
    elif status == "refused" and _payload(row) == _payload_sent(state.sent):
        this_run = world.settled_this_run(state)
        verdict = ("rejected", None, None) if this_run else ("held", "rejected_unchanged", None)
    elif status in ("deferred", "maybe") and world.settled_this_run(state):
        verdict = "deferred", "deferred_this_run", None
    # All that is left would be sent: only now do the future and the key have a say.
    elif row.conversion_time > world.now:
        verdict = "waiting", None, None
    elif held_by_key := _held_by_key(world, row.key, row.match_key):
        verdict = "held", held_by_key, None
    else:
        verdict = "deferred" if status in ("deferred", "maybe") else "new", None, "send"
    return verdict


def _counted_verdict(row: SourceRow, state: State, expired: bool) -> Verdict:
    """Class, reason and operation for an identity that counts: nothing of it is sent again."""
    now_says = (row.conversion_value, row.conversion_currency_code)
    attribution = (row.external_attribution_credit, row.external_attribution_model)
    hashes = (row.hashed_email_address, row.hashed_phone_number)
    if state.retract_in_doubt:
        verdict = "held", "retract_in_doubt"  # would retract again
    elif state.restate_in_doubt:
        verdict = "held", "restate_in_doubt"  # would restate, for the value that counts is unknown
    # Attribution and a removed value come before a changed value: no adjustment can carry them, at any age.
    elif attribution != state.attribution:
        verdict = "held", "attribution_changed"
    elif row.conversion_value is None and state.value is not None:
        verdict = "held", "value_removed"
    elif now_says != (state.value, state.currency):
        if expired:
            verdict = "expired", None
        elif now_says == state.restate_refused:
            verdict = "held", "rejected_unchanged"
        else:
            verdict = "held", "value_changed"  # would restate
    # Without a click id the hashes are the identity, so they can differ only beside one.
    elif hashes != (state.sent.hashed_email, state.sent.hashed_phone):
        verdict = "unchanged", "hashes_differ"
    else:
        verdict = "unchanged", None
    return *verdict, None


def _payload(row: SourceRow) -> tuple[object, ...]:
    """What a changed row may differ in. The spelling of the click id is not among it: identity ignores it."""
    return (
        row.conversion_value,
        row.conversion_currency_code,
        row.external_attribution_credit,
        row.external_attribution_model,
        row.hashed_email_address,
        row.hashed_phone_number,
    )


def _payload_sent(sent: Attempt) -> tuple[object, ...]:
    return (
        sent.value,
        sent.currency,
        sent.attribution_credit,
        sent.attribution_model,
        sent.hashed_email,
        sent.hashed_phone,
    )


def _in_doubt(world: _World, identity: MatchKey, state: State) -> PlanRow:
    """An S in doubt is sent again with the ledger's bytes, whatever the source says of it."""
    if world.is_expired(identity):
        return _from_ledger(state.sent, "expired")
    if world.settled_this_run(state):
        return _from_ledger(state.sent, "in_doubt", "unanswered_this_run")
    return _from_ledger(state.sent, "in_doubt", None, "send")


def _held_by_key(world: _World, key: str, identity: MatchKey) -> str | None:
    """Why a row that would be sent is held for another identity that its key was ever sent under."""
    others = world.sent_under.get(key, frozenset()) - {identity}
    states = [(other, world.states[other]) for other in others]
    # An X in doubt binds its key as an S in doubt does.
    if any(state.status == "in_doubt" or state.retract_in_doubt for _, state in states):
        return "key_in_doubt"
    # What still stands in the source under some key has only swapped keys: it is a conversion of its own.
    if any(state.status in ("counted", "maybe") and other not in world.present for other, state in states):
        return "key_sent_before"  # would retract the other first
    return None


def _ledger_identity(world: _World, identity: MatchKey, state: State) -> PlanRow | None:
    """The standing of an identity that is taken or in doubt and that no source row speaks for."""
    window_start = days_before(world.now, 91)
    if world.oldest is not None:
        window_start = min(window_start, world.oldest)
    if identity.conversion_time < window_start:
        return None
    if state.status == "in_doubt":
        # An invalid row does not speak for what is in doubt: that is settled all the same.
        return None if identity in world.valid else _in_doubt(world, identity, state)
    if identity in world.valid:
        return None
    if state.status == "maybe":
        return _from_ledger(state.sent, "held", "maybe_taken")  # would retract
    if state.status == "counted":
        return _from_ledger(state.sent, *_left_over_verdict(world, identity, state))
    return None


def _left_over_verdict(world: _World, identity: MatchKey, state: State) -> tuple[str, str | None]:
    """Class and reason for an identity that counts and stands in no source row."""
    if state.retract_in_doubt:
        verdict = "held", "retract_in_doubt"  # would retract again
    elif state.restate_in_doubt:
        verdict = "held", "restate_in_doubt"  # would retract
    elif identity in world.present:
        verdict = "held", "row_invalid_now"
    elif world.is_expired(identity):
        verdict = "aged_out", None
    elif state.record_key in world.open_keys:
        verdict = "held", "moved"  # would retract, and send the key's new identity after that
    elif state.record_key in world.invalid_keys:
        verdict = "held", "row_invalid_now"
    elif identity.conversion_time < max(world.oldest_open or "", days_before(world.now, 89)):
        verdict = "aged_out", None
    else:
        verdict = "held", "gone"  # would retract
    return verdict
