"""Where rows and goals do not fit, and what is said of it: pure comparisons, and what a push makes of them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from reverse_etl.commands.push import PushOptions, carry_out
from reverse_etl.core.errors import DestinationError
from reverse_etl.core.goal import (
    LONGEST_WINDOW,
    Demand,
    Goal,
    compare,
    missing,
    nearest,
    recipe,
    window_words,
    windows_by_name,
)
from tests.unit.memory_ledger import MemoryLedger, Warehouse, Watcher
from tests.unit.scripted import FINE, ScriptedDestination
from tests.unit.test_run_laws import row

LEAD = Goal("Lead", status="Active", count_type="All", window_minutes=1440, revenue_type="VariableValue")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("lead", "Lead"),
        (" Lead ", "Lead"),
        ("Deal  won", "Deal won"),
        ("Deal win", "Deal won"),
        ("Something else", ""),
        ("", ""),
    ],
)
def test_the_goal_that_was_perhaps_meant(name: str, meant: str) -> None:
    """Case and blanks are passed over, then letters; what is far from all is near none."""
    assert nearest(name, [LEAD, Goal("Deal won")]) == meant
    assert nearest(name, []) == ""


def test_what_fits_is_not_spoken_of() -> None:
    """Every flag as it should be, or unknown, gives no finding."""
    every = Demand("Lead", 9, hashes_only=1, attributed=2, valued=3, repeated_clicks=4, late=0)
    known = Goal("Lead", count_type="All", revenue_type="FixedValue", enhanced=True, external=True)
    assert list(compare([known], [every])) == []
    assert list(compare([LEAD], [every])) == []


@pytest.mark.parametrize(
    ("goal", "demand", "refused", "whole", "rows"),
    [
        (Goal("Lead", enhanced=False), Demand("Lead", 9, hashes_only=2), True, False, 2),
        (Goal("Lead", external=False), Demand("Lead", 9, attributed=3), True, False, 3),
        (Goal("Lead", window_minutes=90), Demand("Lead", 9, late=4), True, False, 4),
        (Goal("Lead", revenue_type="NoValue"), Demand("Lead", 9, valued=5), False, False, 5),
        (Goal("Lead", count_type="Unique"), Demand("Lead", 9, repeated_clicks=6), False, False, 6),
        (Goal("Lead", status="Paused", enhanced=False), Demand("Lead", 9, hashes_only=2), True, True, 9),
        (Goal("Lead", status="Deleted"), Demand("Lead", 9), True, True, 9),
        (Goal("lead"), Demand("Lead", 9), True, True, 9),
    ],
)
def test_each_misfit_is_one_finding(goal: Goal, demand: Demand, refused: bool, whole: bool, rows: int) -> None:
    """With the rows that it is about, what to do, and whether these are lost."""
    (finding,) = compare([goal], [demand])
    assert (finding.refused, finding.whole, finding.rows) == (refused, whole, rows)
    assert f"{rows} rows" in finding.text
    assert finding.hint.endswith((".", ")"))


@pytest.mark.parametrize("status", ["Paused", "Deleted"])
def test_of_several_goals_of_a_name_the_active_one_decides(status: str) -> None:
    """One of the account and one of its customer may share a name: whichever comes first, the active one counts."""
    demand = Demand("Lead", 9, hashes_only=2)
    idle, active = Goal("Lead", 1, status, enhanced=True), Goal("Lead", 2, enhanced=False)
    for goals in ([idle, active], [active, idle]):
        (finding,) = compare(goals, [demand])
        assert (finding.whole, finding.rows) == (False, 2)
    (finding,) = compare([idle, idle], [demand])
    assert finding.text == f"None of the 2 goals named 'Lead' is active ({status.lower()}): 9 rows would not count."
    assert finding.whole


def test_of_several_active_goals_only_what_all_refuse_is_reported() -> None:
    """Rows that one of them takes are taken."""
    every = Demand("Lead", 9, hashes_only=1, attributed=2, valued=3, repeated_clicks=4, late=5)
    strict = Goal(
        "Lead", 1, "Active", "Unique", 60, revenue_type="NoValue", revenue_value=None, enhanced=False, external=False
    )
    assert len(list(compare([strict, replace(strict, id=2)], [every]))) == 5
    for ease in (
        {"enhanced": True},
        {"enhanced": None},
        {"external": True},
        {"revenue_type": "VariableValue"},
        {"count_type": "All"},
    ):
        for goals in ([strict, replace(strict, **ease)], [replace(strict, **ease), strict]):
            assert len(list(compare(goals, [every]))) == 4
    late = [one.text for one in compare([replace(strict, window_minutes=120), strict], [every]) if "later" in one.text]
    assert late[0].endswith("its window of 2 hours.")


def test_the_window_of_a_name_is_the_longest_of_the_goals_that_decide() -> None:
    """Unknown where one of them does not give it: it is not known then that a row comes too late."""
    goals = [Goal("Lead", 1, window_minutes=60), Goal("Lead", 2, window_minutes=90), Goal("Deal", 3, window_minutes=5)]
    paused = Goal("Lead", 4, "Paused", window_minutes=999)
    assert windows_by_name([*goals, paused]) == {"Lead": 90, "Deal": 5}
    assert windows_by_name([*goals, Goal("Deal", 5)]) == {"Lead": 90}
    beyond = [Goal("Lead", 1, window_minutes=10**12), Goal("Deal", 2, window_minutes=-(10**18))]
    assert windows_by_name(beyond) == {"Lead": LONGEST_WINDOW, "Deal": 0}


def test_what_to_create_follows_the_rows() -> None:
    """Values want a revenue that varies, hashes an enhanced goal, attribution an external one."""
    plain, rich = Demand("Leed", 2), Demand("Deal", 3, hashes_only=1, attributed=1, valued=1)
    assert missing([LEAD], [plain, rich, Demand("Lead", 1)]) == [plain, rich]
    first, second = (recipe(demand, [LEAD]) for demand in (plain, rich))
    assert (first.revenue_type, first.enhanced, first.external, first.nearest) == ("NoValue", False, False, "Lead")
    assert (second.revenue_type, second.enhanced, second.external, second.nearest) == ("VariableValue", True, True, "")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(43_200, "30 days"), (1440, "1 day"), (60, "1 hour"), (180, "3 hours"), (90, "90 minutes"), (1, "1 minute")],
)
def test_a_window_in_words(minutes: int, words: str) -> None:
    assert window_words(minutes) == words


class Account(ScriptedDestination):
    """A destination with goals, or with what asking for them raises; `learns`: it takes any name for one."""

    def __init__(self, *goals: Goal, raises: DestinationError | None = None, learns: bool = False) -> None:
        super().__init__(send=lambda _: FINE)
        self._goals, self._raises, self._learns = goals, raises, learns
        self.asked = 0

    def learns_goals(self) -> bool:
        return self._learns

    def goals(self) -> Sequence[Goal]:
        self.asked += 1
        if self._raises:
            raise self._raises
        return self._goals


def push(account: Account, *demands: Demand, warehouse: Warehouse | None = None) -> list[str]:
    """Push, and give the notes."""
    ledger = MemoryLedger(warehouse or Warehouse([row(1)]))
    ledger.demands = demands
    watcher = Watcher()
    carry_out(ledger, account, watcher, PushOptions(workers=1))
    return watcher.notes


def test_a_push_says_what_would_be_refused_and_nothing_else() -> None:
    """What is taken without its value is no note. How such rows are held comes last."""
    account = Account(Goal("Lead", revenue_type="NoValue", enhanced=False))
    note, how_to_hold = push(account, Demand("Lead", 9, hashes_only=2, valued=9))
    assert "hold_refusable: true" in how_to_hold
    assert note.startswith("2 rows to the goal 'Lead' with hashes and no click id would be refused")


def test_the_goals_are_asked_only_before_rows_leave_for_the_first_time() -> None:
    """A plan that sends nothing costs no call, and where any name is a goal, none is asked for."""
    warehouse, account = Warehouse([row(1)]), Account()
    push(account, warehouse=warehouse)
    assert (account.asked, len(account.calls)) == (1, 1)
    push(account, warehouse=warehouse)
    assert (account.asked, len(account.calls)) == (1, 1)
    learning = Account(learns=True)
    assert push(learning, Demand("Any", 1)) == []
    assert learning.asked == 0


def test_goals_that_cannot_be_looked_at_are_a_note() -> None:
    """A failure of the destination keeps no push from going on."""
    account = Account(raises=DestinationError("The host is away."))
    notes = push(account)
    assert notes == ["The goals could not be looked at; the push goes on without that. The host is away."]
    assert len(account.calls) == 1
