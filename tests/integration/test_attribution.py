"""What became of conversions: fetched from the local sandbox, kept in the warehouse, and reported."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests

import reverse_etl
from reverse_etl.core.attribution import Reported, ReportedDay
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.warehouse.attribution import WarehouseAttribution
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.project import Project
from tests.support.engines import each_engine
from tests.support.hostile import JINJA, TABLES
from tests.support.schemas import validate
from tests.support.shop import Shop, click, deal

GOALS = """
goals: [{name: Deal won}, {name: Lead, status: Paused}, {name: Empty}]
clicks: [%s]
"""
REPORTS = "reverse_etl_attribution_reports"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def clicked(tmp_path: Path) -> Iterator[LocalSandbox]:
    """A local sandbox that knows the clicks 1 to 6."""
    at = (datetime.now(UTC) - timedelta(days=5)).isoformat()
    goals = tmp_path / "goals.yml"
    goals.write_text(GOALS % ", ".join(f"{{click_id: '{click(n)}', time: {at}}}" for n in range(1, 7)))
    with LocalSandbox(tmp_path / "books.sqlite", port=0, goals=goals) as running:
        yield running


@pytest.fixture
def pushed(shop: Shop, clicked: LocalSandbox) -> Shop:
    """Four deals sent: two that count, one of an unknown click, one of a paused goal; one more is refused."""
    shop.fill(
        [
            deal(1),
            deal(2),
            deal(7),
            deal(3, conversion_name="Lead"),
            deal(4, conversion_name="No such goal"),
            deal(5, microsoft_click_id="broken"),
        ]
    )
    assert shop.push(endpoint=clicked.url)["source"] == {"accepted": 4, "rejected": 1, "invalid": 1}
    return shop


def fetch(shop: Shop, sandbox: LocalSandbox, *arguments: str) -> dict[str, Any]:
    """Fetch and give the JSON document."""
    done = shop.run("attribution", "--json", *arguments, MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = validate("attribution", json.loads(done.stdout))
    return document


def numbers(document: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Of each goal: sent, accepted, rejected, attributed, unattributed, match rate."""
    names = ("sent", "accepted", "rejected", "attributed", "unattributed", "match_rate")
    return {goal["conversion_name"]: tuple(goal[name] for name in names) for goal in document["goals"]}


EXPECTED = {
    "Deal won": (3, 3, 0, 2, 1, 2 / 3),
    "Lead": (1, 1, 0, 0, 1, 0.0),
    "No such goal": (1, 0, 1, None, None, None),
}


@each_engine
def test_each_goal_is_reported_with_reasons_and_what_to_do(pushed: Shop, clicked: LocalSandbox) -> None:
    """What was sent, taken, refused and attributed stands side by side, a goal that is not there is named, and the
    package's views give the same. A retry that claimed the push's number and withdrew changes none of it."""
    for event in ("claim", "withdraw"):
        counts = '{"kind": "retry"}' if event == "claim" else ""
        where = "event = 'claim' and run_seq = 1 and claim_id <> 'loser'"
        pushed.repeat("reverse_etl_runs", where, claim_id="loser", event=event, counts=counts)
    document = fetch(pushed, clicked)
    assert numbers(document) == EXPECTED
    assert document["fetched"]["untold"] == [
        {"conversion_name": "No such goal", "why": "there is no offline conversion goal of this name"}
    ]
    won, lead, _ = document["goals"]
    assert [(one["reason"], one["conversions"]) for one in won["reasons"]] == [("NoMatchingClickFound", 1)]
    assert [(one["reason"], one["conversions"]) for one in lead["reasons"]] == [("GoalNotFoundOrInactive", 1)]
    (day,) = won["days"]
    assert (day["attributed"], day["sent"], day["fetched_at"]) == (2, 3, won["fetched_at"])
    text = pushed.run("attribution", "--no-fetch").stdout
    assert "match rate    66.7 %" in text
    assert "What to do: Compare the click ids" in text
    days = pushed.sql(
        "select conversion_name, sent, accepted, rejected, attributed, unattributed, match_rate "
        "from reverse_etl_attribution order by conversion_name"
    )
    assert {name: tuple(rest) for name, *rest in days} == EXPECTED
    assert pushed.sql(
        "select conversion_name, reason, unattributed from reverse_etl_unattributed order by conversion_name"
    ) == [("Deal won", "NoMatchingClickFound", 1), ("Lead", "GoalNotFoundOrInactive", 1)]


