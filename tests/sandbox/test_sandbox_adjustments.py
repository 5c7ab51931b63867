"""Adjustments: what the local sandbox refuses, ignores, and makes of the conversions that counted."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.sandbox import LocalSandbox, SandboxError, summary

from .conftest import (
    ENVELOPE,
    OTHERS,
    Caller,
    Start,
    a_retraction,
    a_row,
    ago,
    an_adjustment,
    click,
    post_soap,
    raw_row,
)

GOALS = """
goals:
  - {name: Lead, enhanced: true, revenue: {type: VariableValue}}
  - {name: Plain, revenue: {type: FixedValue, value: 7, currency: USD}}
  - {name: Young, age_hours: 1}
  - {name: Once, count_type: Unique}
  - {name: Deleted, status: Deleted}
"""
# By code: what is changed of a restatement that would be taken.
REFUSALS: dict[int, list[dict[str, Any]]] = {
    5618: [{"AdjustmentType": None}, {"AdjustmentType": "restate"}],
    5619: [{"AdjustmentTime": None}],
    5620: [{"AdjustmentTime": ago(days=2)}],
    5621: [{"AdjustmentTime": "1899-12-31T00:00:00Z"}],
    5622: [{"AdjustmentTime": ago(days=-1)}],
    5623: [{"AdjustmentTime": ago(days=91)}],
    5624: [{"AdjustmentType": "Retract"}],
    5625: [{"AdjustmentValue": None}],
    5626: [{"AdjustmentCurrencyCode": None}],
    5611: [{"AdjustmentCurrencyCode": "EURO"}],
    5610: [{"AdjustmentValue": -1}],
    5605: [{"ConversionName": None}],
    5606: [{"ConversionName": "lead"}, {"ConversionName": "Deleted"}],
    5615: [{"ConversionName": "Young"}],
    5608: [{"ConversionTime": None}],
    5609: [{"ConversionTime": ago(days=91)}],
    5603: [{"MicrosoftClickId": None}],
    5604: [{"MicrosoftClickId": "x"}],
    990001: [{"HashedEmailAddress": "x"}],
}


def test_each_refusal_has_its_code_and_index(start: Start) -> None:
    """Each broken adjustment is refused by its index with the service's code, beside one that is taken."""
    caller = start(GOALS)
    caller.send(a_row())
    broken = [(code, an_adjustment(**changes)) for code, several in REFUSALS.items() for changes in several]
    refusals = caller.adjust(*(row for _, row in broken), an_adjustment())
    assert [(index, code) for index, code, _ in refusals] == [(index, code) for index, (code, _) in enumerate(broken)]
    assert caller.adjusted() == ["refused"] * len(broken) + ["restated"]
    assert [(row.row_index, row.code, row.error_code) for row in caller.adjustments()[:-1]] == refusals


@pytest.mark.parametrize("changes", [*OTHERS, {"ConversionName": "Once"}])
def test_adjustment_must_name_the_whole_identity(start: Start, changes: dict[str, Any]) -> None:
    """An adjustment that differs in click id, name, time or a hash from what counted finds no original."""
    caller = start(GOALS)
    caller.send(a_row())
    for one in (an_adjustment(**changes), a_retraction(**changes)):
        assert caller.adjust(one) == [(0, 990007, "AdjustmentOriginalNotFound")]
    assert caller.worth() == [(12.5, "EUR", False)]


def test_what_did_not_count_cannot_be_adjusted(start: Start) -> None:
    """A conversion that was refused or ignored has no original to adjust."""
    caller = start(GOALS)
    times = [ago(days=3), ago(days=2)]
    caller.send(*(a_row(ConversionName="Once", ConversionTime=time) for time in times), a_row(ConversionValue=-1))
    assert caller.outcomes() == ["counted", "ignored", "refused"]
    ignored = an_adjustment(ConversionName="Once", ConversionTime=times[1])
    assert [code for _, code, _ in caller.adjust(ignored, an_adjustment())] == [990007, 990007]


def test_restatement_changes_value_and_currency(caller: Caller) -> None:
    """The latest restatement is what the conversion is worth, in its row and in the sums of its goal."""
    caller.send(a_row(), a_row(MicrosoftClickId=click(2)))
    assert caller.adjust(an_adjustment(AdjustmentTime=ago(hours=2))) == []
    assert caller.worth() == [(10.0, "EUR", False), (12.5, "EUR", False)]
    assert caller.adjust(an_adjustment(AdjustmentValue=3, AdjustmentCurrencyCode="USD")) == []
    assert caller.worth() == [(3.0, "USD", False), (12.5, "EUR", False)]
    goals = [(goal["counted"], goal["value"], goal["currency"]) for goal in summary(caller.books).goals]
    assert goals == [(1, 12.5, "EUR"), (1, 3.0, "USD")]
    assert (summary(caller.books).counted, summary(caller.books).received) == (2, 2)


