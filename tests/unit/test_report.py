"""What people and programs see: every number, every word, and no personal data."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from reverse_etl.core.errors import DestinationError
from reverse_etl.core.guards import Guard
from reverse_etl.core.plan import CLASSES, Plan, PlanLine, Sample
from reverse_etl.core.ports import Delivered, Rejected, RunSummary
from reverse_etl.core.receipt import Outcome, Receipt
from reverse_etl.core.results import PlanReport, RunResult, StatusReport
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.report.plan import plan_json, plan_text
from reverse_etl.report.progress import ConsoleProgress
from reverse_etl.report.push import result_json, result_text
from reverse_etl.report.rejected import rejected_json, rejected_text
from reverse_etl.report.status import status_json, status_text
from reverse_etl.report.words import CLASS_WORDS, REASON_WORDS, STANDING_WORDS

SYNC = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.SANDBOX, "123", "456")
SAMPLE = Sample("deal-1", "Lead", "2026-03-01T12:00:00Z", None, "")
PASSES = Guard("production_target", "environment is sandbox, so any dbt target may push")
REFUSES = Guard("first_push", "", "It was never pushed.", "Push once with --initial.")
# 64 or 32 hexadecimal digits: hashes and click ids.
PERSONAL = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)


def line(class_: str, rows: int, *reasons: str, side: str = "source", samples: Sequence[Sample] = ()) -> PlanLine:
    return PlanLine(side, class_, reasons, class_ in ("new", "deferred", "in_doubt"), rows, tuple(samples))


PLAN = Plan(
    "2026-03-15T12:00:00Z",
    (
        line("new", 1_234_567),
        line(
            "invalid",
            2,
            "conversion_name_missing",
            "click_id_malformed",
            samples=[SAMPLE, Sample("", "", "", None, "")],
        ),
        line("held", 1, "rejected_unchanged", samples=[replace(SAMPLE, code=5606, error_code="X")]),
        line("held", 3, "gone", side="ledger", samples=[SAMPLE]),
        line("unchanged", 40),
    ),
)
RESULT = RunResult(
    run_seq=7,
    source={"accepted": 9, "rejected": 2, "in_doubt": 3, "not_reached": 1, "invalid": 4},
    ledger={"held": 5},
    refusals={"OfflineConversionNameInvalid (5606)": 2},
    in_doubt_because="ReadTimeout: did not answer in time",
    protocol="rest",
)
ALSO = Rejected("deal-2", "Lead", "2026-03-01T13:00:00Z", "rejected_unchanged", 5606, "NameInvalid", "No goal.", "t-4")
REJECTED = [
    (
        Rejected(
            "deal-1", "Lead", "2026-03-01T12:00:00Z", "rejected_unchanged", 5606, "NameInvalid", "No goal.", "t-1"
        ),
        "Do it.",
    ),
    (ALSO, "Do it."),
    (Rejected("", "Sale", "2026-03-02T12:00:00Z", "maybe_taken", 5617, "Outside", "Too late.", "t-2"), "Do it."),
    (
        Rejected("deal-3", "Lead", "2026-03-03T12:00:00Z", "rejected_unchanged", None, "", "Odd.", "t-3"),
        "See the message.",
    ),
]
DONE = {"source_accepted": 9, "sent_accepted": 10, "ledger_accepted": 1}
RUNS = (
    RunSummary(8, "2026-03-15T12:00:00Z", "", {}, "prod", "box", 4242),
    RunSummary(5, "2026-03-12T12:00:00Z", "", {}, "prod", "box", 4241, fenced_by=6),
    RunSummary(
        7,
        "2026-03-14T12:00:00Z",
        "2026-03-14T12:01:00Z",
        DONE,
        "prod",
        "box",
        1,
        result="done",
        package_version="0.1.0",
    ),
    RunSummary(6, "2026-03-13T12:00:00Z", "2026-03-13T12:01:00Z", {}, "prod", "box", 1),
)

STATUS = StatusReport(
    SYNC,
    {"accepted": 5, "maybe_taken": 1, "in_doubt": 2},
    RUNS,
    corrections={"restate_refused": 3, "retract_in_doubt": 1},
)

BATCH = Delivered(
    3,
    1000,
    (
        Receipt(3, 2007, 2007, Outcome.REJECTED, tracking_id="t-1"),
        Receipt(3, 2501, 2502, Outcome.DEFERRED),
        Receipt(3, 2001, 2500, Outcome.ACCEPTED, tracking_id="t-1"),
        Receipt(3, 2506, 3000, Outcome.ACCEPTED, tracking_id="t-2"),
    ),
    3,
    0.25,
)


def test_a_refusal_shared_by_many_rows_names_the_first_of_them() -> None:
    """Ten are shown, and how many more there are; JSON has all."""
    many = [(replace(ALSO, record_key=f"deal-{n:03}"), "Do it.") for n in range(763)]
    shown = rejected_text(SYNC, many)
    assert "763 rows refused and held" in shown
    assert re.findall(r"deal-(\d+)", shown) == [f"{n:03}" for n in range(10)]
    assert "and 753 more: --json lists each" in shown
    assert len(rejected_json(SYNC, many)["rejected"]) == 763


def test_a_value_that_is_no_number_is_null_in_json() -> None:
    """NaN, which the warehouse makes of a text that is no number, would be no JSON."""
    sample = replace(SAMPLE, value=float("nan"), counted_value=float("inf"))
    line = PlanLine("source", "invalid", ("value_not_a_number",), "", 1, (sample,))
    (shown,) = plan_json(PlanReport(SYNC, Plan("2026-03-08T12:00:00Z", (line,), 0), ()))["lines"][0]["samples"]
    assert (shown["value"], shown["counted_value"]) == (None, None)


def documents() -> dict[str, str]:
    """Every report with everything that it can hold."""
    return {
        "plan": plan_text(PlanReport(SYNC, PLAN, (PASSES, REFUSES))),
        "result": result_text(SYNC, RESULT),
        "status": status_text(STATUS),
        "rejected": rejected_text(SYNC, REJECTED),
    }


def as_json() -> dict[str, Any]:
    return {
        "plan": plan_json(PlanReport(SYNC, PLAN, (PASSES, REFUSES))),
        "result": result_json(SYNC, replace(RESULT, stopped=DestinationError("gone", hint="h"))),
        "status": status_json(STATUS),
        "rejected": rejected_json(SYNC, REJECTED),
    }


def test_a_plan_in_words() -> None:
    """Counts with thousands, reasons in words with examples, both sides, and what a push would do."""
    shown = plan_text(PlanReport(SYNC, PLAN, (PASSES,)))
    assert "Plan of ads -> microsoft_ads, sandbox, account 123" in shown
    assert "1,234,610 source rows" in shown
    assert re.search(r"new +1,234,567  will be sent", shown)
    # The two sides have tables of their own.
    assert re.findall(r"held +(\d+) ", shown) == ["1", "3"]
    assert "invalid, 2 rows: conversion_name_missing, click_id_malformed" in shown
    assert REASON_WORDS["click_id_malformed"] in shown
    assert "held, 1 row: rejected_unchanged" in shown
    assert "held, 3 rows of the ledger: gone" in shown
    assert "deal-1  Lead  2026-03-01T12:00:00Z" in shown
    assert "(no key)  (no name)  (no time)" in shown
    assert "A push would send 1,234,567 rows, 1,000 a call." in shown


def test_a_plan_says_what_a_push_would_not_do() -> None:
    """A guard that refuses is named with the way on; nothing to send and an empty source are said."""
    refused = plan_text(PlanReport(SYNC, PLAN, (PASSES, REFUSES)))
    assert "A push would be refused (exit 5). Push once with --initial." in refused
    assert "would send" not in refused
    twice = plan_text(PlanReport(SYNC, PLAN, (REFUSES, replace(REFUSES, name="max_age", hint="Load the data."))))
    assert "(exit 5). Push once with --initial. Load the data." in twice
    assert "A push would send nothing." in plan_text(PlanReport(SYNC, Plan("now", (line("unchanged", 1),)), ()))
    assert "The source model ads is empty." in plan_text(PlanReport(SYNC, Plan("now", ()), ()))


def test_a_result_in_words() -> None:
    """Every standing with its count, the refusals by code, doubt with its cause, and what an interrupt means."""
    shown = result_text(SYNC, RESULT)
    assert shown.startswith("Run 7 of ads -> microsoft_ads, sandbox, account 123, by REST: done")
    for standing, rows in RESULT.source.items():
        assert re.search(rf"  {standing} +{rows}  {re.escape(STANDING_WORDS[standing])}", shown)
    assert re.search(r"OfflineConversionNameInvalid \(5606\) +2", shown)
    assert "Rows are in doubt: ReadTimeout: did not answer in time." in shown
    assert "Interrupted" in result_text(SYNC, replace(RESULT, interrupted=True))
    assert "STOPPED" in result_text(SYNC, replace(RESULT, stopped=DestinationError("gone")))
    assert "A SUM IS OFF" in result_text(SYNC, replace(RESULT, unbalanced=("source rows: 1, 2",)))
    assert "No source rows." in result_text(SYNC, replace(RESULT, source={}, ledger={}))


def test_no_standing_is_left_out() -> None:
    """The rows that a result shows sum to the rows that it has, whatever their standings."""
    everything = {name: n for n, name in enumerate((*CLASSES, "not_reached"), start=1) if name != "new"}
    shown = result_text(SYNC, replace(RESULT, source=everything, ledger={}, refusals={}))
    counts = [int(found) for found in re.findall(r"^  [a-z_]+ +(\d+)  ", shown, re.MULTILINE)]
    assert sum(counts) == sum(everything.values())


def test_a_status_in_words() -> None:
    """Statuses in plain words, the newest runs, and a run without an end."""
    shown = documents()["status"]
    assert re.search(r"accepted +5  taken", shown)
    assert re.search(r"Corrections of these\n  restate_refused +3  .*\n  retract_in_doubt +1  .*\n\nNewest runs", shown)
    assert "no end recorded (PID 4242 on box): still running, or died" in shown
    assert "done: 10 accepted" in shown
    assert "ended: nothing sent" in shown
    assert "died (PID 4241 on box); run 6 took over" in shown
    nothing = status_text(StatusReport(SYNC, {}, ()))
    assert "Nothing was sent yet." in nothing
    assert "Corrections" not in nothing
    assert "No push yet." in nothing


def test_rejected_rows_in_words() -> None:
    """Rows are grouped by what the service said, each with its key, and each group with what to do and its calls."""
    shown = documents()["rejected"]
    assert shown.count("NameInvalid (5606): No goal.") == 1
    assert shown.count("What to do: Do it.") == 2
    assert "deal-1  Lead  2026-03-01T12:00:00Z" in shown
    assert shown.count("  Tracking ids: t-1, t-4") == 1
    assert "(no key)  Sale" in shown
    assert REASON_WORDS["maybe_taken"] in shown
    assert "no code: Odd." in shown
    assert "No row stands refused." in rejected_text(SYNC, [])


@pytest.mark.parametrize("name", ["plan", "result", "status", "rejected"])
def test_reports_fit_a_screen(name: str) -> None:
    """Lines without users' own texts stay within 132 columns, hold no tab, and end without blanks."""
    for one in documents()[name].splitlines():
        assert len(one) <= 132, one
        assert one == one.rstrip()
        assert "\t" not in one


