"""The decision table: what each source row and each identity that only the ledger speaks of is given."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .adjust import Verdict, of_counted_row, of_left_over, of_maybe_row, where_it_went
from .facts import Facts
from .fold import State
from .nouns import Attempt, MatchKey, PlanRow, SourceRow, match_key
from .rules import ALL, Rules
from .times import days_before, second_after


def plan(
    source_rows: Iterable[SourceRow],
    states: Mapping[MatchKey, State],
    now: str,
    adjustments_allowed: frozenset[str] = frozenset(),
    *,
    this_run_seq: int | None = None,
    quiet_runs: frozenset[int] = frozenset(),
    delay_hours: float = 0,
    goals_take_clicks_alone: bool = False,
    goals_count_once: bool = False,
    rules: Rules = ALL,
) -> list[PlanRow]:
    """One plan row per source row, then those of the identities that only the ledger speaks of.

    `adjustments_allowed`: of "restate" and "retract". `quiet_runs`: runs whose calls may still be under way.
    `delay_hours`: how long an accepted conversion waits for its first adjustment. `goals_take_clicks_alone`: rows with
    hashes alone or with attribution are held. `goals_count_once`: they count one conversion of a click.
    """
    facts = Facts.of(
        list(source_rows),
        states,
        now,
        allowed=adjustments_allowed,
        this_run_seq=this_run_seq,
        quiet_runs=quiet_runs,
        delay_hours=delay_hours,
        goals_take_clicks_alone=goals_take_clicks_alone,
        goals_count_once=goals_count_once,
        rules=rules,
    )
    rows = [_invalid_row(facts, row) for row in facts.rows if row.is_invalid]
    replaced: dict[str, SourceRow] = {}
    for row in facts.rows:
        if row.is_invalid:
            continue
        if row is not facts.first.get(row.match_key):
            rows.append(_from_source(row, "duplicate"))
            continue
        rows.append(_source_row(facts, row))
        if _would_be_sent(facts, row, states.get(row.match_key)):
            replaced[row.key] = min(row, replaced.get(row.key, row), key=_time_and_name)
    for identity, state in states.items():
        left_over = _ledger_identity(facts, identity, state, replaced)
        if left_over is not None:
            rows.append(left_over)
    rows = _moves_replaced(facts, rows, replaced)
    return [_with_counted(states, row) for row in rows]


def _time_and_name(row: SourceRow) -> tuple[str, str]:
    return row.conversion_time or "", row.conversion_name


def _identity_of(row: PlanRow) -> MatchKey:
    time = row.conversion_time or ""
    return match_key(row.conversion_name, row.click_id, row.hashed_email, row.hashed_phone, time)


def _moves_replaced(facts: Facts, rows: list[PlanRow], replaced: Mapping[str, SourceRow]) -> list[PlanRow]:
    """A row that is held for its key goes after all that holds it is retracted by the same plan; and what would be
    retracted for such a row stays where that row does not go."""
    retracted = {_identity_of(row): row for row in rows if row.side == "ledger" and row.operation == "retract"}
    moved = {
        identity
        for identity, row in retracted.items()
        if row.reason != "retract_in_doubt"
        and where_it_went(facts, identity, facts.states[identity], replaced) == "moved"
    }

    def goes_after_all(row: PlanRow) -> bool:
        held = (row.class_, row.reason) == ("held", "key_sent_before") and row.source is not None
        if not held or row.source.match_key is None:
            return False
        holding = _counting_under(facts, row.source.key, row.source.match_key)
        # What moves under another key waits for the row of that.
        return holding <= {
            one
            for one, retraction in retracted.items()
            if one not in moved or retraction.record_key == row.source.key or not facts.rules.successor_must_be_sendable
        }

    rows = [replace(row, class_="replace") if goes_after_all(row) else row for row in rows]
    if not facts.rules.successor_must_be_sendable:
        return rows
    keys = {row.source.key for row in rows if row.class_ == "replace"}
    return [
        _from_ledger(facts.states[_identity_of(row)].sent, "held", "moved")
        if row is retracted.get(_identity_of(row)) and _identity_of(row) in moved and row.record_key not in keys
        else row
        for row in rows
    ]


def _with_counted(states: Mapping[MatchKey, State], row: PlanRow) -> PlanRow:
    """A row beside the value that counts now; an invalid row and a duplicate stand for no conversion."""
    state = states.get(_identity_of(row))
    if state is None or row.class_ in ("invalid", "duplicate") or state.status not in ("accepted", "maybe_taken"):
        return row
    return replace(row, counted=(state.value, state.currency))


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


def _adjustment(facts: Facts, state: State, verdict: Verdict, says: tuple[float | None, str] | None = None) -> PlanRow:
    """An R or X of an identity, under the bytes that it was sent with; an R says a value and its currency."""
    sent = state.sent
    time = max(facts.now, sent.conversion_time)
    if state.last_adjustment_time and facts.rules.adjustment_times_rise:
        time = max(time, second_after(state.last_adjustment_time))
    value, currency = says or (None, "")
    return replace(
        _from_ledger(sent, *verdict),
        value=value,
        currency=currency,
        attribution_credit=None,
        attribution_model="",
        adjustment_time=time,
    )


def _invalid_row(facts: Facts, row: SourceRow) -> PlanRow:
    if row.conversion_time is not None and row.conversion_time < facts.expiry:
        return _from_source(row, "expired")
    return _from_source(row, "invalid", ",".join(row.reasons) or None)


def _source_row(facts: Facts, row: SourceRow) -> PlanRow:
    """The standing of a row that is valid and the first of its identity."""
    identity = row.match_key
    assert identity is not None, "a row whose time cannot be read is invalid"
    state = facts.states.get(identity)
    if state is not None and state.status == "in_doubt":
        in_doubt = _in_doubt(facts, identity, state)
        if in_doubt.operation and not facts.rules.doubt_repeats_ledger_bytes:
            return _from_source(row, in_doubt.class_, in_doubt.reason, in_doubt.operation)
        if in_doubt.operation:
            return replace(in_doubt, side="source", source=row)
        return _from_source(row, in_doubt.class_, in_doubt.reason)
    if state is not None and state.status == "accepted":
        verdict = of_counted_row(facts, row, state, facts.is_expired(identity))
    else:
        verdict = _uncounted_verdict(facts, row, state)
    match verdict[2]:
        case "restate":
            says = row.conversion_value, row.conversion_currency_code
            payload = _adjustment(facts, state, verdict, says)
        case "retract":
            payload = _adjustment(facts, state, verdict)
        case "send" if state is not None and state.status == "maybe_taken":
            # A retry repeats what may have been taken, byte for byte; the change follows after.
            payload = _from_ledger(state.sent, *verdict)
        case _:
            return _from_source(row, *verdict)
    return replace(payload, side="source", source=row)


def _uncounted_verdict(facts: Facts, row: SourceRow, state: State | None) -> Verdict:
    """Class, reason and operation for an identity that is neither counted nor in doubt."""
    verdict = _verdict_before_keys(facts, row, state)
    if verdict[2] == "send" and (held_by_key := _held_by_key(facts, row.key, row.match_key)):
        return "held", held_by_key, None
    return verdict


def _verdict_before_keys(facts: Facts, row: SourceRow, state: State | None) -> Verdict:
    """The same, before the other identities of its key have a say."""
    status = "none" if state is None else state.status
    if row.conversion_time < facts.expiry:
        verdict = "expired", None, None
    elif status == "retracted":
        verdict = "held", "retracted", None
    elif status == "maybe_taken" and (begun := of_maybe_row(facts, row, state)):
        verdict = begun
    elif status == "maybe_taken" and not state.lifted:
        verdict = "held", "maybe_taken", None
    elif status == "rejected" and _payload(row) == _payload_sent(state.sent):
        this_run = facts.settled_this_run(state)
        verdict = ("rejected", None, None) if this_run else ("held", "rejected_unchanged", None)
    elif status in ("deferred", "maybe_taken") and facts.settled_this_run(state):
        verdict = "deferred", "deferred_this_run", None
    # All that is left would be sent: only now does the future have a say.
    elif row.conversion_time > facts.now:
        verdict = "waiting", None, None
    elif refused := facts.refused_by_goal(row):
        verdict = "held", refused, None
    else:
        verdict = "deferred" if status in ("deferred", "maybe_taken") else "new", None, "send"
    return verdict


def _would_be_sent(facts: Facts, row: SourceRow, state: State | None) -> bool:
    """Whether nothing but the other identities of its key keeps this row from being sent."""
    if state is not None and state.status in ("accepted", "in_doubt"):
        return False
    return _verdict_before_keys(facts, row, state)[2] == "send"


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


def _in_doubt(facts: Facts, identity: MatchKey, state: State) -> PlanRow:
    """An S in doubt is sent again with the ledger's bytes, whatever the source says of it."""
    if facts.is_expired(identity):
        return _from_ledger(state.sent, "expired")
    if facts.settled_this_run(state):
        return _from_ledger(state.sent, "in_doubt", "unanswered_this_run")
    return _from_ledger(state.sent, "in_doubt", None, "send")


