"""What is known of records after a call: the answers of a destination and the receipts made of them."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What a receipt says. A record without a receipt is in doubt."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered for the records `seq_from` to `seq_to` (both included) of one batch.

    `settles` says whether a refusal proves that nothing was taken, now or in an earlier try.
    A receipt for one row wins over one for a range.
    """

    batch: int
    seq_from: int
    seq_to: int
    outcome: Outcome
    settles: bool = False
    code: int | None = None
    error_code: str = ""
    message: str = ""
    tracking_id: str = ""

    @property
    def rows(self) -> int:
        """How many records the range spans."""
        return self.seq_to - self.seq_from + 1


@dataclass(frozen=True, slots=True)
class Reason:
    """A refusal in the destination's own words."""

    code: int | None
    error_code: str
    message: str

    def __str__(self) -> str:
        number = "" if self.code is None else f" ({self.code})"
        return f"{self.error_code or 'error'}{number}: {self.message}".rstrip(": ")


class RowOutcome(StrEnum):
    """How one refused row is to be taken."""

    REJECTED = "rejected"
    DEFERRED = "deferred"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that an answered call did not accept; `index` counts from 0 within the call.

    `settles` is what the code alone proves about earlier tries. `flaw`: it names what is wrong with the row.
    """

    index: int
    outcome: RowOutcome
    settles: bool
    reason: Reason
    flaw: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The call was processed; every row without a refusal was accepted."""

    refusals: tuple[Refusal, ...]
    tracking_id: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """It is unknown whether the call was processed: a time-out, a dropped connection, an unreadable answer.

    `unprocessed`: it was not, since no connection came about and nothing of it left.
    """

    reason: Reason
    unprocessed: bool = False


@dataclass(frozen=True, slots=True)
class Throttled:
    """The call was turned away before processing because there were too many; wait `seconds`."""

    reason: Reason
    seconds: float


@dataclass(frozen=True, slots=True)
class Blamed:
    """The whole call was refused because of its data, and no row was named.

    `unprocessed` says whether that proves that no row of the call was taken. `alone` is what the code proves of a row
    that was alone in its call, now and in earlier tries; None where it proves nothing of it. `flaw`: the code names
    what is wrong with a row.
    """

    reason: Reason
    tracking_id: str
    unprocessed: bool
    alone: RowOutcome | None = None
    flaw: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """The whole call was refused, and so will be every other until somebody acts.

    `unprocessed` says whether that proves that no row of the call was taken. `by_service`: False where it was not the
    service that refused, but the call could not be made.
    """

    reason: Reason
    hint: str
    unprocessed: bool
    by_service: bool = True


Answer = Answered | Unanswered | Throttled | Blamed | Stopped
