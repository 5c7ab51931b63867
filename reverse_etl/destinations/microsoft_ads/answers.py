"""What a reply to a push means: the table of codes, applied to whatever wire it came by."""

from __future__ import annotations

from reverse_etl.core.receipt import (
    Answer,
    Answered,
    Blamed,
    Reason,
    Refusal,
    RowOutcome,
    Stopped,
    Throttled,
    Unanswered,
)
from reverse_etl.destinations.microsoft_ads.codes import OnCall, find
from reverse_etl.destinations.microsoft_ads.wire.port import Faulted, Lost, Reply, ServiceError, Withheld

_RETRACTED_BEFORE = "ConversionAlreadyRetracted"


def answer_of(reply: Reply, *, retracted: int, throttle_wait: float) -> Answer:
    """The answer to a call of records.

    `retracted`: the rows that the call retracted, 0 for a call of anything else; what was retracted before is
    retracted. `throttle_wait`: seconds to wait when there were too many calls and the service does not say how long.
    """
    if isinstance(reply, Lost):
        return Unanswered(reply.reason, reply.unsent)
    if isinstance(reply, Withheld):
        error = reply.errors[0]
        return Stopped(
            Reason(error.number, error.name, error.message), reply.advice, unprocessed=True, by_service=False
        )
    if isinstance(reply, Faulted):
        # Of several rows a fault does not say which it speaks of.
        if retracted == 1 and all(error.name == _RETRACTED_BEFORE for error in reply.errors):
            return Answered((), reply.tracking_id)
        return _refused(reply, throttle_wait)
    refusals = tuple(
        _refusal(error)
        for error in reply.partial_errors
        if not (error.index in range(retracted) and error.name == _RETRACTED_BEFORE)
    )
    return Answered(refusals, reply.tracking_id)


def _refusal(error: ServiceError) -> Refusal:
    code = find(error.number, error.name)
    return Refusal(
        # An error that names no row names one that was not sent: nothing of the answer is relied upon.
        index=-1 if error.index is None else error.index,
        outcome=code.row if code else RowOutcome.REJECTED,
        settles=code.settles if code else False,
        flaw=code.flaw if code else False,
        reason=Reason(error.number, error.name, error.message),
    )


def _refused(fault: Faulted, throttle_wait: float) -> Answer:
    """A fault's code decides, and an unknown code blames the data."""
    error = fault.errors[0]
    reason = Reason(error.number, error.name, error.message)
    code = find(error.number, error.name)
    if code is None:
        return Blamed(reason, fault.tracking_id, fault.unread)
    if code.call is OnCall.BISECT:
        alone = code.row if code.settles else None
        return Blamed(reason, fault.tracking_id, code.unprocessed, alone, code.flaw)
    # These answers have no other place for the tracking id.
    traced = f" [tracking id {fault.tracking_id}]" if fault.tracking_id else ""
    reason = Reason(error.number, error.name, error.message + traced)
    if code.call is OnCall.STOP:
        return Stopped(reason, code.advice, code.unprocessed)
    if code.call is OnCall.THROTTLE:
        return Throttled(reason, throttle_wait if fault.retry_after is None else fault.retry_after)
    return Unanswered(reason)
