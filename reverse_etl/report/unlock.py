"""Who holds a sync, and what an unlock would do, as text."""

from reverse_etl.core.results import Claim
from reverse_etl.core.sync import Sync
from reverse_etl.report.text import safe, title


def holder_text(sync: Sync, held: Claim | None) -> str:
    if held is None:
        return f"{title(sync)}: no run holds it, so there is nothing to unlock."
    who = f"run {held.run_seq}, PID {held.pid} on {safe(held.host)}"
    if held.dead:
        return (
            f"{title(sync)}: {who}, never gave it back and is dead. "
            "The next push takes over by itself; there is nothing to unlock."
        )
    return "\n".join(
        [
            f"{title(sync)} is held by {who}, since {held.since}, last heard of {held.age:.0f} s ago.",
            "",
            "Shut out, that run starts no more calls as soon as it looks, within seconds; what it has under way is in",
            "doubt until the next push settles it. If it still works, better let it end, or stop it there.",
        ]
    )