def test_goal_s_currency_stands_in(start: Start) -> None:
    """A restatement without a currency takes that of its goal."""
    caller = start(GOALS)
    caller.send(a_row(ConversionName="Plain", ConversionValue=None, ConversionCurrencyCode=None))
    assert caller.worth() == [(7.0, "USD", False)]
    one = an_adjustment(ConversionName="Plain", AdjustmentCurrencyCode=None)
    assert caller.adjust(one) == []
    assert caller.worth() == [(10.0, "USD", False)]


def test_later_adjustment_time_wins(caller: Caller) -> None:
    """An adjustment whose own time is not later than the last one's is taken silently and changes nothing."""
    caller.send(a_row())
    first = an_adjustment(AdjustmentTime=ago(hours=2))
    earlier = an_adjustment(AdjustmentTime=ago(hours=3), AdjustmentValue=99)
    assert caller.adjust(first, first, earlier, a_retraction(AdjustmentTime=ago(hours=3))) == []
    assert caller.adjusted() == ["restated", "ignored", "ignored", "ignored"]
    assert {row.reason for row in caller.adjustments()[1:]} == {"NotLaterThanLastAdjustment"}
    assert caller.worth() == [(10.0, "EUR", False)]
    assert caller.adjust(a_retraction()) == []
    assert caller.worth() == [(None, None, True)]


def test_retraction_is_for_good(caller: Caller) -> None:
    """After a retraction every adjustment is refused, and the conversion sent again is silently a duplicate."""
    caller.send(a_row())
    assert caller.adjust(a_retraction(AdjustmentTime=ago(hours=2))) == []
    again = [an_adjustment(), a_retraction(), a_retraction(AdjustmentTime=ago(hours=2))]
    assert caller.adjust(*again) == [(index, 990008, "ConversionAlreadyRetracted") for index in range(3)]
    assert caller.send(a_row()) == []
    assert [(row.outcome, row.reason) for row in caller.rows()] == [
        ("counted", ""),
        ("duplicate", "ConversionRetracted"),
    ]
    assert caller.worth() == [(None, None, True)]
    assert [(goal["counted"], goal["value"]) for goal in summary(caller.books).goals] == [(0, 0.0)]


def test_paused_goal_takes_and_ignores(start: Start, tmp_path: Path) -> None:
    """An adjustment for a goal that was paused since is taken without an error and changes nothing."""
    first = start(GOALS)
    first.send(a_row())
    first.sandbox.__exit__()
    caller = start(GOALS.replace("name: Lead,", "name: Lead, status: Paused,"))
    assert caller.adjust(a_retraction()) == []
    assert [(row.outcome, row.reason) for row in caller.adjustments()] == [("ignored", "GoalNotFoundOrInactive")]
    assert caller.worth() == [(12.5, "EUR", False)]


def test_action_and_body_must_agree(caller: Caller) -> None:
    """Adjustments under the action of conversions are a fault, as another operation is."""
    answer = post_soap(caller.url, ENVELOPE % raw_row(1), "ApplyOfflineConversionAdjustments")
    assert "ActionNotSupported" in answer.text
    assert caller.rows() == []


def test_page_shows_adjustments(caller: Caller) -> None:
    """The page tells the latest value, what is retracted, and what was ignored or refused and why."""
    assert "Adjustments" not in caller.get("/").text
    caller.send(a_row(), a_row(MicrosoftClickId=click(2)))
    caller.adjust(an_adjustment(), an_adjustment(), a_retraction(MicrosoftClickId=click(2)))
    caller.adjust(a_retraction(MicrosoftClickId=click(2)), an_adjustment(AdjustmentType="<b>"))
    page = caller.get("/").text
    for text in (
        "10.0 EUR",
        ">retracted</span>",
        "not later than that of the last adjustment",
        "was retracted before",
        "&lt;b&gt;",
    ):
        assert text in page


def test_books_of_another_version_are_left_alone(tmp_path: Path) -> None:
    """What the sandbox cannot be sure to read, it neither reads nor writes."""
    path = tmp_path / "old.db"
    with LocalSandbox(path, port=0):
        pass
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(SandboxError, match="does not hold books of this version"), LocalSandbox(path, port=0):
        pass