@each_engine
def test_a_later_fetch_holds_and_the_earlier_stays(pushed: Shop, clicked: LocalSandbox) -> None:
    """Fetching again adds rows and changes no number; a report that changed later is shown as it is now."""
    first = fetch(pushed, clicked)
    rows = pushed.sql(f"select count(*) from {REPORTS}")[0][0]
    assert numbers(fetch(pushed, clicked)) == numbers(first)
    assert pushed.sql(f"select count(*) from {REPORTS}")[0][0] == 2 * rows
    with books(clicked) as received:
        received.execute("update received set outcome = 'counted', reason = '' where outcome = 'ignored'")
        received.execute(
            "update received set outcome = 'ignored', reason = 'AccountMismatch' where click_id = ?", [click(1)]
        )
    later = fetch(pushed, clicked)
    assert numbers(later)["Deal won"] == (3, 3, 0, 2, 1, 2 / 3)
    assert [one["reason"] for one in later["goals"][0]["reasons"]] == ["AccountMismatch"]
    assert numbers(later)["Lead"] == (1, 1, 0, 1, 0, 1.0)
    with books(clicked) as received:
        received.execute("delete from received")
    assert numbers(fetch(pushed, clicked))["Lead"] == (1, 1, 0, 0, 0, None)


@contextlib.contextmanager
def books(sandbox: LocalSandbox) -> Iterator[sqlite3.Connection]:
    """The books of a running sandbox, to change what it will tell."""
    with contextlib.closing(sqlite3.connect(sandbox._path)) as opened, opened:
        yield opened


def far_east(shop: Shop) -> None:
    """Let sessions of the warehouse live fourteen hours ahead of UTC."""
    if shop.host:
        shop.sql(f"alter database {shop.database_name} set timezone to 'Pacific/Kiritimati'")
        return
    profiles = json.loads((shop.folder / "profiles.yml").read_text())
    for output in profiles["shop"]["outputs"].values():
        output["settings"] = {"TimeZone": "Pacific/Kiritimati"}
    (shop.folder / "profiles.yml").write_text(json.dumps(profiles))


@each_engine
def test_days_are_those_of_utc(pushed: Shop, clicked: LocalSandbox) -> None:
    """A second before midnight and midnight itself are two days, on both sides, whatever the session's time zone."""
    far_east(pushed)
    today = datetime.now(UTC).date()
    evening, midnight = (f"{today - timedelta(days=2)} 23:59:59", f"{today - timedelta(days=1)} 00:00:00")
    for click_id, at in ((click(1), evening), (click(2), midnight)):
        pushed.sql(f"update reverse_etl_ledger set recorded_at = '{at}' where click_id = '{click_id}'")
        with books(clicked) as received:
            received.execute("update received set received_at = ? where click_id = ?", [f"{at}.000Z", click_id])
    won = fetch(pushed, clicked)["goals"][0]
    days = {day["upload_date"]: (day["sent"], day["attributed"], day["unattributed"]) for day in won["days"]}
    assert days == {
        str(today - timedelta(days=2)): (1, 1, 0),
        str(today - timedelta(days=1)): (1, 1, 0),
        str(today): (1, 0, 1),
    }


@each_engine
def test_many_goals_and_days_are_walked(shop: Shop, sandbox: LocalSandbox) -> None:
    """More goals and days than a call may ask for are asked for in several calls, and every one is reported; a name
    that looks like SQL or Jinja is kept and shown to the letter, and does nothing."""
    names = [*(f"Goal {n:02}" for n in range(1, 23)), TABLES, JINJA, "It's \\' \"won\" %s {{ x }}"]
    shop.fill([deal(n, conversion_name=name) for n, name in enumerate(names)])
    shop.push(endpoint=sandbox.url)
    shop.sql(
        "update reverse_etl_ledger set recorded_at = recorded_at - interval '10 days' where conversion_name = 'Goal 01'"
    )
    with books(sandbox) as received:
        received.execute(
            "update received set received_at = date(received_at, '-10 days') || 'T12:00:00.000Z' "
            "where conversion_name = 'Goal 01'"
        )
    document = fetch(shop, sandbox)
    # Two windows of days, each in two reports.
    assert document["fetched"]["reports"] == 4
    assert numbers(document) == dict.fromkeys(names, (1, 1, 0, 1, 0, 1.0))
    assert [len(goal["days"]) for goal in document["goals"]] == [1] * 25
    newest = fetch(shop, sandbox, "--days", "1")
    assert len(newest["goals"]) == 24


