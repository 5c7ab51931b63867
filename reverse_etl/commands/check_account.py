"""What `check` says of the account: its goals with the rows that name them, and auto-tagging."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reverse_etl.core.check import CheckLine, Mark
from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.core.goal import Demand, Goal, compare
from reverse_etl.core.ports import Destination, HasAutoTagging, HasGoals
from reverse_etl.core.sync import Sync

Demands = Callable[[Sequence[Goal]], Sequence[Demand]]
# Asked whether auto-tagging of a sync's account is to be turned on.
Ask = Callable[[Sync], bool]


def account_lines(
    sync: Sync, destination: Destination, demands: Demands | None, ask: Ask | None
) -> Iterator[CheckLine]:
    """The account with its goals and auto-tagging, where the destination has them, by calls that change nothing.

    `demands`: what the source's rows ask of goals, given those that there are; None where they cannot be read. `ask`:
    where auto-tagging is off, whether to turn it on; None leaves it.
    """
    if isinstance(destination, HasGoals):
        try:
            goals, learns = destination.goals(), destination.learns_goals()
        except ReverseEtlError as error:
            yield _failed(sync, "account", error)
            return
        yield _line(sync, "account", f"account {sync.account_id} answers to these credentials")
        yield from _goal_lines(sync, goals, demands, learns=learns)
    if isinstance(destination, HasAutoTagging):
        yield from _auto_tagging_lines(sync, destination, ask)


def _goal_lines(sync: Sync, goals: Sequence[Goal], demands: Demands | None, *, learns: bool) -> Iterator[CheckLine]:
    count = f"{len(goals):,} offline conversion {'goal' if len(goals) == 1 else 'goals'}"
    if demands is None:
        yield _line(sync, "goals", count)
        return
    try:
        findings = list(compare(goals, demands(goals)))
    except ReverseEtlError as error:
        yield _failed(sync, "goals", error)
        return
    if learns:
        known = {goal.name for goal in goals}
        findings = [finding for finding in findings if finding.name in known]
        count += "; the local sandbox takes any name for one"
    if not findings:
        yield _line(sync, "goals", count if learns else f"{count}; each name in the source is one, and its rows fit it")
    for finding in findings:
        if finding.whole:
            yield CheckLine(sync.label, "goals", Mark.FAILED, finding.text, finding.hint, exit_code=2)
        else:
            yield _line(sync, "goals", finding.text, finding.hint)


def _auto_tagging_lines(sync: Sync, destination: HasAutoTagging, ask: Ask | None) -> Iterator[CheckLine]:
    try:
        on = destination.auto_tagging()
        if on:
            yield _line(sync, "auto_tagging", "on: the click id is appended to landing pages")
        elif on is None:
            hint = "Look at the account's settings at Microsoft: auto-tagging of the click id."
            yield _line(sync, "auto_tagging", "the service does not say whether it is on", hint)
        elif ask is not None and ask(sync):
            destination.turn_on_auto_tagging()
            text = "was off, and is on now: from here on clicks bring their id along"
            yield _line(
                sync,
                "auto_tagging",
                text,
                "Clicks from before have none, and no conversion of theirs is matched by one.",
            )
        else:
            text = "off: no landing page gets a click id, so that no conversion can be matched by one"
            hint = "Turn it on with `reverse-etl check --fix`."
            yield CheckLine(sync.label, "auto_tagging", Mark.FAILED, text, hint, exit_code=2)
    except ReverseEtlError as error:
        yield _failed(sync, "auto_tagging", error)


def _line(sync: Sync, name: str, text: str, hint: str = "") -> CheckLine:
    """A warning where there is something to do, else a tick."""
    return CheckLine(sync.label, name, Mark.WARNING if hint else Mark.OK, text, hint)


def _failed(sync: Sync, name: str, error: ReverseEtlError) -> CheckLine:
    hint = error.hint or "Correct what it says, then check again."
    return CheckLine(sync.label, name, Mark.FAILED, error.message, hint, exit_code=2)
