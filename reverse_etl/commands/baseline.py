"""The way of a baseline and its undoing: rows that another tool sent count as accepted. Nothing is sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reverse_etl.commands.upkeep import agree, balance, hold, upkeep_run
from reverse_etl.core.errors import GuardError, SettingsError
from reverse_etl.core.receipt import Outcome, Receipt
from reverse_etl.core.upkeep import BaselineChoice, BaselineReport
from reverse_etl.session import Upkeep

# The name by which the receipts of a baseline are known; `macros/plan/_accepted.sql` leaves them out.
BASELINE = "Baseline"


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


def look_at_baseline(ledger: Upkeep, choice: BaselineChoice) -> BaselineReport:
    """What a baseline would mark. Reads only; raises SettingsError or GuardError where it may not."""
    if choice.before is not None and choice.before > ledger.clock():
        raise SettingsError(
            f"--before {choice.before} is in the future.", hint="What has not happened yet cannot have been sent."
        )
    report = ledger.markable(choice)
    _refuse_doubt(report)
    if report.unmatched and not report.rows and not report.passed_over:
        times = f"; {report.unreadable:,} of them have a conversion_time that is no time" if report.unreadable else ""
        raise SettingsError(
            f"None of the {report.unmatched:,} rows of {choice.relation} stands for a row of the source{times}.",
            hint="A conversion is found by goal, click id (or hashes) and time in UTC to the second, such as "
            "2026-11-20 14:05:00. Compare some of them with the source.",
        )
    return report


def baseline(ledger: Upkeep, choice: BaselineChoice, *, shown: BaselineReport | None = None) -> BaselineReport:
    """Mark rows as accepted without sending them. `shown`: as for a retry."""
    with upkeep_run(ledger, "baseline") as lease:
        ledger.make_plan(lease.run_seq, seq_offset=0, batch_offset=0, batch_rows=1)
        report = ledger.markable(choice)
        _refuse_doubt(report)
        agree(shown, report)
        hold(lease)
        if report.rows:
            # The receipt first. It says nothing without rows of the ledger, so a death between the two marks nothing,
            # and the next push sends them all. Rows without their receipt would be in doubt: said to have left.
            message = "Marked as accepted by a baseline, not sent."
            receipt = Receipt(1, 1, report.rows, Outcome.ACCEPTED, error_code=BASELINE, message=message)
            ledger.record_receipts(lease.run_seq, [receipt])
            ledger.record_marks(lease.run_seq, choice, report.rows)
        hold(lease)
        balance("rows marked as accepted", report.rows, sum(goal.rows for goal in ledger.marked(lease.run_seq)))
    lease.close("baseline", {"rows": report.rows})
    return replace(report, run_seq=lease.run_seq)


def look_at_undo(ledger: Upkeep, run_seq: int) -> BaselineReport:
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


def undo(ledger: Upkeep, run_seq: int, *, shown: BaselineReport | None = None) -> BaselineReport:
    """Make void what a baseline marked, while none of its rows was sent on top; the next push sends them."""
    with upkeep_run(ledger, "undo") as lease:
        report = look_at_undo(ledger, run_seq)
        agree(shown, report)
        hold(lease)
        lease.make_void(run_seq)
        balance("rows made unsent again", 0, sum(goal.rows for goal in ledger.marked(run_seq)))
    lease.close("undo", {"rows": report.rows, "undone_run": run_seq})
    return replace(report, run_seq=lease.run_seq)


def _refuse_doubt(report: BaselineReport) -> None:
    if report.in_doubt:
        raise GuardError(
            f"{report.in_doubt:,} rows are in doubt: they may have arrived, so nothing can be marked yet.",
            hint="Push first, which settles them, if need be with --limit; then mark the rest.",
        )
