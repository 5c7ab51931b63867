"""The nouns of the reference: what stands in the three tables and the source, and what the plan says of it.

Text that is absent is `""`; a number that is absent is `None`. Times are UTC text, `YYYY-MM-DDTHH:MM:SSZ`,
so comparing them as text compares them as times.
"""

from dataclasses import dataclass
from typing import NamedTuple


class MatchKey(NamedTuple):
    """What a record is found by in the ledger; the hashes are blank where there is a click id."""

    conversion_name: str
    click_id: str
    hashed_email: str
    hashed_phone: str
    conversion_time: str


def match_key(name: str, click_id: str, email: str, phone: str, time: str) -> MatchKey:
    """Compare click ids in lower case without dashes, and hashes only where there is no click id."""
    click = click_id.lower().replace("-", "")
    if click:
        return MatchKey(name, click, "", "", time)
    return MatchKey(name, "", email, phone, time)


@dataclass(frozen=True)
class Attempt:
    """A ledger row: one operation on one identity in one run, written before the call."""

    run_seq: int
    seq: int
    batch: int
    operation: str  # send | restate | retract | retry (which is never sent and has no receipt)
    conversion_name: str
    click_id: str
    hashed_email: str
    hashed_phone: str
    conversion_time: str
    record_key: str = ""
    value: float | None = None
    currency: str = ""
    attribution_credit: float | None = None
    attribution_model: str = ""
    adjustment_time: str = ""
    first_attempt: bool = False

    @property
    def match_key(self) -> MatchKey:
        return match_key(
            self.conversion_name, self.click_id, self.hashed_email, self.hashed_phone, self.conversion_time
        )


@dataclass(frozen=True)
class Receipt:
    """What was answered for the rows seq_from to seq_to of a batch."""

    run_seq: int
    batch: int
    seq_from: int
    seq_to: int
    outcome: str  # accepted | rejected | deferred | not_sent
    settles: bool = False
    code: int | None = None
    error_code: str = ""
    recorded_at: str | None = None


@dataclass(frozen=True)
class RunEvent:
    """An event of the lease; a fence names the run that it fences and the highest seq seen of it."""

    run_seq: int
    event: str  # claim | open | withdraw | heartbeat | fence | close
    fenced_run_seq: int | None = None
    fenced_seq: int | None = None


@dataclass(frozen=True)
class SourceRow:
    """A row of the source model, with the names of the row rules of class invalid that it breaks."""

    conversion_name: str
    conversion_time: str | None
    microsoft_click_id: str = ""
    hashed_email_address: str = ""
    hashed_phone_number: str = ""
    conversion_value: float | None = None
    conversion_currency_code: str = ""
    external_attribution_credit: float | None = None
    external_attribution_model: str = ""
    key: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def is_invalid(self) -> bool:
        """A row whose time cannot be read is invalid by any rules."""
        return bool(self.reasons) or self.conversion_time is None

    @property
    def match_key(self) -> MatchKey | None:
        """None where the time cannot be read: such a row names no identity."""
        if self.conversion_time is None:
            return None
        return match_key(
            self.conversion_name,
            self.microsoft_click_id,
            self.hashed_email_address,
            self.hashed_phone_number,
            self.conversion_time,
        )


def identifier_of(row: SourceRow) -> tuple[str, ...]:
    """The goal of a row and its click or hashes, as an identity has them."""
    hashes = row.hashed_email_address, row.hashed_phone_number
    return match_key(row.conversion_name, row.microsoft_click_id, *hashes, "")[:4]


@dataclass(frozen=True)
class PlanRow:
    """One row of the plan. With an operation, the payload is what leaves; without, its own side's columns."""

    side: str  # source | ledger
    class_: str
    reason: str | None
    operation: str | None
    conversion_name: str
    click_id: str
    hashed_email: str
    hashed_phone: str
    conversion_time: str | None
    record_key: str
    value: float | None
    currency: str
    attribution_credit: float | None
    attribution_model: str
    adjustment_time: str = ""
    # The row that this is the standing of, kept beside the payload because in doubt sends other bytes.
    source: SourceRow | None = None
    # Value and currency that count now, where any do.
    counted: tuple[float | None, str] = (None, "")
