"""What became of conversions, goal by goal, and match rates, as text and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, cast

from typing_extensions import TypedDict

from reverse_etl.core.attribution import AttributedGoal, AttributionReport, Counts, Fetched, MatchTotals
from reverse_etl.core.sync import Environment
from reverse_etl.report.documents import Count, Date, OfSync, Says, Time, head
from reverse_etl.report.text import columns, safe, title

_WORDS = {
    "accepted": "taken by the destination",
    "rejected": "refused by it: see `reverse-etl rejected`",
    "deferred": "put off; a later push tries again",
    "in_doubt": "no answer in that run; a later push settles them, and counts them again",
    "corrections": "restatements and retractions that left",
}


class NotReportedJson(TypedDict):
    """One of them."""

    conversion_name: str
    why: str


class FetchedJson(TypedDict):
    """One fetch."""

    fetch_seq: Annotated[int, Says("Its number; it rises with every fetch of the sync.", minimum=1)]
    first_day: Date
    last_day: Date
    reports: Annotated[int, Says("Reports that it took, each of some days and goals.", minimum=0)]
    untold: Annotated[list[NotReportedJson], Says("Goals that were sent to and that the service did not tell of.")]


class ReasonJson(TypedDict):
    """One reason."""

    reason: Annotated[str, Says("Microsoft's word for it.")]
    conversions: Annotated[int, Says(minimum=1)]
    meaning: str
    what_to_do: str


class CountsJson(TypedDict):
    """What left, and what became of it."""

    sent: Annotated[
        int,
        Says(
            "Conversions that left, every try of each: accepted, rejected, deferred and in_doubt together.",
            minimum=0,
        ),
    ]
    accepted: Count
    rejected: Count
    deferred: Count
    in_doubt: Count
    corrections: Annotated[int, Says("Restatements and retractions that left.", minimum=0)]
    attributed: Annotated[
        int | None,
        Says("Conversions attributed to a click; null where it was not reported.", minimum=0),
    ]
    unattributed: Annotated[
        int | None,
        Says("Conversions taken and not attributed; null where it was not reported.", minimum=0),
    ]
    match_rate: Annotated[
        float | None,
        Says("attributed, divided by attributed and unattributed together; null of nothing.", minimum=0, maximum=1),
    ]


class DayJson(CountsJson):
    """One day of upload, in UTC."""

    upload_date: Date
    fetched_at: Annotated[
        Time, Says("When it was fetched, of several days the one fetched longest ago; UTC, blank where it never was.")
    ]


class GoalJson(CountsJson):
    """One goal, over all the days."""

    conversion_name: str
    fetched_at: Annotated[
        Time, Says("When it was fetched, of several days the one fetched longest ago; UTC, blank where it never was.")
    ]
    reasons: Annotated[list[ReasonJson], Says("Why conversions were not attributed, the commonest first.")]
    days: Annotated[list[DayJson], Says("Its days with an upload, the oldest first.")]


class AttributionJson(OfSync):
    """What became of the conversions that were sent, per goal and day of upload. Where several syncs are asked for at
    once, the output is an array of such documents. `version` rises when a field changes its meaning.
    """

    first_day: Annotated[
        Date | None,
        Says("The first day of upload that is reported, in UTC; null where nothing was sent."),
    ]
    fetched: Annotated[
        FetchedJson | None,
        Says("What this command fetched; null with --no-fetch, or where nothing was sent."),
    ]
    goals: Annotated[list[GoalJson], Says("The goals that anything was sent to, by name.")]


class MatchJson(TypedDict):
    """A match rate, and what it is of."""

    match_rate: Annotated[
        float | None,
        Says("attributed, divided by attributed and unattributed together.", minimum=0, maximum=1),
    ]
    attributed: Count
    unattributed: Count
    first_day: Annotated[Date, Says("The first day of upload, in UTC.")]
    last_day: Annotated[Date, Says("The last day of upload, in UTC.")]
    fetched_at: Annotated[Time, Says("When the day that was fetched longest ago was, UTC.")]


def attribution_text(report: AttributionReport) -> str:
    """What was sent to each goal and what became of it, with the reasons and what to do about each."""
    out = [title(report.sync)]
    if report.first_day is None:
        return "\n".join([*out, "", "Nothing was sent yet."])
    out += [f"Uploads since {report.first_day}, days in UTC."]
    if report.sync.environment is Environment.SANDBOX:
        out += ["Microsoft's sandbox takes conversions and never attributes one."]
    for goal in report.goals:
        out += ["", *_goal(goal)]
    unreported = report.fetched.unreported if report.fetched else ()
    if unreported:
        out += ["", "Microsoft did not report"]
        out += [safe(f"  {name}: {why}") for name, why in unreported]
    return "\n".join(out)


def _goal(goal: AttributedGoal) -> Iterator[str]:
    counts = goal.counts
    yield safe(goal.conversion_name)
    rows = [("sent", f"{counts.sent:,}", "conversions that left, in each run that sent them")]
    rows += [(name, f"{getattr(counts, name):,}", text) for name, text in _WORDS.items() if getattr(counts, name)]
    if counts.attributed is None or counts.unattributed is None:
        yield from columns(rows, right=2)
        yield "  Nothing is known of their attribution yet."
        return
    rows += [
        ("attributed", f"{counts.attributed:,}", "to a click"),
        ("unattributed", f"{counts.unattributed:,}", "taken, and not attributed"),
    ]
    if (to_come := counts.accepted - counts.attributed - counts.unattributed) > 0:
        rows += [("to come", f"{to_come:,}", "accepted, and not reported yet; reports take hours")]
    rows += [("match rate", percent(counts.match_rate), f"as fetched {goal.fetched_at}")]
    yield from columns(rows, right=2)
    for reason in goal.reasons:
        yield safe(f"  {reason.name}, {reason.conversions:,}: {reason.meaning}")
        yield f"    What to do: {reason.what_to_do}"


def attribution_json(report: AttributionReport) -> AttributionJson:
    return {
        **head(report.sync),
        "first_day": None if report.first_day is None else report.first_day.isoformat(),
        "fetched": None if report.fetched is None else _fetched(report.fetched),
        "goals": [_goal_json(goal) for goal in report.goals],
    }


def _goal_json(goal: AttributedGoal) -> GoalJson:
    return {
        "conversion_name": goal.conversion_name,
        **_counts(goal.counts),
        "fetched_at": goal.fetched_at,
        "reasons": [
            {"reason": one.name, "conversions": one.conversions, "meaning": one.meaning, "what_to_do": one.what_to_do}
            for one in goal.reasons
        ],
        "days": [
            {"upload_date": day.upload_date.isoformat(), **_counts(day.counts), "fetched_at": day.fetched_at}
            for day in goal.days
        ],
    }


def _fetched(fetched: Fetched) -> FetchedJson:
    return {
        "fetch_seq": fetched.fetch_seq,
        "first_day": fetched.first_day.isoformat(),
        "last_day": fetched.last_day.isoformat(),
        "reports": fetched.reports,
        "untold": [{"conversion_name": name, "why": why} for name, why in fetched.unreported],
    }


def _counts(counts: Counts) -> CountsJson:
    return cast(CountsJson, asdict(counts) | {"match_rate": counts.match_rate})


def percent(rate: float | None) -> str:
    return "unknown" if rate is None else f"{100 * rate:.1f} %"


def matched_text(matched: MatchTotals) -> str:
    """How much of the last days' uploads was attributed, and as of when that is known."""
    reported = matched.attributed + matched.unattributed
    days = f"{matched.first_day} to {matched.last_day}" if matched.first_day != matched.last_day else matched.first_day
    return (
        f"Match rate {percent(matched.match_rate)}: {matched.attributed:,} of {reported:,} attributed to a click "
        f"(uploads of {days}, fetched {matched.fetched_at})."
    )


def matched_json(matched: MatchTotals) -> MatchJson:
    days = {"first_day": matched.first_day.isoformat(), "last_day": matched.last_day.isoformat()}
    return cast(MatchJson, asdict(matched) | {"match_rate": matched.match_rate} | days)
