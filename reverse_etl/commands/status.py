"""What the ledger knows of a sync; reads only."""

from reverse_etl.core.attribution import DAYS
from reverse_etl.core.results import StatusReport
from reverse_etl.session import Session


def status(session: Session, *, runs: int) -> StatusReport:
    """Conversions per status, corrections that are not through, the match rate, and the newest `runs` runs."""
    statuses, corrections = session.ledger.known()
    matched = session.match_totals(DAYS)
    return StatusReport(session.sync, statuses, tuple(session.ledger.history(runs)), matched, corrections)
