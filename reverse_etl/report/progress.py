"""The progress of a push on standard error: a bar with rows per second on a terminal, plain lines elsewhere.

Quiet says nothing at all; verbose has a line for each batch as well.
"""

import time
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.progress import Progress, TextColumn

from reverse_etl.core.plan import Plan
from reverse_etl.core.ports import Delivered
from reverse_etl.core.receipt import Outcome
from reverse_etl.report.text import OUTCOMES, rows_of, safe

# Between two plain lines. Seconds.
LINE_EVERY = 10.0


class ConsoleProgress:
    """The Progress port for the command line; `close` ends the bar."""

    def __init__(self, console: Console, *, quiet: bool = False, verbose: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._verbose = verbose
        # Whose notes follow, where a command pushes several syncs or accounts.
        self.about = ""
        self._bar: Progress | None = None
        self._began = time.monotonic()
        self._shown_at = self._began

    def building(self, syncs: Sequence[str]) -> None:
        if not self._quiet:
            said = "what dbt says" if self._verbose else "its warnings and errors follow, -v shows all"
            self._say(f"dbt build for {', '.join(syncs)}: {said}.")

    def note(self, text: str) -> None:
        if not self._quiet:
            self._say(f"Note{f' for {self.about}' if self.about else ''}: {text}")

    def planned(self, plan: Plan, round_: int, to_send: int) -> None:
        self.close()
        invalid_now = sum(line.rows for line in plan.lines if "row_invalid_now" in line.reasons)
        if invalid_now and round_ == 1:
            self.note(
                f"Accepted before, and invalid now or without its key: {rows_of(invalid_now)}. Nothing of it is sent "
                "or taken back. `reverse-etl plan` says which rule."
            )
        if self._quiet or not to_send:
            return
        again = "Planned again: " if round_ > 1 else ""
        # What has left the source, and is taken back or settled, is none of its rows.
        left = sum(line.rows for line in plan.lines if line.sends and line.side == "ledger")
        of = f"to send, of {plan.source_rows:,} rows and {left:,} that left them"
        without = f" ({plan.to_send:,} without --limit)" if to_send < plan.to_send else ""
        self._say(f"{again}{to_send:,} {of if left else f'of {plan.source_rows:,} rows to send'}{without}.")
        self._began = self._shown_at = time.monotonic()
        if self._console.is_terminal:
            columns = (*Progress.get_default_columns(), TextColumn("{task.fields[speed]}"))
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.add_task("pushing", total=to_send, speed="")
            self._bar.start()

    def delivered(self, batch: Delivered, done: int, total: int) -> None:
        if self._verbose:
            self._say(safe(batch_words(batch)))
        now = time.monotonic()
        speed = f"{done / max(now - self._began, 0.001):,.0f} rows/s"
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total, speed=speed)
        elif not self._quiet and now - self._shown_at >= LINE_EVERY:
            self._shown_at = now
            self._say(f"{done:,} of {total:,} rows done, {speed}")

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def batch_words(batch: Delivered) -> str:
    """One batch in a line: rows, seconds, what became of them, and by which names the destination knows its calls."""
    counts: Counter[str] = Counter()
    for receipt in batch.receipts:
        if receipt.outcome is not Outcome.ACCEPTED:
            counts[receipt.outcome.value] += receipt.rows
    counts["in_doubt"] = batch.in_doubt
    # A receipt that accepts spans the refused rows inside it.
    counts["accepted"] = batch.rows - counts.total()
    outcomes = ", ".join(f"{counts[name]:,} {name}" for name in (*OUTCOMES, "not_sent") if counts[name])
    ids = list(dict.fromkeys(receipt.tracking_id for receipt in batch.receipts if receipt.tracking_id))
    name = "tracking id" if len(ids) == 1 else "tracking ids"
    return f"Batch {batch.batch}: {rows_of(batch.rows)} in {batch.seconds:.2f} s: {outcomes}" + (
        f"; {name} {', '.join(ids)}" if ids else ""
    )
