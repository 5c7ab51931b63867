"""What became of the uploads of some days: fetched from the destination where wanted, and read from the warehouse.

Each answer is in the warehouse before the next call leaves, whole or not at all: a fetch that dies leaves what it had.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol, runtime_checkable

from reverse_etl.core.attribution import (
    AttributedGoal,
    AttributionReport,
    Fetched,
    Reported,
    UnattributedReason,
    Window,
)
from reverse_etl.core.errors import DestinationError, SettingsError
from reverse_etl.core.ports import HasGoals
from reverse_etl.session import Books, Session

_KEPT = "What was fetched before stays; run `reverse-etl attribution` again to go on."
_NO_GOAL = "there is no offline conversion goal of this name"


@runtime_checkable
class Teller(HasGoals, Protocol):
    """A destination that reports what became of conversions. Each method raises DestinationError where it cannot."""

    @property
    def goals_at_once(self) -> int:
        """Goals of one report at most."""

    @property
    def days_at_once(self) -> int:
        """Days of one report at most."""

    def report(self, window: Window) -> Reported:
        """What became of the uploads of a window."""


def attribution(session: Session, *, days: int, fetch_first: bool, note: Callable[[str], None]) -> AttributionReport:
    """What became of the uploads of the newest `days` days; with `fetch_first` the destination is asked first.

    `note` is called with what a user should know meanwhile.
    """
    books = session.attribution_books()
    span = books.span(days)
    if span is None:
        return AttributionReport(session.sync, None, ())
    fetched = None
    if fetch_first:
        destination = session.destination(note)
        if not isinstance(destination, Teller):
            raise SettingsError(f"{session.sync.destination} does not report what became of conversions.")
        for text in destination.preflight(session.ledger.accepted()):
            note(text)
        fetched = fetch(destination, books, *span)
    reasons = books.reasons(span[0])
    goals = []
    for name, lines in books.days(span[0]).items():
        whys = [UnattributedReason(why, rows, *session.kind.explain(why)) for why, rows in reasons.get(name, ())]
        goals += [AttributedGoal(name, tuple(lines), tuple(whys))]
    return AttributionReport(session.sync, span[0], tuple(goals), fetched)


def windows(first: date, last: date, goal_ids: Sequence[int], *, days: int, goals: int) -> Iterator[Window]:
    """Every goal and day from `first` to `last`, each in one window, none with more `days` or `goals` than allowed."""
    begin = first
    while begin <= last:
        end = min(begin + timedelta(days=days - 1), last)
        for start in range(0, len(goal_ids), goals):
            yield Window(begin, end, tuple(goal_ids[start : start + goals]))
        begin = end + timedelta(days=1)


def fetch(teller: Teller, books: Books, first: date, last: date) -> Fetched:
    """Ask what became of what was sent from the first day to the last, and write it down.

    Raises DestinationError where the destination refuses or does not answer, and WarehouseError.
    """
    reports = 0
    silent: dict[int, str] = {}
    try:
        sent_to = books.sent_to(first)
        goals = teller.goals() if sent_to else ()
        # Several goals may bear one name, of which the destination tells one by one.
        names = {goal.id: goal.name for goal in goals if goal.id is not None and goal.name in sent_to}
        fetch_seq = books.open_fetch()
        for window in windows(first, last, sorted(names), days=teller.days_at_once, goals=teller.goals_at_once):
            reported = teller.report(window)
            books.record(reported, names)
            reports += 1
            silent |= reported.silent
    except DestinationError as error:
        raise DestinationError(error.message, hint=f"{error.hint} {_KEPT}") from error
    unreported = {name: _NO_GOAL for name in sent_to if name not in names.values()} | _unreported(names, silent)
    return Fetched(fetch_seq, first, last, reports, tuple(sorted(unreported.items())))


def _unreported(names: Mapping[int, str], silent: Mapping[int, str]) -> dict[str, str]:
    """Why nothing is known, by name; of several goals that bear it, which: the name may have numbers all the same."""
    goals_of = Counter(names.values())
    unreported: dict[str, list[str]] = {}
    for goal_id, why in sorted(silent.items()):
        name = names[goal_id]
        said = why if goals_of[name] == 1 else f"goal {goal_id} of this name: {why}"
        unreported.setdefault(name, []).append(said)
    return {name: "; ".join(said) for name, said in unreported.items()}
