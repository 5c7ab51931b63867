"""REST in and out: JSON to rows, and rows' errors and faults to JSON."""

import json
from collections.abc import Mapping, Sequence
from email.message import Message
from typing import Any, NoReturn

from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.request import (
    ADJUSTMENTS,
    CONVERSIONS,
    GOALS,
    LOOKUPS,
    OPERATIONS,
    PROPERTIES,
    REPORT,
    SET_PROPERTIES,
    SHAPES,
    Field,
    Long,
    Problem,
    Reply,
    Request,
    Row,
    UnreadableError,
    fault_detail,
    read_row,
)

NAME = "rest"
CONTENT_TYPE = "application/json; charset=utf-8"
PATH = "/CampaignManagement/v13/"
# By path: what is called there.
_CALLED = {
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
_PLAIN = {
    Problem.NOT_WELL_FORMED: "DeserializationFailed: the body of the request is not well-formed JSON in UTF-8.",
    Problem.UNKNOWN_ACTION: f"ActionNotSupported: the local sandbox has {', '.join(OPERATIONS)}.",
    Problem.UNREADABLE: "DeserializationFailed: a value of the request is not what its type allows.",
}


class _Number(str):
    """A number as it stood in the request."""


def read(body: bytes, path: str, headers: Message) -> Request:
    """Read one call; `path` is what stands behind PATH."""
    said = {name: headers.get(name, "").strip() for name in _HEADERS}
    scheme, _, token = headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        said["AuthenticationToken"] = token.strip()
    said = {name: text for name, text in said.items() if text}
    operation = _CALLED.get(path)
    if operation is None:
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
        return Request(operation, said, _read_rows(_object(content), operation))
    except UnreadableError:
        return Request(operation, said, problem=Problem.UNREADABLE)


def _read_rows(content: dict[str, Any], operation: str) -> Sequence[Row | None]:
    item_name, fields = SHAPES[operation]
    items = content.get(f"{item_name}s")
    rows = [] if items is None else _list(items)
    return [None if item is None else read_row(operation, _texts(item, fields)) for item in rows]


def _texts(item: object, fields: Sequence[str]) -> dict[str, str | None]:
    """The values of an item by name; names that the service does not know are passed over, as it does."""
    found = _object(item)
    return {name: _value(found[name], number=name in _NUMBERS) for name in fields if name in found}


def _value(value: object, *, number: bool = False) -> str | None:
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
        if kind is Field.WORDS:
            found[name] = [word.strip() for word in (_value(value) or "").split(",")]
        elif kind is Field.ITEMS:
            found[name] = [{key: _value(part) for key, part in _object(item).items()} for item in _list(value)]
        elif kind is Field.TIME:
            found[name] = _value(value) or ""
        else:
            found[name] = [_value(item) or "" for item in _list(value)]
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


def answer(tracking_id: str, operation: str, content: Mapping[str, object]) -> Reply:
    """The answer to a call that was processed."""
    return _reply(200, tracking_id, _said(dict(content)))


def fault(tracking_id: str, code: Code, *, by_platform: bool) -> Reply:
    """A fault with its detail."""
    name, detail = fault_detail(tracking_id, code, by_platform=by_platform)
    return _reply(_STATUSES.get(code.number, 400), tracking_id, detail | {"Type": name})


def unreadable(tracking_id: str, problem: Problem) -> Reply:
    """The fault of a request that could not be read: no detail, no index, nothing that names a row."""
    said = {"TrackingId": tracking_id, "Type": "ApplicationFault", "Message": _PLAIN[problem]}
    return _reply(404 if problem is Problem.UNKNOWN_ACTION else 400, tracking_id, said)


def _said(value: object) -> object:
    """A value of an answer as JSON has it: 64 bits are more than every reader keeps of a number."""
    if isinstance(value, Long):
        return str(value)
    if isinstance(value, dict):
        return {name: _said(part) for name, part in value.items()}
    return [_said(item) for item in value] if isinstance(value, list) else value


def _reply(status: int, tracking_id: str, content: object) -> Reply:
    body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    return Reply(status, CONTENT_TYPE, body, headers={"TrackingId": tracking_id})
