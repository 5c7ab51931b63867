"""What retry, baseline and forget share. Nothing is sent.

Each is looked at first, which reads only and gives the counts to ask about. Then it is a run as a push is one: claim
and fence, look again under the lease, write, close. Whoever took the lease over meanwhile has seen what was written,
or has fenced it off, so that it is void.
"""

import contextlib
from collections.abc import Iterator

from reverse_etl.core.errors import LeaseLostError, RunStoppedError, WarehouseError
from reverse_etl.core.ports import Lease
from reverse_etl.session import Upkeep, UpkeepLease


@contextlib.contextmanager
def upkeep_run(ledger: Upkeep, kind: str) -> Iterator[UpkeepLease]:
    """A run from its claim to the end of its work; what fails closes it as stopped."""
    lease = ledger.claim_for(kind)
    try:
        try:
            yield lease
        finally:
            with contextlib.suppress(WarehouseError):
                ledger.drop_plan()
    except BaseException:
        # Without a close the next run fences this one, so nothing depends on it.
        with contextlib.suppress(Exception):
            lease.close("stopped", {})
        raise


def agree(shown: object, found: object) -> None:
    if shown is not None and shown != found:
        raise RunStoppedError(
            "What was shown has changed since: another run, or the source, came between. Nothing was changed.",
            hint="Look again and answer again.",
        )


def hold(lease: Lease) -> None:
    """Before and after writing: who lost the lease may not say that it is done."""
    if not lease.still_mine() or lease.seconds_left() <= 0:
        raise LeaseLostError(
            f"Run {lease.run_seq} stood still for so long that another run could take this sync over.",
            hint="`reverse-etl status` shows both; what this one wrote counts as a whole or not at all.",
        )


def balance(what: str, counted: int, written: int) -> None:
    if counted != written:
        raise RunStoppedError(f"A SUM IS OFF, please report it: {what}: {counted:,} counted, {written:,} in the ledger")
