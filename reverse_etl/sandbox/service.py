"""The service itself: one request in, one reply out, with the books written in between."""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from reverse_etl.sandbox import codes, soap
from reverse_etl.sandbox.books import Books, Call
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.faults import Fault
from reverse_etl.sandbox.goals import World
from reverse_etl.sandbox.injection import Injection, Met
from reverse_etl.sandbox.replies import Reply, instead
from reverse_etl.sandbox.soap import Problem, Request, RowError

_log = logging.getLogger(__name__)
_PATIENCE = 600.0  # seconds that a call without an answer waits for its caller to go


class Service:
    """Answers calls: headers first, then the body, then row by row."""

    def __init__(self, books: Books, world: World, faults: Injection) -> None:
        self.books = books
        self.world = world
        self.faults = faults

    def reply(self, body: bytes, soap_action: str, is_gone: Callable[[], bool]) -> Reply:
        """Answer one call. What the answer says is in the books before it is returned.

        `is_gone` says whether the caller has hung up.
        """
        tracking_id = str(uuid.uuid4())
        try:
            request = soap.read(body, soap_action)
            met = self.faults.meet(request.operation, body, request.rows)
            call = Call(
                tracking_id,
                body,
                account_id=request.headers.get("CustomerAccountId"),
                customer_id=request.headers.get("CustomerId"),
                injected=(met.fault.kind,) if met else (),
                operation=request.operation,
            )
            return self._reply(call, request, met, is_gone)
        except SandboxError as error:
            _log.error("%s", error)
            return Reply(500, body=soap.platform_fault(tracking_id, codes.INTERNAL_ERROR))
        except Exception:
            # A mistake of ours must not look like a dropped connection. The trace holds no header.
            _log.exception("The local sandbox failed in call %s.", tracking_id)
            return Reply(500, body=soap.platform_fault(tracking_id, codes.INTERNAL_ERROR))

    def _reply(self, call: Call, request: Request, met: Met | None, is_gone: Callable[[], bool]) -> Reply:
        if met is None:
            return self._judged(call, request, "")
        fault = met.fault
        if fault.kind == "hold_before":
            self.faults.hold(met)
        elif fault.kind == "lands_late":
            self.faults.wait_for(is_gone, met, _PATIENCE)
            met.gate.wait(fault.seconds or 0)
        elif fault.kind == "reset_late":
            return Reply(0, fault=fault, then=lambda: self._land(call, request, met))
        if not fault.takes:
            error = fault.error
            said = f"{error.number} {error.name}" if error else fault.kind
            self.books.record_fault(call, said, request.rows, self.world)
            if fault.kind == "timeout_before":
                self.faults.wait_for(is_gone, met, fault.seconds or _PATIENCE)
            return instead(call.tracking_id, fault)
        reply = self._judged(call, request, fault.kind)
        if fault.kind == "hold_after":
            self.faults.hold(met)
        elif fault.kind == "timeout_after":
            self.faults.wait_for(is_gone, met, fault.seconds or _PATIENCE)
        return instead(call.tracking_id, fault) if fault.answers else replace(reply, fault=fault)

    def _land(self, call: Call, request: Request, met: Met) -> None:
        """Take a batch whose caller was turned away a while ago."""
        met.gate.wait(met.fault.seconds or 0)
        self._judged(call, request, met.fault.kind)

    def _judged(self, call: Call, request: Request, kind: str) -> Reply:
        """The answer on the documents alone, but for what a fault of this kind asks the judge himself."""
        problem = request.problem
        if problem in (Problem.NO_SOAP, Problem.UNKNOWN_ACTION):
            return self._unreadable(call, problem)
        # The service does not say whether it looks at the headers before it reads the rows; here it does.
        refused = _headers_fault(request.headers)
        if refused is None and problem is not None:
            return self._unreadable(call, problem)
        refused = refused or _size_fault(request)
        if refused is not None:
            return self._refused(call, request, refused)
        met = self.faults.meet_rows(request.operation, call.body, request.rows)
        call = replace(call, injected=call.injected + met.kinds)
        if met.poison is not None:
            return self._poisoned(call, request, met.poison)
        # By codes that say nothing of the row itself: it may have been taken before, which others would deny.
        refusals = met.refusals | ({0: codes.NAME_INVALID} if kind == "same_index" else {})
        errors = self.books.record_rows(call, request.rows, self.world, refusals)
        if kind == "same_index":
            errors.append(RowError(0, codes.OUTSIDE_GOAL_WINDOW))
        elif kind == "bad_index":
            errors.append(RowError(len(request.rows), codes.NAME_INVALID))
        return Reply(200, body=soap.answer(call.tracking_id, request.operation, errors))

    def _poisoned(self, call: Call, request: Request, poison: Fault) -> Reply:
        """A call that fails for one of its rows, of which the answer says nothing."""
        said = Problem.UNREADABLE.value if poison.error is None else f"{poison.error.number} {poison.error.name}"
        self.books.record_fault(call, said, request.rows, self.world)
        if poison.error is None:
            return Reply(500, body=soap.plain_fault(call.tracking_id, Problem.UNREADABLE))
        return instead(call.tracking_id, poison)

    def _unreadable(self, call: Call, problem: Problem) -> Reply:
        self.books.record_fault(call, problem.value)
        return Reply(500, body=soap.plain_fault(call.tracking_id, problem))

    def _refused(self, call: Call, request: Request, code: Code) -> Reply:
        self.books.record_fault(call, f"{code.number} {code.name}", request.rows, self.world)
        fault = soap.request_fault if code.number > 1000 else soap.platform_fault
        return Reply(500, body=fault(call.tracking_id, code))


def _size_fault(request: Request) -> Code | None:
    if not request.rows:
        return codes.NULL_OR_EMPTY
    return codes.LIMIT_EXCEEDED if len(request.rows) > soap.MAX_ROWS else None


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
