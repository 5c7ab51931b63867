"""REST: a call as JSON, and JSON as a reply."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NoReturn

import orjson

from reverse_etl.destinations.microsoft_ads.codes import STATUSES
from reverse_etl.destinations.microsoft_ads.wire import http
from reverse_etl.destinations.microsoft_ads.wire.http import HttpAnswer, lost
from reverse_etl.destinations.microsoft_ads.wire.line import Wire
from reverse_etl.destinations.microsoft_ads.wire.port import (
    Faulted,
    Processed,
    Reply,
    ServiceError,
    clean,
    counted,
    service_error,
    words,
)

# What the service may ask to wait, in seconds: no wait at all would be no wait, and a longer one outlasts a push.
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 300.0


@dataclass(frozen=True, slots=True)
class Operation:
    """How an operation is called. `answers`: what stands in its answer, and in nothing else."""

    path: str
    answers: str = ""


OPERATIONS: Mapping[str, Operation] = {
    "ApplyOfflineConversions": Operation("OfflineConversions/Apply", "PartialErrors"),
    "ApplyOfflineConversionAdjustments": Operation("OfflineConversionAdjustments/Apply", "PartialErrors"),
    "GetConversionGoalsByIds": Operation("ConversionGoals/QueryByIds", "ConversionGoals"),
    "GetAccountProperties": Operation("AccountProperties/Query", "AccountProperties"),
    "SetAccountProperties": Operation("AccountProperties/Set"),
    "GetOfflineConversionReportByGoalIds": Operation(
        "OfflineConversionReport/QueryByGoalIds", "OfflineGoalConversionSummaries"
    ),
}
# Elements of requests: 64 bits are more than every reader of JSON keeps of a number, so they are texts.
_LONGS_OUT = ("ConversionGoalIds", "GoalIds")
_FLAGS_OUT = ("ConversionGoalTypes", "ReturnAdditionalFields", "UploadChannelFilter")
# Elements of answers that JSON has no type for, each with what it is read by.
_READERS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(("Id", "TagId", "GoalId", "OverallSuccessCount", "OverallUnattributedCount", "Count"), int),
    **dict.fromkeys(("SuccessCount", "UnattributedCount"), int),
    **dict.fromkeys(("OverallSuccessRate", "SuccessRate"), Decimal),
    "UploadDate": datetime.fromisoformat,
}
_FAULTS = ("AdApiFaultDetail", "ApiFaultDetail")


class RestWire(Wire):
    """Makes calls. Each thread has its own connection."""

    def _call(self, operation: str, content: Mapping[str, Any], token: str) -> Reply:
        called = OPERATIONS[operation]
        message = self.message(operation, content)
        endpoint = self._settings.endpoint
        try:
            answer = self._post(
                f"{endpoint.rstrip('/')}/{called.path}",
                message,
                self._headers(token),
                readable=lambda media_type: media_type.endswith("json") or not media_type,
            )
            return _read(called, answer)
        except http.UnreadableError as error:
            return _by_status(error.status, error.headers) or lost(error, endpoint)
        except Exception as error:
            return lost(error, endpoint)

    def message(self, operation: str, content: Mapping[str, Any]) -> bytes:
        """The body that `call` posts."""
        return orjson.dumps({name: _written(name, value) for name, value in content.items() if value is not None})

    def _headers(self, token: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {token}",
            "DeveloperToken": self._settings.developer_token,
            "CustomerId": self._settings.customer_id,
            "CustomerAccountId": self._settings.account_id,
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait, within bounds; None where it does not ask, or not by a number."""
    text = headers.get("Retry-After", "").strip()
    if not (text.isdecimal() and text.isascii()):
        return None
    return min(max(float(text[:9]), SHORTEST_WAIT), LONGEST_WAIT)


def _written(name: str, value: Any) -> Any:
    if name in _FLAGS_OUT:
        return ", ".join(value)
    return list(map(str, value)) if name in _LONGS_OUT else value


def _read(operation: Operation, answer: HttpAnswer) -> Reply:
    """An answer; raises where it cannot be one, and UnreadableError where its status is all that it says."""
    status, headers = answer.status_code, answer.headers
    try:
        body = json.loads(answer.content, object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise http.UnreadableError(status, headers) from None
    if not isinstance(body, dict):
        raise http.UnreadableError(status, headers)
    tracking_id = clean(headers.get("TrackingId") or body.get("TrackingId"))
    errors = [error for name in ("Errors", "BatchErrors", "OperationErrors") for error in _list(body.get(name))]
    if errors:
        return Faulted(tuple(map(_error, errors)), tracking_id, retry_after=retry_after(headers))
    if body.get("Type") in _FAULTS and f"HTTP {status}" not in STATUSES:
        return Faulted((ServiceError(None, clean(body["Type"]), "a fault without an error in it"),), tracking_id)
    if status == 200:
        return _processed(operation, body, tracking_id)
    # A message that the service cannot read is refused before any of it is processed. HTTP 400 says by its definition
    # that the request will not be processed; words alone, which are documented nowhere, prove nothing.
    if status == 400:
        message = words(*_texts(body))
        return Faulted((ServiceError(None, "DeserializationFailed", message),), tracking_id, unread=True)
    raise http.UnreadableError(status, headers)


def _processed(operation: Operation, body: dict[str, Any], tracking_id: str) -> Processed:
    if operation.answers and operation.answers not in body:
        raise ValueError("not an answer to this call")
    errors = tuple(map(_partial_error, _list(body.pop("PartialErrors", None))))
    return Processed({name: _plain(name, value) for name, value in body.items()}, tracking_id, errors)


def _list(value: Any) -> Sequence[Any]:
    """The errors in a list that may be absent or null; raises for what is none, which proves nothing."""
    if value is not None and not isinstance(value, list):
        raise TypeError("not a list")
    return counted(value or [])


def _partial_error(error: dict[str, Any]) -> ServiceError:
    index = error["Index"]
    if not isinstance(index, int) or isinstance(index, bool):
        raise TypeError("an error without an index")
    return _error(error, index)


def _error(error: dict[str, Any], index: int | None = None) -> ServiceError:
    texts = error.get("Message"), error.get("Detail") or error.get("Details")
    return service_error(error.get("Code"), error.get("ErrorCode"), *texts, index=index)


def _plain(name: str, value: Any) -> Any:
    """A value as every wire gives it."""
    if isinstance(value, list):
        return [_plain("", item) for item in value]
    if isinstance(value, dict):
        parts = {key: _plain(key, part) for key, part in value.items()}
        # The one flag enum that an answer has: the type of a goal, which has an id.
        if "Id" in parts and isinstance(parts.get("Type"), str):
            parts["Type"] = [word.strip() for word in parts["Type"].split(",")]
        return parts
    return _READERS[name](str(value)) if name in _READERS and value is not None else value


def _by_status(status: int, headers: Mapping[str, str]) -> Faulted | None:
    """What an answer means of which nothing but the status can be read, if that has a meaning of its own."""
    name = f"HTTP {status}"
    if name not in STATUSES:
        return None
    error = ServiceError(None, name, "the service answered with this status and nothing that can be read")
    return Faulted((error,), clean(headers.get("TrackingId")), retry_after=retry_after(headers))


def _texts(value: Any) -> list[str]:
    """Every text in an answer, in order."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, in which each name stands once: of two, each reader takes another."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")
