"""The page of a report without a warehouse: how large it gets, and what it does with little or with very much."""

from dataclasses import replace
from datetime import date, timedelta
from unittest import mock

from reverse_etl.core.attribution import AttributedDay, AttributedGoal, AttributionReport, Counts
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.report import GoalDay, RowGroup, SyncReport
from reverse_etl.report.report import LARGEST, report_html
from tests.unit.test_health import GOOD

# As long as a goal's name may be.
LONG = "A goal's name of a hundred characters " * 3
DAYS = [date(2026, 11, 27) - timedelta(days=n) for n in range(90)]


def large(number: int) -> SyncReport:
    """Ninety days of twelve goals in four currencies."""
    goals = [f"{n} {LONG}"[:100] for n in range(12)]
    found = [GoalDay(name, day, currency, 3, 1234.5, 3) for name in goals for day in DAYS for currency in "ABCD"]
    counts = Counts(sent=9, accepted=9, attributed=5, unattributed=2)
    days = tuple(AttributedDay(day, counts, "2026-11-27T06:00:00Z") for day in reversed(DAYS))
    reported = AttributionReport(GOOD.plan.sync, DAYS[-1], tuple(AttributedGoal(name, days) for name in goals))
    sync = replace(GOOD.plan.sync, name=f"sync_{number}")
    plan = replace(GOOD.plan, sync=sync)
    return replace(GOOD, plan=plan, first_day=DAYS[-1], conversions=tuple(found), attribution=reported)


def test_a_large_report_keeps_its_charts() -> None:
    """Ninety days of more goals than there are colours: the rest stands together, and the file is below 1 MB."""
    page = report_html([large(1)], [], days=90)
    assert len(page.encode()) < LARGEST
    assert page.count("<svg") == 5
    assert "all others" in page


def test_many_syncs_leave_the_charts_out_and_say_so() -> None:
    """Where a file of all charts would be too large it has none, and keeps every sync with its tables."""
    with mock.patch("reverse_etl.report.report.LARGEST", 500_000):
        page = report_html([large(1), large(2)], [], days=90)
    assert len(page.encode()) < 100_000
    assert "<svg" not in page
    assert page.count("<h2 ") == 2
    assert "Charts of so many syncs would be too large" in page


def test_attribution_of_nothing_is_drawn() -> None:
    """A report that attributes nothing, and knows of no upload that was accepted, has its table all the same."""
    day = AttributedDay(DAYS[0], Counts(sent=1, rejected=1, attributed=0, unattributed=0), "2026-11-27T06:00:00Z")
    reported = AttributionReport(GOOD.plan.sync, DAYS[0], (AttributedGoal("Deal won", (day,)),))
    page = report_html([replace(GOOD, attribution=reported)], [], days=30)
    assert "Uploads by goal" in page
    assert "unknown" in page


def test_rows_that_goals_would_refuse_are_not_promised_to_go() -> None:
    """With hold_refusable the page, which asks Microsoft nothing, names a bound of what the next push would send."""
    row = RowGroup("new", (), (None, ""), "USD", False, True, 7, 70.0, 7, "2026-09-01T00:00:00Z")
    sync = replace(GOOD.plan.sync, hold_refusable=True)
    asked, holding = (
        report_html([replace(GOOD, rows=(row,), plan=plan)], [], days=30)
        for plan in (GOOD.plan, replace(GOOD.plan, sync=sync))
    )
    assert "up to" not in asked
    assert "Push: the next push sends it." in asked
    assert "up to" in holding
    assert "Push: the next push sends it, unless its goal would refuse it." in holding


def test_what_cannot_be_read_is_said_with_what_to_do() -> None:
    """A sync that failed has its place, with markup in its message as text."""
    error = SettingsError("No column <b>.", hint="Run `dbt build`.")
    page = report_html([GOOD], [(GOOD.plan.sync, error)], days=30)
    assert "Not readable: No column &lt;b&gt;." in page
    assert "Run <code>dbt build</code>." in page
