"""Goals and auto-tagging before a push: what check and goals say, what a push notes, and that neither can stop one."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from reverse_etl.core.goal import Goal
from reverse_etl.sandbox import LocalSandbox
from reverse_etl.session import Session
from reverse_etl.warehouse.dbt_calls import DbtOptions
from reverse_etl.warehouse.exposures import find_syncs
from reverse_etl.warehouse.project import Project
from tests.support.engines import each_engine
from tests.support.faults import ask_for, release, truth
from tests.support.hostile import JINJA, TABLES
from tests.support.schemas import validate
from tests.support.shop import Shop, click, deal

HASH = "a" * 64
WON = "{name: Deal won, id: 7001, revenue: {type: VariableValue}}"
Start = Callable[..., LocalSandbox]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a local sandbox with goals, and more of the goals file."""
    with ExitStack() as stack:

        def starter(*goals: str, more: str = "") -> LocalSandbox:
            file = tmp_path / "goals.yml"
            file.write_text(f"goals: [{', '.join(goals)}]\n{more}")
            return stack.enter_context(LocalSandbox(tmp_path / "books.sqlite", port=0, goals=file))

        yield starter


def check(shop: Shop, sandbox: LocalSandbox, *arguments: str, code: int = 0) -> dict[str, list[dict[str, str]]]:
    """The lines of a check by name."""
    done = shop.run("check", "--json", *arguments, MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, list[dict[str, str]]] = {}
    for line in validate("check", json.loads(done.stdout))["lines"]:
        found.setdefault(line["name"], []).append(line)
    return found


def goals(shop: Shop, sandbox: LocalSandbox) -> dict[str, Any]:
    done = shop.run("goals", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, Any] = validate("goals", json.loads(done.stdout))
    return document


def with_click_time(shop: Shop, expression: str) -> None:
    """Let the model offer a click time, and build it."""
    model = f"select *, {expression} as click_time from {{{{ source('crm', 'deals') }}}}\n"
    (shop.folder / "models/offline_conversions.sql").write_text(model)
    shop.dbt("run", "--quiet", "--select", "offline_conversions")


def test_names_and_flags_are_compared_with_the_goals(shop: Shop, start: Start) -> None:
    """A goal that is missing or paused is a cross, what a goal does not take a warning; all in counts of rows."""
    sandbox = start(WON, "{name: Lead, count_type: Unique}", "{name: Old, status: Paused}")
    no_click = {"microsoft_click_id": None, "hashed_email_address": HASH, "conversion_value": None}
    shop.fill(
        [
            deal(1, conversion_name="deal  WON"),
            deal(2, conversion_name="Old"),
            deal(3, **no_click, conversion_name="Lead"),
            deal(4, conversion_name="Lead"),
            deal(5, conversion_name="Lead", microsoft_click_id=click(4), conversion_time="2026-11-20 10:00:00"),
            deal(6, external_attribution_credit=0.5, external_attribution_model="linear"),
            # What no push sends is not counted: it is invalid.
            deal(7, conversion_name="Nowhere", microsoft_click_id="short"),
        ]
    )
    found = check(shop, sandbox, code=2)
    assert [line["mark"] for line in found["account"]] == ["ok"]
    assert [(line["mark"], line["text"]) for line in found["goals"]] == [
        (
            "warning",
            "1 row to the goal 'Deal won' with attribution credit or model would be refused: "
            "it takes no external attribution.",
        ),
        ("warning", "1 row to the goal 'Lead' with hashes and no click id would be refused: it is not enhanced."),
        ("warning", "2 rows to the goal 'Lead' carry a value that it does not count: its revenue is NoValue."),
        ("warning", "1 row to the goal 'Lead' after another of the same click would not count: its count is Unique."),
        ("failed", "The goal 'Old' is paused: 1 row would not count."),
        ("failed", "No offline conversion goal is named 'deal  WON', as 1 row says: they would be refused."),
    ]
    assert found["goals"][-1]["hint"] == "Did you mean 'Deal won'? Names are compared to the letter."
    assert click(4) not in json.dumps(found)
    assert HASH not in json.dumps(found)


@each_engine
def test_conversions_later_than_the_window(shop: Shop, start: Start) -> None:
    """Where the model offers a click time, what came later than the goal's window is counted; else nothing is said."""
    sandbox = start("{name: Deal won, window_minutes: 60, revenue: {type: FixedValue}}", "{name: Long}")
    shop.fill([deal(1), deal(2), deal(3, conversion_name="Long", conversion_value=None)])
    (line,) = check(shop, sandbox)["goals"]
    assert line["text"] == "2 offline conversion goals; each name in the source is one, and its rows fit it"
    with_click_time(shop, "conversion_time - interval '61 minutes'")
    (line,) = check(shop, sandbox)["goals"]
    assert (
        line["text"]
        == "2 rows to the goal 'Deal won' would be refused: they are later after the click than its window of 1 hour."
    )
    with_click_time(shop, "conversion_time - interval '60 minutes'")
    (line,) = check(shop, sandbox)["goals"]
    assert line["mark"] == "ok"


