"""The newest runs, and one in detail; reads only."""

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.results import RunReport, RunsReport
from reverse_etl.session import Session


def runs(session: Session, *, limit: int) -> RunsReport:
    return RunsReport(session.sync, tuple(session.ledger.history(limit)))


def run(session: Session, run_seq: int) -> RunReport:
    """One run in detail; raises SettingsError naming the newest where there is none of that number."""
    if found := session.ledger.run(run_seq):
        return found
    newest = session.ledger.history(1)
    known = f"The newest is run {newest[0].run_seq}." if newest else "It was never pushed."
    hint = "See them with `reverse-etl runs`."
    raise SettingsError(f"{session.sync.label} has no run {run_seq}. {known}", hint=hint)
