"""The account's goals beside what the source asks of them; reads only."""

from __future__ import annotations

from collections.abc import Callable

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.goal import missing, recipe
from reverse_etl.core.ports import HasGoals
from reverse_etl.core.results import GoalsReport
from reverse_etl.session import Session


def goals(session: Session, note: Callable[[str], None]) -> GoalsReport:
    """The goals with the source's rows of each, and a recipe for those that are missing; raises DestinationError.

    `note` is called with what a user should know during long waits.
    """
    destination = session.destination(note)
    if not isinstance(destination, HasGoals):
        raise SettingsError(f"{session.sync.destination} has no goals.")
    found, learns = destination.goals(), destination.learns_goals()
    demands = session.ledger.demands(found)
    lacking = () if learns else missing(found, demands)
    return GoalsReport(
        session.sync,
        tuple(found),
        {demand.name: demand.rows for demand in demands},
        tuple(recipe(demand, found) for demand in lacking),
        learns,
    )