def test_auto_tagging_is_turned_on_where_it_is_asked_for(shop: Shop, start: Start) -> None:
    """Off is a cross; --fix asks, and without a terminal only --yes turns it on, once and for all."""
    sandbox = start(WON, more="auto_tagging: false")
    (line,) = check(shop, sandbox, code=2)["auto_tagging"]
    assert (line["mark"], line["hint"]) == ("failed", "Turn it on with `reverse-etl check --fix`.")
    (line,) = check(shop, sandbox, "--fix", code=2)["auto_tagging"]
    assert "No terminal is attached to ask at" in line["text"]
    assert shop.run("check", "--yes").returncode == 2
    assert check(shop, sandbox, code=2)["auto_tagging"][0]["mark"] == "failed"
    (line,) = check(shop, sandbox, "--fix", "--yes")["auto_tagging"]
    assert line["text"].startswith("was off, and is on now")
    (line,) = check(shop, sandbox)["auto_tagging"]
    assert line["text"] == "on: the click id is appended to landing pages"


def test_an_account_that_cannot_be_used_is_one_cross(shop: Shop, start: Start) -> None:
    """The failure is reported in words with the host and what to do; goals and auto-tagging are left out."""
    sandbox = start(WON)
    ask_for(sandbox, {"kind": "fault_105", "operation": "goals"})
    found = check(shop, sandbox, code=2)
    (line,) = found["account"]
    assert "refused GetConversionGoalsByIds for account local: InvalidCredentials (105)" in line["text"]
    assert sandbox.url.removeprefix("http://") in line["text"]
    assert line["hint"].startswith("Check")
    assert {"goals", "auto_tagging"} & set(found) == set()


def test_a_push_notes_what_would_be_refused(shop: Shop, start: Start) -> None:
    """Before rows leave, those that a goal would refuse are counted; where nothing is sent, nothing is asked."""
    sandbox = start(WON)
    shop.fill(
        [deal(1), deal(2, conversion_name="Deal win"), deal(3, microsoft_click_id=None, hashed_email_address=HASH)]
    )
    done = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert done.returncode == 3
    assert (
        "Note: No offline conversion goal is named 'Deal win', as 1 row says: they would be refused. "
        "Did you mean 'Deal won'? Names are compared to the letter."
    ) in done.stderr
    assert "Note: 1 row to the goal 'Deal won' with hashes and no click id would be refused" in done.stderr
    assert "Note: With `hold_refusable: true` in the exposure, such rows are held and not sent." in done.stderr
    ask_for(sandbox, {"kind": "fault_105", "operation": "goals"})
    again = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert "goals could not be looked at" not in again.stderr


