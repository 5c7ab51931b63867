"""What goes back over HTTP, and what a fault puts in the place of a good answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.faults import Fault
from reverse_etl.sandbox.request import Speech

XML = "text/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"
_BAD_GATEWAY = b"<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP; `fault` is set where it does not leave whole, at once and in order.

    `then` is what is still to be done when it has left. `endless`: what goes on behind the body.
    """

    status: int
    content_type: str = XML
    body: bytes = b""
    fault: Fault | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Callable[[], object] | None = None
    endless: bytes = b""


def instead(speech: Speech, tracking_id: str, fault: Fault) -> Reply:
    """What goes back in place of the judge's answer."""
    match fault.kind:
        case "html_502" | "empty_503" | "redirect":
            return _of_a_gateway(fault)
        case "dtd":
            return Reply(200, speech.CONTENT_TYPE, speech.HOSTILE)
        case "huge":
            start, more = speech.FLOOD
            return Reply(200, speech.CONTENT_TYPE, start, fault, endless=more)
        case "reset_before" | "reset_after" | "timeout_before":
            return Reply(200, fault=fault)
    code = fault.error or codes.INTERNAL_ERROR
    status = 200 if fault.kind == "status_200_fault" else speech.status(code)
    said = speech.fault(tracking_id, code, by_platform=fault.by_platform)
    wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Reply(status, speech.CONTENT_TYPE, said, headers={**speech.headers(tracking_id), **wait})


def _of_a_gateway(fault: Fault) -> Reply:
    """What somebody on the way answers, who speaks no protocol of the service."""
    if fault.kind == "redirect":
        return Reply(307, headers={"Location": fault.to})
    return Reply(502, HTML, _BAD_GATEWAY) if fault.kind == "html_502" else Reply(503)
