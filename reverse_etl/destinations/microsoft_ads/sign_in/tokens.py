"""The access token of a call: who gives it, and a call that is made once more where its token had expired."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reverse_etl.core.errors import DestinationError
from reverse_etl.destinations.microsoft_ads.codes import find
from reverse_etl.destinations.microsoft_ads.wire.port import Faulted, Reply, ServiceError, Withheld, without_secrets

# Microsoft's code for an access token that has expired, and REST's status for a token that is not taken, where nothing
# more can be read: either way the call was turned away before it was processed.
_EXPIRED = ("AuthenticationTokenExpired", "HTTP 401")


class Credentials(Protocol):
    """Gives access tokens; used by several threads at once. Their `repr` shows no secret."""

    @property
    def allowance(self) -> float:
        """Seconds of a call that may pass before it leaves with a token that is good."""

    @property
    def notes(self) -> Sequence[str]:
        """What the user has to know of the credentials, in sentences; known once a token was asked for."""

    def token(self) -> str:
        """An access token; raises DestinationError where there is none to be had."""

    def renew(self, expired: str) -> str | None:
        """A token in the place of one that the service calls expired; None where nothing can be renewed.

        Whoever asks first renews; the others get what came of it. Raises DestinationError where renewing fails.
        """


@dataclass(frozen=True, slots=True)
class FixedToken:
    """One access token that somebody set; it cannot be renewed."""

    value: str = field(repr=False)
    allowance: float = 0.0
    notes: Sequence[str] = ()

    def token(self) -> str:
        """The token."""
        return self.value

    def renew(self, expired: str) -> str | None:
        """Nothing: where it came from, nothing comes again."""


def with_token(
    credentials: Credentials,
    call: Callable[[str], Reply],
    *,
    secrets: Sequence[str] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Reply:
    """Make a call with the current token, and once more with another where the service says that it has expired.

    Where no token is to be had the reply is Withheld: nothing of the call was processed. The reply's words hold neither
    a token nor any of the other `secrets` of the call.
    """
    began = clock()
    try:
        token = credentials.token()
        reply = without_secrets(call(token), (token, *secrets))
        if not _has_expired(reply):
            return reply
        newer = credentials.renew(token)
    except DestinationError as error:
        return _withheld(error.message, error.hint)
    if newer is None:
        return reply
    if clock() - began > credentials.allowance:
        # The lease may end before such a call does.
        return _withheld("the access token had expired, and its renewal took too long for this call", "Push again.")
    return without_secrets(call(newer), (newer, *secrets))


def _has_expired(reply: Reply) -> bool:
    """Was the call turned away for its token alone?"""
    if not isinstance(reply, Faulted) or isinstance(reply, Withheld):
        return False
    code = find(reply.errors[0].number, reply.errors[0].name)
    return code is not None and code.name in _EXPIRED


def _withheld(message: str, advice: str) -> Withheld:
    return Withheld((ServiceError(None, "NoAccessToken", message),), "", advice=advice)