@each_engine
def test_what_a_baseline_marked_was_not_sent(shop: Shop, sandbox: LocalSandbox) -> None:
    """Records that a baseline marks as accepted are no uploads, and those that a push sends are; where nothing was sent
    no call is made."""
    shop.fill([deal(1), deal(2)])
    assert "Nothing was sent yet." in shop.run("attribution", MICROSOFT_ADS_ENDPOINT=NOWHERE).stdout
    done = shop.run("baseline", "--before", datetime.now(UTC).date().isoformat(), "--yes")
    assert done.returncode == 0, done.stderr
    assert fetch(shop, sandbox)["goals"] == []
    shop.fill([deal(1), deal(2), deal(3)])
    shop.push(endpoint=sandbox.url)
    assert numbers(fetch(shop, sandbox)) == {"Deal won": (1, 1, 0, 1, 0, 1.0)}


def test_corrections_are_counted_apart(shop: Shop, sandbox: LocalSandbox) -> None:
    """A restatement is no conversion that was sent; one that Microsoft finds no original of has its reason."""
    shop.exposure(adjustments=["restate"])
    shop.fill([deal(1), deal(2)])
    shop.push(endpoint=sandbox.url)
    with books(sandbox) as received:
        received.execute("delete from received where click_id = ?", [click(2)])
    shop.fill([deal(1, conversion_value=20.0), deal(2, conversion_value=20.0)])
    shop.push(endpoint=sandbox.url)
    (goal,) = fetch(shop, sandbox)["goals"]
    assert (goal["sent"], goal["corrections"], goal["attributed"], goal["unattributed"]) == (2, 2, 1, 1)
    assert [one["reason"] for one in goal["reasons"]] == ["AdjustmentOriginalNotFound"]


