"""A call as it was read, whatever protocol it came by, and what a protocol has to be able to say."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, Protocol

from reverse_etl.sandbox.clock import Moment, read_date_time
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.faults import Fault

CONVERSIONS = "ApplyOfflineConversions"
ADJUSTMENTS = "ApplyOfflineConversionAdjustments"
GOALS = "GetConversionGoalsByIds"
PROPERTIES = "GetAccountProperties"
SET_PROPERTIES = "SetAccountProperties"
REPORT = "GetOfflineConversionReportByGoalIds"
MAX_ROWS = 1000
HTML = "text/html; charset=utf-8"
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", re.ASCII)


class Problem(Enum):
    """Why a request has no rows to judge; the values are what the books say."""

    NOT_WELL_FORMED = "NotWellFormed"
    UNKNOWN_ACTION = "ActionNotSupported"
    UNREADABLE = "DeserializationFailed"


class UnreadableError(Exception):
    """An element holds what its type does not allow."""


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
    service's names: texts, lists of them, and dicts of texts.
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


class Field(Enum):
    """What a field holds of a call that carries no rows."""

    IDS = "whole numbers"
    WORDS = "words of a list that the service knows"
    TEXTS = "texts"
    ITEMS = "dicts of texts"
    TIME = "a time as text"


# By operation that carries no rows: what it asks for.
LOOKUPS: Mapping[str, Mapping[str, Field]] = {
    GOALS: {"ConversionGoalIds": Field.IDS, "ConversionGoalTypes": Field.WORDS, "ReturnAdditionalFields": Field.WORDS},
    PROPERTIES: {"AccountPropertyNames": Field.TEXTS},
    SET_PROPERTIES: {"AccountProperties": Field.ITEMS},
    REPORT: {
        "StartDateUtc": Field.TIME,
        "EndDateUtc": Field.TIME,
        "GoalIds": Field.IDS,
        "UploadChannelFilter": Field.WORDS,
    },
}
_KEYS = ("ConversionName", "ConversionTime")
_IDENTIFIERS = ("HashedEmailAddress", "HashedPhoneNumber", "MicrosoftClickId")
_ATTRIBUTION = ("ExternalAttributionCredit", "ExternalAttributionModel")
_ADJUSTMENT = ("AdjustmentCurrencyCode", "AdjustmentTime", "AdjustmentType", "AdjustmentValue")
# By operation that carries rows: the element of each, and its fields in the order of the schema.
SHAPES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    CONVERSIONS: (
        "OfflineConversion",
        ("ConversionCurrencyCode", *_KEYS, "ConversionValue", *_ATTRIBUTION, *_IDENTIFIERS),
    ),
    ADJUSTMENTS: ("OfflineConversionAdjustment", (*_ADJUSTMENT, *_KEYS, *_IDENTIFIERS)),
}
OPERATIONS = (*SHAPES, *LOOKUPS)


def read_row(operation: str, texts: Mapping[str, str | None]) -> Row:
    """A row by the texts of its fields; raises UnreadableError where one is not what its type allows."""
    value_text = texts.get("ConversionValue", texts.get("AdjustmentValue"))
    credit_text = texts.get("ExternalAttributionCredit")
    adjustment: Literal["R", "X"] = "X" if texts.get("AdjustmentType") == "Retract" else "R"
    return Row(
        operation="S" if operation == CONVERSIONS else adjustment,
        name=texts.get("ConversionName"),
        click_id=texts.get("MicrosoftClickId"),
        hashed_email=texts.get("HashedEmailAddress"),
        hashed_phone=texts.get("HashedPhoneNumber"),
        time_text=texts.get("ConversionTime"),
        time=_read_time(texts, "ConversionTime"),
        value_text=value_text,
        value=_read_double(value_text),
        currency=texts.get("ConversionCurrencyCode", texts.get("AdjustmentCurrencyCode")),
        credit_text=credit_text,
        credit=_read_double(credit_text),
        model=texts.get("ExternalAttributionModel"),
        adjustment_type=texts.get("AdjustmentType"),
        adjusted_text=texts.get("AdjustmentTime"),
        adjusted=_read_time(texts, "AdjustmentTime"),
    )


def _read_time(texts: Mapping[str, str | None], name: str) -> Moment | None:
    if name not in texts:
        return None
    moment = read_date_time(texts[name] or "")
    if moment is None:
        raise UnreadableError  # null too: a time is the one kind of element that may not be
    return moment


def _read_double(text: str | None) -> float | None:
    if text is None:
        return None
    stripped = text.strip(" \t\r\n")
    if _DOUBLE.fullmatch(stripped) is None:
        raise UnreadableError
    return float(stripped)


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
