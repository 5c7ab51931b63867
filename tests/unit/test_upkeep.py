"""The steps of retry, baseline and forget: who may write, in which order, and what is said when something is off."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from reverse_etl.commands import baseline as baseline_steps
from reverse_etl.commands import forget as forget_steps
from reverse_etl.commands import retry as retry_steps
from reverse_etl.core.errors import (
    GuardError,
    LeaseLostError,
    ReverseEtlError,
    RunStoppedError,
    SettingsError,
    WarehouseError,
)
from reverse_etl.core.ports import RunSummary
from reverse_etl.core.receipt import Receipt
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.core.upkeep import (
    BaselineChoice,
    BaselineReport,
    ForgetReport,
    GoalRows,
    Person,
    RefusedRows,
    RetryChoice,
    RetryReport,
)
from reverse_etl.report.baseline import baseline_json, baseline_text
from reverse_etl.report.forget import forget_json, forget_text
from reverse_etl.report.retry import retry_json, retry_text
from reverse_etl.report.runs import upkeep_words
from tests.support.schemas import validate

SYNC = Sync("ads", "model.shop.ads", "microsoft_ads", Environment.SANDBOX, "123", "456")
GOALS = (GoalRows("Lead", 1200, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"), GoalRows("Sale", 1, "a", "a"))
RETRY = RetryReport((RefusedRows(5606, "NameInvalid", False, 2), RefusedRows(None, "Odd", True, 1)), left_alone=3)
BASELINE = BaselineReport(GOALS, to_send=7, unmatched=2, passed_over=3)
FORGET = ForgetReport(records=2, attempts=5, messages=1, in_doubt=0, in_source=0, elsewhere=4)
PERSON = Person(("ada-1",), hashed_email=("e" * 64,))


class Ledger:
    """An Upkeep that says what a test sets, and remembers what was asked of it. It is its own lease."""

    run_seq = 5

    def __init__(self, **says: Any) -> None:
        self.says: dict[str, Any] = {"clock": "2026-03-15T12:00:00Z", "mine": [], "fails": "", "keys": {"k"}} | says
        self.steps: list[str] = []
        self.closed: list[tuple[str, dict[str, int]]] = []

    def step(self, name: str) -> None:
        self.steps.append(name)
        if name == self.says["fails"]:
            raise WarehouseError(f"LINE 1: {PERSON.hashed_email[0]}")

    def clock(self) -> str:
        return str(self.says["clock"])

    def claim_for(self, kind: str) -> Ledger:
        self.step(f"claim {kind}")
        return self

    def still_mine(self) -> bool:
        self.step("look at the lease")
        return self.says["mine"].pop(0) if self.says["mine"] else True

    def seconds_left(self) -> float:
        return 600.0

    def close(self, result: str, counts: dict[str, int]) -> None:
        self.closed.append((result, counts))

    def make_void(self, run_seq: int) -> None:
        self.step(f"void {run_seq}")
        self.says["marked"] = ()

    def make_plan(self, run_seq: int, *, seq_offset: int, batch_offset: int, batch_rows: int) -> Any:
        self.step("plan")

    def drop_plan(self) -> None:
        self.step("drop plan")

    def refused(self, choice: RetryChoice) -> RetryReport:
        return replace(RETRY, lines=(), left_alone=0) if choice.codes and "of_code" in self.says else RETRY

    def keys_refused(self, choice: RetryChoice) -> set[str]:
        return set(self.says["keys"])

    def record_retries(self, run_seq: int, choice: RetryChoice) -> None:
        self.step("record retries")

    def rows_of_run(self, run_seq: int) -> int:
        return int(self.says.get("written", RETRY.rows))

    def markable(self, choice: BaselineChoice) -> BaselineReport:
        return replace(BASELINE, in_doubt=self.says.get("in_doubt", 0))

    def record_receipts(self, run_seq: int, receipts: Sequence[Receipt]) -> None:
        self.step("record receipts")
        assert [(one.seq_from, one.seq_to, one.error_code) for one in receipts] == [(1, BASELINE.rows, "Baseline")]

    def record_marks(self, run_seq: int, choice: BaselineChoice, limit: int) -> None:
        self.step("record marks")

    def kind_of_run(self, run_seq: int) -> str | None:
        return self.says.get("kind", "baseline")

    def marked(self, run_seq: int) -> tuple[GoalRows, ...]:
        return tuple(self.says.get("marked", GOALS))

    def touched_later(self, run_seq: int) -> tuple[int, int]:
        return self.says.get("touched", (0, 0))

    def known_of(self, person: Person) -> ForgetReport:
        self.step("look")
        return replace(FORGET, **self.says.get("known", {}))

    def drop_old_plans(self) -> None:
        self.step("drop old plans")

    def forget(self, run_seq: int, person: Person) -> None:
        self.step("forget")
        self.says["statuses"] = self.says.get("statuses_after", self.says.get("statuses"))

    def forgotten(self, run_seq: int) -> tuple[int, int]:
        return FORGET.records, int(self.says.get("written", FORGET.attempts))

    def statuses(self) -> dict[str, int]:
        return dict(self.says.get("statuses") or {})


def retry(ledger: Ledger) -> object:
    return retry_steps.retry(ledger, RetryChoice(), shown=ledger.says.get("shown"))


def baseline(ledger: Ledger) -> object:
    return baseline_steps.baseline(
        ledger, BaselineChoice(before="2026-01-01T00:00:00Z"), shown=ledger.says.get("shown")
    )


def undo(ledger: Ledger) -> object:
    return baseline_steps.undo(ledger, 2, shown=ledger.says.get("shown"))


def forget(ledger: Ledger) -> object:
    return forget_steps.forget(ledger, PERSON, shown=ledger.says.get("shown"))


Work = Callable[[Ledger], object]
WRITES = {
    retry: ["record retries"],
    # A death between the two marks nothing.
    baseline: ["record receipts", "record marks"],
    undo: ["void 2"],
    # The ledger last: only by its rows is the rest found again.
    forget: ["drop old plans", "forget"],
}


@pytest.mark.parametrize(
    ("work", "kind"), [(retry, "retry"), (baseline, "baseline"), (undo, "undo"), (forget, "forget")]
)
def test_each_is_a_run_with_a_result_of_its_own(work: Work, kind: str) -> None:
    """Claim, look at the lease, write, look again, close: with the counts, under the name of what it was."""
    ledger = Ledger()
    done = work(ledger)
    steps = [step for step in ledger.steps if step not in ("plan", "drop plan", "look")]
    looks = ["look at the lease"] if work is not undo else []
    assert steps == [f"claim {kind}", "look at the lease", *WRITES[work], *looks]
    ((result, counts),) = ledger.closed
    assert (result, counts["rows"] > 0, done.run_seq) == (kind, True, 5)  # type: ignore[attr-defined]


@pytest.mark.parametrize("work", list(WRITES))
def test_who_lost_the_lease_writes_nothing_more_and_never_says_done(work: Work) -> None:
    """Before the write nothing is written; after it the run does not claim to be done."""
    ledger = Ledger(mine=[False])
    with pytest.raises(LeaseLostError):
        work(ledger)
    assert not set(WRITES[work]) & set(ledger.steps)
    assert ledger.closed == [("stopped", {})]
    if work is not undo:
        with pytest.raises(LeaseLostError):
            work(ledger := Ledger(mine=[True, False]))
        assert set(WRITES[work]) <= set(ledger.steps)
        assert ledger.closed == [("stopped", {})]


@pytest.mark.parametrize(
    ("work", "shown"),
    [
        (retry, replace(RETRY, left_alone=4)),
        (baseline, replace(BASELINE, to_send=8)),
        (undo, BaselineReport((), undone=2)),
        (forget, replace(FORGET, attempts=6)),
    ],
)
def test_what_changed_since_it_was_shown_is_not_done(work: Work, shown: object) -> None:
    """Somebody agreed to other counts: nothing is written, and the run says so."""
    ledger = Ledger(shown=shown)
    with pytest.raises(RunStoppedError, match="has changed since"):
        work(ledger)
    assert not set(WRITES[work]) & set(ledger.steps)


@pytest.mark.parametrize(
    ("work", "says"),
    [
        (retry, {"written": 9}),
        (baseline, {"marked": GOALS[:1]}),
        (forget, {"written": 9}),
        (forget, {"statuses": {"accepted": 2}, "statuses_after": {"accepted": 1}}),
    ],
)
def test_a_sum_that_is_off_is_said(work: Work, says: dict[str, Any]) -> None:
    """What was counted before and what stands after are compared."""
    ledger = Ledger(**says)
    with pytest.raises(RunStoppedError, match="A SUM IS OFF"):
        work(ledger)
    assert ledger.closed == [("stopped", {})]


@pytest.mark.parametrize(
    ("look", "says", "error"),
    [
        (lambda one: retry_steps.look_at_retry(one, RetryChoice(keys=("k", "x"))), {}, SettingsError),
        (lambda one: retry_steps.look_at_retry(one, RetryChoice(codes=("1",))), {"of_code": 0}, SettingsError),
        (lambda one: baseline_steps.look_at_baseline(one, BaselineChoice("2026-03-15T12:00:01Z")), {}, SettingsError),
        (
            lambda one: baseline_steps.look_at_baseline(one, BaselineChoice("2026-03-15T12:00:00Z")),
            {"in_doubt": 1},
            GuardError,
        ),
        (lambda one: baseline_steps.look_at_undo(one, 2), {"kind": None}, SettingsError),
        (lambda one: baseline_steps.look_at_undo(one, 2), {"kind": ""}, SettingsError),
        (lambda one: baseline_steps.look_at_undo(one, 2), {"kind": "retry"}, SettingsError),
        (lambda one: baseline_steps.look_at_undo(one, 2), {"marked": ()}, SettingsError),
        (lambda one: baseline_steps.look_at_undo(one, 2), {"touched": (3, 4)}, GuardError),
        (lambda one: forget_steps.look_at_forget(one, PERSON), {"known": {"in_source": 1}}, GuardError),
        (lambda one: forget_steps.look_at_forget(one, PERSON), {"known": {"in_doubt": 1}}, GuardError),
    ],
)
def test_looking_refuses_and_writes_nothing(look: Work, says: dict[str, Any], error: type[ReverseEtlError]) -> None:
    """Each reason to refuse has its error with a way on, before there is a run."""
    ledger = Ledger(**says)
    with pytest.raises(error) as caught:
        look(ledger)
    assert caught.value.hint
    assert set(ledger.steps) <= {"look"}


@pytest.mark.parametrize("fails", ["look", "forget", "claim forget"])
def test_a_refused_statement_does_not_repeat_the_person(fails: str) -> None:
    """The engine's message could quote the statement, and the error's cause as well."""
    with pytest.raises(WarehouseError) as caught:
        forget(Ledger(fails=fails))
    assert PERSON.hashed_email[0] not in caught.value.message + caught.value.hint
    assert caught.value.__suppress_context__
    assert "ada" not in repr(PERSON)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-15", "2026-03-15T00:00:00Z"),
        ("2026-03-15T12:30", "2026-03-15T12:30:00Z"),
        (" 2026-03-15 12:30:05Z ", "2026-03-15T12:30:05Z"),
        ("2026-03-15T00:30:00+01:00", "2026-03-14T23:30:00Z"),
        # Conversions of 12:30:05 are before half past that second.
        ("2026-03-15T12:30:05.5", "2026-03-15T12:30:06Z"),
        ("0999-03-15", "0999-03-15T00:00:00Z"),
    ],
)
def test_times_are_utc_unless_they_say_otherwise(text: str, utc: str) -> None:
    """An ISO date or time becomes the text that conversion times are compared by."""
    assert baseline_steps.before(text) == utc


@pytest.mark.parametrize("text", ["", "yesterday", "15.03.2026", "2026-02-30", "0001-01-01T00:00:00+02:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """The message shows what was given and how a time looks."""
    with pytest.raises(SettingsError, match="ISO date or time"):
        baseline_steps.before(text)


@pytest.mark.parametrize("run_seq", [None, 7])
def test_reports_fit_a_screen_and_their_schema(run_seq: int | None) -> None:
    """Before and after, each is text of at most 132 columns and a document as its schema says."""
    shown = [
        (retry_text, retry_json, "retry", RETRY),
        (retry_text, retry_json, "retry", RetryReport(())),
        (baseline_text, baseline_json, "baseline", BASELINE),
        (baseline_text, baseline_json, "baseline", BaselineReport((), to_send=0)),
        (baseline_text, baseline_json, "baseline", BaselineReport(GOALS, undone=3)),
        (forget_text, forget_json, "forget", FORGET),
        (forget_text, forget_json, "forget", replace(FORGET, records=0)),
    ]
    for as_text, as_json, schema, one in shown:
        one = replace(one, run_seq=run_seq)  # type: ignore[type-var]  # noqa: PLW2901
        text = as_text(SYNC, one)  # type: ignore[operator]
        assert all(len(line) <= 132 and line == line.rstrip() for line in text.splitlines()), text
        validate(schema, json.loads(json.dumps(as_json(SYNC, one))))  # type: ignore[operator]


def test_a_run_that_was_no_push_says_what_it_did() -> None:
    """Each result has its words; a baseline that was undone says by whom; a push has none."""
    run = RunSummary(4, "", "now", {"rows": 1200, "undone_run": 3}, "dev", "box", 1)
    words = {name: upkeep_words(replace(run, result=name)) for name in ("retry", "baseline", "undo", "forget", "done")}
    assert words == {
        "retry": "1,200 rows made sendable again",
        "baseline": "1,200 rows marked as accepted",
        "undo": "baseline of run 3 undone, 1,200 rows",
        "forget": "identifiers blanked, 1,200 conversions",
        "done": "",
    }
    assert upkeep_words(replace(run, result="baseline", fenced_by=9)).endswith("; undone by run 9")
