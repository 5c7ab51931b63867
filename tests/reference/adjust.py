"""The adjustments of the decision table: what is restated or retracted, what waits for it, and what is held."""

from collections.abc import Mapping

from .facts import Facts
from .fold import State
from .nouns import MatchKey, SourceRow

# Class, reason, operation.
Verdict = tuple[str, str | None, str | None]


def of_counted_row(facts: Facts, row: SourceRow, state: State, expired: bool) -> Verdict:
    """A row whose identity counts: nothing of it is sent again, and at most its value is restated."""
    now_says = (row.conversion_value, row.conversion_currency_code)
    attribution = (row.external_attribution_credit, row.external_attribution_model)
    hashes = (row.hashed_email_address, row.hashed_phone_number)
    if this_run := _of_this_run(facts, state, row):
        verdict = this_run
    elif state.retract_in_doubt:
        verdict = retract_in_doubt(facts, row, state)
    elif state.restate_in_doubt:
        # Only a value can end the doubt of a value, and not one that was refused.
        sendable = not expired and row.conversion_value is not None
        if sendable and now_says == state.restate_refused and "restate" in facts.allowed:
            verdict = "held", "rejected_unchanged", None
        else:
            verdict = _restate(facts, state, "restate_in_doubt") if sendable else ("held", "restate_in_doubt", None)
    # Attribution and a missing value come before a changed value: no adjustment can carry them, at any age. Without a
    # value the service counts its goal's, in the currency of the row: another currency is a change nonetheless.
    elif attribution != state.attribution:
        verdict = "held", "attribution_changed", None
    elif row.conversion_value is None and now_says != (state.value, state.currency):
        verdict = "held", "value_missing", None
    elif state.currency and not row.conversion_currency_code:
        verdict = "held", "currency_missing", None
    elif now_says != (state.value, state.currency):
        if expired:
            verdict = "expired", None, None
        elif now_says == state.restate_refused:
            verdict = "held", "rejected_unchanged", None
        else:
            verdict = _restate(facts, state, "value_changed")
    elif facts.settled_this_run(state):
        verdict = "accepted", None, None
    # Without a click id the hashes are the identity, so they can differ only beside one.
    elif hashes != (state.sent.hashed_email, state.sent.hashed_phone):
        verdict = "unchanged", "hashes_differ", None
    else:
        verdict = "unchanged", None, None
    return verdict


def of_maybe_row(facts: Facts, row: SourceRow, state: State) -> Verdict | None:
    """A row whose identity may count, where a retract of it that was begun has the first say."""
    if this_run := _of_this_run(facts, state, row):
        return this_run
    if state.retract_in_doubt and "retract" in facts.allowed:
        return retract_in_doubt(facts, row, state)
    return None


def retract_in_doubt(facts: Facts, row: SourceRow, state: State) -> Verdict:
    """The row came back while its retract was in doubt: it is completed and shown."""
    identity = row.match_key
    assert identity is not None
    if "retract" not in facts.allowed or facts.is_expired(identity):
        return "held", "retract_in_doubt", None
    return _unless_kept_back(facts, state, _repeated_retract(state))


def of_left_over(facts: Facts, identity: MatchKey, state: State, replaced: Mapping[str, SourceRow]) -> Verdict | None:
    """An identity that is taken, or may be, and that stands in no valid source row.

    `replaced`: by key the row that would be sent but for the hold by its key.
    """
    tried = _of_this_run(facts, state, None)
    if tried is not None and state.adjusted.operation == "retract":
        return tried
    if state.status not in ("accepted", "maybe_taken"):
        return None
    where = where_it_went(facts, identity, state, replaced)
    held = _held_left_over(state, where)
    retract_allowed = "retract" in facts.allowed
    if facts.is_expired(identity) or where == "aged_out":
        verdict = held
    elif state.retract_in_doubt:
        verdict = _repeated_retract(state) if retract_allowed and where != "counts_once" else held
    elif where in ("row_invalid_now", "stays", "would_be_refused", "counts_once"):
        # It is not retracted, and no row says its value: a restate that was begun is completed.
        restates = state.status == "accepted" and state.restate_in_doubt and "restate" in facts.allowed
        refused = state.restate_tried == state.restate_refused
        repeated = ("held", "rejected_unchanged", None) if refused else ("restate", "restate_in_doubt", "restate")
        verdict = (tried or repeated) if restates else held
    elif not retract_allowed:
        verdict = held
    elif state.retract_refused:
        verdict = _refused_retract(state)
    elif state.status == "maybe_taken":
        verdict = "retract", "maybe_taken", "retract"
    elif where == "moved":
        verdict = "move", "moved", "retract"
    else:
        verdict = "retract", "restate_in_doubt" if state.restate_in_doubt else "gone", "retract"
    return _unless_kept_back(facts, state, verdict)


def _repeated_retract(state: State) -> Verdict:
    """A retract in doubt is repeated until one is refused: that proves nothing of the first, and a user has the say."""
    return _refused_retract(state) if state.retract_refused else ("retract", "retract_in_doubt", "retract")