def test_a_killed_fetch_leaves_whole_answers(shop: Shop, sandbox: LocalSandbox) -> None:
    """Killed between two calls, a fetch leaves what the first one reported, and the next begins anew and completes."""
    shop.fill([deal(1), deal(2)])
    shop.push(endpoint=sandbox.url)
    shop.sql(f"update reverse_etl_ledger set recorded_at = recorded_at - interval 10 day where click_id = '{click(1)}'")
    with books(sandbox) as received:
        received.execute(
            "update received set received_at = date(received_at, '-10 days') || 'T12:00:00.000Z' where click_id = ?",
            [click(1)],
        )
    hold = [{"kind": "hold_before", "nth": 2, "operation": "report"}]
    assert requests.post(f"{sandbox.url}/control/faults", json=hold, timeout=60).ok
    process = shop.start("attribution", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    while not requests.get(f"{sandbox.url}/control/faults", timeout=60).json()["held"]:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.kill()
    process.communicate()
    requests.delete(f"{sandbox.url}/control/faults", timeout=60)
    assert shop.sql(f"select fetch_seq, count(*), sum(attributed) from {REPORTS} group by fetch_seq") == [(1, 7, 1)]
    known = json.loads(shop.run("attribution", "--no-fetch", "--json").stdout)["goals"][0]
    assert (known["sent"], known["attributed"]) == (2, 1)
    document = fetch(shop, sandbox)
    assert document["fetched"]["fetch_seq"] == 2
    assert numbers(document) == {"Deal won": (2, 2, 0, 2, 0, 1.0)}


def test_no_fetch_makes_no_call(pushed: Shop, clicked: LocalSandbox) -> None:
    """--no-fetch shows what is known, and so does status, without a call and without a row more; before the first
    fetch status is silent of it."""
    before = pushed.run("attribution", "--no-fetch", MICROSOFT_ADS_ENDPOINT=NOWHERE)
    assert "Nothing is known of their attribution yet." in before.stdout
    assert validate("status", json.loads(pushed.run("status", "--json").stdout))["attribution"] is None
    assert pushed.sql(f"select count(*) from {REPORTS}") == [(0,)]
    fetched = fetch(pushed, clicked)
    known = validate("status", json.loads(pushed.run("status", "--json").stdout))["attribution"]
    assert (known["match_rate"], known["attributed"], known["unattributed"]) == (0.5, 2, 2)
    assert known["fetched_at"] == fetched["goals"][0]["fetched_at"]
    assert "Match rate 50.0 %: 2 of 4 attributed to a click" in pushed.run("status").stdout
    shown = pushed.run("attribution", "--no-fetch", "--json", MICROSOFT_ADS_ENDPOINT=NOWHERE)
    document = validate("attribution", json.loads(shown.stdout))
    assert (document["fetched"], document["goals"]) == (None, fetched["goals"])


def test_a_sandbox_that_is_not_there_is_said(pushed: Shop) -> None:
    """An unreachable service stops attribution and goals with exit code 1 and a hint, and nothing is written."""
    for command in ("attribution", "goals"):
        done = pushed.run(command, MICROSOFT_ADS_ENDPOINT=NOWHERE)
        assert (done.returncode, done.stdout) == (1, "")
        assert "The local sandbox does not answer at 127.0.0.1:9." in done.stderr
    assert pushed.sql(f"select count(*) from {REPORTS}") == [(0,)]


def test_a_ledger_of_an_earlier_version_says_how_to_upgrade(pushed: Shop, clicked: LocalSandbox) -> None:
    """Without the table, push and status work as before, and attribution names the command that builds it."""
    pushed.sql("drop view reverse_etl_attribution")
    pushed.sql("drop view reverse_etl_unattributed")
    pushed.sql(f"drop table {REPORTS}")
    assert pushed.push(endpoint=clicked.url)["source"] == {"unchanged": 4, "held": 1, "invalid": 1}
    assert json.loads(pushed.run("status", "--json").stdout)["attribution"] is None
    done = pushed.run("attribution", MICROSOFT_ADS_ENDPOINT=clicked.url)
    assert done.returncode == 2
    assert "dbt build --select package:reverse_etl" in done.stderr
    pushed.dbt("build", "--select", "package:reverse_etl", "--quiet")
    assert numbers(fetch(pushed, clicked)) == EXPECTED


def test_programs_get_frozen_results(pushed: Shop, clicked: LocalSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python function gives what the command shows, with and without a call."""
    monkeypatch.setenv("MICROSOFT_ADS_ENDPOINT", clicked.url)
    where = {"project_dir": pushed.folder, "profiles_dir": pushed.folder}
    report = reverse_etl.attribution(days=7, **where)
    rates = {goal.conversion_name: goal.counts.match_rate for goal in report.goals}
    assert rates == {"Deal won": 2 / 3, "Lead": 0.0, "No such goal": None}
    assert report.fetched is not None
    assert report.fetched.unreported == (("No such goal", "there is no offline conversion goal of this name"),)
    assert reverse_etl.attribution(fetch=False, **where).goals == report.goals
    with pytest.raises(AttributeError):
        report.goals[0].conversion_name = "other"  # type: ignore[misc]


SPAN = 40


def reported(count: int) -> Reported:
    """An answer for many days, each with as many attributed as not, and a reason of its own."""
    last = datetime.now(UTC).date()
    days = (last - timedelta(days=n) for n in range(SPAN))
    return Reported(tuple(ReportedDay(1, day, count, count, ((f"Reason{count}", count),)) for day in days))


@each_engine
def test_of_two_fetches_at_once_the_newest_answer_holds(shop: Shop) -> None:
    """Whatever their ids: the later answer is shown with its reasons, and no row of the earlier one beside it."""
    shop.dbt("parse", "--quiet")
    with Project(DbtOptions(shop.folder, shop.folder)) as project:
        project.connect()
        (sync,) = find_syncs(project.manifest)
        early, late = WarehouseAttribution(project, sync), WarehouseAttribution(project, sync)
        with mock.patch("reverse_etl.warehouse.attribution.uuid.uuid4") as made:
            made.return_value.hex = "f" * 32
            number = early.open_fetch()
            made.return_value.hex = "0" * 32
            assert late.open_fetch() == number
        early.record(reported(1), {1: "Deal won"})
        late.record(reported(7), {1: "Deal won"})
    assert shop.sql("select distinct attributed, unattributed from reverse_etl_attribution") == [(7, 7)]
    reasons = shop.sql("select reason, count(*) from reverse_etl_unattributed group by reason")
    assert reasons == [("Reason7", SPAN)]
    times = shop.sql(f"select count(*), count(distinct fetched_at) from {REPORTS} group by fetch_id")
    assert times == [(2 * SPAN, 1), (2 * SPAN, 1)]
