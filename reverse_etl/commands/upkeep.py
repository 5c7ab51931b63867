"""What retry, baseline and forget share. Nothing is sent.

Each is looked at first, which reads only and gives the counts to ask about. Then it is a run as a push is one: claim
and fence, look again under the lease, write, close. Whoever took the lease over meanwhile has seen what was written,
or has fenced it off, so that it is void.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Protocol

from reverse_etl.core.errors import LeaseLostError, RunStoppedError, WarehouseError
from reverse_etl.core.plan import Plan
from reverse_etl.core.ports import Lease
from reverse_etl.core.receipt import Receipt
from reverse_etl.core.upkeep import (
    BaselineChoice,
    BaselineReport,
    ForgetReport,
    GoalRows,
    Person,
    RetryChoice,
    RetryReport,
)


class UpkeepLease(Lease, Protocol):
    """The lease of a run that is no push."""

    def make_void(self, run_seq: int) -> None:
        """Void everything that an earlier run wrote."""


class UpkeepLedger(Protocol):
    """What these commands need of the history of one scope. What reads a plan reads that of the run, where one was
    made, else that of now."""

    def clock(self) -> str:
        """The warehouse's time as UTC text."""

    def claim_for(self, kind: str) -> UpkeepLease:
        """Take the lease for a run that is no push, and fence older runs; raises LeaseHeldError."""

    def make_plan(self, run_seq: int, *, seq_offset: int, batch_offset: int, batch_rows: int) -> Plan:
        """Write the plan of this run into a table."""

    def drop_plan(self) -> None:
        """Remove the run's plan table."""

    def refused(self, choice: RetryChoice) -> RetryReport:
        """The refused rows of a choice."""

    def keys_refused(self, choice: RetryChoice) -> set[str]:
        """Which keys of a choice have a refused row."""

    def record_retries(self, run_seq: int, choice: RetryChoice) -> None:
        """Lift the refusals of a choice."""

    def rows_of_run(self, run_seq: int) -> int:
        """Rows that a run wrote into the ledger."""

    def markable(self, choice: BaselineChoice) -> BaselineReport:
        """The rows that a baseline may mark."""

    def record_receipts(self, run_seq: int, receipts: Sequence[Receipt]) -> None:
        """Write what is known of rows."""

    def record_marks(self, run_seq: int, choice: BaselineChoice, limit: int) -> None:
        """Write the first `limit` rows of a baseline into the ledger, numbered from 1, in batch 1."""

    def kind_of_run(self, run_seq: int) -> str | None:
        """What a run is: blank for a push, None where there is no such run."""

    def marked(self, run_seq: int) -> tuple[GoalRows, ...]:
        """What counts as accepted by a run."""

    def touched_later(self, run_seq: int) -> tuple[int, int]:
        """How many conversions of a run a later one tried again or corrected, and the first run that did."""

    def known_of(self, person: Person) -> ForgetReport:
        """What stands of a person, in the ledger and in the source."""

    def drop_old_plans(self) -> None:
        """Remove the plan tables that runs of this scope left behind."""

    def forget(self, run_seq: int, person: Person) -> None:
        """Blank a person's identifiers and messages."""

    def forgotten(self, run_seq: int) -> tuple[int, int]:
        """Conversions and attempts that a run blanked."""

    def statuses(self) -> dict[str, int]:
        """Identities per status, all that were ever sent."""


@contextlib.contextmanager
def upkeep_run(ledger: UpkeepLedger, kind: str) -> Iterator[UpkeepLease]:
    """A run from its claim to the end of its work; what fails closes it as stopped."""
    lease = ledger.claim_for(kind)
    try:
        try:
            yield lease
        finally:
            with contextlib.suppress(WarehouseError):
                ledger.drop_plan()
    except BaseException:
        # Without a close the next run fences this one, so nothing depends on it.
        with contextlib.suppress(Exception):
            lease.close("stopped", {})
        raise


def agree(shown: object, found: object) -> None:
    if shown is not None and shown != found:
        raise RunStoppedError(
            "What was shown has changed since: another run, or the source, came between. Nothing was changed.",
            hint="Look again and answer again.",
        )


def hold(lease: Lease) -> None:
    """Before and after writing: who lost the lease may not say that it is done."""
    if not lease.still_mine() or lease.seconds_left() <= 0:
        raise LeaseLostError(
            f"Run {lease.run_seq} stood still for so long that another run could take this sync over.",
            hint="`reverse-etl status` shows both; what this one wrote counts as a whole or not at all.",
        )


def balance(what: str, counted: int, written: int) -> None:
    if counted != written:
        raise RunStoppedError(f"A SUM IS OFF, please report it: {what}: {counted:,} counted, {written:,} in the ledger")
