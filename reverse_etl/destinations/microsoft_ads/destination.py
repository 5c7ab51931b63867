"""The Destination port for Microsoft Advertising."""

from __future__ import annotations

from collections.abc import Sequence

from reverse_etl.destinations.microsoft_ads.reach import local_sandbox_notes
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.soap import SoapWire
from reverse_etl.plans import Record
from reverse_etl.receipts import Answer
from reverse_etl.sync import Environment

# Items that ApplyOfflineConversions takes in one call (its documentation, August 2026).
BATCH_LIMIT = 1000


class MicrosoftAds:
    """Sends conversions by ApplyOfflineConversions."""

    def __init__(self, settings: MicrosoftAdsSettings, *, wire: SoapWire | None = None) -> None:
        self._settings = settings
        self._wire = wire or SoapWire(settings)

    @property
    def batch_limit(self) -> int:
        """Records of one call at most."""
        return BATCH_LIMIT

    @property
    def call_timeout(self) -> float:
        """Seconds that one call lasts at most."""
        return self._wire.call_timeout

    @property
    def clock_ahead(self) -> float | None:
        """Seconds by which the service's clock is ahead of this machine's; None until it has told its time."""
        return self._wire.clock_ahead

    def preflight(self, accepted: int) -> Sequence[str]:
        """Check that the local sandbox runs and still has its books. Microsoft's own service is not asked.

        Raises DestinationError when the local sandbox is not running.
        """
        if self._settings.environment is not Environment.LOCAL:
            return []
        return local_sandbox_notes(self._settings.endpoint, accepted)

    def send(self, records: Sequence[Record]) -> Answer:
        """Make one call with these records. Never raises for what the call or its answer brings."""
        return self._wire.send(records)
