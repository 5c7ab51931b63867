"""What every judgement of a plan looks at: the source and the ledger as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .fold import State
from .nouns import MatchKey, SourceRow, identifier_of
from .rules import Rules
from .times import days_before, hours_before

K = TypeVar("K")
V = TypeVar("V")


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, frozenset[V]]:
    found: dict[K, set[V]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return {key: frozenset(values) for key, values in found.items()}


@dataclass(frozen=True)
class Facts:
    """The source and the ledger as a whole, and what the run that plans may do."""

    rows: Sequence[SourceRow]
    states: Mapping[MatchKey, State]
    now: str
    allowed: frozenset[str]  # adjustments
    this_run_seq: int | None
    quiet_runs: frozenset[int]  # whose calls may still be under way
    delay_hours: float  # from the acceptance of a conversion to its first adjustment
    goals_take_clicks_alone: bool  # and what they do not take is held
    clicks_once: frozenset[tuple[str, ...]]  # or hashes, of rows to goals that count one conversion of each
    rules: Rules
    expiry: str  # what converted before this is past 90 days
    days_89: str  # what converted before this may be about to age out
    oldest: str | None  # the oldest conversion time that can be read in the source
    oldest_open: Mapping[str, str]  # by goal and, under "", in all; of valid rows within 90 days: one stray is no reach
    present: frozenset[MatchKey]  # identities that stand in a source row, invalid or not
    keys_of: Mapping[MatchKey, frozenset[str]]  # those of the rows that they stand in
    valid: frozenset[MatchKey]  # identities that stand in a row without an invalid reason
    first: Mapping[MatchKey, SourceRow]  # of the valid rows of an identity the one that stands
    open_keys: frozenset[str]  # keys of valid rows whose identity does not count as theirs, or soon will not
    invalid_keys: frozenset[str]
    keyless: bool  # a row without a key may be that of any conversion: it is invalid, or has lost its click, too
    sent_under: Mapping[str, frozenset[MatchKey]]  # the identities that ever went under a key

    @classmethod
    def of(
        cls,
        rows: Sequence[SourceRow],
        states: Mapping[MatchKey, State],
        now: str,
        *,
        allowed: frozenset[str],
        this_run_seq: int | None,
        quiet_runs: frozenset[int],
        delay_hours: float,
        goals_take_clicks_alone: bool,
        goals_count_once: bool,
        rules: Rules,
    ) -> Facts:
        readable = [(row, row.match_key) for row in rows if row.match_key is not None]
        expiry = days_before(now, 90)
        oldest_open: dict[str, str] = {}
        for row, (name, *_, time) in readable:
            if not row.is_invalid and time >= expiry:
                for goal in (name, ""):
                    oldest_open[goal] = min(time, oldest_open.get(goal, time))

        def speaks(row: SourceRow, identity: MatchKey) -> bool:
            return rules.swap_is_not_gone or identity not in states or row.key == states[identity].record_key

        def counts(identity: MatchKey) -> bool:
            """Whether it counts, and will go on doing so: a retract in doubt is going to be completed."""
            state = states.get(identity)
            ends = state is not None and state.retract_in_doubt and "retract" in allowed
            return state is not None and state.status == "accepted" and not (ends and rules.successor_must_last)

        alike: dict[MatchKey, list[SourceRow]] = defaultdict(list)
        for row, identity in readable:
            if not row.is_invalid:
                alike[identity].append(row)
        first = {identity: min(rows, key=duplicate_order(states.get(identity))) for identity, rows in alike.items()}

        invalid_keys = frozenset(row.key for row in rows if row.is_invalid)

        def stands_for(row: SourceRow, identity: MatchKey) -> bool:
            """Whether it counts as this row's: not as that of a row which it duplicates, or which is invalid now."""
            if not counts(identity):
                return False
            sent_under = states[identity].record_key
            return sent_under == row.key or (row is first[identity] and sent_under not in invalid_keys)

        def may_be_any(row: SourceRow) -> bool:
            if row.conversion_time is not None and row.conversion_time < expiry:
                return False
            identity = row.match_key
            return row.is_invalid or (not row.microsoft_click_id and identity is not None and not counts(identity))

        return cls(
            rows=rows,
            states=states,
            now=now,
            allowed=allowed,
            this_run_seq=this_run_seq,
            quiet_runs=quiet_runs,
            delay_hours=delay_hours,
            goals_take_clicks_alone=goals_take_clicks_alone,
            clicks_once=frozenset(one for one in map(identifier_of, rows) if goals_count_once and any(one[1:])),
            rules=rules,
            expiry=expiry,
            days_89=days_before(now, 89),
            oldest=min((identity.conversion_time for _, identity in readable), default=None),
            oldest_open=oldest_open,
            present=frozenset(identity for row, identity in readable if speaks(row, identity)),
            keys_of=_grouped((identity, row.key) for row, identity in readable),
            valid=frozenset(identity for row, identity in readable if speaks(row, identity) and not row.is_invalid),
            first=first,
            open_keys=frozenset(
                row.key
                for row, identity in readable
                if row.key and not row.is_invalid and not stands_for(row, identity)
            ),
            invalid_keys=invalid_keys,
            keyless=any(may_be_any(row) for row in rows if not row.key),
            sent_under=_grouped(
                (key, identity)
                for identity, state in states.items()
                for key in state.record_keys
                if rules.all_keys_bind or identity.conversion_time >= expiry
            ),
        )

    def is_expired(self, identity: MatchKey) -> bool:
        return identity.conversion_time < self.expiry

    def reaches_back_to(self, goal: str) -> str:
        """How far back the source reaches in a goal, and where it has no row of it, in all."""
        return self.oldest_open.get(goal, self.oldest_open.get("", ""))

    def refused_by_goal(self, row: SourceRow) -> str | None:
        """What of a row its goal would refuse, where the goals say."""
        found = []
        if self.goals_take_clicks_alone and not row.microsoft_click_id:
            found.append("goal_takes_no_hashes")
        if self.goals_take_clicks_alone and (
            row.external_attribution_credit is not None or row.external_attribution_model
        ):
            found.append("goal_takes_no_attribution")
        return ",".join(found) or None

    def settled_this_run(self, state: State) -> bool:
        """Whether the status of this identity was given by an attempt of the run that plans."""
        return self.this_run_seq is not None and state.status_run_seq == self.this_run_seq

    def is_quiet(self, state: State) -> bool:
        """Whether an unanswered call of this identity may still be under way."""
        return self.rules.calls_grow_quiet and bool(state.unanswered_run_seqs & self.quiet_runs)

    def accepted_recently(self, state: State) -> bool:
        """Whether its conversion was accepted so recently that an adjustment may not find it yet."""
        return bool(self.delay_hours) and state.accepted_at > hours_before(self.now, self.delay_hours)

    def others_of(self, keys: frozenset[str], identity: MatchKey) -> dict[MatchKey, State]:
        """The other identities that were ever sent under one of these keys."""
        others = frozenset().union(*(self.sent_under.get(key, frozenset()) for key in keys)) - {identity}
        return {other: self.states[other] for other in others}


def duplicate_order(state: State | None) -> Callable[[SourceRow], tuple[object, ...]]:
    """The first by this order stands: the row that was sent, by its key, else its value; absent numbers come last."""

    def order(row: SourceRow) -> tuple[object, ...]:
        value, credit = row.conversion_value, row.external_attribution_credit
        return (
            state is None or row.key != state.record_key,
            state is None or (value, row.conversion_currency_code) != (state.value, state.currency),
            row.key,
            (value is None, value or 0.0),
            row.conversion_currency_code,
            (credit is None, credit or 0.0),
            row.external_attribution_model,
            row.hashed_email_address,
            row.hashed_phone_number,
            row.microsoft_click_id,
        )

    return order
