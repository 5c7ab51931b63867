"""REST in and out: JSON to rows, and rows' errors and faults to JSON."""

import gzip
import json
from collections.abc import Mapping, Sequence
from email.message import Message
from typing import Any, NoReturn

from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.request import (
    ADJUSTMENTS,
    ALL_OR_NOTHING,
    CONVERSIONS,
    GOALS,
    LOOKUPS,
    PROPERTIES,
    REPORT,
    SET_PROPERTIES,
    SHAPES,
    Field,
    Long,
    Problem,
    Request,
    RowError,
    Shape,
    UnreadableError,
)

NAME = "rest"
CONTENT_TYPE = "application/json; charset=utf-8"
PATH = "/CampaignManagement/v13/"
# By path: what is called there, also where the local sandbox has nothing to say to it.
OPERATIONS = {
    "OfflineConversions/Apply": CONVERSIONS,
    "OfflineConversionAdjustments/Apply": ADJUSTMENTS,
    "ConversionGoals/QueryByIds": GOALS,
    "AccountProperties/Query": PROPERTIES,
    "AccountProperties/Set": SET_PROPERTIES,
    "OfflineConversionReport/QueryByGoalIds": REPORT,
}
# Lists in lists, deeper than any stack, and an answer that could be one, but does not end.
HOSTILE = b'{"PartialErrors":' + b"[" * 200_000
FLOOD = (b'{"PartialErrors":[', b'{"Index":0},')
_NUMBERS = ("ConversionValue", "ExternalAttributionCredit", "AdjustmentValue")
_HEADERS = ("DeveloperToken", "CustomerId", "CustomerAccountId")
# By code: the status of a fault. The service documents the statuses that there are, and not which code has which.
_STATUSES = {0: 500, 105: 401, 106: 403, 109: 401, 117: 429, 202: 500, 5612: 500}


class _Number(str):
    """A number as it stood in the request."""


def packed(body: bytes) -> bytes:
    """An answer in gzip."""
    return gzip.compress(body, 6, mtime=0)


def read(body: bytes, path: str, headers: Message) -> Request:
    """Read one call; `path` is what stands behind PATH."""
    said = {name: headers.get(name, "").strip() for name in _HEADERS}
    scheme, _, token = headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        said["AuthenticationToken"] = token.strip()
    said = {name: text for name, text in said.items() if text}
    operation = OPERATIONS.get(path, "")
    if operation not in SHAPES and operation not in LOOKUPS:
        return Request("", said, problem=Problem.UNKNOWN_ACTION)
    try:
        content = json.loads(
            body.decode(),
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse,
            object_pairs_hook=_once_each,
        )
    except (ValueError, RecursionError):
        return Request(operation, said, problem=Problem.NOT_WELL_FORMED)
    try:
        if operation in LOOKUPS:
            return Request(operation, said, content=_read_content(_object(content), LOOKUPS[operation]))
        return Request(operation, said, _read_rows(_object(content), SHAPES[operation]))
    except UnreadableError:
        return Request(operation, said, problem=Problem.UNREADABLE)


def _read_rows(content: dict[str, Any], shape: Shape) -> Sequence[Any]:
    items = content.get(f"{shape.item}s")
    if items is None:
        return ()
    return [None if item is None else shape.read(_texts(item, shape.fields)) for item in _list(items)]


def _texts(item: object, fields: Sequence[str]) -> dict[str, str | None]:
    """The values of an item by name; names that the service does not know are passed over, as it does."""
    found = _object(item)
    return {name: _value(found[name], number=name in _NUMBERS) for name in fields if name in found}


def _value(value: object, *, number: bool) -> str | None:
    if value is None:
        return None
    # A number in quotes is none, and a text without them is none either.
    if not isinstance(value, str) or isinstance(value, _Number) is not number:
        raise UnreadableError
    return str(value)


def _read_content(content: dict[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """What a call asks for that carries no rows; what is absent or null is left out."""
    found: dict[str, Any] = {}
    for name, kind in fields.items():
        value = content.get(name)
        if value is None:
            continue
        match kind:
            case Field.WORDS:
                found[name] = [word.strip() for word in (_value(value, number=False) or "").split(",")]
            case Field.TIME:
                found[name] = _value(value, number=False) or ""
            case Field.ITEMS:
                items = [_object(item) for item in _list(value)]
                found[name] = [{key: _value(part, number=False) for key, part in item.items()} for item in items]
            case Field.IDS | Field.TEXTS:
                found[name] = [_value(item, number=False) or "" for item in _list(value)]
    return found


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableError
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise UnreadableError
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


def answer(tracking_id: str, operation: str, content: Mapping[str, object], errors: Sequence[RowError]) -> bytes:
    """The answer to a call that was processed; a row that was taken has no error."""
    partial = [
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
    said = {name: _said(value) for name, value in content.items()}
    return _bytes(said if operation in ALL_OR_NOTHING else said | {"PartialErrors": partial})


def fault(tracking_id: str, code: Code, *, by_platform: bool) -> bytes:
    """A fault as AdApiFaultDetail, or as ApiFaultDetail with one OperationError."""
    error = {"Code": code.number, "ErrorCode": code.name, "Message": code.message}
    if by_platform:
        detail = {"Type": "AdApiFaultDetail", "Errors": [error | {"Detail": None}]}
    else:
        detail = {"Type": "ApiFaultDetail", "BatchErrors": [], "OperationErrors": [error | {"Details": None}]}
    return _bytes({"TrackingId": tracking_id} | detail)


def unreadable(tracking_id: str, problem: Problem) -> bytes:
    """The fault of a request that could not be read: no detail, no index, nothing that names a row."""
    return _bytes({"TrackingId": tracking_id, "Type": "ApplicationFault", "Message": _PLAIN[problem]})


def status(code: Code) -> int:
    """The HTTP status of a fault."""
    return _STATUSES.get(code.number, 400)


def unreadable_status(problem: Problem) -> int:
    """The HTTP status of a request that could not be read."""
    return 404 if problem is Problem.UNKNOWN_ACTION else 400


def headers(tracking_id: str) -> Mapping[str, str]:
    """What an answer says beside its body."""
    return {"TrackingId": tracking_id}


_PLAIN = {
    Problem.NOT_WELL_FORMED: "DeserializationFailed: the body of the request is not well-formed JSON in UTF-8.",
    Problem.UNKNOWN_ACTION: f"ActionNotSupported: the local sandbox has {', '.join([*SHAPES, *LOOKUPS])}.",
    Problem.UNREADABLE: "DeserializationFailed: a value of the request is not what its type allows.",
}


def _said(value: object) -> object:
    """A value of an answer as JSON has it: 64 bits are more than every reader keeps of a number."""
    if isinstance(value, Long):
        return str(value)
    if isinstance(value, dict):
        return {name: _said(part) for name, part in value.items()}
    return [_said(item) for item in value] if isinstance(value, list) else value


def _bytes(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
