"""The Destination port for Microsoft Advertising."""

from __future__ import annotations

from collections.abc import Sequence

from reverse_etl.destinations.microsoft_ads.answers import answer_of
from reverse_etl.destinations.microsoft_ads.attribution import Attribution
from reverse_etl.destinations.microsoft_ads.messages import call_of, mistake
from reverse_etl.destinations.microsoft_ads.reach import local_sandbox_notes
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.soap import SoapWire
from reverse_etl.destinations.microsoft_ads.wire import Wire
from reverse_etl.plans import Record
from reverse_etl.receipts import Answer, Blamed, Reason
from reverse_etl.sync import Environment

# Items that ApplyOfflineConversions takes in one call (its documentation, August 2026).
BATCH_LIMIT = 1000
# What Microsoft asks to wait after CallRateExceeded, in seconds.
THROTTLE_WAIT = 60.0


class MicrosoftAds:
    """Sends conversions by ApplyOfflineConversions and corrects them by ApplyOfflineConversionAdjustments."""

    def __init__(
        self,
        settings: MicrosoftAdsSettings,
        *,
        wire: Wire | None = None,
        throttle_wait: float = THROTTLE_WAIT,
    ) -> None:
        self._settings = settings
        self._wire = wire or SoapWire(settings)
        self._throttle_wait = throttle_wait

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

    @property
    def attribution(self) -> Attribution:
        """What became of the account's conversions, to be asked for by the same wire."""
        return Attribution(self._wire, throttle_wait=self._throttle_wait)

    def send(self, records: Sequence[Record]) -> Answer:
        """Make one call with these records. Never raises for what the call or its answer brings.

        A record that cannot be written as it should be keeps its call from leaving.
        """
        for record in records:
            if wrong := mistake(record):
                told = f"record {record.seq} of the plan: {wrong}; it was not sent"
                return Blamed(Reason(None, "RecordCannotBeSent", told), "", unprocessed=True)
        reply = self._wire.call(*call_of(records))
        return answer_of(reply, retracts=records[0].operation == "retract", throttle_wait=self._throttle_wait)