def test_nothing_is_retracted_for_a_row_that_its_goal_refuses(shop: Shop, start: Start) -> None:
    """A renamed goal, or a lost click id, would end both: the push is refused, or such rows wait and the rest goes."""
    shop.exposure(adjustments=["retract"], adjust_after="0 hours")
    sandbox = start(WON)
    shop.fill([deal(n) for n in range(40)])
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 40}
    lost = deal(1, microsoft_click_id=None, hashed_email_address=HASH)
    shop.fill([deal(0, conversion_name="Deal Won!"), lost, *(deal(n) for n in range(2, 41))])
    refused = shop.run("push", "--max-retractions", "2", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert refused.returncode == 5
    assert "Conversions would be retracted for good, for rows that their goals refuse." in refused.stderr
    assert "'Deal Won!'" in refused.stderr
    assert "with hashes and no click id" in refused.stderr
    shop.exposure(adjustments=["retract"], adjust_after="0 hours", hold_refusable=True)
    waits = shop.push("--max-retractions", "2", endpoint=sandbox.url)
    assert (waits["source"], waits["ledger"]) == ({"accepted": 1, "unchanged": 38, "held": 2}, {"held": 2})
    shop.fill([deal(n) for n in range(41)])
    assert shop.push(endpoint=sandbox.url)["source"] == {"unchanged": 41}


@each_engine
@pytest.mark.parametrize(("key", "by_hash"), [("deal_id", False), (None, False), ("deal_id", True)])
def test_nothing_is_retracted_whose_click_is_in_use_where_it_counts_once(
    shop: Shop, start: Start, key: str | None, by_hash: bool
) -> None:
    """A goal whose count is Unique may ignore the corrected conversion after the first is retracted: none would count.
    What really left is retracted all the same."""
    settings = {"adjustments": ["retract"], "adjust_after": "0 hours", "unique_key": key, "max_retractions": 9}
    shop.exposure(**settings)
    sandbox = start("{name: Deal won, count_type: Unique, revenue: {type: VariableValue}, enhanced: true}")
    shop.fill(
        [
            deal(n, **({"microsoft_click_id": None, "hashed_email_address": str(n) * 64} if by_hash else {}))
            for n in range(5)
        ]
    )
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 5}
    shop.sql("update deals set conversion_time = conversion_time + interval '1' hour where deal_id = 'D1'")
    shop.sql("delete from deals where deal_id = 'D2'")
    ask_for(sandbox, {"kind": "fault_105", "operation": "goals"})
    unknown = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert (unknown.returncode, "the goals could not be looked at" in unknown.stderr) == (5, True)
    release(sandbox)
    refused = shop.run("push", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert refused.returncode == 5
    assert "retracted for good whose click, or hashes, stand in another row: 1 of 'Deal won'." in refused.stderr
    shop.exposure(**settings, hold_refusable=True)
    first, second = (shop.push(endpoint=sandbox.url) for _ in range(2))
    # Without a key the row with the new time is a conversion of its own, and the goal ignores it.
    assert first["source"] == {"unchanged": 3, "held" if key else "accepted": 1}
    assert (first["ledger"], second["ledger"]) == ({"held": 1, "retracted": 1}, {"held": 1})
    assert sum(one["counts"] for one in truth(sandbox)["identities"]) == 4
    named = "1" * 64 if by_hash else click(1)
    assert "counts one of a click" in shop.run("why", named, MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout


@each_engine
def test_what_goals_would_refuse_is_held_where_that_is_set(shop: Shop, start: Start) -> None:
    """Plan, why and push hold the same rows, each with its reason; without the setting they go."""
    shop.exposure(hold_refusable=True)
    attributed = {"external_attribution_credit": 0.5, "external_attribution_model": "linear"}
    shop.fill(
        [
            deal(1),
            deal(2, conversion_name="Deal win"),
            deal(3, conversion_name="Old"),
            deal(4, microsoft_click_id=None, hashed_email_address=HASH),
            deal(5, **attributed),
            deal(6, conversion_name="Quick"),
        ]
    )
    with_click_time(shop, "conversion_time - interval '61 minutes'")
    old, quick = "{name: Old, status: Paused}", "{name: Quick, window_minutes: 60}"
    strict = start(WON, old, quick)
    plan = json.loads(shop.run("plan", "--json", MICROSOFT_ADS_ENDPOINT=strict.url).stdout)
    assert {tuple(line["reasons"]): line["rows"] for line in plan["lines"] if line["class"] == "held"} == {
        ("goal_missing",): 1,
        ("goal_inactive",): 1,
        ("goal_takes_no_hashes",): 1,
        ("goal_takes_no_attribution",): 1,
        ("goal_window_passed",): 1,
    }
    why = shop.run("why", "D4", MICROSOFT_ADS_ENDPOINT=strict.url).stdout
    assert "its goal is not enhanced" in why
    done = shop.run("push", "--json", MICROSOFT_ADS_ENDPOINT=strict.url)
    assert (done.returncode, json.loads(done.stdout)["source"]) == (0, {"accepted": 1, "held": 5})
    assert shop.run("push", "--strict", MICROSOFT_ADS_ENDPOINT=strict.url).returncode == 3
    ask_for(strict, {"kind": "html_502", "operation": "goals"})
    stopped = shop.run("push", MICROSOFT_ADS_ENDPOINT=strict.url)
    assert (stopped.returncode, "GetConversionGoalsByIds" in stopped.stderr) == (1, True), stopped.stderr
    release(strict)
    shop.exposure()
    late = json.loads(shop.run("push", "--json", MICROSOFT_ADS_ENDPOINT=strict.url).stdout)
    # That a goal is paused and its window over shows in no answer.
    assert late["source"] == {"accepted": 2, "rejected": 3, "unchanged": 1}


def test_a_lookup_that_fails_keeps_no_push_from_going_on(shop: Shop, start: Start) -> None:
    """It is tried once, since the lease runs on meanwhile; it is a note, and every row arrives."""
    sandbox = start(WON)
    shop.fill([deal(1), deal(2)])
    ask_for(sandbox, {"kind": "html_502", "operation": "goals"})
    done = shop.run("push", "--json", MICROSOFT_ADS_ENDPOINT=sandbox.url)
    assert "Note: The goals could not be looked at; the push goes on without that. 127.0.0.1" in done.stderr
    assert json.loads(done.stdout)["source"] == {"accepted": 2}
    release(sandbox)


def test_goals_are_listed_with_rows_and_what_to_create(shop: Shop, start: Start) -> None:
    """Each goal has its settings and its rows; for a name without one everything is said that has to be typed."""
    sandbox = start("{name: Deal won, id: 7001, scope: Customer, category: Signup, count_type: Unique}")
    shop.fill(
        [
            deal(1),
            deal(2, conversion_name="deal won "),
            deal(
                3, conversion_name="Called", conversion_value=None, microsoft_click_id=None, hashed_email_address=HASH
            ),
        ]
    )
    document = goals(shop, sandbox)
    (goal,) = document["goals"]
    assert (goal["id"], goal["rows"], goal["scope"], goal["category"]) == (7001, 1, "Customer", "Signup")
    called, near = document["missing"]
    assert (called["name"], called["revenue_type"], called["enhanced"], called["nearest"]) == (
        "Called",
        "NoValue",
        True,
        "",
    )
    assert (near["name"], near["revenue_type"], near["enhanced"], near["nearest"]) == (
        *("deal won ", "VariableValue", False, "Deal won"),
    )
    text = shop.run("goals", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout
    for words in (
        "Deal won: 1 row in the source",
        "count Unique, window 30 days, revenue: no value (NoValue)",
        "Missing: 'deal won ', 1 row in the source",
        "Was 'Deal won' meant?",
        "Conversions > Conversion goals > Create > Offline",
        "name       Called",
        "in its first two hours",
    ):
        assert words in text, text


def test_learnt_goals_are_shown_as_such(shop: Shop, sandbox: LocalSandbox) -> None:
    """Without a goals file any name is a goal: none is missing, and those that rows have named are listed."""
    shop.fill([deal(1)])
    assert (goals(shop, sandbox)["goals"], goals(shop, sandbox)["missing"]) == ([], [])
    assert shop.push(endpoint=sandbox.url)["source"] == {"accepted": 1}
    document = goals(shop, sandbox)
    assert [(goal["name"], goal["learnt"], goal["rows"]) for goal in document["goals"]] == [("Deal won", True, 1)]
    assert document["learns"] is True
    assert "offline conversions, learnt, Active" in shop.run("goals", MICROSOFT_ADS_ENDPOINT=sandbox.url).stdout
    (line,) = check(shop, sandbox)["goals"]
    assert line["text"] == "1 offline conversion goal; the local sandbox takes any name for one"


def test_a_goal_that_the_file_lists_is_not_learnt(shop: Shop, tmp_path: Path) -> None:
    """Books that learnt a goal from a row are opened with a goals file that lists it: it is a goal like others."""
    shop.fill([deal(1)])
    books, file = tmp_path / "books.sqlite", tmp_path / "goals.yml"
    with LocalSandbox(books, port=0) as running:
        shop.push(endpoint=running.url)
    file.write_text("goals: [{name: Deal won}]")
    with LocalSandbox(books, port=0, goals=file) as running:
        (goal,) = goals(shop, running)["goals"]
    assert (goal["name"], goal["learnt"]) == ("Deal won", False)


NAMES = [TABLES, JINJA, "Deal won", "Never reported", "Endless", "Beyond"]


@each_engine
def test_many_goals_and_windows_of_any_length_are_compared(shop: Shop) -> None:
    """Thousands of goals that no row names are passed over, and a window beyond the longest is the longest."""
    with_click_time(shop, "conversion_time - interval '61 minutes'")
    shop.fill([deal(n, conversion_name=name) for n, name in enumerate(NAMES)])
    known = [Goal(f"Goal {n}", n, window_minutes=60) for n in range(10_000)]
    known += [Goal("a\x00b\ud800", window_minutes=60), Goal("Never reported"), Goal("Endless", window_minutes=10**12)]
    known += [Goal(name, window_minutes=60) for name in NAMES[:3]]
    known += [Goal("Beyond", window_minutes=-(10**18))]
    with Project(DbtOptions(shop.folder, shop.folder)) as project:
        project.connect()
        (sync,) = find_syncs(project.manifest)
        ledger = Session.of(project, sync).ledger
        with mock.patch.object(project, "records", wraps=project.records) as asked:
            found = {demand.name: demand.late for demand in ledger.demands(known)}
        none_finished = {demand.name: demand.late for demand in ledger.demands([])}
    # The statement does not grow with the goals of the account.
    windows = asked.call_args.kwargs["windows"]
    assert sorted(name for name, _ in windows) == sorted(set(NAMES) - {"Never reported"})
    assert found == dict.fromkeys(NAMES, 1) | {"Never reported": 0, "Endless": 0}
    assert none_finished == dict.fromkeys(NAMES, 0)