@pytest.mark.parametrize("name", ["plan", "result", "status", "rejected"])
def test_json_parses_and_says_whose_it_is(name: str) -> None:
    """Every report is one JSON document with its version and its sync."""
    document = json.loads(json.dumps(as_json()[name]))
    assert {key: document[key] for key in ("version", "sync", "destination", "environment", "account_id")} == {
        "version": 1,
        "sync": "ads",
        "destination": "microsoft_ads",
        "environment": "sandbox",
        "account_id": "123",
    }


def test_json_holds_what_the_text_holds() -> None:
    """Counts, reasons, guards, refusals and rejected rows are all there for programs."""
    documents = json.loads(json.dumps(as_json()))
    plan, result, status, rejected = (documents[name] for name in ("plan", "result", "status", "rejected"))
    assert plan["counts"] == {
        "source": {"new": 1_234_567, "unchanged": 40, "held": 1, "invalid": 2},
        "ledger": {"held": 3},
    }
    assert (plan["source_rows"], plan["to_send"]) == (1_234_610, 1_234_567)
    assert plan["guards"][1] == {
        "name": "first_push",
        "refuses": True,
        "warns": False,
        "message": "It was never pushed.",
    }
    assert plan["lines"][1]["reasons"] == ["conversion_name_missing", "click_id_malformed"]
    assert (result["run"], result["result"], result["exit_code"], result["stopped"]) == (7, "stopped", 1, "gone")
    assert result["source"] == RESULT.source
    assert status["runs"][0]["pid"] == 4242
    assert [one["what_to_do"] for one in rejected["rejected"]] == ["Do it."] * 3 + ["See the message."]


