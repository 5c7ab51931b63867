"""Conversion goals, what rows ask of them, and where the two do not fit: nouns and comparisons, no calls."""

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

ACTIVE = "Active"
# Minutes: the window of a goal that none was set for, and the longest.
DEFAULT_WINDOW = 43_200
LONGEST_WINDOW = 129_600


@dataclass(frozen=True, slots=True)
class Goal:
    """An offline conversion goal as the destination tells it, by its own words; None and blank where it does not.

    `enhanced`: it takes rows that have hashes alone. `external`: it takes attribution credit and model.
    `learnt`: the local sandbox made it up when a row named it.
    """

    name: str
    id: int | None = None
    status: str = ACTIVE
    count_type: str = ""
    window_minutes: int | None = None
    scope: str = ""
    category: str = ""
    revenue_type: str = ""
    revenue_value: float | None = None
    revenue_currency: str = ""
    enhanced: bool | None = None
    external: bool | None = None
    learnt: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """What the rows of one conversion name bring, in numbers of rows.

    `hashes_only`: without a click id. `attributed`: with attribution credit or model. `valued`: with a value.
    `repeated_clicks`: after the first of a click. `late`: later after the click than the goal's window, where that is
    known; None where the source has no click time.
    """

    name: str
    rows: int
    hashes_only: int = 0
    attributed: int = 0
    valued: int = 0
    repeated_clicks: int = 0
    late: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which rows and a goal do not fit. `text` names the goal and counts rows; `hint` says what to do.

    `refused`: the rows will be refused, or taken without counting. `whole`: none of the goal's rows can count.
    """

    name: str
    rows: int
    text: str
    hint: str
    refused: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """A goal that has to be created for a name in the source, by the words of the destination's service.

    `nearest`: the goal that was perhaps meant, blank where none is near. `external`: only the API can make it so.
    """

    name: str
    rows: int
    count_type: str
    window_minutes: int
    revenue_type: str
    enhanced: bool
    external: bool
    nearest: str = ""


def nearest(name: str, goals: Iterable[Goal]) -> str:
    """The name of the goal that was perhaps meant: first one that differs in case and blanks alone."""
    plain: dict[str, str] = {}
    for goal in goals:
        plain.setdefault(_plain(goal.name), goal.name)
    found = difflib.get_close_matches(_plain(name), plain, n=1)
    return plain[found[0]] if found else ""


def recipe(demand: Demand, goals: Sequence[Goal]) -> Recipe:
    """The goal that the rows of a name need."""
    return Recipe(
        name=demand.name,
        rows=demand.rows,
        count_type="All",
        window_minutes=DEFAULT_WINDOW,
        revenue_type="VariableValue" if demand.valued else "NoValue",
        enhanced=demand.hashes_only > 0,
        external=demand.attributed > 0,
        nearest=nearest(demand.name, goals),
    )


def missing(goals: Iterable[Goal], demands: Iterable[Demand]) -> list[Demand]:
    """The demands whose name no goal has, to the letter."""
    names = {goal.name for goal in goals}
    return [demand for demand in demands if demand.name not in names]


def compare(goals: Sequence[Goal], demands: Iterable[Demand]) -> Iterator[Finding]:
    """Everything in which the rows of a name and its goal do not fit, the gravest first for each name.

    Of several goals of a name only that is said which none of those that decide takes.
    """
    by_name = _deciding(goals)
    for demand in demands:
        of_name = by_name.get(demand.name)
        if of_name is None:
            yield _no_goal(demand, goals)
        elif not _is_active(of_name[0]):
            yield _not_active(demand, of_name)
        else:
            yield from _flags(demand, of_name)


def windows_by_name(goals: Iterable[Goal]) -> dict[str, int]:
    """The minutes after its click within which a conversion of a name counts, where that is known."""
    windows = {name: _longest_window(of_name) for name, of_name in _deciding(goals).items()}
    return {name: max(0, min(minutes, LONGEST_WINDOW)) for name, minutes in windows.items() if minutes is not None}


def refusing(goals: Iterable[Goal]) -> dict[str, Any]:
    """What the plan's rules take of goals, by name: those `known`, those `inactive`, who refuse `hashes_alone` or
    `attribution`, those that count a click `once`, and their `windows` in minutes. Of several of a name, what none of
    those that decide takes.
    """
    goals = list(goals)
    return {
        "known": _names(goals, lambda _: True),
        "inactive": _names(goals, lambda goal: not _is_active(goal)),
        "hashes_alone": _names(goals, lambda goal: goal.enhanced is False),
        "attribution": _names(goals, lambda goal: goal.external is False),
        "once": counting_once(goals),
        "windows": sorted(windows_by_name(goals).items()),
    }


def counting_once(goals: Iterable[Goal]) -> list[str]:
    """The names of goals that count one conversion of a click, and ignore each later one."""
    return _names(goals, _counts_once)


def _names(goals: Iterable[Goal], fits: Callable[[Goal], bool]) -> list[str]:
    return sorted(name for name, of_name in _deciding(goals).items() if all(map(fits, of_name)))


def _deciding(goals: Iterable[Goal]) -> dict[str, list[Goal]]:
    """The goals by name, as an account and its customer may each have one: the active ones where there are any."""
    by_name: defaultdict[str, list[Goal]] = defaultdict(list)
    for goal in goals:
        by_name[goal.name].append(goal)
    return {name: [goal for goal in of_name if _is_active(goal)] or of_name for name, of_name in by_name.items()}


def _is_active(goal: Goal) -> bool:
    return goal.status in (ACTIVE, "")


def _counts_once(goal: Goal) -> bool:
    return goal.count_type == "Unique"


def _longest_window(goals: Iterable[Goal]) -> int | None:
    """None where one of them does not tell its own."""
    known = [goal.window_minutes for goal in goals]
    return None if None in known else max(minutes for minutes in known if minutes is not None)


def _no_goal(demand: Demand, goals: Sequence[Goal]) -> Finding:
    meant = nearest(demand.name, goals)
    text = f"No offline conversion goal is named {demand.name!r}, as {_rows_say(demand.rows)}"
    hint = (
        f"Did you mean {meant!r}? Names are compared to the letter."
        if meant
        else "See `reverse-etl goals` for what to create. Goals of another kind or another account do not count."
    )
    return Finding(demand.name, demand.rows, f"{text}: they would be refused.", hint, refused=True, whole=True)


def _not_active(demand: Demand, goals: Sequence[Goal]) -> Finding:
    status = " or ".join(dict.fromkeys(goal.status.lower() for goal in goals))
    several = f"None of the {len(goals)} goals named {demand.name!r} is active ({status})"
    text = several if len(goals) > 1 else f"The goal {demand.name!r} is {status}"
    hint = "Set its status to Active at Microsoft, or leave these rows out of the source."
    return Finding(
        demand.name, demand.rows, f"{text}: {_rows(demand.rows)} would not count.", hint, refused=True, whole=True
    )


def _flags(demand: Demand, goals: Sequence[Goal]) -> Iterator[Finding]:
    def found(rows: int, text: str, hint: str, *, refused: bool = True) -> Finding:
        return Finding(demand.name, rows, f"{_rows(rows)} to the goal {demand.name!r} {text}", hint, refused)

    if demand.hashes_only and all(goal.enhanced is False for goal in goals):
        yield found(
            demand.hashes_only,
            "with hashes and no click id would be refused: it is not enhanced.",
            "Turn on enhanced conversions for the goal, or give click ids.",
        )
    if demand.attributed and all(goal.external is False for goal in goals):
        yield found(
            demand.attributed,
            "with attribution credit or model would be refused: it takes no external attribution.",
            "Leave both columns empty, or create a goal with IsExternallyAttributed, which only the API can.",
        )
    if demand.late:
        window = window_words(_longest_window(goals))
        yield found(
            demand.late,
            f"would be refused: they are later after the click than its window of {window}.",
            f"Widen the goal's conversion window, up to {window_words(LONGEST_WINDOW)}.",
        )
    if demand.valued and all(goal.revenue_type == "NoValue" for goal in goals):
        yield found(
            demand.valued,
            "carry a value that it does not count: its revenue is NoValue.",
            "Set the goal's revenue to vary (VariableValue), if bidding should learn from values.",
            refused=False,
        )
    if demand.repeated_clicks and all(map(_counts_once, goals)):
        yield found(
            demand.repeated_clicks,
            "after another of the same click would not count: its count is Unique.",
            "Set the goal's count to All, if each conversion of a click should count.",
            refused=False,
        )


def window_words(minutes: int | None) -> str:
    """A conversion window for people."""
    if minutes is None:
        return "unknown length"
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes % size == 0:
            number = minutes // size
            return f"{number:,} {unit}{'' if number == 1 else 's'}"
    return f"{minutes:,} minute{'' if minutes == 1 else 's'}"


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _rows_say(count: int) -> str:
    return f"{_rows(count)} {'says' if count == 1 else 'say'}"
