"""Which protocol Microsoft is spoken to by: what the exposure says, else what the day says."""

from __future__ import annotations

from datetime import date, timedelta

from reverse_etl.core.sync import Sync, WireProtocol

# The day from which Microsoft no longer promises SOAP (UTC); its announcement of 2026-09-30.
SOAP_ENDS = date(2027, 1, 31)
# How long before that day a push by SOAP says so.
WARN_BEFORE = timedelta(days=90)
SWITCH_HINT = (
    "Set `protocol: rest` in the exposure: the ledger is the same, and nothing is sent again. "
    "`protocol: soap` goes back, as long as SOAP lives."
)


def spoken(sync: Sync, today: date) -> WireProtocol:
    """What a sync speaks on a day (UTC): what its exposure says, else SOAP until its end and REST from that day on."""
    if sync.protocol is not None:
        return sync.protocol
    return WireProtocol.SOAP if today < SOAP_ENDS else WireProtocol.REST


def soap_warning(sync: Sync, today: date) -> str:
    """What to tell a sync that speaks SOAP in the last days of SOAP or after them; nothing where there is no need."""
    if spoken(sync, today) is not WireProtocol.SOAP or today < SOAP_ENDS - WARN_BEFORE:
        return ""
    days = (SOAP_ENDS - today).days
    if days <= 0:
        return f"Microsoft planned to end SOAP on {SOAP_ENDS}, and this sync still speaks it."
    when = "tomorrow" if days == 1 else f"in {days} days"
    after = "" if sync.protocol else " From that day on this sync speaks REST by itself."
    return f"Microsoft plans to end SOAP on {SOAP_ENDS}, {when}, and this sync speaks it.{after}"
