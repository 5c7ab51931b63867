"""The service itself: one request in, one reply out, with the books written in between."""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.books import Books, Call
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.errors import CallRefusedError, SandboxError
from reverse_etl.sandbox.faults import HTML, Fault, Injection, Met, Reply
from reverse_etl.sandbox.goals import World
from reverse_etl.sandbox.lookups import look_up
from reverse_etl.sandbox.request import LOOKUPS, MAX_ROWS, Problem, Request, RowError, UnreadableError, batch_errors
from reverse_etl.sandbox.sign_in import SignIn

_BAD_GATEWAY = b"<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_log = logging.getLogger(__name__)
_PATIENCE = 600.0  # seconds that a call without an answer waits for its caller to go


class Speech(Protocol):
    """How a protocol says what goes back: the answer to a call that was processed, a fault, or that it was unreadable.

    The content of an answer has the service's names in the order of its schema; lists, dicts, texts, numbers, truth and
    None. HOSTILE is an answer made to break its reader, FLOOD the beginning of an endless one and what goes on in it.
    """

    NAME: str
    CONTENT_TYPE: str
    HOSTILE: bytes
    FLOOD: tuple[bytes, bytes]

    def answer(self, tracking_id: str, operation: str, content: Mapping[str, object]) -> Reply: ...

    def fault(self, tracking_id: str, code: Code, *, by_platform: bool) -> Reply: ...

    def unreadable(self, tracking_id: str, problem: Problem) -> Reply: ...


class Service:
    """Answers calls: headers first, then the body, then row by row."""

    def __init__(self, books: Books, world: World, faults: Injection) -> None:
        self.books = books
        self.world = world
        self.faults = faults
        self.sign_in = SignIn()

    def reply(self, request: Request, speech: Speech, is_gone: Callable[[], bool]) -> Reply:
        """Answer one call. What the answer says is in the books before it is returned.

        `speech` is the protocol to answer in; `is_gone` says whether the caller has hung up.
        """
        tracking_id = str(uuid.uuid4())
        try:
            met = self.faults.meet(request.operation, request.rows)
            call = Call(
                tracking_id,
                account_id=request.headers.get("CustomerAccountId"),
                customer_id=request.headers.get("CustomerId"),
                injected=(met.fault.kind,) if met else (),
                operation=request.operation,
                protocol=speech.NAME,
            )
            return _Answering(self, call, request, speech).reply(met, is_gone)
        except SandboxError as error:
            _log.error("%s", error)
        except Exception:
            # A mistake of ours must not look like a dropped connection. The trace holds no header.
            _log.exception("The local sandbox failed in call %s.", tracking_id)
        return replace(speech.fault(tracking_id, codes.INTERNAL_ERROR, by_platform=True), status=500)