def test_reports_have_no_place_for_personal_data() -> None:
    """Nothing that reports are made from has a click id or a hash, and none is in what they say."""
    fields = {name for noun in (Sample, Rejected, PlanLine, Plan, RunResult, RunSummary) for name in noun.__slots__}
    assert not [name for name in fields if re.search("click|hash|email|phone", name)]
    for shown in (*documents().values(), json.dumps(as_json())):
        assert PERSONAL.search(shown) is None


def test_every_class_has_words() -> None:
    """Each class of a plan and each standing of a run is explained."""
    assert set(CLASS_WORDS) == {*CLASSES, "not_reached"}
    assert set(STANDING_WORDS) >= set(CLASS_WORDS) - {"new"}


def test_each_batch_is_reported_where_asked_for() -> None:
    """A verbose push has a line for each batch, with counts that sum to its rows and every tracking id once."""
    out = io.StringIO()
    progress = ConsoleProgress(Console(file=out, width=200), verbose=True)
    progress.delivered(BATCH, 1000, 1000)
    progress.delivered(Delivered(4, 1, (), 1, 30.0), 1001, 1001)
    assert out.getvalue().splitlines() == [
        "Batch 3: 1,000 rows in 0.25 s: 994 accepted, 1 rejected, 2 deferred, 3 in_doubt; tracking ids t-1, t-2",
        "Batch 4: 1 row in 30.00 s: 1 in_doubt",
    ]


