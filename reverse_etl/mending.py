"""The way of a retry, a baseline and a forget: the order of their steps. Nothing is sent.

Each is looked at first, which reads only and gives the counts to ask about. Then it is a run as a push is one: claim
and fence, look again under the lease, write, close. Whoever took the lease over meanwhile has seen what was written,
or has fenced it off, so that it is void.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from reverse_etl.errors import GuardError, LeaseLostError, RunStoppedError, SettingsError, WarehouseError
from reverse_etl.interfaces import Lease
from reverse_etl.mends import (
    BaselineChoice,
    BaselineReport,
    ForgetReport,
    GoalRows,
    Person,
    RetryChoice,
    RetryReport,
)
from reverse_etl.plans import Plan
from reverse_etl.receipts import Outcome, Receipt

# The name by which the receipts of a baseline are known; `macros/plan/_accepted.sql` leaves them out.
BASELINE = "Baseline"


class MendingLease(Lease, Protocol):
    """The lease of a run that is no push."""

    def make_void(self, run_seq: int) -> None:
        """Void everything that an earlier run wrote."""


class MendedLedger(Protocol):
    """What these commands need of the history of one scope. What reads a plan reads that of the run, where one was
    made, else that of now."""

    def clock(self) -> str:
        """The warehouse's time as UTC text."""

    def claim_for(self, kind: str) -> MendingLease:
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


def look_at_retry(ledger: MendedLedger, choice: RetryChoice) -> RetryReport:
    """What a retry would lift. Reads only; raises SettingsError naming keys, or codes, that no refused row has."""
    report = ledger.refused(choice)
    if choice.keys:
        unknown = sorted(set(choice.keys) - ledger.keys_refused(choice))
        if unknown:
            raise SettingsError(
                f"No row stands refused under the key {', '.join(unknown)}"
                + (" with such a code." if choice.codes else "."),
                hint="`reverse-etl rejected` lists the refused rows with their keys.",
            )
    if choice.codes and not report.rows and not report.left_alone:
        refused = ledger.refused(RetryChoice(maybe_taken=True)).lines
        known = dict.fromkeys(
            f"{line.error_code or 'no code'}{f' ({line.code})' if line.code else ''}" for line in refused
        )
        if known:
            raise SettingsError(
                f"No row stands refused with the code {', '.join(choice.codes)}.",
                hint=f"The refused rows have: {', '.join(known)}.",
            )
    return report


def retry(ledger: MendedLedger, choice: RetryChoice, *, shown: RetryReport | None = None) -> RetryReport:
    """Make refused rows sendable again. `shown`: what somebody agreed to; where it is no longer so, nothing is done."""
    with _run(ledger, "retry") as lease:
        ledger.make_plan(lease.run_seq, seq_offset=0, batch_offset=0, batch_rows=1)
        report = ledger.refused(choice)
        _agree(shown, report)
        _hold(lease)
        ledger.record_retries(lease.run_seq, choice)
        _hold(lease)
        _balance("rows made sendable", report.rows, ledger.rows_of_run(lease.run_seq))
    lease.close("retry", {"rows": report.rows, "maybe_taken": report.maybe_taken})
    return replace(report, run_seq=lease.run_seq)


