"""What a call carries: conversions and adjustments as received, texts unchanged, with what was read from them."""

from dataclasses import dataclass

from reverse_etl.sandbox.clock import Moment


@dataclass(frozen=True, slots=True)
class Keys:
    """What tells one conversion from another."""

    name: str | None = None
    click_id: str | None = None
    hashed_email: str | None = None
    hashed_phone: str | None = None
    time_text: str | None = None
    time: Moment | None = None


@dataclass(frozen=True, slots=True)
class Row(Keys):
    """One conversion."""

    value_text: str | None = None
    value: float | None = None
    currency: str | None = None
    credit_text: str | None = None
    credit: float | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Adjustment(Keys):
    """One adjustment of a conversion: another value, or its retraction."""

    kind: str | None = None
    at_text: str | None = None
    at: Moment | None = None
    value_text: str | None = None
    value: float | None = None
    currency: str | None = None
