"""The nouns of the search: a world, what is in it, and the bounds of what may happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .history import NOW
from .judge import Place, Sent
from .times import days_before

BOTH = frozenset({"restate", "retract"})
# The first identities converted so long ago that they expire when time passes.
OLD, YOUNG = days_before(NOW, 88.5), days_before(NOW, 80)
LATER = days_before(NOW, -2)


@dataclass(frozen=True)
class Bounds:
    """How far a search goes: what may happen how often, and where it begins."""

    source: tuple[Row | None, ...]  # the row of each key
    identities: int
    values: tuple[float, ...] = (1.0,)
    runs: int = 2
    changes: int = 0
    kinds: frozenset[str] = frozenset({"value", "gone", "back", "move"})  # of changes; also invalid and swap
    kills: int = 0
    losses: int = 0  # calls that are not answered
    refusals: int = 0
    retries: int = 0  # somebody lifts all refusals
    switches: int = 0  # of what adjustments are allowed
    stalls: bool = False  # a run may be taken over while it stands still, and wake
    expires: int = 0  # identities that expire when time passes
    batch: int = 1
    harsh: bool = False  # the service does the worse where Microsoft is silent, and late calls land in the quiet time
    deferrals: bool = False  # a refusal may be a deferral instead
    allowed: frozenset[str] = BOTH


class Row(NamedTuple):
    """What the source says under a key."""

    identity: int
    value: float = 1.0
    valid: bool = True


class Intent(NamedTuple):
    run: int
    seq: int
    batch: int
    sent: Sent


class Answer(NamedTuple):
    run: int
    batch: int
    seq_from: int
    seq_to: int
    outcome: str
    settles: bool = False


class Event(NamedTuple):
    run: int
    event: str
    fenced: int | None = None
    seq: int | None = None


class Run(NamedTuple):
    """A process that holds the lease, or held it."""

    token: int
    phase: str  # fence | plan | intents | lease | call | first_receipts | receipts | close
    round: int = 1
    intents: tuple[Intent, ...] = ()  # of this round
    uncalled: tuple[Intent, ...] = ()
    answers: tuple[Answer, ...] = ()  # not written yet


class Left(NamedTuple):
    """What may still happen."""

    runs: int
    changes: int
    kills: int
    losses: int
    refusals: int
    switches: int
    retries: int


class World(NamedTuple):
    source: tuple[Row | None, ...]
    gone: frozenset[int]  # identities that left the source at some time
    allowed: frozenset[str]
    later: bool  # time has passed
    settled: int  # no call of a run up to this one can still be under way
    attempts: tuple[Intent, ...]
    answers: tuple[Answer, ...]
    events: tuple[Event, ...]
    token: int
    runs: tuple[Run, ...]
    flying: tuple[tuple[Sent, ...], ...]  # calls that no run waits for, and that may land yet
    places: tuple[Place, ...]
    left: Left


def beginning(bounds: Bounds) -> World:
    left = Left(*(getattr(bounds, name) for name in Left._fields))
    nothing = (Place(),) * bounds.identities
    return World(bounds.source, frozenset(), bounds.allowed, False, 0, (), (), (), 0, (), (), nothing, left)
