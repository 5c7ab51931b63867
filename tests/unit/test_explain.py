"""Why, runs and exports as people and programs see them: every fact, every sentence, and no personal data."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from reverse_etl.commands import baseline
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.plan import CLASSES
from reverse_etl.core.ports import Rejected, RunSummary, TestEvidence, Verdict
from reverse_etl.core.results import Attempted, Explained, PlannedRow, RunReport, RunsReport, WhyReport
from reverse_etl.report import export, runs
from reverse_etl.report.text import fit
from reverse_etl.report.why import ABSENT, CHANGES, CHANGES_ALLOWED, changes, why_json, why_text, worth
from reverse_etl.report.words import NEEDS, REASON_WORDS
from tests.support.schemas import FOLDER, schema, validate
from tests.unit import test_report as known
from tests.unit.test_words import rule_reasons

SYNC = known.SYNC
REFUSED = Attempted(
    1, "2026-03-01T12:00:00Z", "send", "D1", 10.0, "USD", "rejected", "2026-03-01T12:00:01Z", 5606, "NameInvalid",
    "No goal.", "t-1", None,
)  # fmt: skip
LOST = replace(
    REFUSED, run_seq=2, outcome="in_doubt", answered_at="", code=None, error_code="", message="", tracking_id=""
)
ROW = Explained(
    in_source=True,
    class_="held",
    reasons=("rejected_unchanged",),
    record_key="D1",
    conversion_name="Deal won",
    conversion_time="2026-02-28T12:00:00Z",
    click_id_start="0123abcd",
    hashed_email_start="",
    hashed_phone_start="fedc4321",
    value=1234.5,
    currency="EUR",
    attribution_credit=0.5,
    attribution_model="linear",
    status="rejected",
    code=5606,
    error_code="NameInvalid",
    attempts=(
        REFUSED,
        replace(LOST, fenced_by=3),
        replace(LOST, outcome="void"),
        replace(LOST, operation="retry", outcome=""),
    ),
    advice="Create the goal.",
)
GONE = replace(
    ROW, in_source=False, class_=ABSENT, reasons=(), record_key="", status="", attempts=(), value=None, advice=""
)
WHY = WhyReport(SYNC, "2026-03-15T12:00:00Z", ("unique_key", "click_id"), (ROW, GONE), 25)
DETAIL = RunReport(
    SYNC,
    known.RUNS[1],
    batches=2,
    outcomes={"accepted": 7, "in_doubt": 1, "rejected": 2},
    void=1000,
    refusals=(("rejected", 5606, "NameInvalid", 2), ("deferred", None, "", 1)),
    tracking_ids=("t-1", "t-2"),
    tracking_ids_in_all=30,
    fenced=(3, 4),
)
PLANNED = PlannedRow(
    "source",
    "held",
    ("rejected_unchanged", "maybe_taken"),
    "=D1",
    "Deal",
    "2026-03-01T12:00:00Z",
    -1.5,
    "USD",
    2.5,
    "EUR",
    "",
    "",
    5606,
    "X",
    "",
    1,
)


def documents() -> dict[str, Any]:
    """One document of each schema that is made without a warehouse, with everything that it can hold."""
    older = known.as_json()
    return {
        "plan": older["plan"],
        "push": older["result"],
        "status": older["status"],
        "rejected": older["rejected"],
        "why": why_json(WHY),
        "runs": runs.runs_json(RunsReport(SYNC, known.RUNS)),
        "run": runs.run_json(DETAIL),
        "plan_line": export.plan_line(PLANNED),
    }


@pytest.mark.parametrize("name", sorted(documents()))
def test_documents_are_as_their_schemas_say(name: str) -> None:
    """Each document passes its schema as it is read from JSON, and one more field or one less does not."""
    document = json.loads(json.dumps(documents()[name], allow_nan=False))
    validate(name, document)
    with pytest.raises(ValidationError):
        validate(name, document | {"one_more": 1})
    with pytest.raises(ValidationError):
        validate(name, dict(list(document.items())[1:]))


# What stands beside a sync's settings in a file of exposures is not ours to close.
@pytest.mark.parametrize(
    "path", sorted({*FOLDER.glob("*.json")} - {FOLDER / "exposures.json"}), ids=lambda path: path.stem
)
def test_schemas_are_schemas(path: Path) -> None:
    """Each is a valid schema with a title and a description, and closes every object that it names the fields of."""
    found = schema(path.stem)
    Draft202012Validator.check_schema(found)
    assert found["title"].startswith(("reverse-etl ", "A line of reverse-etl "))
    assert found["description"]
    open_ = [one for one in objects(found) if "properties" in one and one.get("additionalProperties") is not False]
    assert [one for one in open_ if one.get("type") == "object"] == []


def objects(value: Any) -> list[dict[str, Any]]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return ([value] if isinstance(value, dict) else []) + [found for one in inside for found in objects(one)]


def test_why_tells_the_row_its_history_and_what_would_change_it() -> None:
    """Class, reason and sentence, each attempt with its answer, who shut a run out, and the advice."""
    shown = why_text(WHY)
    assert "Read as a click id: 2 of 25 rows." in shown
    assert "Row D1  Deal won  2026-02-28T12:00:00Z" in shown
    assert "1,234.5 EUR, click id 0123abcd.., hashed phone fedc4321.., attribution 0.5 by linear" in shown
    assert f"rejected_unchanged: {REASON_WORDS['rejected_unchanged']}" in shown
    assert "run 1  send 10 USD  refused" in shown
    assert "NameInvalid (5606): No goal." in shown
    assert "receipt of 2026-03-01T12:00:01Z, tracking id t-1" in shown
    assert "run 2  send 10 USD  no answer recorded" in shown
    assert "run 2 never ended; run 3 took over" in shown
    assert "never sent: the run was shut out first" in shown
    assert "retry 10 USD  recorded" in shown
    assert "Create the goal." in shown
    assert "Sent before, and in no row that could be sent: (no key)" in shown
    assert "History: never sent" in shown
    assert "23 more are not shown" in shown
    assert "click id forgotten," in why_text(replace(WHY, rows=(replace(ROW, click_id_start="forgotte"),)))


def test_what_a_baseline_marked_was_not_sent() -> None:
    """A mark is distinguished from a delivery, and one that was undone from a run that died."""
    mark = replace(
        REFUSED, outcome="accepted", code=None, error_code=baseline.BASELINE, message="Marked.", tracking_id=""
    )
    undone = replace(mark, outcome="void", fenced_by=3)
    shown = why_text(replace(WHY, rows=(replace(ROW, attempts=(mark, undone)),)))
    assert "marked as accepted by a baseline, not sent" in shown
    assert "a baseline that was undone, not sent" in shown
    assert "took over" not in shown


def test_every_class_and_reason_says_what_would_change_it() -> None:
    """Each class has a sentence, and each reason that the ledger gives; rules share that of their class."""
    shared = {rule for rule in rule_reasons() if not rule.startswith("goal_")} | {
        "same_identity",
        "unanswered_this_run",
        "deferred_this_run",
        "restated",
    }
    assert set(CHANGES) >= {*CLASSES, ABSENT} - {"accepted", "rejected"}
    assert set(CHANGES) >= set(REASON_WORDS) - shared
    assert all(words.endswith(".") for words in CHANGES.values())
    assert changes(replace(ROW, class_="invalid", reasons=("click_id_malformed",)), ()) == CHANGES["invalid"]
    assert changes(ROW, ()).endswith("Create the goal.")


@pytest.mark.parametrize("reason", [reason for reason, need in NEEDS.items() if need])
def test_no_setting_is_asked_for_that_is_set(reason: str) -> None:
    """Where `adjustments` allow the correction, the advice is another one."""
    held = replace(ROW, class_="held", reasons=(reason,))
    assert "adjustments" in changes(held, ())
    if reason in CHANGES_ALLOWED:
        assert "adjustments" not in changes(held, (NEEDS[reason],))


def test_values_are_shown_as_short_as_they_are_exact() -> None:
    """No trailing zeros, thousands apart, and a word where there is none."""
    assert [worth(v, "USD") for v in (10.0, 1234.5, 0.125, 0.0)] == ["10 USD", "1,234.5 USD", "0.125 USD", "0 USD"]
    assert (worth(None, "USD"), worth(3.0, "")) == ("no value", "3")


def test_runs_in_words() -> None:
    """A table with durations and what was sent, as far as that is known; a run that died says who took over."""
    shown = runs.runs_text(RunsReport(SYNC, known.RUNS))
    assert re.search(r" 7  2026-03-14T12:00:00Z  1m 00s  prod +done +10 accepted", shown)
    assert re.search(r" 6  .* ended +nothing sent$", shown, re.MULTILINE)
    assert re.search(r" 5  .* died, run 6 took over +not known$", shown, re.MULTILINE)
    assert re.search(r" 8  .* no end +not known$", shown, re.MULTILINE)
    marked = replace(known.RUNS[2], result="baseline", counts={"rows": 1200})
    assert "baseline  1,200 rows marked as accepted" in runs.runs_text(RunsReport(SYNC, (marked,)))
    assert "1,200 rows marked as accepted" in runs.run_text(replace(DETAIL, run=marked, outcomes={"accepted": 1200}))
    assert "No push yet." in runs.runs_text(RunsReport(SYNC, ()))


def test_a_run_in_words() -> None:
    """Everything that is known: outcomes, refusals, tracking ids, who shut out whom, standings by side."""
    shown = runs.run_text(DETAIL)
    assert "no end recorded; run 6 took over" in shown
    assert "box, PID 4241" in shown
    assert "run 3, run 4" in shown
    assert re.search(r"void +1,000  never sent", shown)
    assert re.search(r"NameInvalid \(5606\) +2  rejected", shown)
    assert re.search(r"no code +1  deferred", shown)
    assert "the first 2 of 30" in shown
    untested = runs.run_text(replace(DETAIL, tests=TestEvidence(Verdict.PASSED, "")))
    assert re.search(r"dbt tests +none$", untested, re.MULTILINE)
    shown = runs.run_text(
        replace(DETAIL, run=known.RUNS[2], outcomes={}, void=0, refusals=(), tracking_ids=(), fenced=())
    )
    assert "Nothing was sent in this run." in shown
    assert re.search(r"Source rows at its end\n  accepted  9  ", shown)
    assert re.search(r"not in the source as it was sent\n  accepted  1  ", shown)


@pytest.mark.parametrize(
    ("ended", "words"),
    [("12:00:00", "0s"), ("12:00:59", "59s"), ("12:01:05", "1m 05s"), ("15:02:00", "3h 02m"), ("11:59:59", "0s")],
)
def test_durations(ended: str, words: str) -> None:
    """Seconds, minutes and hours as far as they matter; never less than nothing."""
    assert runs.duration(replace(known.RUNS[2], ended_at=f"2026-03-14T{ended}Z")) == words


def test_a_plan_as_csv() -> None:
    """Reasons and sentences stand apart; text that a spreadsheet would run gets an apostrophe, and no number does."""
    (row,) = csv.DictReader(io.StringIO("".join(export.plan_csv([PLANNED]))))
    assert tuple(row) == export.PLAN_COLUMNS
    assert (row["counted_value"], row["counted_currency"]) == ("2.5", "EUR")
    assert (row["record_key"], row["value"], row["reasons"]) == ("'=D1", "-1.5", "rejected_unchanged maybe_taken")
    assert row["sentence"] == f"{REASON_WORDS['rejected_unchanged']} {REASON_WORDS['maybe_taken']}"


def test_a_plan_as_json_lines() -> None:
    """One document a line; what is no number is null, and a class without a reason has a sentence, too."""
    odd = replace(PLANNED, value=float("nan"), class_="new", reasons=(), record_key="a\nb")
    first, second = "".join(export.plan_jsonl([PLANNED, odd])).splitlines()
    assert json.loads(first)["value"] == -1.5
    assert json.loads(second) == validate("plan_line", json.loads(second))
    assert (json.loads(second)["value"], json.loads(second)["sentence"]) == (None, "Will be sent.")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_spreadsheet_runs_a_cell(start: str) -> None:
    """Whatever begins like a formula stays text, in any column."""
    row = Rejected(
        f"{start}1+1", f"{start}x", "2026", "maybe_taken", 5606, f"{start}c", f"{start}cmd|' /C calc'!A0", "t"
    )
    (cells,) = csv.DictReader(io.StringIO("".join(export.rejected_csv([(row, f"{start}do")])), newline=""))
    assert tuple(cells) == export.REJECTED_COLUMNS
    assert [n for n, cell in cells.items() if cell.startswith(start)] == []
    assert cells["code"] == "5606"


def test_a_file_is_there_in_full_or_not_at_all(tmp_path: Path) -> None:
    """A plan that fails half-way leaves the former file as it was, and nothing beside it."""
    path = tmp_path / "plan.csv"
    assert export.write_plan([PLANNED, PLANNED], path) == 2
    before = path.read_text()

    def failing() -> Any:
        yield PLANNED
        raise RuntimeError

    with pytest.raises(RuntimeError):
        export.write_plan(failing(), path)
    assert (path.read_text(), list(tmp_path.iterdir())) == (before, [path])
    assert export.write_plan([], tmp_path / "empty.jsonl") == 0


@pytest.mark.parametrize("name", ["plan.xlsx", "plan", "nowhere/plan.csv"])
def test_an_output_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    """Another ending, none, or a folder that is not there is said before anything is read."""
    with pytest.raises(SettingsError):
        export.check_ending(tmp_path / name)


def test_reports_have_no_place_for_personal_data() -> None:
    """Of click ids and hashes only beginnings have a place, and none is in an export or in the story of a run."""
    nouns = (Attempted, PlannedRow, RunReport, RunSummary)
    assert not [n for noun in nouns for n in noun.__slots__ if re.search("click|hash|email|phone", n)]
    assert {n for n in Explained.__slots__ if re.search("click|hash|email|phone", n)} == {
        "click_id_start",
        "hashed_email_start",
        "hashed_phone_start",
    }
    for shown in (why_text(WHY), runs.run_text(DETAIL), *map(json.dumps, documents().values())):
        assert known.PERSONAL.search(shown) is None


@pytest.mark.parametrize("width", [80, 200])
def test_text_fits_a_screen(width: int) -> None:
    """No line is longer than the screen, and nothing but blanks and breaks changes."""
    explained = (why_text(WHY), runs.run_text(DETAIL), runs.runs_text(RunsReport(SYNC, known.RUNS)))
    for shown in (*explained, *known.documents().values()):
        fitted = fit(shown, width)
        assert max(map(len, fitted.splitlines())) <= width
        assert fitted.split() == shown.split()
        assert len([line for line in shown.splitlines() if len(line) <= width]) <= len(fitted.splitlines())
    assert fit(why_text(WHY), None) == why_text(WHY)


def test_a_line_goes_on_where_its_last_column_begins() -> None:
    """A table keeps its columns, a sentence is indented, and what has no blank stays in one piece."""
    assert fit("  held  12  " + "word " * 12, 40).splitlines()[1].startswith("            word")
    assert fit("  " + "word " * 20, 40).splitlines()[1].startswith("    word")
    assert fit("word " * 20, 40).splitlines()[1].startswith("word")
    assert fit("x" * 50, 40) == "x" * 50


@pytest.mark.parametrize(
    ("class_", "reasons", "status", "said"),
    [
        ("move", ("moved",), "accepted", "The next push retracts it, and then sends"),
        ("restate", ("value_changed",), "accepted", "The next push restates it."),
        ("held", ("moved",), "accepted", "`adjustments: [retract]` in the exposure moves it"),
        (ABSENT, (), "retracted", "Nothing: Microsoft ignores a conversion once it was retracted."),
        (ABSENT, (), "rejected", "Should the row come back into the source, the next push decides anew."),
    ],
)
def test_what_would_change_a_row_fits_what_a_push_does(
    class_: str, reasons: tuple[str, ...], status: str, said: str
) -> None:
    """What is sent needs no setting any more, and what was retracted never counts again."""
    row = replace(ROW, class_=class_, reasons=reasons, status=status, code=None, error_code="", advice="")
    assert changes(row, ()).startswith(said)
