"""The account's goals beside what the source, or a run's plan, asks of them; reads only."""

from collections.abc import Callable, Sequence

from reverse_etl.core.errors import GuardError, ReverseEtlError, SettingsError
from reverse_etl.core.goal import compare, counting_once, missing, recipe
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


def refusing_goals(destination: Destination, ledger: Ledger, *, retracts: bool) -> Sequence[str]:
    """Which rows of a run's plan their goals would refuse, as notes before they leave.

    `retracts`: the plan has retractions, which are for good. Raises GuardError where a row that takes the place of one
    would be refused, or its click is in use in a goal that counts one conversion of a click: nothing would count then;
    and where the goals cannot be looked at, and one of these may be so.
    """
    if not isinstance(destination, HasGoals):
        return ()
    try:
        if destination.learns_goals():
            return ()
        known = destination.goals()
    except ReverseEtlError as error:
        if retracts and (ledger.planned_demands(replacing=True) or ledger.retracted_of_clicks_in_use(None)):
            raise GuardError(
                "Conversions would be retracted for good, for rows that their goals may refuse, or not count, and the "
                f"goals could not be looked at. {error.message}",
                hint="Push again once they can be, or take `retract` out of the exposure's `adjustments`.",
            ) from error
        return (f"The goals could not be looked at; the push goes on without that. {error.message}",)
    asked = [ledger.planned_demands(replacing=False), ledger.planned_demands(replacing=True) if retracts else ()]
    sent, replacing = (
        [f"{finding.text} {finding.hint}" for finding in compare(known, demands) if finding.refused]
        for demands in asked
    )
    once = counting_once(known) if retracts else []
    in_use = ledger.retracted_of_clicks_in_use(once) if once else {}
    if replacing:
        raise GuardError(
            f"Conversions would be retracted for good, for rows that their goals refuse. {' '.join(replacing)}",
            hint="Correct that; or with `hold_refusable: true` in the exposure these wait, and the rest goes.",
        )
    if in_use:
        rows = ", ".join(f"{count:,} of {name!r}" for name, count in in_use.items())
        raise GuardError(
            f"Conversions would be retracted for good whose click, or hashes, stand in another row: {rows}. Their "
            "goal's count is Unique: it may count no other conversion of these.",
            hint="Set the goal's count to All, or take `retract` out of the exposure's `adjustments`; or with "
            "`hold_refusable: true` in the exposure these stay, and the rest goes.",
        )
    return [*sent, _HOLD] if sent else ()
