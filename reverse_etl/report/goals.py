"""The account's goals beside what the source asks of them, and what to create, as text and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.goal import LONGEST_WINDOW, Goal, Recipe, window_words
from reverse_etl.core.plan import figure
from reverse_etl.core.results import GoalsReport
from reverse_etl.report.documents import OfSync, Says, head, number
from reverse_etl.report.text import rows_of, safe, title

# Where the people at Microsoft's own pages make one, and how long a new one rests.
WHERE = "Microsoft Advertising (ads.microsoft.com) > Conversions > Conversion goals > Create > Offline"
REST = "Microsoft takes no conversion for a new goal in its first two hours; a push puts such rows off."
_REVENUE = {
    "NoValue": "no value (NoValue)",
    "FixedValue": "the same value each time (FixedValue)",
    "VariableValue": "the value may vary (VariableValue)",
}


class GoalJson(TypedDict):
    name: str
    type: Literal["OfflineConversion"]
    id: int | None
    status: Annotated[str, Says("Active, Paused or Deleted.")]
    count_type: Annotated[str, Says("All or Unique.")]
    window_minutes: int | None
    scope: Annotated[str, Says("Account or Customer.")]
    category: str
    revenue_type: Annotated[str, Says("FixedValue, VariableValue or NoValue.")]
    revenue_value: float | None
    revenue_currency: str
    enhanced: Annotated[
        bool | None,
        Says("It takes rows that have hashes alone. Null where the destination does not say."),
    ]
    external: Annotated[
        bool | None,
        Says("It takes attribution credit and model. Null where the destination does not say."),
    ]
    learnt: Annotated[bool, Says("The local sandbox made it up when a row named it.")]
    rows: Annotated[int, Says("Rows of the source that name it and that a push could send, now or later.", minimum=0)]


class MissingJson(TypedDict):
    name: str
    type: Literal["OfflineConversion"]
    rows: Annotated[int, Says(minimum=1)]
    count_type: Literal["All", "Unique"]
    window_minutes: int
    revenue_type: Literal["VariableValue", "NoValue"]
    enhanced: Annotated[bool, Says("Rows come with hashes and no click id.")]
    external: Annotated[bool, Says("Rows carry attribution; only the API makes such a goal.")]
    nearest: Annotated[str, Says("The goal that was perhaps meant; blank where none is near.")]
    where: Annotated[str, Says("Where in Microsoft's pages it is created.")]


class GoalsJson(OfSync):
    """The account's offline conversion goals beside what the source asks of them."""

    learns: Annotated[bool, Says("The local sandbox takes any name for a goal, so that none is missing.")]
    goals: list[GoalJson]
    missing: Annotated[list[MissingJson], Says("Names in the source that no goal has, each with the goal to create.")]


def goals_text(report: GoalsReport) -> str:
    """The goals with their settings and rows, and each that is missing with what to create."""
    out = [title(report.sync), ""]
    if report.learns:
        out += ["The local sandbox takes any name for a goal: one is learnt when a row first names it.", ""]
    for goal in report.goals:
        out += [safe(f"{goal.name}: {rows_of(report.rows.get(goal.name, 0))} in the source"), *_facts(goal)]
    if not report.goals:
        out += ["No offline conversion goal is there." if not report.learns else "No goal was learnt yet."]
    for one in report.missing:
        out += ["", *_recipe_lines(one)]
    if report.missing:
        out += ["", REST]
    return "\n".join(out)


def goals_json(report: GoalsReport) -> GoalsJson:
    return {
        **head(report.sync),
        "learns": report.learns,
        "goals": [
            cast(
                Any,
                asdict(goal)
                | {"type": "OfflineConversion", "revenue_value": number(goal.revenue_value)}
                | {"rows": report.rows.get(goal.name, 0)},
            )
            for goal in report.goals
        ],
        "missing": [cast(Any, asdict(one) | {"type": "OfflineConversion", "where": WHERE}) for one in report.missing],
    }


def _facts(goal: Goal) -> Iterator[str]:
    kind = "offline conversions" + (", learnt" if goal.learnt else "")
    yield safe(f"  {kind}, {goal.status or 'status unknown'}, scope {goal.scope or 'unknown'}")
    revenue = _REVENUE.get(goal.revenue_type, goal.revenue_type or "unknown")
    if goal.revenue_value is not None:
        revenue += f", {figure(goal.revenue_value)} {goal.revenue_currency}".rstrip()
    yield safe(
        f"  count {goal.count_type or 'unknown'}, window {window_words(goal.window_minutes)}, revenue: {revenue}"
    )
    yield f"  hashes alone: {_takes(goal.enhanced)}; external attribution: {_takes(goal.external)}"


def _takes(flag: bool | None) -> str:
    return "unknown" if flag is None else "taken" if flag else "not taken"


def _recipe_lines(one: Recipe) -> Iterator[str]:
    yield safe(f"Missing: {one.name!r}, {rows_of(one.rows)} in the source")
    if one.nearest:
        yield safe(
            f"  Was {one.nearest!r} meant? Then correct the name in the source: it must be the same to the letter."
        )
    yield f"  Create it: {WHERE}"
    yield safe(f"    name       {one.name}")
    yield "    kind       offline conversions (OfflineConversion)"
    yield (
        f"    window     {window_words(one.window_minutes)}; up to {window_words(LONGEST_WINDOW)}, if conversions come "
        "later after the click"
    )
    yield f"    count      {one.count_type}: each conversion of a click; Unique would count the first alone"
    yield f"    revenue    {_REVENUE[one.revenue_type]}"
    if one.enhanced:
        yield "    enhanced   turn on enhanced conversions: rows come with hashes and no click id"
    if one.external:
        yield "    external   rows carry attribution: only the API makes such a goal (IsExternallyAttributed)"
