"""The way of a retry, a baseline and a forget: the order of their steps. Nothing is sent.

Each is looked at first, which reads only and gives the counts to ask about. Then it is a run as a push is one: claim
and fence, look again under the lease, write, close. Whoever took the lease over meanwhile has seen what was written,
or has fenced it off, so that it is void.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from reverse_etl.errors import LeaseLostError, RunStoppedError, SettingsError, WarehouseError
from reverse_etl.interfaces import Lease
from reverse_etl.mends import RetryChoice, RetryReport
from reverse_etl.plans import Plan


class MendedLedger(Protocol):
    """What these commands need of the history of one scope. What reads a plan reads that of the run, where one was
    made, else that of now."""

    def claim_for(self, kind: str) -> Lease:
        """Take the lease for a run that is no push, and fence older runs; raises LeaseHeldError."""

    def make_plan(self, run_seq: int, *, seq_offset: int, batch_offset: int) -> Plan:
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


def look_at_retry(ledger: MendedLedger, choice: RetryChoice) -> RetryReport:
    """What a retry would lift. Reads only; raises SettingsError naming keys that have no refused row."""
    report = ledger.refused(choice)
    if choice.keys:
        unknown = sorted(set(choice.keys) - ledger.keys_refused(choice))
        if unknown:
            raise SettingsError(
                f"No row stands refused under the key {', '.join(unknown)}"
                + (" with such a code." if choice.codes else "."),
                hint="`reverse-etl rejected` lists the refused rows with their keys.",
            )
    return report


def retry(ledger: MendedLedger, choice: RetryChoice, *, shown: RetryReport | None = None) -> RetryReport:
    """Make refused rows sendable again. `shown`: what somebody agreed to; where it is no longer so, nothing is done."""
    with _run(ledger, "retry") as lease:
        ledger.make_plan(lease.run_seq, seq_offset=0, batch_offset=0)
        report = ledger.refused(choice)
        _agree(shown, report)
        _hold(lease)
        ledger.record_retries(lease.run_seq, choice)
        _hold(lease)
        _balance("rows made sendable", report.rows, ledger.rows_of_run(lease.run_seq))
    lease.close("retry", {"rows": report.rows, "maybe_taken": report.maybe_taken})
    return replace(report, run_seq=lease.run_seq)


@contextlib.contextmanager
def _run(ledger: MendedLedger, kind: str) -> Iterator[Lease]:
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


def _agree(shown: object, found: object) -> None:
    if shown is not None and shown != found:
        raise RunStoppedError(
            "What was shown has changed since: another run, or the source, came between. Nothing was changed.",
            hint="Look again and answer again.",
        )


def _hold(lease: Lease) -> None:
    """Before and after writing: who lost the lease may not say that it is done."""
    if not lease.still_mine() or lease.seconds_left() <= 0:
        raise LeaseLostError(
            f"Run {lease.run_seq} stood still for so long that another run could take this sync over.",
            hint="`reverse-etl status` shows both; what this one wrote counts as a whole or not at all.",
        )


def _balance(what: str, counted: int, written: int) -> None:
    if counted != written:
        raise RunStoppedError(f"A SUM IS OFF, please report it: {what}: {counted:,} counted, {written:,} in the ledger")
