"""The service itself: one request in, one reply out, with the books written in between."""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from reverse_etl.sandbox import codes, soap
from reverse_etl.sandbox.books import Books, Call
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.faults import Fault, FaultQueue
from reverse_etl.sandbox.goals import World
from reverse_etl.sandbox.soap import Problem, Request, RowError

_log = logging.getLogger(__name__)
XML = "text/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"
_BAD_GATEWAY = b"<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP; `fault` is set where it does not leave whole, at once and in order."""

    status: int
    content_type: str = XML
    body: bytes = b""
    fault: Fault | None = None


class Service:
    """Answers calls: headers first, then the body, then row by row."""

    def __init__(self, books: Books, world: World) -> None:
        self.books = books
        self.world = world
        self.faults = FaultQueue()

    def reply(self, body: bytes, soap_action: str) -> Reply:
        """Answer one call. What the answer says is in the books before it is returned."""
        tracking_id = str(uuid.uuid4())
        try:
            request = soap.read(body, soap_action)
            fault = self.faults.take(body, request.rows)
            account_id, customer_id = (
                request.headers.get("CustomerAccountId"),
                request.headers.get("CustomerId"),
            )
            injected = fault.kind if fault else ""
            return self._reply(Call(tracking_id, len(body), account_id, customer_id, injected), request, fault)
        except SandboxError as error:
            _log.error("%s", error)
            return Reply(500, body=soap.platform_fault(tracking_id, codes.INTERNAL_ERROR))
        except Exception:
            # A mistake of ours must not look like a dropped connection. The trace holds no header.
            _log.exception("The local sandbox failed in call %s.", tracking_id)
            return Reply(500, body=soap.platform_fault(tracking_id, codes.INTERNAL_ERROR))

    def _reply(self, call: Call, request: Request, fault: Fault | None) -> Reply:
        if fault is None:
            return self._judged(call, request, None)
        if fault.kind == "hold_before":
            fault.hold()
        if not fault.takes:
            code = fault.fault_code
            self.books.record_fault(call, f"{code.number} {code.name}" if code else fault.kind)
            return _instead(call, fault)
        reply = self._judged(call, request, fault)
        if fault.kind == "hold_after":
            fault.hold()
        if fault.answers:
            return _instead(call, fault)
        return replace(reply, fault=fault)

    def _judged(self, call: Call, request: Request, fault: Fault | None) -> Reply:
        problem = request.problem
        if problem in (Problem.NO_SOAP, Problem.UNKNOWN_ACTION):
            return self._unreadable(call, problem)
        # The service does not say whether it looks at the headers before it reads the rows; here it does.
        refused = _headers_fault(request.headers)
        if refused is not None:
            return self._refused(call, refused)
        if problem is not None or self.faults.poisons(request.rows):
            return self._unreadable(call, Problem.UNREADABLE)
        if not request.rows:
            return self._refused(call, codes.NULL_OR_EMPTY)
        if len(request.rows) > soap.MAX_ROWS:
            return self._refused(call, codes.LIMIT_EXCEEDED)
        refusals: dict[int, Code] = {}
        if fault and fault.kind == "refuse":
            code = Code(fault.code or 0, fault.error_code, fault.message)
            refusals = {index: code for index, row in enumerate(request.rows) if fault.hits(row)}
        errors = self.books.record_rows(call, request.rows, self.world, refusals)
        if fault and fault.kind == "bad_index":
            errors.append(RowError(len(request.rows), codes.NAME_INVALID))
        return Reply(200, body=soap.answer(call.tracking_id, errors))

    def _unreadable(self, call: Call, problem: Problem) -> Reply:
        self.books.record_fault(call, problem.value)
        return Reply(500, body=soap.plain_fault(call.tracking_id, problem))

    def _refused(self, call: Call, code: Code) -> Reply:
        self.books.record_fault(call, f"{code.number} {code.name}")
        fault = soap.request_fault if code.number > 1000 else soap.platform_fault
        return Reply(500, body=fault(call.tracking_id, code))


def _headers_fault(headers: Mapping[str, str]) -> Code | None:
    """Any text will do for the four headers, but the tokens `expired` and `invalid` are what they say."""
    for name in ("AuthenticationToken", "DeveloperToken"):
        if name not in headers:
            missing = codes.MISSING_HEADERS
            return Code(missing.number, missing.name, missing.message.format(name))
    if headers["AuthenticationToken"] == "expired":
        return codes.TOKEN_EXPIRED
    if headers["AuthenticationToken"] == "invalid":
        return codes.INVALID_CREDENTIALS
    if "CustomerId" not in headers:
        return codes.CUSTOMER_ID_MISSING
    if "CustomerAccountId" not in headers:
        return codes.ACCOUNT_ID_MISSING
    return None


def _instead(call: Call, fault: Fault) -> Reply:
    """What goes back in place of the judge's answer."""
    if fault.kind == "html_502":
        return Reply(502, HTML, _BAD_GATEWAY)
    if fault.kind == "empty_503":
        return Reply(503)
    if fault.kind in ("reset_before", "reset_after"):
        return Reply(0, fault=fault)
    code = fault.fault_code or codes.INTERNAL_ERROR
    status = 200 if fault.kind == "status_200_fault" else 500
    return Reply(status, body=soap.platform_fault(call.tracking_id, code))
