"""The way of an unlock: the run that holds a sync is shut out, and the lease is free again. Nothing is sent."""

from reverse_etl.core.results import Claim
from reverse_etl.session import Session


def unlock(session: Session, held: Claim) -> int:
    """Shut a run out; gives the number of the run that did. Raises LeaseHeldError where another one holds it by now."""
    lease = session.ledger.take_over(held)
    lease.close("unlock", {"shut_out": held.run_seq})
    return lease.run_seq
