"""The service as the search imagines it: what it counts, in the way that its documents say or leave open."""

from typing import NamedTuple


class Sent(NamedTuple):
    """One row of a call, and what the run that planned it could see; the service knows nothing of the latter."""

    operation: str  # send | restate | retract
    identity: int
    key: str
    value: float | None
    adjustment_time: str
    first: bool  # no earlier try of this operation was known when it was planned
    planned: tuple[int, int] = (0, 0)  # the run and the round of the plan; of a repeat those of the first try
    absent: frozenset[int] = frozenset()  # of an S: identities that stood in no source row then
    successor: int | None = None  # of an X: what stood in a valid row of its key
    in_vain: bool = False  # of an X: that was retracted already


class Place(NamedTuple):
    """What the service holds of one identity."""

    standing: str = "unknown"  # unknown | counts | retracted
    value: float | None = None
    adjusted_at: str = ""
    key: str = ""  # what follows is for the laws: the S that counts, as it was planned
    planned: tuple[int, int] = (0, 0)
    absent: frozenset[int] = frozenset()
    in_vain: bool = False  # it was retracted for a successor that could not count any more


class Verdict(NamedTuple):
    """What the service answers of one row."""

    outcome: str  # accepted | rejected
    already_retracted: bool = False


ACCEPTED, REFUSED = Verdict("accepted"), Verdict("rejected")


def judged(place: Place, sent: Sent, *, harsh: bool) -> tuple[Place, Verdict]:
    """The first S counts and later ones are ignored; the later adjustment wins; what is retracted stays so.

    `harsh`: where Microsoft's pages are silent, the worse: an S after an X counts again, and the adjustment that
    arrives last wins, whatever its time.
    """
    if sent.operation == "send":
        counts = Place("counts", sent.value, "", sent.key, sent.planned, sent.absent)
        begins = place.standing == "unknown" or (harsh and place.standing == "retracted")
        return counts if begins else place, ACCEPTED
    if place.standing == "unknown":
        return place, REFUSED
    if place.standing == "retracted":
        return place, Verdict("rejected", already_retracted=sent.operation == "retract")
    # Of two adjustments of one time the first stands: no document says so, and it is the worse of the two.
    if sent.adjustment_time <= place.adjusted_at and not harsh:
        return place, ACCEPTED
    restates = sent.operation == "restate"
    change = {"value": sent.value} if restates else {"standing": "retracted", "in_vain": sent.in_vain}
    return place._replace(adjusted_at=sent.adjustment_time, **change), ACCEPTED
