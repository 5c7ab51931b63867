"""How far the searches go: small bounds, each about one kind of trouble, and wider ones for patience."""

from dataclasses import replace

from .worlds import Bounds, Row

N = Row(0)
KINDS = frozenset({"value", "gone", "back", "move", "invalid", "swap"})

TWO = (1.0, 2.0)
PLACES = frozenset({"move", "gone", "back"})
KEYS = frozenset({"swap", "move", "gone"})
RESTATE, RETRACT = frozenset({"restate"}), frozenset({"retract"})

QUICK: dict[str, Bounds] = {
    "lost answers and new values": Bounds((N,), 1, values=TWO, runs=3, changes=2, losses=2),
    "moves": Bounds((N,), 2, runs=3, changes=2, kills=1, losses=1),
    "there and back": Bounds((N,), 2, values=TWO, runs=3, changes=3, losses=1, kinds=frozenset({"move", "value"})),
    "refusals": Bounds((N,), 2, values=TWO, runs=3, changes=1, losses=1, refusals=2),
    "retries": Bounds((N,), 2, values=TWO, runs=3, changes=1, losses=2, refusals=1, retries=1),
    "deferrals": Bounds((N,), 2, values=TWO, runs=3, changes=1, losses=1, refusals=2, deferrals=True),
    "kills": Bounds((N,), 2, values=TWO, runs=3, changes=1, kills=2, losses=1),
    "takeovers": Bounds((N,), 2, runs=2, changes=1, kills=1, losses=1, stalls=True),
    "swaps": Bounds((N, Row(1)), 3, runs=2, changes=2, losses=1, kinds=KEYS),
    "batches": Bounds((N, Row(1)), 2, values=TWO, runs=2, changes=1, kills=1, refusals=2, batch=2),
    "time passes": Bounds((N,), 2, runs=3, changes=1, losses=1, expires=1),
    "switches": Bounds((N,), 2, values=TWO, runs=3, changes=2, losses=1, switches=2),
    "only restate": Bounds((N,), 2, values=TWO, runs=3, changes=2, losses=1, refusals=1, allowed=RESTATE),
    "only retract": Bounds((N,), 2, values=TWO, runs=3, changes=2, losses=1, refusals=1, allowed=RETRACT),
    "invalid rows": Bounds((N,), 1, values=TWO, runs=3, changes=2, losses=1, kinds=KINDS),
    "a harsh service": Bounds((N,), 2, values=TWO, runs=3, changes=2, losses=1, harsh=True),
}
DEEP: dict[str, Bounds] = {
    "lost answers and new values": Bounds((N,), 1, values=TWO, runs=4, changes=3, losses=2, kills=1),
    "moves": Bounds((N,), 2, runs=4, changes=3, kills=1, losses=2, kinds=PLACES),
    "moves and values": Bounds((N,), 2, values=TWO, runs=3, changes=3, kills=1, losses=2),
    "three identities": Bounds((N,), 3, runs=4, changes=3, losses=2, kinds=PLACES),
    "refusals": Bounds((N,), 2, values=TWO, runs=3, changes=2, losses=2, refusals=2, kills=1),
    "retries": Bounds((N,), 2, runs=3, changes=2, losses=2, refusals=2, retries=1, kinds=PLACES),
    "deferrals": Bounds((N,), 2, values=TWO, runs=3, changes=2, losses=1, refusals=2, deferrals=True),
    "takeovers": Bounds((N,), 2, values=TWO, runs=3, changes=2, kills=1, losses=1, stalls=True),
    "takeovers and refusals": Bounds((N,), 2, runs=3, changes=1, kills=1, losses=1, refusals=1, stalls=True),
    "takeovers and swaps": Bounds((N, Row(1)), 2, runs=2, changes=2, losses=1, stalls=True, kinds=KEYS),
    "swaps": Bounds((N, Row(1)), 3, runs=3, changes=3, losses=1, kinds=KEYS),
    "swaps and refusals": Bounds((N, Row(1)), 3, runs=2, changes=3, losses=1, refusals=1, kinds=KEYS),
    "batches": Bounds((N, Row(1)), 2, values=TWO, runs=2, changes=2, kills=1, refusals=1, losses=1, batch=2),
    "time passes": Bounds((N,), 2, values=TWO, runs=3, changes=2, losses=2, kills=1, refusals=1, expires=1),
    "time passes over two": Bounds(
        (N, Row(1)), 3, runs=2, changes=2, losses=1, refusals=1, expires=1, kinds=KINDS - {"value"}
    ),
    "switches": Bounds((N,), 2, values=TWO, runs=3, changes=3, losses=2, switches=2),
    "only restate": Bounds((N,), 2, values=TWO, runs=3, changes=3, losses=2, refusals=1, allowed=RESTATE),
    "only retract": Bounds((N,), 2, values=TWO, runs=3, changes=3, losses=2, refusals=1, allowed=RETRACT),
    "invalid rows": Bounds((N,), 2, values=TWO, runs=3, changes=3, losses=1, kinds=KINDS),
    "a harsh service": Bounds((N,), 2, values=TWO, runs=3, changes=2, losses=2, kills=1, harsh=True),
    "a harsh service refuses": Bounds((N,), 2, runs=3, changes=2, losses=1, refusals=1, retries=1, harsh=True),
    "a harsh service and takeovers": Bounds((N,), 2, runs=3, changes=1, losses=1, harsh=True, stalls=True),
}
# Where a wide search stops, if it is not through: it has seen every world up to some number of steps then.
MOST = 400_000

# Too much to see all of it.
TROUBLE = Bounds(
    (N, Row(1)),
    4,
    values=TWO,
    runs=6,
    changes=6,
    kinds=KINDS,
    kills=2,
    losses=4,
    refusals=3,
    retries=1,
    switches=2,
    stalls=True,
    batch=2,
    deferrals=True,
)
VAST: dict[str, Bounds] = {
    "all at once": TROUBLE,
    "no refusals": replace(TROUBLE, refusals=0),
    "time passes": replace(TROUBLE, expires=2),
    "a harsh service": replace(TROUBLE, harsh=True),
    "all at once, one key": replace(TROUBLE, source=(N,), identities=3),
}

# Where dropping a rule is found to break a law.
NEEDED_IN = {
    "runs_order_attempts": "refusals",
    "all_attempts_count": "refusals",
    "unsettled_refusal_is_maybe": "refusals",
    "already_retracted_is_dead": "moves",
    "doubt_repeats_ledger_bytes": "kills",
    "send_in_doubt_binds_key": "moves",
    "invalid_is_not_gone": "invalid rows",
    "swap_is_not_gone": "swaps",
    "successor_must_be_sendable": "there and back",
    "successor_must_last": "swaps",
    "expired_binds_key": "time passes",
    "all_keys_bind": "time passes",
    "adjustment_times_rise": "lost answers and new values",
    "calls_grow_quiet": "a harsh service",
    "fence_before_plan": "takeovers",
    "lease_after_intents": "takeovers",
    "refusals_first": "batches",
}
# No search has needed these yet. Of an X in doubt: what counts and has left the source holds its key all the same.
UNSHOWN = ("doubt_binds_key",)
