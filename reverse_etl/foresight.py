"""Looks at the goals before a push sends, and tells which rows they would refuse; it keeps no push from going on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reverse_etl.errors import ReverseEtlError
from reverse_etl.goals import Demand, Goal, compare
from reverse_etl.interfaces import Delivered, Progress
from reverse_etl.plans import Plan


@dataclass(frozen=True, slots=True)
class Foresight:
    """A Progress that passes everything on, with notes of its own once the first plan has rows to send.

    `demands`: what the plan's rows ask of their goals. `goals`: those of the account; None where any name is one.
    """

    progress: Progress
    demands: Callable[[], Sequence[Demand]]
    goals: Callable[[], Sequence[Goal] | None]

    def note(self, text: str) -> None:
        """Pass it on."""
        self.progress.note(text)

    def planned(self, plan: Plan, round_: int, to_send: int) -> None:
        """Pass it on, and look ahead where rows are about to be sent for the first time."""
        self.progress.planned(plan, round_, to_send)
        if round_ > 1 or not to_send or not any(line.operation == "send" for line in plan.lines):
            return
        try:
            goals = self.goals()
            findings = [] if goals is None else [one for one in compare(goals, self.demands()) if one.refused]
        except ReverseEtlError as error:
            self.progress.note(f"The goals could not be looked at; the push goes on without that. {error.message}")
            return
        for finding in findings:
            self.progress.note(f"{finding.text} {finding.hint}")

    def delivered(self, batch: Delivered, done: int, total: int) -> None:
        """Pass it on."""
        self.progress.delivered(batch, done, total)
