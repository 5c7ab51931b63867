"""The way of a retry: refused rows become sendable again. Nothing is sent."""

from dataclasses import replace

from reverse_etl.commands.upkeep import agree, balance, hold, upkeep_run
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.upkeep import RetryChoice, RetryReport
from reverse_etl.session import Upkeep


def look_at_retry(ledger: Upkeep, choice: RetryChoice) -> RetryReport:
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


def retry(ledger: Upkeep, choice: RetryChoice, *, shown: RetryReport | None = None) -> RetryReport:
    """Make refused rows sendable again. `shown`: what somebody agreed to; where it is no longer so, nothing is done."""
    with upkeep_run(ledger, "retry") as lease:
        ledger.make_plan(lease.run_seq, seq_offset=0, batch_offset=0, batch_rows=1)
        report = ledger.refused(choice)
        agree(shown, report)
        hold(lease)
        ledger.record_retries(lease.run_seq, choice)
        hold(lease)
        balance("rows made sendable", report.rows, ledger.rows_of_run(lease.run_seq))
    lease.close("retry", {"rows": report.rows, "maybe_taken": report.maybe_taken})
    return replace(report, run_seq=lease.run_seq)
