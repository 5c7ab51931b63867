"""Access tokens of a sign-in: fetched when first needed, kept until shortly before their end, renewed once for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from reverse_etl.core.errors import DestinationError, SettingsError
from reverse_etl.destinations.microsoft_ads.sign_in.identity import Identity
from reverse_etl.destinations.microsoft_ads.sign_in.protocol import LONGEST_EXCHANGE, Granted, renew
from reverse_etl.destinations.microsoft_ads.sign_in.stores import EnvironmentStore, Login, Stores

# Seconds that a renewal takes at most; no try starts when only the time of one exchange is left.
RENEWAL = 60.0


class RenewingTokens:
    """The tokens of one identity, for all workers of a process; other processes are kept out while it renews."""

    def __init__(self, identity: Identity, store: Stores | EnvironmentStore) -> None:
        self._identity = identity
        self._store = store
        self._guard = threading.Lock()
        self._current: Login | None = None
        self._failed: DestinationError | None = None

    def __repr__(self) -> str:
        return f"RenewingTokens({self._identity.key})"

    @property
    def allowance(self) -> float:
        """Seconds of a call that may pass before it leaves with a good token: a renewal, and a first answer."""
        return RENEWAL + 30.0

    @property
    def notes(self) -> Sequence[str]:
        """Says so where a new refresh token can be kept nowhere."""
        if isinstance(self._store, EnvironmentStore) and self._store.rotated:
            return (
                "Microsoft gave a new refresh token, and an environment variable cannot keep it. The old one in "
                "MICROSOFT_ADS_REFRESH_TOKEN works until Microsoft ends it, after 90 days or so: set a new one by "
                "then, or sign in where a keyring or a file keeps it: "
                f"{self._identity.command}",
            )
        return ()

    def token(self) -> str:
        """An access token that is good yet; raises DestinationError where there is none to be had."""
        with self._guard:
            if self._current is None or not self._current.is_fresh(time.time()):
                self._current = self._other_than("")
            return self._current.access_token

    def renew(self, expired: str) -> str:
        """A token in the place of an expired one: another worker or process may have it already.

        Raises DestinationError, to all who ask, where renewing fails.
        """
        with self._guard:
            if self._current is None or self._current.access_token == expired:
                self._current = self._other_than(expired)
            return self._current.access_token

    def _other_than(self, expired: str) -> Login:
        if self._failed is not None:
            raise self._failed
        try:
            return self._renewed(expired)
        except SettingsError as error:
            self._failed = DestinationError(error.message, hint=error.hint)
        except DestinationError as error:
            self._failed = error
        except Exception as error:
            # Whatever broke, no call left for it. As an error of its own kind it would leave the rows in doubt.
            self._failed = DestinationError(
                f"The access token could not be renewed ({type(error).__name__}).",
                hint=f"Push again; where that ends in the same way, sign in again: {self._identity.command}",
            )
        raise self._failed

    def _renewed(self, expired: str) -> Login:
        latest = time.monotonic() + RENEWAL - LONGEST_EXCHANGE
        kept = self._kept()
        if kept.access_token != expired and kept.is_fresh(time.time()):
            return kept
        with self._store.lock(max(latest - time.monotonic(), 0.0)):
            # Whoever held the lock before may have renewed.
            kept = self._kept()
            if kept.access_token != expired and kept.is_fresh(time.time()):
                return kept
            granted = renew(self._identity, kept.refresh_token, until=latest)
            fresh = login_of(granted, kept)
            # Until this returns, the store has the old refresh token, which Microsoft still takes.
            self._store.save(self._identity.key, fresh)
            return fresh

    def _kept(self) -> Login:
        login, _ = self._store.load(self._identity.key)
        if login is None:
            raise DestinationError("There is no sign-in any more.", hint=f"Sign in again: {self._identity.command}")
        return login


def login_of(granted: Granted, before: Login | None = None) -> Login:
    """What to keep of what was granted just now, `before` being what was kept until now."""
    now = time.time()
    fresh = Login(granted.refresh_token, granted.access_token, now, now + granted.lifetime, now, granted.who)
    if before is None:
        return fresh
    return replace(
        fresh,
        # Not every renewal brings a new one.
        refresh_token=granted.refresh_token or before.refresh_token,
        signed_in_at=before.signed_in_at,
        who=granted.who or before.who,
    )
