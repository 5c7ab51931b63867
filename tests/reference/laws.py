"""What must hold of a world: nothing counts twice, the ledger is right about the service, and nothing is lost."""

from collections.abc import Iterator

from .history import NOW
from .nouns import PlanRow
from .protocol import Protocol, land
from .times import days_before
from .worlds import LATER, Run, World

# Reasons that are the last word only where an adjustment is not allowed. What moved or is gone needs a retract.
NEEDS = {
    ("source", "value_changed"): "restate",
    ("source", "restate_in_doubt"): "restate",
    ("source", "retract_in_doubt"): "retract",
    ("ledger", "restate_in_doubt"): "retract",
    ("ledger", "retract_in_doubt"): "retract",
    ("ledger", "gone"): "retract",
}


def broken_now(protocol: Protocol, world: World) -> str | None:
    """What is wrong with a world, whatever comes next."""
    return next(_counted_twice(world), None) or next(_misbelieved(protocol, world), None)


def _counted_twice(world: World) -> Iterator[str]:
    for identity, place in enumerate(world.places):
        if place.in_vain:
            yield f"{identity} was retracted for what cannot count any more"
        for other in place.absent if place.standing == "counts" else ():
            beside = world.places[other]
            if beside.standing == "counts" and beside.key == place.key and beside.planned < place.planned:
                yield f"{identity} counts beside {other}, whose place it took"


def _misbelieved(protocol: Protocol, world: World) -> Iterator[str]:
    states = protocol.states_of(world)
    for identity, place in zip(protocol.identities, world.places, strict=True):
        state = states.get(identity)
        status = state.status if state else "none"
        said = f"the ledger says {status} of {protocol.number[identity]}, which is {place}"
        if status == "accepted":
            may_be = ("counts", "retracted") if state.retract_in_doubt else ("counts",)
            if place.standing not in may_be:
                yield said
            elif place.value != state.value and not state.restate_in_doubt:
                yield f"{said}, with {state.value}"
        elif (status == "retracted" and place.standing == "counts") or (
            status in ("none", "rejected", "deferred") and place.standing != "unknown"
        ):
            yield said


def broken_at_rest(protocol: Protocol, world: World) -> str | None:
    """What is wrong once nothing goes amiss any more: calls under way have landed, and runs push until all is said."""
    for call in world.flying:
        world = land(world, call, protocol.bounds.harsh)
    world = world._replace(flying=())
    for _ in range(6):
        world = world._replace(settled=world.token)
        sent = len(world.attempts)
        world, broken = _good_run(protocol, world)
        if broken:
            return broken
        if len(world.attempts) == sent:
            return next(_lost(protocol, world), None)
    return "runs without faults go on sending"


def _good_run(protocol: Protocol, world: World) -> tuple[World, str | None]:
    """A run that nothing happens to: of what may come next it takes what the service answers by its own rules."""
    token = world.token + 1
    phase = "fence" if protocol.rules.fence_before_plan else "plan"
    run: Run | None = Run(token, phase)
    world = world._replace(token=token)
    while run is not None:
        _, world, run = next(protocol.run_steps(world, run))
        if broken := broken_now(protocol, world):
            return world, broken
    return world, None


def _lost(protocol: Protocol, world: World) -> Iterator[str]:
    rows, _ = protocol.plan_of(world, None)
    # A service that refuses nothing by itself refuses only what can be told from that: an X that comes too late.
    refused = {
        intent.sent.identity
        for intent in world.attempts
        if protocol.bounds.refusals
        for answer in world.answers
        if (answer.run, answer.outcome) == (intent.run, "rejected") and answer.seq_from <= intent.seq <= answer.seq_to
    }
    shown = {int(row.click_id, 16): row for row in rows if row.side == "ledger"}
    for row in rows:
        identity = int(row.click_id, 16)
        if not _is_settled(protocol, world, row, refused, shown):
            yield f"{identity} is left {row.class_}: {row.reason}, and is {world.places[identity]}"
    known = {int(row.click_id, 16) for row in rows}
    for identity, place in enumerate(world.places):
        if place.standing == "counts" and identity not in known:
            yield f"{identity} counts and nothing is said of it"


def _is_settled(protocol: Protocol, world: World, row: PlanRow, refused: set[int], shown: dict[int, PlanRow]) -> bool:
    """Whether a standing is one that may be the last."""
    identity = int(row.click_id, 16)
    place = world.places[identity]
    too_old = _is_too_old(protocol, world, identity, left_over=row.side == "ledger")
    settled = False
    match row.class_, row.reason:
        case "unchanged", _:
            settled = place.standing == "counts" and place.value == row.value
        case (("invalid" | "expired" | "aged_out"), _):
            settled = True
        case "held", ("moved" | "row_invalid_now"):
            settled = True
        case "held", "restate_in_doubt" if row.side == "ledger" and "restate" not in world.allowed:
            # What stands there cannot count, so nothing is retracted for it.
            settled = _stands(protocol, world, row.record_key) or too_old or "retract" not in world.allowed
        case "held", ("rejected_unchanged" | "maybe_taken" | "retract_refused"):
            settled = identity in refused
        case "held", ("value_changed" | "restate_in_doubt" | "retract_in_doubt" | "gone") as reason:
            settled = too_old or NEEDS[row.side, reason] not in world.allowed
        case "held", "retracted":
            # What never left the source had no reason to be retracted.
            settled = identity in world.gone
        case (("held" | "replace"), ("key_sent_before" | "key_in_doubt")):
            settled = _blockers_are_shown(protocol, world, row, shown, refused)
    return settled


def _blockers_are_shown(
    protocol: Protocol, world: World, row: PlanRow, shown: dict[int, PlanRow], refused: set[int]
) -> bool:
    """Whether what holds a row for its key is shown itself, and cannot be settled."""
    states = {protocol.number[identity]: state for identity, state in protocol.states_of(world).items()}
    held = int(row.click_id, 16)
    keys = {row.record_key} | (states[held].record_keys if held in states else set())
    others = {number: state for number, state in states.items() if keys & state.record_keys and number != held}
    if row.reason == "key_sent_before":
        return any(other in shown and shown[other].reason != "key_in_doubt" for other in others)
    return any(
        _is_too_old(protocol, world, other)
        or (state.retract_in_doubt and "retract" not in world.allowed)
        or (state.retract_in_doubt and state.retract_refused and other in refused)
        for other, state in others.items()
        if state.status == "in_doubt" or state.retract_in_doubt
    )


def _stands(protocol: Protocol, world: World, key: str) -> bool:
    """Whether a valid row stands under a key."""
    row = world.source[protocol.keys.index(key)]
    return row is not None and row.valid


def _is_too_old(protocol: Protocol, world: World, identity: int, *, left_over: bool = False) -> bool:
    """Whether it is past 90 days; what no row speaks for is also when it is older than every row."""
    expiry = days_before(LATER if world.later else NOW, 90)
    times = [protocol.identities[row.identity].conversion_time for row in world.source if row and row.valid]
    oldest = min((time for time in times if time >= expiry), default=expiry) if left_over else expiry
    return protocol.identities[identity].conversion_time < oldest
