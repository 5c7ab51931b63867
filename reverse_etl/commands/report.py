"""What a report tells of a sync, from ledger, runs, attribution and the plan as of now; reads only the warehouse."""

from datetime import datetime, timedelta

from reverse_etl.commands.attribution import attribution
from reverse_etl.commands.plan import plan
from reverse_etl.core.attribution import DAYS, AttributionReport
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.ports import RunSummary
from reverse_etl.core.report import SyncReport
from reverse_etl.session import Session

# Days before the destination takes a conversion no more in which a report warns of it.
EXPIRES_WITHIN = 10
RUNS_SHOWN = 25


def report(session: Session, *, days: int) -> SyncReport:
    """All that is reported of a sync; conversions, uploads, refusals and corrections of the last `days` days."""
    planned = plan(session, samples=0)
    now = datetime.fromisoformat(planned.plan.now)
    max_age = session.kind.max_age_days
    books = session.report_books((now - timedelta(days=days - 1)).date())
    oldest = now - timedelta(days=max_age)
    rows = books.rows(planned.plan.now, oldest=_text(oldest), before=_text(oldest + timedelta(days=EXPIRES_WITHIN)))
    refusals = books.refusals()
    codes = {*(one.code for one in rows), *(one.code for one in refusals)}
    return SyncReport(
        plan=planned,
        first_day=books.first_day,
        rows=rows,
        conversions=books.conversions(),
        refusals=refusals,
        corrections=books.corrections(),
        open_corrections=session.ledger.known()[1],
        runs=_runs(session),
        matched=session.match_totals(DAYS),
        attribution=_attribution(session, days),
        newest=session.ledger.newest_time(),
        max_age_days=max_age,
        advice={code: session.kind.advice(*code) for code in codes},
    )


def _runs(session: Session) -> tuple[RunSummary, ...]:
    """The newest runs, the newest first, and the newest pushes, which many a forget may have come after."""
    newest = session.ledger.history(RUNS_SHOWN)
    pushes = session.ledger.history(RUNS_SHOWN, pushes_only=True)
    found = {run.run_seq: run for run in (*newest, *pushes)}
    return tuple(found[run_seq] for run_seq in sorted(found, reverse=True))


def _attribution(session: Session, days: int) -> AttributionReport | None:
    """What was fetched before; None in a project that an earlier version of the package built, without the table."""
    try:
        return attribution(session, days=days, fetch_first=False, note=lambda _: None)
    except SettingsError:
        return None


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
