"""A call as it was read, whatever protocol it came by, and what a protocol has to be able to say."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, Literal, Protocol

from reverse_etl.sandbox.clock import Moment, read_date_time
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.faults import Fault

MAX_ROWS = 1000
HTML = "text/html; charset=utf-8"
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
    """A conversion, or an adjustment of one, as received: texts unchanged, with what was read from them."""

    operation: Literal["S", "R", "X"] = "S"  # send; restate or retract what was sent
    name: str | None = None
    click_id: str | None = None
    hashed_email: str | None = None
    hashed_phone: str | None = None
    time_text: str | None = None
    time: Moment | None = None
    value_text: str | None = None
    value: float | None = None
    currency: str | None = None
    credit_text: str | None = None  # this and the model: of a conversion
    credit: float | None = None
    model: str | None = None
    adjustment_type: str | None = None  # this and what follows: of an adjustment
    adjusted_text: str | None = None
    adjusted: Moment | None = None


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


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP; `fault` is set where it does not leave whole, at once and in order.

    `then` is what is still to be done when it has left. `endless`: what goes on behind the body.
    """

    status: int
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    fault: Fault | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Callable[[], object] | None = None
    endless: bytes = b""


class Speech(Protocol):
    """How a protocol says what goes back.

    HOSTILE is an answer made to break its reader, FLOOD the beginning of one without an end and what goes on in it.
    """

    NAME: str
    CONTENT_TYPE: str
    HOSTILE: bytes
    FLOOD: tuple[bytes, bytes]

    def answer(self, tracking_id: str, operation: str, content: Mapping[str, object]) -> Reply:
        """The answer to a call that was processed.

        The content has the service's names in the order of its schema; lists, dicts, texts, numbers, truth and None.
        """

    def fault(self, tracking_id: str, code: Code, *, by_platform: bool) -> Reply:
        """A fault: one that every service of the platform shares, or one of this request as a whole."""

    def unreadable(self, tracking_id: str, problem: Problem) -> Reply:
        """The fault of a request that could not be read: no detail, no index, nothing that names a row."""


# By operation that carries rows: the list of them.
SHAPES = {Operation.CONVERSIONS: "OfflineConversions", Operation.ADJUSTMENTS: "OfflineConversionAdjustments"}
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
    send = operation == Operation.CONVERSIONS
    kind = "Conversion" if send else "Adjustment"
    adjustment_type = None if send else as_text(found.get("AdjustmentType"))
    value_text, value = _number(found.get(f"{kind}Value"))
    credit_text, credit = _number(found.get("ExternalAttributionCredit") if send else None)
    time_text, time = _time(found, "ConversionTime")
    adjusted_text, adjusted = (None, None) if send else _time(found, "AdjustmentTime")
    return Row(
        operation="S" if send else "X" if adjustment_type == "Retract" else "R",
        name=as_text(found.get("ConversionName")),
        click_id=as_text(found.get("MicrosoftClickId")),
        hashed_email=as_text(found.get("HashedEmailAddress")),
        hashed_phone=as_text(found.get("HashedPhoneNumber")),
        time_text=time_text,
        time=time,
        value_text=value_text,
        value=value,
        currency=as_text(found.get(f"{kind}CurrencyCode")),
        credit_text=credit_text,
        credit=credit,
        model=as_text(found.get("ExternalAttributionModel") if send else None),
        adjustment_type=adjustment_type,
        adjusted_text=adjusted_text,
        adjusted=adjusted,
    )


def _time(found: Mapping[str, object], name: str) -> tuple[str | None, Moment | None]:
    if name not in found:
        return None, None
    text = as_text(found[name])
    moment = read_date_time(text or "")
    if moment is None:
        raise UnreadableError  # null too: a time is the one kind of element that may not be
    return text, moment


def _number(value: object) -> tuple[str | None, float | None]:
    if value is None:
        return None, None
    stripped = value.strip(" \t\r\n") if isinstance(value, Number | Untyped) else ""
    if _DOUBLE.fullmatch(stripped) is None:
        raise UnreadableError
    return str(value), float(stripped)


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
