"""A call as it was read, whatever protocol it came by, and what answers to it have in common."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, Literal

from reverse_etl.sandbox.clock import Moment, read_date_time
from reverse_etl.sandbox.codes import Code

MAX_ROWS = 1000
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", re.ASCII)


class Operation(StrEnum):
    """What may be called, by the name that faults have for it."""

    CONVERSIONS = "ApplyOfflineConversions"
    ADJUSTMENTS = "ApplyOfflineConversionAdjustments"
    GOALS = "GetConversionGoalsByIds"
    PROPERTIES = "GetAccountProperties"
    SET_PROPERTIES = "SetAccountProperties"
    REPORT = "GetOfflineConversionReportByGoalIds"


class Problem(Enum):
    """Why a request has no rows to judge; the values are what the books say."""

    NOT_WELL_FORMED = "NotWellFormed"
    UNKNOWN_ACTION = "ActionNotSupported"
    UNREADABLE = "DeserializationFailed"


class UnreadableError(Exception):
    """An element holds what its type does not allow."""


class Number(str):
    """A number as it stood in the request."""


class Untyped(str):
    """A text or a number as it stood in the request, which XML does not tell apart."""


class Long(int):
    """A whole number of 64 bits, which JSON carries as a text."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One error of one row, by its zero-based index."""

    index: int
    code: Code


@dataclass(frozen=True, slots=True)
class Row:
    """A conversion, or an adjustment of one, in the texts that were received; each is what its type allows."""

    operation: Literal["S", "R", "X"] = "S"  # send; restate or retract what was sent
    conversion_name: str | None = None
    click_id: str | None = None
    hashed_email: str | None = None
    hashed_phone: str | None = None
    conversion_time: str | None = None
    value: str | None = None
    currency: str | None = None
    attribution_credit: str | None = None
    attribution_model: str | None = None
    adjustment_type: str | None = None
    adjustment_time: str | None = None

    @property
    def time(self) -> Moment | None:
        return read_date_time(self.conversion_time or "")

    @property
    def adjusted(self) -> Moment | None:
        return read_date_time(self.adjustment_time or "")

    @property
    def amount(self) -> float | None:
        return None if self.value is None else float(self.value)

    @property
    def credit(self) -> float | None:
        return None if self.attribution_credit is None else float(self.attribution_credit)


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it was read. `problem` says why it has nothing to answer, if so.

    `headers`: by the names that SOAP has for them. `content`: what a call that carries no rows asks for, by the
    service's names, texts as they stand there, lists of them, and lists of dicts.
    """

    operation: str = ""  # empty where it is none of ours
    headers: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[Row | None] = ()  # None where one is null
    content: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None


# By operation that carries rows: the list of them.
SHAPES = {Operation.CONVERSIONS: "OfflineConversions", Operation.ADJUSTMENTS: "OfflineConversionAdjustments"}
_KEYS = {
    "conversion_name": "ConversionName",
    "click_id": "MicrosoftClickId",
    "hashed_email": "HashedEmailAddress",
    "hashed_phone": "HashedPhoneNumber",
    "conversion_time": "ConversionTime",
}
# The fields of a row, by the books' names.
_NAMES: dict[str, dict[str, str]] = {
    Operation.CONVERSIONS: _KEYS
    | {
        "value": "ConversionValue",
        "currency": "ConversionCurrencyCode",
        "attribution_credit": "ExternalAttributionCredit",
        "attribution_model": "ExternalAttributionModel",
    },
    Operation.ADJUSTMENTS: _KEYS
    | {
        "value": "AdjustmentValue",
        "currency": "AdjustmentCurrencyCode",
        "adjustment_type": "AdjustmentType",
        "adjustment_time": "AdjustmentTime",
    },
}
# Those that carry no rows.
LOOKUPS = tuple(one for one in Operation if one not in SHAPES)


def read_request(operation: Operation, headers: Mapping[str, str], content: Mapping[str, Any]) -> Request:
    """A call by its content, as lists, dicts and texts; names that the service does not know are passed over."""
    if operation in LOOKUPS:
        return Request(operation, headers, content=content)
    try:
        items = as_list(content.get(SHAPES[operation]))
        return Request(operation, headers, [None if item is None else _read_row(operation, item) for item in items])
    except UnreadableError:
        return Request(operation, headers, problem=Problem.UNREADABLE)


def as_list(value: object) -> list[Any]:
    """A list; one that is absent, null or an element without any in it is empty."""
    if isinstance(value, list):
        return value
    if value:
        raise UnreadableError
    return []


def as_text(value: object) -> str | None:
    """A text; a number without quotes is none."""
    if value is not None and (not isinstance(value, str) or isinstance(value, Number)):
        raise UnreadableError
    return value


def _read_row(operation: Operation, item: object) -> Row:
    if not isinstance(item, Mapping) and item != "":
        raise UnreadableError
    found: Mapping[str, object] = item if isinstance(item, Mapping) else {}
    names = _NAMES[operation].items()
    texts: dict[str, Any] = {column: _typed(name, found[name]) for column, name in names if name in found}
    adjustment: Literal["R", "X"] = "X" if texts.get("adjustment_type") == "Retract" else "R"
    return Row("S" if operation == Operation.CONVERSIONS else adjustment, **texts)


def _typed(name: str, value: object) -> str | None:
    """The text of a field, which its type allows; one of blanks alone is like none."""
    if name.endswith("Time"):
        # Null does not do either: a time is the one kind of element that may not be.
        readable = read_date_time(as_text(value) or "") is not None
    elif name.endswith(("Value", "Credit")):
        number = value.strip(" \t\r\n") if isinstance(value, Number | Untyped) else ""
        readable = value is None or _DOUBLE.fullmatch(number) is not None
    else:
        text = as_text(value)
        return text if text and text.strip() else None
    if not readable:
        raise UnreadableError
    return None if value is None else str(value)


def batch_errors(errors: Sequence[RowError]) -> list[dict[str, object]]:
    """The errors of rows as an answer has them."""
    return [
        {
            "Code": error.code.number,
            "Details": None,
            "ErrorCode": error.code.name,
            "FieldPath": None,
            "ForwardCompatibilityMap": None,
            "Index": error.index,
            "Message": error.code.message,
            "Type": "BatchError",
        }
        for error in errors
    ]


def fault_detail(tracking_id: str, code: Code, *, by_platform: bool) -> tuple[str, dict[str, object]]:
    """What a fault says: AdApiFaultDetail, or ApiFaultDetail with one OperationError."""
    details = "Detail" if by_platform else "Details"
    error = {"Code": code.number, details: None, "ErrorCode": code.name, "Message": code.message}
    if by_platform:
        return "AdApiFaultDetail", {"TrackingId": tracking_id, "Errors": [error]}
    return "ApiFaultDetail", {"TrackingId": tracking_id, "BatchErrors": [], "OperationErrors": [error]}