class _Answering:
    """One call on its way from the request to the reply."""

    def __init__(self, service: Service, call: Call, request: Request, speech: Speech) -> None:
        self._books, self._world, self._faults = service.books, service.world, service.faults
        self._sign_in = service.sign_in
        self._call, self._request, self._speech = call, request, speech

    def reply(self, met: Met | None, is_gone: Callable[[], bool]) -> Reply:
        """The reply, or what a fault puts in its place or does to it."""
        if met is None:
            return self._processed("")
        fault = met.fault
        if fault.kind == "hold_before":
            self._faults.hold(met)
        elif fault.kind == "lands_late":
            self._faults.wait_for(is_gone, met, _PATIENCE)
            met.gate.wait(fault.seconds or 0)
        elif fault.kind == "reset_late":
            return Reply(0, fault=fault, then=lambda: self._land(met))
        if not fault.takes:
            self._record_fault(fault.error or fault.kind)
            if fault.kind == "timeout_before":
                self._faults.wait_for(is_gone, met, fault.seconds or _PATIENCE)
            return self._instead(fault)
        reply = self._processed(fault.kind)
        if fault.kind == "hold_after":
            self._faults.hold(met)
        elif fault.kind == "timeout_after":
            self._faults.wait_for(is_gone, met, fault.seconds or _PATIENCE)
        return self._instead(fault) if fault.settings.answers else replace(reply, fault=fault)

    def _land(self, met: Met) -> None:
        """Take a batch whose caller was turned away a while ago."""
        met.gate.wait(met.fault.seconds or 0)
        self._processed(met.fault.kind)

    def _processed(self, kind: str) -> Reply:
        """The answer on the documents alone, but for what a fault of this kind asks the judge himself."""
        problem = self._request.problem
        if problem in (Problem.NOT_WELL_FORMED, Problem.UNKNOWN_ACTION):
            return self._unreadable(problem)
        # The service does not say whether it looks at the headers before it reads the rows; here it does.
        refused = _headers_fault(self._request.headers, self._sign_in)
        if refused is None and problem is not None:
            return self._unreadable(problem)
        if refused is None and self._request.operation in LOOKUPS:
            return self._looked_up()
        if refused is None and not 1 <= len(self._request.rows) <= MAX_ROWS:
            refused = codes.LIMIT_EXCEEDED if self._request.rows else codes.NULL_OR_EMPTY
        return self._judged(kind) if refused is None else self._refused(refused)

    def _looked_up(self) -> Reply:
        """The answer to a call that carries no rows."""
        try:
            content = look_up(self._request, self._world, self._books)
        except UnreadableError:
            return self._unreadable(Problem.UNREADABLE)
        except CallRefusedError as error:
            return self._refused(error.code)
        self._books.record(self._call)
        return self._answer(content)

    def _judged(self, kind: str) -> Reply:
        """The answer to rows."""
        rows = self._request.rows
        faults, refusals = self._faults.meet_rows(self._request.operation, rows)
        kinds = dict.fromkeys(fault.kind for fault in faults)
        self._call = replace(self._call, injected=(*self._call.injected, *kinds))
        poison = next((fault for fault in faults if fault.kind == "poison"), None)
        if poison is not None:
            # The call fails for one of its rows, of which the answer says nothing.
            if poison.error is None:
                return self._unreadable(Problem.UNREADABLE)
            self._record_fault(poison.error)
            return self._instead(poison)
        # By codes that say nothing of the row itself: it may have been taken before, which others would deny.
        refusals |= {0: codes.NAME_INVALID} if kind == "same_index" else {}
        errors = self._books.record_rows(self._call, rows, self._world, refusals)
        if kind == "same_index":
            errors.append(RowError(0, codes.OUTSIDE_GOAL_WINDOW))
        elif kind == "bad_index":
            errors.append(RowError(len(rows), codes.NAME_INVALID))
        return self._answer({"PartialErrors": batch_errors(errors)})

    def _answer(self, content: Mapping[str, object]) -> Reply:
        return self._speech.answer(self._call.tracking_id, self._request.operation, content)

    def _unreadable(self, problem: Problem) -> Reply:
        self._record_fault(problem.value)
        return self._speech.unreadable(self._call.tracking_id, problem)

    def _refused(self, code: Code) -> Reply:
        self._record_fault(code)
        return self._speech.fault(self._call.tracking_id, code, by_platform=code.number <= 1000)

    def _record_fault(self, what: Code | str) -> None:
        said = f"{what.number} {what.name}" if isinstance(what, Code) else what
        self._books.record(self._call, said, self._request.rows)

    def _instead(self, fault: Fault) -> Reply:
        """What goes back in place of the judge's answer."""
        speech = self._speech
        replies = {
            "html_502": Reply(502, HTML, _BAD_GATEWAY),
            "empty_503": Reply(503),
            "redirect": Reply(307, headers={"Location": fault.to}),
            "dtd": Reply(200, speech.CONTENT_TYPE, speech.HOSTILE),
            "huge": Reply(200, speech.CONTENT_TYPE, speech.FLOOD[0], fault, endless=speech.FLOOD[1]),
        } | dict.fromkeys(("reset_before", "reset_after", "timeout_before"), Reply(200, fault=fault))
        if fault.kind in replies:
            return replies[fault.kind]
        code = fault.error or codes.INTERNAL_ERROR
        reply = self._speech.fault(self._call.tracking_id, code, by_platform=fault.by_platform)
        wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        status = 200 if fault.kind == "status_200_fault" else reply.status
        return replace(reply, status=status, headers={**reply.headers, **wait})


def _headers_fault(headers: Mapping[str, str], sign_in: SignIn) -> Code | None:
    """Any text will do for the four headers, but the tokens `expired` and `invalid` are what they say.

    Tokens that the sign-in of this sandbox gave are good until their end.
    """
    for name in ("AuthenticationToken", "DeveloperToken"):
        if name not in headers:
            return replace(codes.MISSING_HEADERS, message=f"The request has no {name}.")
    if headers["AuthenticationToken"] == "expired" or sign_in.has_expired(headers["AuthenticationToken"]):
        return codes.TOKEN_EXPIRED
    if headers["AuthenticationToken"] == "invalid":
        return codes.INVALID_CREDENTIALS
    if "CustomerId" not in headers:
        return codes.CUSTOMER_ID_MISSING
    return None if "CustomerAccountId" in headers else codes.ACCOUNT_ID_MISSING