def test_what_left_the_source_is_not_counted_among_its_rows() -> None:
    """A push that restates one row of two and retracts three that are gone does not send four of two."""
    out = io.StringIO()
    lines = (
        PlanLine("source", "restate", ("value_changed",), "restate", 1),
        PlanLine("source", "unchanged", (), "", 1),
        PlanLine("ledger", "retract", ("gone",), "retract", 3),
    )
    ConsoleProgress(Console(file=out, width=100)).planned(Plan("2026-03-15T12:00:00Z", lines), 1, 4)
    assert out.getvalue() == "4 to send, of 2 rows and 3 that left them.\n"


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("quiet", [True, False])
def test_progress_is_shown_where_it_helps(terminal: bool, quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar on a terminal, plain lines elsewhere, nothing when quiet; markup in texts is no markup."""
    monkeypatch.setattr("reverse_etl.report.progress.LINE_EVERY", 0.0)
    out = io.StringIO()
    progress = ConsoleProgress(Console(file=out, force_terminal=terminal, width=100), quiet=quiet)
    progress.note("[red]odd[/red] name")
    progress.planned(PLAN, 1, PLAN.to_send)
    progress.delivered(BATCH, 1000, 1_234_567)
    progress.planned(PLAN, 2, PLAN.to_send)
    progress.delivered(BATCH, 1000, 1_234_567)
    progress.close()
    progress.close()
    shown = out.getvalue()
    assert ("Note: [red]odd[/red] name" in shown) is not quiet
    assert ("1,234,567 of 1,234,610 rows to send." in shown) is not quiet
    assert ("Planned again" in shown) is not quiet
    assert ("rows/s" in shown) is not quiet
    assert ("1,000 of 1,234,567 rows done" in shown) is (not quiet and not terminal)
