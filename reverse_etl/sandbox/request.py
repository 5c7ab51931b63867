"""A call as it was read, whatever protocol it came by, and what a protocol has to be able to say."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from reverse_etl.sandbox.clock import Moment, read_date_time
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.rows import Adjustment, Row

CONVERSIONS = "ApplyOfflineConversions"
ADJUSTMENTS = "ApplyOfflineConversionAdjustments"
GOALS = "GetConversionGoalsByIds"
PROPERTIES = "GetAccountProperties"
SET_PROPERTIES = "SetAccountProperties"
REPORT = "GetOfflineConversionReportByGoalIds"
# Operations whose answer has no place for errors of single items.
ALL_OR_NOTHING = (SET_PROPERTIES,)
MAX_ROWS = 1000
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", re.ASCII)
Texts = Mapping[str, str | None]


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
class Request:
    """One call as it was read. `problem` says why it has nothing to answer, if so.

    `headers`: by the names that SOAP has for them. `content`: what a call that carries no rows asks for, by the
    service's names: texts, lists of them, and dicts of texts.
    """

    operation: str = ""  # empty where it is none of ours
    headers: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[Any] = ()  # Row or Adjustment, as the operation has it; None where one is null
    content: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None


class Field(Enum):
    """What a field holds of a call that carries no rows."""

    IDS = "whole numbers"
    WORDS = "words of a list that the service knows"
    TEXTS = "texts"
    ITEMS = "dicts of texts"
    TIME = "a time as text"


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows of an operation stand in its request: the element of each, its fields in the order of the schema."""

    item: str
    fields: tuple[str, ...]
    read: Callable[[Texts], Row | Adjustment]


class Speech(Protocol):
    """How a protocol says what goes back.

    HOSTILE is an answer made to break its reader, FLOOD the beginning of one without an end and what goes on in it.
    """

    NAME: str
    CONTENT_TYPE: str
    HOSTILE: bytes
    FLOOD: tuple[bytes, bytes]

    def answer(
        self, tracking_id: str, operation: str, content: Mapping[str, object], errors: Sequence[RowError]
    ) -> bytes:
        """The answer to a call that was processed: its content, and one BatchError per error of a row.

        The content has the service's names in the order of its schema; lists, dicts, texts, numbers, truth and None.
        """

    def fault(self, tracking_id: str, code: Code, *, by_platform: bool) -> bytes:
        """A fault: one that every service of the platform shares, or one of this request as a whole."""

    def unreadable(self, tracking_id: str, problem: Problem) -> bytes:
        """The fault of a request that could not be read: no detail, no index, nothing that names a row."""

    def status(self, code: Code) -> int:
        """The HTTP status of a fault."""

    def unreadable_status(self, problem: Problem) -> int:
        """The HTTP status of a request that could not be read."""

    def headers(self, tracking_id: str) -> Mapping[str, str]:
        """What an answer says beside its body."""


def _read_conversion(texts: Texts) -> Row:
    value_text, credit_text = texts.get("ConversionValue"), texts.get("ExternalAttributionCredit")
    return Row(
        name=texts.get("ConversionName"),
        click_id=texts.get("MicrosoftClickId"),
        hashed_email=texts.get("HashedEmailAddress"),
        hashed_phone=texts.get("HashedPhoneNumber"),
        time_text=texts.get("ConversionTime"),
        time=_read_time(texts, "ConversionTime"),
        value_text=value_text,
        value=_read_double(value_text),
        currency=texts.get("ConversionCurrencyCode"),
        credit_text=credit_text,
        credit=_read_double(credit_text),
        model=texts.get("ExternalAttributionModel"),
    )


def _read_adjustment(texts: Texts) -> Adjustment:
    value_text = texts.get("AdjustmentValue")
    return Adjustment(
        name=texts.get("ConversionName"),
        click_id=texts.get("MicrosoftClickId"),
        hashed_email=texts.get("HashedEmailAddress"),
        hashed_phone=texts.get("HashedPhoneNumber"),
        time_text=texts.get("ConversionTime"),
        time=_read_time(texts, "ConversionTime"),
        kind=texts.get("AdjustmentType"),
        at_text=texts.get("AdjustmentTime"),
        at=_read_time(texts, "AdjustmentTime"),
        value_text=value_text,
        value=_read_double(value_text),
        currency=texts.get("AdjustmentCurrencyCode"),
    )


def _read_time(texts: Texts, name: str) -> Moment | None:
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


# By operation: the rows that it carries.
SHAPES: Mapping[str, Shape] = {
    CONVERSIONS: Shape(
        "OfflineConversion",
        (
            "ConversionCurrencyCode",
            "ConversionName",
            "ConversionTime",
            "ConversionValue",
            "ExternalAttributionCredit",
            "ExternalAttributionModel",
            "HashedEmailAddress",
            "HashedPhoneNumber",
            "MicrosoftClickId",
        ),
        _read_conversion,
    ),
    ADJUSTMENTS: Shape(
        "OfflineConversionAdjustment",
        (
            "AdjustmentCurrencyCode",
            "AdjustmentTime",
            "AdjustmentType",
            "AdjustmentValue",
            "ConversionName",
            "ConversionTime",
            "HashedEmailAddress",
            "HashedPhoneNumber",
            "MicrosoftClickId",
        ),
        _read_adjustment,
    ),
}

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
