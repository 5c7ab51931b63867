"""What became of conversions, goal by goal, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reverse_etl.core.attribution import AttributedDay, AttributedGoal, AttributionReport, Counts, Fetched
from reverse_etl.core.sync import Environment
from reverse_etl.report.documents import document
from reverse_etl.report.match import percent
from reverse_etl.report.text import columns, safe, title

_WORDS = {
    "accepted": "taken by the destination",
    "rejected": "refused by it: see `reverse-etl rejected`",
    "deferred": "put off; a later push tries again",
    "in_doubt": "no answer in that run; a later push settles them, and counts them again",
}


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
    if counts.corrections:
        rows += [("corrections", f"{counts.corrections:,}", "restatements and retractions that left")]
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


def attribution_json(report: AttributionReport) -> dict[str, Any]:
    """The same for programs, with the days of each goal."""
    return document(
        report.sync,
        first_day=None if report.first_day is None else report.first_day.isoformat(),
        fetched=None if report.fetched is None else _fetched(report.fetched),
        goals=[
            {
                "conversion_name": goal.conversion_name,
                **_counts(goal.counts),
                "fetched_at": goal.fetched_at,
                "reasons": [
                    {
                        "reason": reason.name,
                        "conversions": reason.conversions,
                        "meaning": reason.meaning,
                        "what_to_do": reason.what_to_do,
                    }
                    for reason in goal.reasons
                ],
                "days": [_day(day) for day in goal.days],
            }
            for goal in report.goals
        ],
    )


def _fetched(fetched: Fetched) -> dict[str, Any]:
    return {
        "fetch_seq": fetched.fetch_seq,
        "first_day": fetched.first_day.isoformat(),
        "last_day": fetched.last_day.isoformat(),
        "reports": fetched.reports,
        "untold": [{"conversion_name": name, "why": why} for name, why in fetched.unreported],
    }


def _day(day: AttributedDay) -> dict[str, Any]:
    return {"upload_date": day.upload_date.isoformat(), **_counts(day.counts), "fetched_at": day.fetched_at}


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "sent": counts.sent,
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        "deferred": counts.deferred,
        "in_doubt": counts.in_doubt,
        "corrections": counts.corrections,
        "attributed": counts.attributed,
        "unattributed": counts.unattributed,
        "match_rate": counts.match_rate,
    }