def before(text: str) -> str:
    """A time as a user writes it, as UTC text: an ISO date or time, UTC unless it has an offset."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise SettingsError(
            f"--before takes an ISO date or time, and was given {text!r}.",
            hint="For example 2026-03-15, 2026-03-15T12:00:00Z or 2026-03-15T12:00:00+01:00.",
        ) from None
    if moment.microsecond:
        # Conversions have whole seconds: those of this second are before its later part.
        moment = moment.replace(microsecond=0) + timedelta(seconds=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def look_at_baseline(ledger: MendedLedger, choice: BaselineChoice) -> BaselineReport:
    """What a baseline would mark. Reads only; raises SettingsError or GuardError where it may not."""
    if choice.before is not None and choice.before > ledger.clock():
        raise SettingsError(
            f"--before {choice.before} is in the future.", hint="What has not happened yet cannot have been sent."
        )
    report = ledger.markable(choice)
    _refuse_doubt(report)
    return report


def baseline(ledger: MendedLedger, choice: BaselineChoice, *, shown: BaselineReport | None = None) -> BaselineReport:
    """Mark rows as accepted without sending them. `shown`: as for a retry."""
    with _run(ledger, "baseline") as lease:
        ledger.make_plan(lease.run_seq, seq_offset=0, batch_offset=0, batch_rows=1)
        report = ledger.markable(choice)
        _refuse_doubt(report)
        _agree(shown, report)
        _hold(lease)
        if report.rows:
            # The receipt first. It says nothing without rows of the ledger, so a death between the two marks nothing,
            # and the next push sends them all. Rows without their receipt would be in doubt: said to have left.
            message = "Marked as accepted by a baseline, not sent."
            receipt = Receipt(1, 1, report.rows, Outcome.ACCEPTED, error_code=BASELINE, message=message)
            ledger.record_receipts(lease.run_seq, [receipt])
            ledger.record_marks(lease.run_seq, choice, report.rows)
        _hold(lease)
        _balance("rows marked as accepted", report.rows, sum(goal.rows for goal in ledger.marked(lease.run_seq)))
    lease.close("baseline", {"rows": report.rows})
    return replace(report, run_seq=lease.run_seq)


def look_at_undo(ledger: MendedLedger, run_seq: int) -> BaselineReport:
    """What undoing a baseline would make unsent again. Reads only; raises SettingsError or GuardError."""
    kind = ledger.kind_of_run(run_seq)
    if kind != "baseline":
        what = "There is no" if kind is None else f"It is a {kind or 'push'}, not a baseline:"
        raise SettingsError(f"{what} run {run_seq}.", hint="`reverse-etl runs` lists the runs with their results.")
    report = BaselineReport(ledger.marked(run_seq), undone=run_seq)
    if not report.rows:
        raise SettingsError(
            f"Run {run_seq} marks nothing: it was undone before, or it ended before it marked anything.",
            hint=f"See `reverse-etl runs {run_seq}`.",
        )
    touched, first = ledger.touched_later(run_seq)
    if touched:
        raise GuardError(
            f"{touched:,} of its conversions were sent or corrected since, first in run {first}: "
            f"the baseline of run {run_seq} stays.",
            hint=f"See `reverse-etl runs {first}`.",
        )
    return report


def undo(ledger: MendedLedger, run_seq: int, *, shown: BaselineReport | None = None) -> BaselineReport:
    """Make void what a baseline marked, while nothing was sent on top; the next push sends it."""
    with _run(ledger, "undo") as lease:
        report = look_at_undo(ledger, run_seq)
        _agree(shown, report)
        _hold(lease)
        lease.make_void(run_seq)
        _balance("rows made unsent again", 0, sum(goal.rows for goal in ledger.marked(run_seq)))
    lease.close("undo", {"rows": report.rows, "undone_run": run_seq})
    return replace(report, run_seq=lease.run_seq)


def look_at_forget(ledger: MendedLedger, person: Person) -> ForgetReport:
    """What a forget would blank. Reads only; raises GuardError where a push would send it again or has to settle it."""
    with untold():
        report = ledger.known_of(person)
    if report.in_source:
        raise GuardError(
            f"The source model still holds this person in {report.in_source:,} {_rows(report.in_source)}, "
            "which a push would send again.",
            hint="Remove the person from the source first and build the model; then forget here.",
        )
    if report.in_doubt:
        raise GuardError(
            f"{report.in_doubt:,} of this person's {_rows(report.in_doubt)} may have arrived, and settling that takes "
            "the identifiers.",
            hint="Push first, which settles it, then forget.",
        )
    return report


def forget(ledger: MendedLedger, person: Person, *, shown: ForgetReport | None = None) -> ForgetReport:
    """Blank a person's identifiers; every count stays. `shown`: as for a retry."""
    with untold(), _run(ledger, "forget") as lease:
        report = look_at_forget(ledger, person)
        _agree(shown, report)
        statuses = ledger.statuses()
        _hold(lease)
        # The ledger last: only by its rows is the rest found again after a death.
        ledger.drop_old_plans()
        ledger.forget(lease.run_seq, person)
        _hold(lease)
        records, attempts = ledger.forgotten(lease.run_seq)
        _balance("conversions blanked", report.records, records)
        _balance("attempts blanked", report.attempts, attempts)
        _balance("statuses changed", 0, int(ledger.statuses() != statuses))
    lease.close("forget", {"rows": report.records, "attempts": report.attempts, "messages": report.messages})
    return replace(report, run_seq=lease.run_seq)


@contextlib.contextmanager
def untold() -> Iterator[None]:
    """Keeps an identifier out of the message of a statement that the warehouse refuses."""
    try:
        yield
    except WarehouseError:
        raise WarehouseError(
            "The warehouse refused a statement.",
            hint="Its message is left out, since it could repeat what is to be forgotten.",
        ) from None


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"


def _refuse_doubt(report: BaselineReport) -> None:
    if report.in_doubt:
        raise GuardError(
            f"{report.in_doubt:,} rows are in doubt: they may have arrived, so nothing can be marked yet.",
            hint="Push first, which settles them, if need be with --limit; then mark the rest.",
        )


@contextlib.contextmanager
def _run(ledger: MendedLedger, kind: str) -> Iterator[MendingLease]:
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
