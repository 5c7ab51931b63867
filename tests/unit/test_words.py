"""Every reason that the macros can give has words; reasons are collected from the macros themselves."""

import re
from pathlib import Path
from typing import get_args

import pytest

from docs.decisions import rules
from reverse_etl.core.kinds import kind_of
from reverse_etl.core.plan import CLASSES, figure
from reverse_etl.report.documents import ClassName
from reverse_etl.report.words import REASON_WORDS, reason_words

MACROS = Path(__file__).parents[2] / "macros"
DECISIONS = rules("_source_decisions") + rules("_ledger_decisions")
# A rule with its standing; the rules of standing `sendable` are hints of tests and no reason of a plan.
RULE = re.compile(r"\('([a-z_]+)',\s*'(invalid|expired|waiting|refusable|sendable)',")


def plan_reasons() -> set[str]:
    decided = {reason for _, _, reason, *_ in DECISIONS if not reason.endswith("_reasons")}
    of_kin = re.findall(r"'(key_[a-z_]+)'", (MACROS / "plan" / "_key_steps.sql").read_text(encoding="utf-8"))
    return {*decided, *of_kin} - {""}


def rule_reasons() -> set[str]:
    files = ("_rules.sql", "_rules_of_goals.sql")
    rules = [rule for file in files for rule in RULE.findall((MACROS / "rules" / file).read_text(encoding="utf-8"))]
    return {name for name, standing in rules if standing != "sendable"}


def test_reasons_are_found() -> None:
    """The search finds what is known to be there, so that it cannot pass by finding nothing."""
    assert {"maybe_taken", "key_in_doubt", "gone", "same_identity", "unanswered_this_run"} <= plan_reasons()
    assert {class_ for _, class_, *_ in DECISIONS} | {"replace"} == set(CLASSES)
    assert {"conversion_name_missing", "conversion_time_too_old", "goal_window_passed"} <= rule_reasons()


@pytest.mark.parametrize("reason", sorted(plan_reasons() | rule_reasons()))
def test_every_reason_has_words(reason: str) -> None:
    """A reason that a plan can give is explained in a sentence or two that fit a line."""
    words = REASON_WORDS.get(reason, "")
    assert words.endswith("."), f"{reason} has no words"
    assert len(words) <= 120


def test_words_have_a_reason() -> None:
    """No words are left over from a reason that is not given any more."""
    assert set(REASON_WORDS) - plan_reasons() - rule_reasons() == set()


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    """A package that is newer than its words still says its reason."""
    assert reason_words("something_new") == "something_new"


def test_documents_name_every_class() -> None:
    """The classes of a plan are those that its document may have."""
    assert get_args(ClassName) == CLASSES


def test_dbt_s_own_test_of_age_is_the_destination_s() -> None:
    """dbt judges by the same days without the tool: what the generic test has in its name is what the kind says."""
    text = (MACROS / "tests" / "times.sql").read_text(encoding="utf-8")
    days = kind_of("microsoft_ads").max_age_days
    assert f"{{% test conversion_time_within_{days}_days(" in text
    assert f"reverse_etl._utc_now(), {days})" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [(10, "10.00"), (1234.5, "1,234.50"), (0.001, "0.001"), (0.1 + 0.2, "0.30"), (-0.0, "0.00"), (-0.0004, "0.00")],
)
def test_an_amount_has_a_third_decimal_where_it_has_one(value: float, shown: str) -> None:
    """A restatement by a thousandth is no change of nothing, and no zero is negative."""
    assert figure(value) == shown
    assert figure(value, "+") == f"+{shown}"