def _refused_retract(state: State) -> Verdict:
    return "held", "retract_refused" if state.status == "accepted" else "maybe_taken", None


def where_it_went(facts: Facts, identity: MatchKey, state: State, replaced: Mapping[str, SourceRow]) -> str:
    """What became of its row: row_invalid_now, aged_out, moved, gone; stays, would_be_refused: nothing replaces it;
    counts_once: nothing else of its click would count."""
    rules = facts.rules
    if state.sent.click_id.startswith("forgotten_"):
        where = "aged_out"
    elif identity in facts.present and rules.invalid_is_not_gone:
        where = "row_invalid_now"
    elif facts.is_expired(identity):
        where = "aged_out"
    elif state.record_key in facts.open_keys and not (
        state.record_key in facts.invalid_keys and rules.invalid_is_not_gone
    ):
        where = _moved_to(replaced.get(state.record_key), state) if rules.successor_must_be_sendable else "moved"
        if where == "moved" and identity[:4] in facts.clicks_once:
            where = "counts_once"
    elif state.record_key and state.record_key in facts.invalid_keys and rules.invalid_is_not_gone:
        where = "row_invalid_now"
    elif identity.conversion_time < max(facts.reaches_back_to(identity.conversion_name), facts.days_89):
        where = "aged_out"
    elif facts.keyless and rules.invalid_is_not_gone:
        where = "row_invalid_now"
    else:
        where = "counts_once" if identity[:4] in facts.clicks_once else "gone"
    return where


def _moved_to(row: SourceRow | None, state: State) -> str:
    """Whether a row takes the place of a conversion: it says a value and a currency as that did, and none refused."""
    if row is None:
        return "stays"
    value, currency = row.conversion_value, row.conversion_currency_code
    if (value is None and state.value is not None) or (state.currency and not currency):
        return "stays"
    return "would_be_refused" if (value, currency) == state.restate_refused else "moved"


def _held_left_over(state: State, where: str) -> Verdict:
    """The standing where nothing is sent."""
    if state.status == "maybe_taken":
        reason = "maybe_taken"
    elif state.retract_in_doubt:
        reason = "retract_in_doubt"
    elif state.restate_in_doubt:
        reason = "restate_in_doubt"
    elif where == "aged_out":
        return "aged_out", None, None
    else:
        reason = {"stays": "moved", "would_be_refused": "rejected_unchanged"}.get(where, where)
    return "held", reason, None


def _of_this_run(facts: Facts, state: State, row: SourceRow | None) -> Verdict | None:
    """The standing of what the run that plans has tried already; None where the state has the say."""
    tried = state.adjusted
    if tried is None or tried.run_seq != facts.this_run_seq:
        return None
    restates = tried.operation == "restate"
    if restates and row is not None and (row.conversion_value, row.conversion_currency_code) != tried.says:
        return None
    verdict: Verdict | None = None
    if tried.outcome == "none":
        verdict = "in_doubt", "unanswered_this_run", None
    elif tried.outcome == "deferred":
        verdict = "deferred", "deferred_this_run", None
    elif tried.outcome == "rejected" and restates and row is not None and state.restate_in_doubt:
        verdict = "held", "restate_in_doubt", None
    elif tried.outcome == "rejected":
        verdict = "rejected", None, None
    elif restates and row is not None and _says_what_counts(row, state):
        verdict = "accepted", "restated", None
    elif not restates and row is None:
        verdict = "retracted", None, None
    return verdict


def _says_what_counts(row: SourceRow, state: State) -> bool:
    attribution = (row.external_attribution_credit, row.external_attribution_model)
    says = (row.conversion_value, row.conversion_currency_code)
    return says == (state.value, state.currency) and attribution == state.attribution and not state.restate_in_doubt


def _restate(facts: Facts, state: State, reason: str) -> Verdict:
    if "restate" not in facts.allowed:
        return "held", reason, None
    return _unless_kept_back(facts, state, ("restate", reason, "restate"))


def _unless_kept_back(facts: Facts, state: State, verdict: Verdict) -> Verdict:
    """Let an adjustment wait for its conversion, for calls still under way, and for what its keys have in doubt."""
    _, reason, operation = verdict
    if operation is None:
        return verdict
    # What was begun, or may not even count, gains nothing by waiting for its conversion.
    begun = reason in (f"{operation}_in_doubt", "maybe_taken")
    if not begun and facts.accepted_recently(state):
        return "waiting", "accepted_recently", None
    if facts.is_quiet(state):
        return "waiting", "quiet", None
    if not facts.rules.doubt_binds_key:
        return verdict
    others = facts.others_of(state.record_keys, state.sent.match_key).values()
    sends = any(other.status == "in_doubt" for other in others)
    retracts = any(other.retract_in_doubt for other in others)
    if sends or (retracts and reason != "retract_in_doubt"):
        return "held", "key_in_doubt", None
    return verdict
