"""What the wires of both protocols share: the token of a call, a connection per thread, and the service's clock."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from reverse_etl.core import clocks
from reverse_etl.destinations.microsoft_ads.recording import Recording
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import with_token
from reverse_etl.destinations.microsoft_ads.wire import http
from reverse_etl.destinations.microsoft_ads.wire.http import READ_TIMEOUT, HttpAnswer, exchange, new_session
from reverse_etl.destinations.microsoft_ads.wire.port import Reply

# The revision of the service that Microsoft's own clients of September 2026 say they were built for, in every call.
API_REVISION = "2026-10-12"


class Wire(ABC):
    """Makes calls by HTTP; used by several threads at once, each of which has its own connection.

    `clock_ahead`: by how many seconds the service's clock was ahead of this machine's at its last answer, if known.
    """

    def __init__(
        self,
        settings: MicrosoftAdsSettings,
        *,
        read_timeout: float = READ_TIMEOUT,
        recording: Recording | None = None,
    ) -> None:
        """`recording`: what keeps each call, where somebody wants to see them."""
        self._settings = settings
        self._recording = recording
        self.read_timeout = read_timeout
        self._local = threading.local()
        self.clock_ahead: float | None = None

    @property
    def call_timeout(self) -> float:
        """Seconds that one call lasts at most: the end is looked at whenever something arrives."""
        return self._settings.credentials.allowance + http.CONNECT_TIMEOUT + 2 * self.read_timeout

    def call(self, operation: str, content: Mapping[str, Any]) -> Reply:
        """Make one call. Never raises for what the call or its answer brings.

        `content`: the operation's elements by the service's names; lists are lists, items are dicts of what is there,
        ids are whole numbers, numbers are finite, times are text, and an element that is None is left out.
        """

        def attempt(token: str) -> Reply:
            self._local.noted = (operation, content, token)
            return self._call(operation, content, token)

        return with_token(self._settings.credentials, attempt, secrets=[self._settings.developer_token])

    @abstractmethod
    def message(self, operation: str, content: Mapping[str, Any]) -> bytes:
        """The body of a call, without what says who makes it."""

    @abstractmethod
    def _call(self, operation: str, content: Mapping[str, Any], token: str) -> Reply:
        """Make one call with this token."""

    def _post(
        self, address: str, message: bytes, headers: Mapping[str, str], readable: Callable[[str], bool]
    ) -> HttpAnswer:
        """Post a message to the service; raises as `exchange` does."""
        if not hasattr(self._local, "session"):
            self._local.session = new_session(self._settings.endpoint)
        headers = {**headers, "Api-Revision": API_REVISION}
        try:
            answer = exchange(
                self._local.session,
                address,
                data=message,
                headers=headers,
                read_timeout=self.read_timeout,
                readable=readable,
                hear_date=self._hear_date,
            )
        except Exception as error:
            self._record(address, headers, error)
            raise
        self._record(address, headers, answer)
        return answer

    def _record(self, address: str, headers: Mapping[str, str], answer: HttpAnswer | Exception) -> None:
        if (recording := self._recording) is None:
            return
        operation, content, token = self._local.noted
        recording.keep(
            operation,
            address,
            headers,
            lambda: self.message(operation, recording.masked(content)),
            answer,
            secrets=(token, self._settings.developer_token),
            owners=(self._settings.account_id, self._settings.customer_id),
        )

    def _hear_date(self, date: str | None) -> None:
        self.clock_ahead = clocks.ahead_of_here(date)
