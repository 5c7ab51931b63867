"""The local sandbox: our imitation of Microsoft Advertising's offline conversions, on loopback.

It judges and counts as the service does, on the service's documents alone. It shares no code with
the rest of the package, so that it can find the package's mistakes.
"""

from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.faults import parse_fault
from reverse_etl.sandbox.reading import ReceivedAdjustment, ReceivedRow, read_adjustments, read_received, summary
from reverse_etl.sandbox.server import SERVICE_PATH, LocalSandbox

__all__ = [
    "SERVICE_PATH",
    "LocalSandbox",
    "ReceivedAdjustment",
    "ReceivedRow",
    "SandboxError",
    "parse_fault",
    "read_adjustments",
    "read_received",
    "summary",
]
