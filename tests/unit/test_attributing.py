"""The way of a fetch: what is asked for, how often, and what is kept of an answer that stops half-way."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverse_etl.commands.attribution import fetch, windows
from reverse_etl.core.attribution import Fetched, Reported, ReportedDay, Window
from reverse_etl.core.errors import DestinationError, WarehouseError
from reverse_etl.core.goal import Goal

DAY = date(2026, 11, 25)
REFUSED = DestinationError("The service refused.", hint="Check the account.")


@dataclass
class Teller:
    """A destination that answers by a script, and then with one attributed conversion for each goal and day."""

    ids: Sequence[tuple[str, int | None]] = (("Lead", 1), ("Deal", 2))
    script: list[Reported | DestinationError] = field(default_factory=list)
    goals_at_once: int = 20
    days_at_once: int = 7
    asked: list[Window] = field(default_factory=list)

    def goals(self) -> Sequence[Goal]:
        return [Goal(name, goal_id) for name, goal_id in self.ids]

    def report(self, window: Window) -> Reported:
        self.asked.append(window)
        if not self.script:
            return Reported(tuple(ReportedDay(one, day, 1, 0) for one in window.goal_ids for day in days_of(window)))
        answer = self.script.pop(0)
        if isinstance(answer, DestinationError):
            raise answer
        return answer


@dataclass
class Books:
    """A scope that sent to these goals on these days."""

    first: date = DAY - timedelta(days=9)
    last: date = DAY
    names: tuple[str, ...] = ("Deal", "Lead")
    rows: list[ReportedDay] = field(default_factory=list)
    breaks_after: int = 99

    def sent_to(self, first_day: date) -> list[str]:
        return list(self.names)

    def open_fetch(self) -> int:
        return 7

    def record(self, reported: Reported, names: Mapping[int, str]) -> None:
        if not self.breaks_after:
            raise WarehouseError("The warehouse went away.")
        self.breaks_after -= 1
        self.rows += reported.days


def days_of(window: Window) -> list[date]:
    return [window.first + timedelta(days=n) for n in range((window.last - window.first).days + 1)]


def run(teller: Teller, books: Books) -> Fetched:
    return fetch(teller, books, books.first, books.last)


@given(
    first=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    length=st.integers(1, 100),
    goals=st.lists(st.integers(1, 10_000), unique=True, max_size=70),
    most_days=st.integers(1, 9),
    most_goals=st.integers(1, 25),
)
def test_every_goal_and_day_is_asked_for_once(
    first: date, length: int, goals: list[int], most_days: int, most_goals: int
) -> None:
    """Windows cover each goal on each day exactly once, name no other, and none is larger than allowed."""
    last = first + timedelta(days=length - 1)
    found = list(windows(first, last, goals, days=most_days, goals=most_goals))
    asked = Counter((one, day) for window in found for one in window.goal_ids for day in days_of(window))
    assert asked == Counter((one, first + timedelta(days=n)) for one in goals for n in range(length))
    assert all(1 <= len(days_of(window)) <= most_days and 1 <= len(window.goal_ids) <= most_goals for window in found)


def test_windows_are_as_few_as_can_be() -> None:
    """A full call is made before another is begun: 21 goals and 8 days take four."""
    assert len(list(windows(DAY - timedelta(days=7), DAY, range(21), days=7, goals=20))) == 4


def test_a_fetch_walks_the_span_and_says_what_it_did() -> None:
    """Ten days of two goals take two reports; all of it is recorded."""
    teller, books = Teller(), Books()
    fetched = run(teller, books)
    assert (fetched.fetch_seq, fetched.reports, fetched.unreported) == (7, 2, ())
    assert len(books.rows) == 20
    assert [window.goal_ids for window in teller.asked] == [(1, 2), (1, 2)]


def test_a_goal_that_does_not_exist_is_unreported_and_the_rest_is_asked() -> None:
    """A name without a goal is said, and costs the others nothing; where none has one, nothing is asked."""
    teller = Teller([("Lead", 1), ("Deal", None), ("Other", 5)])
    fetched = run(teller, Books())
    assert fetched.unreported == (("Deal", "there is no offline conversion goal of this name"),)
    assert {window.goal_ids for window in teller.asked} == {(1,)}
    empty = Teller([])
    assert (len(run(empty, Books()).unreported), empty.asked) == (2, [])


def test_two_goals_of_one_name_are_both_asked_for() -> None:
    """Where the account shares a goal's name with its customer, both are asked for."""
    teller = Teller([("Lead", 1), ("Lead", 3), ("Deal", 2)])
    run(teller, Books())
    assert teller.asked[0].goal_ids == (1, 2, 3)


def test_what_an_answer_is_silent_of_is_said() -> None:
    """A goal that an answer leaves out is named with the reason, and what the answer does tell is kept."""
    silent = Reported((ReportedDay(1, DAY, 3, 0),), ((2, "the answer does not speak of it"),))
    books = Books(first=DAY)
    fetched = run(Teller(script=[silent]), books)
    assert fetched.unreported == (("Deal", "the answer does not speak of it"),)
    assert books.rows == [ReportedDay(1, DAY, 3, 0)]


def test_of_several_goals_of_a_name_the_silent_one_is_said() -> None:
    """Where one is reported and another is not, the name has numbers: which goal they lack is said by its id."""
    teller = Teller([("Lead", 1), ("Lead", 17), ("Deal", 2)])
    teller.script = [Reported((ReportedDay(1, DAY, 3, 0),), ((2, "refused"), (17, "the answer does not speak of it")))]
    assert run(teller, Books(first=DAY)).unreported == (
        ("Deal", "refused"),
        ("Lead", "goal 17 of this name: the answer does not speak of it"),
    )
    teller.script = [Reported((), ((1, "refused"), (17, "refused, too")))]
    unreported = dict(run(teller, Books(first=DAY)).unreported)
    assert unreported == {"Lead": "goal 1 of this name: refused; goal 17 of this name: refused, too"}


def test_a_fetch_that_stops_half_way_leaves_whole_answers() -> None:
    """What was reported before the stop is recorded, window by window, and the error says that it stays."""
    teller, books = Teller(), Books()
    teller.script = [Reported((ReportedDay(1, DAY, 1, 0),)), REFUSED]
    with pytest.raises(DestinationError) as stopped:
        run(teller, books)
    assert stopped.value.message == REFUSED.message
    assert stopped.value.hint.startswith("Check the account. What was fetched before stays;")
    assert books.rows == [ReportedDay(1, DAY, 1, 0)]
    with pytest.raises(WarehouseError):
        run(Teller(), Books(breaks_after=1))


def test_a_span_without_a_goal_asks_for_nothing() -> None:
    """Where no goal was sent to, not even the goals are asked for."""
    teller = Teller()
    assert run(teller, Books(names=())).reports == 0
    assert teller.asked == []
