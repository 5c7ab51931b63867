"""What a push would do; reads only."""

from dataclasses import replace

from reverse_etl.core.guards import Permissions, restatements, retractions
from reverse_etl.core.plan import Plan, Sample
from reverse_etl.core.results import Comparison, PlanReport
from reverse_etl.session import Session


def plan(session: Session, *, samples: int) -> PlanReport:
    """The plan as of now, with up to `samples` rows per class and reason, and what each guard would do.

    Where the session looks at the ledger of another build, what differs from that; no push goes from here then, so that
    of the guards only those of rows are asked. Raises SettingsError where a push could not be, for its account.
    """
    session.check_account()
    planned = _timed(session, session.ledger.read_plan(samples=samples))
    sync = session.sync
    guards = [
        *([] if session.state else session.guards(Permissions())),
        retractions(sync.max_retractions, planned),
        restatements(sync.max_restatements, planned),
    ]
    return PlanReport(sync, planned, tuple(guards), _compared(session, planned.now) if session.state else None)


def _compared(session: Session, now: str) -> Comparison:
    found = session.before()
    if found is None:
        return Comparison(None)
    before, differing = found
    return Comparison(before.ledger.read_plan(samples=0, now=now), differing)


def _timed(session: Session, planned: Plan) -> Plan:
    """A plan whose deferred samples say when their goal is old enough, where that is why they are."""

    def timed(sample: Sample) -> Sample:
        goes_at = session.kind.goes_at(sample.code, sample.error_code, sample.refused_at)
        return replace(sample, goes_at=goes_at or sample.goes_at)

    lines = (
        replace(line, samples=tuple(map(timed, line.samples))) if line.class_ == "deferred" else line
        for line in planned.lines
    )
    return replace(planned, lines=tuple(lines))
