"""What `check` says of a sync's account: its goals with the rows that name them, auto-tagging, and its history."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from reverse_etl.core.check import CheckLine, failed, found, or_failed
from reverse_etl.core.errors import ReverseEtlError, SettingsError
from reverse_etl.core.goal import Goal, compare
from reverse_etl.core.ports import Destination, HasAutoTagging, HasGoals
from reverse_etl.core.sync import Scope, Sync
from reverse_etl.session import Session

# Asked whether auto-tagging of a sync's account is to be turned on.
Ask = Callable[[Sync], bool]


def account_lines(
    sync: Sync, destination: Destination, session: Callable[[], Session] | None, ask: Ask | None
) -> Iterator[CheckLine]:
    """The account with its goals and auto-tagging, where the destination has them, by calls that change nothing.

    `session`: opens the sync, to read what its rows ask of goals; None where they cannot be read. `ask`: where
    auto-tagging is off, whether to turn it on; None leaves it.
    """
    if isinstance(destination, HasGoals):
        try:
            goals, learns = destination.goals(), destination.learns_goals()
        except ReverseEtlError as error:
            yield failed("account", error, subject=sync.label)
            return
        yield found("account", f"account {sync.account_id} answers to these credentials", subject=sync.label)
        yield from or_failed("goals", _goal_lines(sync, goals, session, learns=learns), subject=sync.label)
    if isinstance(destination, HasAutoTagging):
        yield from or_failed("auto_tagging", _auto_tagging_lines(sync, destination, ask), subject=sync.label)


def _goal_lines(
    sync: Sync, goals: Sequence[Goal], session: Callable[[], Session] | None, *, learns: bool
) -> Iterator[CheckLine]:
    count = f"{len(goals):,} offline conversion {'goal' if len(goals) == 1 else 'goals'}"
    if session is None:
        yield found("goals", count, subject=sync.label)
        return
    findings = list(compare(goals, session().ledger.demands(goals)))
    if learns:
        known = {goal.name for goal in goals}
        findings = [finding for finding in findings if finding.name in known]
    if not findings:
        fit = "each name in the source is one, and its rows fit it"
        fine = "the local sandbox takes any name for one" if learns else fit
        yield found("goals", f"{count}; {fine}", subject=sync.label)
    for finding in findings:
        if finding.whole:
            yield failed("goals", SettingsError(finding.text, hint=finding.hint), subject=sync.label)
        else:
            yield found("goals", finding.text, finding.hint, subject=sync.label)


def _auto_tagging_lines(sync: Sync, destination: HasAutoTagging, ask: Ask | None) -> Iterator[CheckLine]:
    on = destination.auto_tagging()
    if on:
        text, hint = "on: the click id is appended to landing pages", ""
    elif on is None:
        text = "the service does not say whether it is on"
        hint = "Look at the account's settings at Microsoft: auto-tagging of the click id."
    elif ask is not None and ask(sync):
        destination.turn_on_auto_tagging()
        text = "was off, and is on now: from here on clicks bring their id along"
        hint = "Clicks from before have none, and no conversion of theirs is matched by one."
    else:
        text = "off: no landing page gets a click id, so that no conversion can be matched by one"
        raise SettingsError(text, hint="Turn it on with `reverse-etl check --fix`.")
    yield found("auto_tagging", text, hint, subject=sync.label)


def look_alikes(scope: Scope, accepted: Mapping[Scope, int], declared: Collection[Scope]) -> list[Scope]:
    """Full scopes that an empty one may have been before a rename or another account; most accepted rows first.

    What another sync of the project declares now is its own, and more than one change at once is no likeness.
    """
    place = (scope.environment, scope.account_id)
    near = [
        other
        for other, rows in accepted.items()
        if rows
        and other not in declared
        and other.destination == scope.destination
        and (other.sync == scope.sync or (other.environment, other.account_id) == place)
    ]
    return [] if accepted.get(scope) else sorted(near, key=lambda other: -accepted[other])


def likeness_line(sync: Sync, other: Scope, rows: int) -> CheckLine:
    """The warning that the ledger holds as many rows of such a scope, with what to do in either case."""
    scope = sync.scope
    where = f"{other.sync}, {other.environment}, account {other.account_id}"
    records = "record" if rows == 1 else "records"
    text = f"The same ledger has {rows:,} accepted {records} of {where}, corrections included."
    if other.sync != scope.sync:
        hint = f"Was the exposure renamed? Give it the name {other.sync} back, or its rows are sent a second time."
    elif other.environment == scope.environment:
        hint = f"Was the account changed? If not, set account_id to {other.account_id}; if so, all goes to the new one."
    else:
        hint = f"Each environment has its own history. Is {scope.environment} the one that you mean?"
    return found("history", text, hint, subject=sync.label)
