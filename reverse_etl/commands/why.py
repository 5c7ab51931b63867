"""Why a row is where it is; reads only."""

from dataclasses import replace

from reverse_etl.commands.rejected import MAYBE_TAKEN
from reverse_etl.core.results import Explained, WhyReport
from reverse_etl.session import Session

# What is shown in the place of an e-mail address.
GIVEN = "(as given)"


def why(session: Session, key: str) -> WhyReport:
    """What a key names and why each row is where it is; no rows where it names nothing.

    `key`: a unique key, a click id, a hashed e-mail or phone, or an e-mail address, which is hashed first.
    """
    report = session.knowing_goals().ledger.explain(key)
    return replace(report, rows=tuple(_advised(session, _without_address(row, key)) for row in report.rows))


def _without_address(row: Explained, key: str) -> Explained:
    """A row without the e-mail address that was asked for, where the source has it as its unique key."""
    if "@" not in key:
        return row

    def hide(record_key: str) -> str:
        return GIVEN if record_key.lower() == key.lower() else record_key

    attempts = tuple(replace(one, record_key=hide(one.record_key)) for one in row.attempts)
    return replace(row, record_key=hide(row.record_key), attempts=attempts)


def _advised(session: Session, row: Explained) -> Explained:
    """A row with what to do about its refusal, where it rests on one."""
    if not row.code and not row.error_code:
        return row
    kind = session.kind
    if row.class_ == "deferred" and row.attempts:
        row = replace(row, goes_at=kind.goes_at(row.code, row.error_code, row.attempts[-1].answered_at))
    return replace(row, advice=MAYBE_TAKEN if row.status == "maybe_taken" else kind.advice(row.code, row.error_code))
