"""Ledgers that an empty one may have been before: a renamed sync, or another account."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reverse_etl.core.check import CheckLine, Mark
from reverse_etl.core.sync import Scope, Sync


def look_alikes(scope: Scope, accepted: Mapping[Scope, int], declared: Collection[Scope]) -> list[Scope]:
    """Full scopes that an empty one may have been before a rename or another account; most accepted rows first.

    What another sync of the project declares now is its own, and more than one change at once is no likeness.
    """
    if accepted.get(scope):
        return []
    near = [
        other
        for other, rows in accepted.items()
        if rows
        and other not in declared
        and other.destination == scope.destination
        and (other.sync == scope.sync or _place(other) == _place(scope))
    ]
    return sorted(near, key=lambda other: -accepted[other])


def likeness_line(sync: Sync, other: Scope, rows: int) -> CheckLine:
    """The warning that the ledger holds as many rows of such a scope, with what to do in either case."""
    scope = sync.scope
    where = f"{other.sync}, {other.environment}, account {other.account_id}"
    records = "record" if rows == 1 else "records"
    text = f"The same ledger has {rows:,} accepted {records} of {where}, corrections included."
    if other.sync != scope.sync:
        hint = f"Was the exposure renamed? Give it the name {other.sync} back, or its rows are sent a second time."
    elif other.environment == scope.environment:
        hint = (
            f"Was the account changed? If not, set account_id to {other.account_id}; if so, all is sent to the new one."
        )
    else:
        hint = f"Each environment has its own history. Is {scope.environment} the one that you mean?"
    return CheckLine(sync.label, "history", Mark.WARNING, text, hint)


def _place(scope: Scope) -> tuple[str, str]:
    return scope.environment, scope.account_id
