"""What the local sandbox shows in a browser, and gives as JSON."""

from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template

from reverse_etl.sandbox.goals import World
from reverse_etl.sandbox.reading import GoalCount, read_adjustments, read_received, summary

_NEWEST = 100
_WORDS = {
    "DuplicateConversionKey": "The same click id, goal, time and hashes were taken before.",
    "UniqueGoalCountedThisClick": "The goal counts once per click, and it has counted for this one.",
    "NoMatchingClickFound": "No click with this click id is known.",
    "HistoricalClickDataExpired": "The click is more than 90 days old.",
    "GoalNotFoundOrInactive": "The goal is paused.",
    "ConversionRetracted": "It was retracted, and does not count again.",
    "NotLaterThanLastAdjustment": "Its adjustment time is not later than that of the last adjustment.",
}


def page(books: Path, world: World) -> str:
    """The page at `/`: sums, goals, what did not count and why, adjustments, and the newest rows."""
    total = summary(books)
    seen = {goal.name for goal in total.goals}
    return _template().render(
        total=total,
        goals=[*total.goals, *(GoalCount(name, False, 0, "", 0.0) for name in world.goals if name not in seen)],
        newest=read_received(books, limit=_NEWEST)[::-1],
        adjustments=read_adjustments(books, limit=_NEWEST)[::-1],
        books=str(books),
        words=_WORDS,
    )


def books_json(books: Path, world: World) -> dict[str, Any]:
    """The sums as JSON: one number per outcome; whether goals are learnt from rows that name them, and which were."""
    total = summary(books)
    lists = ("reasons", "goals", "faults", "adjustments")
    sums = {key: value for key, value in asdict(total).items() if key not in lists}
    # What books of earlier days learnt may stand in the goals file since.
    learnt = {goal.name: None for goal in total.goals if goal.learnt and goal.name not in world.goals}
    return sums | {"learns_goals": world.learn, "learnt_goals": list(learnt)}


@cache
def _template() -> Template:
    source = (files("reverse_etl.sandbox") / "page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
