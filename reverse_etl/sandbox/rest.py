"""REST in and out: JSON to rows, and rows' errors and faults to JSON."""

import json
from collections.abc import Mapping
from email.message import Message
from typing import Any, NoReturn

from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.faults import Reply
from reverse_etl.sandbox.request import Long, Number, Operation, Problem, Request, fault_detail, read_request

NAME = "rest"
CONTENT_TYPE = "application/json; charset=utf-8"
PATH = "/CampaignManagement/v13/"
# By path: what is called there.
_CALLED = {
    "OfflineConversions/Apply": Operation.CONVERSIONS,
    "OfflineConversionAdjustments/Apply": Operation.ADJUSTMENTS,
    "ConversionGoals/QueryByIds": Operation.GOALS,
    "AccountProperties/Query": Operation.PROPERTIES,
    "AccountProperties/Set": Operation.SET_PROPERTIES,
    "OfflineConversionReport/QueryByGoalIds": Operation.REPORT,
}
# Lists in lists, deeper than any stack, and an answer that could be one, but does not end.
HOSTILE = b'{"PartialErrors":' + b"[" * 200_000
FLOOD = (b'{"PartialErrors":[', b'{"Index":0},')
_HEADERS = ("DeveloperToken", "CustomerId", "CustomerAccountId")
# By code: the status of a fault. The service documents the statuses that there are, and not which code has which.
_STATUSES = {0: 500, 105: 401, 106: 403, 109: 401, 117: 429, 202: 500, 5612: 500}
_PLAIN = {
    Problem.NOT_WELL_FORMED: "DeserializationFailed: the body of the request is not well-formed JSON in UTF-8.",
    Problem.UNKNOWN_ACTION: f"ActionNotSupported: the local sandbox has {', '.join(Operation)}.",
    Problem.UNREADABLE: "DeserializationFailed: a value of the request is not what its type allows.",
}


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
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse,
            object_pairs_hook=_once_each,
        )
    except (ValueError, RecursionError):
        return Request(operation, said, problem=Problem.NOT_WELL_FORMED)
    if not isinstance(content, dict):
        return Request(operation, said, problem=Problem.UNREADABLE)
    return read_request(operation, said, content)


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
