"""The rows that the destination refused, each with what to do; reads only."""

from reverse_etl.core.ports import Rejected
from reverse_etl.session import Session

MAYBE_TAKEN = (
    "Compare the goal's count at Microsoft with the ledger before anything else: sending again could count twice."
)


def rejected(session: Session) -> list[tuple[Rejected, str]]:
    return [
        (row, MAYBE_TAKEN if row.reason == "maybe_taken" else session.kind.advice(row.code, row.error_code))
        for row in session.ledger.rejected()
    ]
