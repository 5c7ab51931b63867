"""When a report calls a sync healthy, and when it asks for attention."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reverse_etl.core.attribution import MatchTotals
from reverse_etl.core.guards import Guard
from reverse_etl.core.plan import Plan, PlanLine
from reverse_etl.core.ports import RunSummary
from reverse_etl.core.report import RowGroup, SyncReport
from reverse_etl.core.results import PlanReport
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.report.health import Level, findings, headline

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def text(hours_ago: float) -> str:
    return f"{NOW - timedelta(hours=hours_ago):%Y-%m-%dT%H:%M:%SZ}"


def run(number: int, hours_ago: float, result: str = "done", fenced_by: int | None = None, **counts: int) -> RunSummary:
    ended = text(hours_ago) if result else ""
    return RunSummary(number, text(hours_ago), ended, counts, "prod", "host", 1, fenced_by, result)


GOOD = SyncReport(
    plan=PlanReport(
        Sync("shop", "model.a.b", "microsoft_ads", Environment.PRODUCTION, "1", "2"), Plan(text(0), ()), ()
    ),
    first_day=date(2026, 10, 29),
    rows=(),
    conversions=(),
    refusals=(),
    corrections=(),
    open_corrections={},
    runs=(run(7, 3, sent_accepted=9, sent_rejected=1),),
    matched=MatchTotals(3, 1, date(2026, 10, 29), date(2026, 11, 26), text(5)),
    attribution=None,
    newest=text(4),
    max_age_days=90,
    advice={},
)


def test_a_healthy_sync_is_said_in_one_sentence() -> None:
    """The last push, what became of its rows, and the match rate."""
    assert headline(GOOD) == "Healthy: Last push 3 hours ago, done in 0s: 9 accepted, 1 rejected. Match rate 75.0 %."
    assert [one.level for one in findings(GOOD)] == [Level.GOOD, Level.NOTE, Level.GOOD, Level.GOOD]


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ((), "Nothing was pushed yet."),
        ((run(7, 27, sent_accepted=9),), "Last push 27 hours ago, done in 0s: 9 accepted. One is expected each day."),
        ((run(7, 3, "stopped"), run(6, 5)), "stopped before its end. The last complete push was 5 hours ago."),
        ((run(7, 3, "refused"), run(6, 5)), "A guard refused the last push, 3 hours ago, and nothing was sent."),
        ((run(7, 3, "interrupted"),), "interrupted before its end. No push is complete yet."),
        ((run(7, 3, ""), run(6, 9)), "began 3 hours ago and never ended."),
        ((run(7, 1, "", fenced_by=8), run(6, 9)), "began 60 minutes ago and never ended."),
        ((run(8, 1, "retry", rows=2), run(7, 72)), "Last push 3 days ago"),
    ],
    ids=["never", "overdue", "stopped", "refused", "interrupted", "hangs", "died", "no push since"],
)
def test_a_push_that_is_missing_or_broke_off_asks_for_attention(runs: tuple[RunSummary, ...], words: str) -> None:
    """Of a daily push the newest is expected within 26 hours, and whole; a retry is no push."""
    report = replace(GOOD, runs=runs)
    assert words in headline(report)
    first = findings(report)[0]
    assert first.level is Level.ATTENTION
    assert first.hint


def test_a_push_under_way_is_no_alarm() -> None:
    """A run without an end that began lately is taken to go on."""
    report = replace(GOOD, runs=(run(8, 0.5, ""), run(7, 3)))
    assert headline(report).startswith("Healthy: A push is under way; it began 30 minutes ago.")


def test_what_may_be_lost_or_count_twice_asks_for_attention() -> None:
    """Rows in doubt, value about to expire unsent, and a guard that the data set off."""
    doubt = PlanLine("source", "in_doubt", (), "send", 4)
    guards = (Guard("max_retractions", "", "too many"), Guard("tests", "", "not known"))
    group = RowGroup("invalid", ("click_id_malformed",), (None, ""), "EUR", False, True, 2, 9.5, 1, text(88 * 24))
    plan = replace(GOOD.plan, plan=Plan(text(0), (doubt,)), guards=guards)
    levels = {one.text: one.level for one in findings(replace(GOOD, plan=plan, rows=(group,)))}
    assert levels["4 rows may have arrived, and no answer says so."] is Level.ATTENTION
    assert (
        levels["2 rows worth 9.50 EUR will be too old within 10 days, and Microsoft never accepted them."]
        is Level.ATTENTION
    )
    assert levels["A push would be refused: too many"] is Level.ATTENTION
    # Another machine, which built the project, may push all the same.
    assert levels["A push from here would be refused: not known"] is Level.NOTE


def test_old_numbers_are_said_to_be_old() -> None:
    """A match rate of last week and a source without new conversions are notes, with what to do."""
    matched = MatchTotals(3, 1, date(2026, 10, 29), date(2026, 11, 19), text(7 * 24))
    notes = [one for one in findings(replace(GOOD, matched=matched, newest=text(72))) if one.hint]
    assert [one.level for one in notes] == [Level.NOTE] * 3
    assert "as of 7 days ago" in notes[1].text
    assert "from 3 days ago" in notes[2].text
