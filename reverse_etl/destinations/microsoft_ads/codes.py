"""Microsoft's error codes: what each means for a row or a call, whether it settles an earlier try, and what to do.

The codes are in tables/codes.csv, in which a name like HTTP 401 is a status; why a conversion was not attributed is in
tables/unattributed.csv. Codes and meanings: Microsoft Advertising, operation error codes (page of 2026-08-10), the page
on the daily summary of offline conversions and the one on OfflineConversionUnattributedReason; the advice is ours.

Which codes settle is inferred from their meaning: a code does when the service can only have given it by looking at the
row itself, so that the same row cannot have been taken before. So does AdjustmentOriginalNotFound: had an earlier try
of the correction been taken, its conversion would have been found.

What an HTTP status means that comes with nothing to read is by REST alone: of SOAP no status is documented. 401 and 429
say by their definition that the call was not carried out, as 404, 415 and 501 say that no server was there to do so;
403 may be said by a proxy or a firewall of a call that has passed it, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

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
from reverse_etl.destinations.microsoft_ads.values import read_table
from reverse_etl.destinations.microsoft_ads.wire.port import Faulted, Lost, Reply, ServiceError, Withheld


class OnCall(StrEnum):
    """What a code means for a whole call."""

    STOP = "stop"  # refused, and so will be the next
    THROTTLE = "throttle"  # turned away before processing; wait
    RETRY = "retry"  # unknown whether it was processed; try again
    BISECT = "bisect"  # its data is to blame; find the row


@dataclass(frozen=True, slots=True)
class Code:
    """One code. `number` is None where Microsoft documents only the name. `row`: what it means where it names a row.

    `settles` is what it proves of earlier tries where it names a row; `unprocessed` says whether a call that it
    refuses was provably turned away before any of its rows was looked at. `flaw`: it names what is wrong with a row.
    Codes of a call do not, such as 113, 201, a message that cannot be read, and every code that is not known: where
    one of them meets all rows of a call alike, it is no row's fault.
    """

    number: int | None
    name: str
    row: RowOutcome
    settles: bool
    call: OnCall
    advice: str
    unprocessed: bool = False
    flaw: bool = False


# Advice of several codes: the table has these names in braces.
_ADVICE = {
    "access": "Check the access token, the developer token and that this user may manage the account.",
    "hashes": "Hash with reverse_etl.hashed_email or reverse_etl.hashed_phone: 64 lower-case hexadecimal digits.",
    "external": "Give credit (above 0, up to 1) and model together, and only for goals with external attribution.",
    "adjustment": "This is about a correction: see `reverse-etl why` for what was sent and when.",
    "not_by_rest": "The service does not offer this operation by REST at this address. Set `protocol: soap` in the "
    "exposure as long as SOAP lives, and look at MICROSOFT_ADS_ENDPOINT if you set it.",
    "elsewhere": "Report it: this code answers another operation than this tool calls.",
}


def _code(entry: Mapping[str, str]) -> Code:
    return Code(
        number=int(entry["number"]) if entry["number"] else None,
        name=entry["name"],
        row=RowOutcome(entry["row"]),
        settles=entry["settles"] == "yes",
        call=OnCall(entry["call"]),
        advice=entry["advice"].format(**_ADVICE),
        unprocessed=entry["unprocessed"] == "yes",
        flaw=entry["about"] == "row",
    )


_TABLE = tuple(map(_code, read_table("codes")))
CODES = tuple(code for code in _TABLE if not code.name.startswith("HTTP "))
STATUSES = {code.name: code for code in _TABLE if code.name.startswith("HTTP ")}
_BY_NAME = {code.name: code for code in _TABLE}
_BY_NUMBER = {code.number: code for code in CODES if code.number is not None}
# What each reason for no attribution means, and what to do, in the order in which they are worth a look.
REASONS = {entry["name"]: (entry["meaning"], entry["what_to_do"]) for entry in read_table("unattributed")}

# How old a goal must be before it takes conversions, and the codes that say that one is younger.
GOAL_REST = timedelta(hours=2)
_GOAL_TOO_YOUNG = ("OfflineConversionNotAcceptedForGoal", "OfflineConversionGoalTooRecent")


def goes_at(code: int | None, error_code: str, refused_at: str) -> str:
    """From when on at the latest the goal of a row is old enough that was put off at this time; both UTC text.

    Blank where the code says nothing of a goal's age. When the goal was created the service does not tell.
    """
    found = find(code, error_code)
    if found is None or found.name not in _GOAL_TOO_YOUNG or not refused_at:
        return ""
    refused = datetime.strptime(refused_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return (refused + GOAL_REST).strftime("%Y-%m-%dT%H:%M:%SZ")


def find(number: int | None, name: str) -> Code | None:
    """The code of that name, else of that number (numbers are used twice by different services), else None."""
    return _BY_NAME.get(name) or (None if number is None else _BY_NUMBER.get(number))


def advice(code: int | None, error_code: str) -> str:
    """What a user can do about a refusal, in a sentence."""
    found = find(code, error_code)
    return found.advice if found else "See the message; the code is not among those that Microsoft documents."


def explain(reason: str) -> tuple[str, str]:
    """What a reason for no attribution means, and what to do."""
    unknown = "Microsoft's word; it is not among those that it documents.", "Ask Microsoft's support what it means."
    return REASONS.get(reason, unknown)


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
