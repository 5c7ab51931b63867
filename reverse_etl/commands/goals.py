"""The account's goals beside what the source, or a run's plan, asks of them; reads only."""

from collections.abc import Callable, Sequence

from reverse_etl.core.errors import GuardError, ReverseEtlError, SettingsError
from reverse_etl.core.goal import compare, missing, recipe
from reverse_etl.core.ports import Destination, HasGoals, Ledger
from reverse_etl.core.results import GoalsReport
from reverse_etl.session import Session

_HOLD = "With `hold_refusable: true` in the exposure, such rows are held and not sent."


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


def refusing_goals(destination: Destination, ledger: Ledger, *, replaces: bool) -> Sequence[str]:
    """Which rows of a run's plan their goals would refuse, as notes before they leave.

    `replaces`: rows of the plan take the place of what it retracts. Raises GuardError where one of these would be
    refused: a retraction is for good, and nothing would count then.
    """
    if not isinstance(destination, HasGoals):
        return ()
    try:
        if destination.learns_goals():
            return ()
        known = destination.goals()
        asked = [ledger.planned_demands(replacing=False), ledger.planned_demands(replacing=True) if replaces else ()]
        sent, replacing = (
            [f"{finding.text} {finding.hint}" for finding in compare(known, demands) if finding.refused]
            for demands in asked
        )
    except ReverseEtlError as error:
        return (f"The goals could not be looked at; the push goes on without that. {error.message}",)
    if replacing:
        raise GuardError(
            f"Conversions would be retracted for good, for rows that their goals refuse. {' '.join(replacing)}",
            hint="Correct that; or with `hold_refusable: true` in the exposure these wait, and the rest goes.",
        )
    return [*sent, _HOLD] if sent else ()
