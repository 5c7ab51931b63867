"""What became of conversions, as people read it."""

import re
from datetime import date

import pytest
from typer.testing import CliRunner

import reverse_etl
from reverse_etl.cli.app import app
from reverse_etl.core.attribution import (
    AttributedDay,
    AttributedGoal,
    AttributionReport,
    Counts,
    Fetched,
    MatchTotals,
    UnattributedReason,
    total,
)
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.report.attribution import attribution_json, attribution_text, matched_text
from tests.support.schemas import validate

DAY = date(2026, 11, 24)
SYNC = Sync("shop", "model.shop.conversions", "microsoft_ads", Environment.PRODUCTION, "123", "456")
AT = "2026-11-25T10:00:00Z"


def goal(name: str, *days: AttributedDay, reasons: tuple[UnattributedReason, ...] = ()) -> AttributedGoal:
    return AttributedGoal(name, days, reasons)


def reported(attributed: int, unattributed: int, *, accepted: int, at: str = AT) -> AttributedDay:
    counts = Counts(sent=accepted, accepted=accepted, attributed=attributed, unattributed=unattributed)
    return AttributedDay(DAY, counts, at)


def text(*goals: AttributedGoal, sync: Sync = SYNC, fetched: Fetched | None = None) -> str:
    report = AttributionReport(sync, DAY, goals, fetched)
    validate("attribution", attribution_json(report))
    return attribution_text(report)


def test_what_the_report_lacks_is_still_to_come() -> None:
    """Accepted and not reported yet is shown as such, with the reason why: reports are hours late."""
    shown = text(goal("Lead", reported(60, 30, accepted=100)))
    assert re.search(r"^  to come +10  accepted, and not reported yet; reports take hours$", shown, re.MULTILINE)
    assert re.search(rf"^  match rate +66.7 %  as fetched {AT}$", shown, re.MULTILINE)
    assert "to come" not in text(goal("Lead", reported(60, 40, accepted=100)))
    # Another tool may send to the same goal.
    assert "to come" not in text(goal("Lead", reported(90, 40, accepted=100)))


def test_an_unreported_goal_has_no_rate() -> None:
    """Without a report there are numbers of what was sent, and no zero that looks like a result."""
    shown = text(goal("Lead", AttributedDay(DAY, Counts(sent=3, accepted=2, in_doubt=1))))
    assert "Nothing is known of their attribution yet." in shown
    assert "match rate" not in shown
    assert "in_doubt  1" in shown


def test_reasons_stand_with_what_to_do() -> None:
    """Each reason has its number, its meaning and what to do."""
    reason = UnattributedReason("AccountMismatch", 1200, "It belongs elsewhere.", "Send it there.")
    shown = text(goal("Lead", reported(1, 1200, accepted=1201), reasons=(reason,)))
    assert "  AccountMismatch, 1,200: It belongs elsewhere.\n    What to do: Send it there." in shown


def test_unreported_goals_are_named() -> None:
    """An incomplete answer is no silent one."""
    shown = text(fetched=Fetched(3, DAY, DAY, 2, (("Deal", "the answer does not speak of it"),)))
    assert "Microsoft did not report\n  Deal: the answer does not speak of it" in shown


def test_text_from_outside_cannot_steer_a_terminal() -> None:
    """A goal's name and Microsoft's reasons are shown without control characters."""
    reason = UnattributedReason("\x1b[2JNew", 1, "Its word.", "Ask.")
    shown = text(goal("Lead\n\x1b[2J", reported(0, 1, accepted=1), reasons=(reason,)))
    assert "\x1b" not in shown
    assert "Lead??[2J" in shown


def test_microsofts_sandbox_is_said_to_attribute_nothing() -> None:
    """There a rate of zero is no news, and the text says so."""
    there = Sync("shop", "model.shop.conversions", "microsoft_ads", Environment.SANDBOX, "123", "456")
    assert "never attributes one" in text(sync=there)
    assert "never attributes one" not in text()


@pytest.mark.parametrize(
    ("parts", "rate"),
    [
        ([Counts(attributed=1, unattributed=1), Counts(attributed=2, unattributed=0)], 0.75),
        ([Counts(sent=5), Counts(attributed=1, unattributed=0)], 1.0),
        ([Counts(sent=5), Counts(sent=1)], None),
        ([Counts(attributed=0, unattributed=0)], None),
        ([], None),
    ],
    ids=["sums", "one reported", "none reported", "nothing", "no day"],
)
def test_a_rate_is_of_what_was_reported(parts: list[Counts], rate: float | None) -> None:
    """Unreported days weigh nothing, and of nothing there is no rate."""
    summed = total(parts)
    assert summed.match_rate == rate
    assert summed.sent == sum(part.sent for part in parts)


def test_the_date_of_a_goal_is_that_of_its_oldest_knowledge() -> None:
    """Of days that were fetched at different times the goal shows the earliest, and none that was never fetched."""
    later = "2026-11-26T10:00:00Z"
    days = (reported(1, 0, accepted=1, at=later), reported(1, 0, accepted=1), AttributedDay(DAY, Counts(sent=1)))
    assert goal("Lead", *days).fetched_at == AT


def test_one_day_is_no_span() -> None:
    """The line of `status` names a span of days, or the one day."""
    line = matched_text(MatchTotals(2, 2, DAY, DAY, AT))
    assert line == f"Match rate 50.0 %: 2 of 4 attributed to a click (uploads of 2026-11-24, fetched {AT})."
    span = matched_text(MatchTotals(2, 2, date(2026, 11, 1), DAY, AT))
    assert "uploads of 2026-11-01 to 2026-11-24" in span


@pytest.mark.parametrize("days", [-1, 0, 3651, 800_000, 10**12])
def test_days_that_no_report_goes_back_are_refused(days: int) -> None:
    """Before anything is opened, for programs and on the command line, with what is allowed."""
    with pytest.raises(ValueError, match=f"days must be from 1 to 3,650, not {days}"):
        reverse_etl.attribution(days=days)
    done = CliRunner().invoke(app, ["attribution", "--days", str(days)])
    assert done.exit_code == 2
    assert (
        f"'--days': Input should be {'greater than or equal to 1' if days < 1 else 'less than or equal to 3650'}"
        in (done.output)
    )
