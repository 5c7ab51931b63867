"""What goes back over HTTP, and what a fault puts in the place of a good answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.faults import Fault
from reverse_etl.sandbox.request import Speech

XML = "text/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"
_BAD_GATEWAY = b"<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"
# Ten times ten times ... a hundred million characters for a parser that follows entities.
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
_BOMB = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "x">{_ENTITIES}]><r>&e8;</r>'.encode()


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP; `fault` is set where it does not leave whole, at once and in order.

    `then` is what is still to be done when it has left.
    """

    status: int
    content_type: str = XML
    body: bytes = b""
    fault: Fault | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Callable[[], object] | None = None


def instead(speech: Speech, tracking_id: str, fault: Fault) -> Reply:
    """What goes back in place of the judge's answer."""
    match fault.kind:
        case "html_502":
            return Reply(502, HTML, _BAD_GATEWAY)
        case "empty_503":
            return Reply(503)
        case "redirect":
            return Reply(307, headers={"Location": fault.to})
        case "dtd":
            return Reply(200, body=_BOMB)
        case "huge" | "reset_before" | "reset_after" | "timeout_before":
            return Reply(200, fault=fault)
    status = 200 if fault.kind == "status_200_fault" else 500
    said = speech.fault(tracking_id, fault.error or codes.INTERNAL_ERROR, by_platform=fault.by_platform)
    return Reply(status, speech.CONTENT_TYPE, said)