def _held_by_key(facts: Facts, key: str, identity: MatchKey) -> str | None:
    """Why a row that would be sent is held for another identity that its key was ever sent under."""
    rules = facts.rules
    others = facts.others_of(frozenset({key}), identity)
    if rules.send_in_doubt_binds_key and any(state.status == "in_doubt" for state in others.values()):
        return "key_in_doubt"
    # An X in doubt binds its key as an S in doubt does.
    if rules.doubt_binds_key and any(state.retract_in_doubt for state in others.values()):
        return "key_in_doubt"
    return "key_sent_before" if _counting_under(facts, key, identity) else None


def _counting_under(facts: Facts, key: str, identity: MatchKey) -> set[MatchKey]:
    """The other identities of a key that count, or may, and stand in the source as no other key's.

    What stands there under another key has only swapped keys: it is a conversion of its own.
    """
    return {
        other
        for other, state in facts.others_of(frozenset({key}), identity).items()
        if state.status in ("accepted", "maybe_taken")
        and (other not in facts.present or facts.keys_of[other] <= {key})
        and (facts.rules.expired_binds_key or not facts.is_expired(other))
    }


def _ledger_identity(
    facts: Facts, identity: MatchKey, state: State, replaced: Mapping[str, SourceRow]
) -> PlanRow | None:
    """The standing of an identity that is taken or in doubt and that no source row speaks for."""
    window_start = days_before(facts.now, 91)
    if facts.oldest is not None:
        window_start = min(window_start, facts.oldest)
    # An invalid row does not speak for what is taken or in doubt: that has its standing all the same.
    if identity.conversion_time < window_start or identity in facts.valid:
        return None
    if state.status == "in_doubt":
        return _in_doubt(facts, identity, state)
    verdict = of_left_over(facts, identity, state, replaced)
    if verdict is None:
        return None
    match verdict[2]:
        case "restate":
            return _adjustment(facts, state, verdict, state.restate_tried)
        case "retract":
            return _adjustment(facts, state, verdict)
        case _:
            return _from_ledger(state.sent, *verdict)
