"""The account's goals beside what the source asks of them, and what to create, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from reverse_etl.core.goal import LONGEST_WINDOW, Goal, Recipe, window_words
from reverse_etl.core.results import GoalsReport
from reverse_etl.report.documents import document, number
from reverse_etl.report.text import safe, title

# Where the people at Microsoft's own pages make one, and how long a new one rests.
WHERE = "Microsoft Advertising (ads.microsoft.com) > Conversions > Conversion goals > Create > Offline"
REST = "Microsoft takes no conversion for a new goal in its first two hours; a push puts such rows off."
_REVENUE = {
    "NoValue": "no value (NoValue)",
    "FixedValue": "the same value each time (FixedValue)",
    "VariableValue": "the value may vary (VariableValue)",
}


def goals_text(report: GoalsReport) -> str:
    """The goals with their settings and rows, and each that is missing with what to create."""
    out = [title(report.sync), ""]
    if report.learns:
        out += ["The local sandbox takes any name for a goal: one is learnt when a row first names it.", ""]
    for goal in report.goals:
        rows = report.rows.get(goal.name, 0)
        out += [safe(f"{goal.name}: {rows:,} {'row' if rows == 1 else 'rows'} in the source"), *_facts(goal)]
    if not report.goals:
        out += ["No offline conversion goal is there." if not report.learns else "No goal was learnt yet."]
    for one in report.missing:
        out += ["", *_recipe_lines(one)]
    if report.missing:
        out += ["", REST]
    return "\n".join(out)


def goals_json(report: GoalsReport) -> dict[str, Any]:
    """The same for programs; docs/schemas/goals.json describes it."""
    return document(
        report.sync,
        learns=report.learns,
        goals=[
            asdict(goal)
            | {"type": "OfflineConversion", "revenue_value": number(goal.revenue_value)}
            | {"rows": report.rows.get(goal.name, 0)}
            for goal in report.goals
        ],
        missing=[asdict(one) | {"type": "OfflineConversion", "where": WHERE} for one in report.missing],
    )


def _facts(goal: Goal) -> Iterator[str]:
    kind = "offline conversions" + (", learnt" if goal.learnt else "")
    yield safe(f"  {kind}, {goal.status or 'status unknown'}, scope {goal.scope or 'unknown'}")
    revenue = _REVENUE.get(goal.revenue_type, goal.revenue_type or "unknown")
    if goal.revenue_value is not None:
        revenue += f", {goal.revenue_value:,.2f} {goal.revenue_currency}".rstrip()
    yield safe(
        f"  count {goal.count_type or 'unknown'}, window {window_words(goal.window_minutes)}, revenue: {revenue}"
    )
    yield f"  hashes alone: {_takes(goal.enhanced)}; external attribution: {_takes(goal.external)}"


def _takes(flag: bool | None) -> str:
    return "unknown" if flag is None else "taken" if flag else "not taken"


def _recipe_lines(one: Recipe) -> Iterator[str]:
    rows = f"{one.rows:,} {'row' if one.rows == 1 else 'rows'}"
    yield safe(f"Missing: {one.name!r}, {rows} in the source")
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
