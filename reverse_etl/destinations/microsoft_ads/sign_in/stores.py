"""Where sign-ins are kept: a file that only the user reads; or the environment, for as long as the process lives."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from reverse_etl.core.errors import DestinationError, SettingsError
from reverse_etl.destinations.microsoft_ads.values import is_token

# How long another process may take to renew before this one gives up. Seconds.
LOCK_TIMEOUT = 30.0
# A time beyond is damage: no clock has brought it, and no date shows it. The end of the year 9999.
_TIME_ENDS = 253_402_300_800


@dataclass(frozen=True, slots=True)
class Login:
    """One sign-in as it is kept. Times are seconds since 1970, UTC; `who` is the user's name at Microsoft, if known."""

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    obtained_at: float
    expires_at: float
    signed_in_at: float
    who: str = field(default="", repr=False)

    def is_fresh(self, now: float) -> bool:
        """Is the access token good for a call yet? Shortly before its end it no longer is."""
        margin = min(120.0, (self.expires_at - self.obtained_at) / 10)
        return bool(self.access_token) and now < self.expires_at - margin

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Login:
        """Read one out of the file; raises ValueError, KeyError or TypeError where it is damaged."""
        login = cls(**{one.name: kept[one.name] for one in fields(cls)})
        tokens = (login.refresh_token, login.access_token)
        times = (login.obtained_at, login.expires_at, login.signed_in_at)
        if not (
            all(token == "" or is_token(token) for token in tokens)
            and all(type(when) in (int, float) and 0 <= when < _TIME_ENDS for when in times)
            and (isinstance(login.who, str) and login.who.isprintable())
        ):
            raise ValueError
        return login


class FileStore:
    """The file of all sign-ins. Each change is whole or not there, whatever happens to the process.

    Whoever changes something holds the lock.
    """

    def __init__(self, folder: Path | None = None) -> None:
        from platformdirs import user_config_path

        self._folder = folder or user_config_path("reverse-etl", appauthor=False)
        self.file = self._folder / "sign_in.json"

    def load(self, key: str) -> Login | None:
        """The sign-in of a key; raises SettingsError where the file is damaged."""
        return self._read().get(key)

    def save(self, key: str, login: Login) -> None:
        """Keep a sign-in in the place of an earlier one; raises DestinationError where it cannot be kept."""
        self._write(self._read() | {key: login})

    def remove(self, key: str) -> bool:
        """Forget a sign-in; was there one?"""
        logins = self._read()
        if logins.pop(key, None) is None:
            return False
        self._write(logins)
        return True

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """One process at a time; raises DestinationError after `timeout` seconds. A killed process holds nothing."""
        import filelock

        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = filelock.FileLock(self._folder / "sign_in.lock", timeout=timeout, mode=0o600)
            held.acquire()
        except filelock.Timeout:
            raise DestinationError(
                f"Another process has been renewing the sign-in for {timeout:.0f} seconds.", hint="Try again."
            ) from None
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            yield
        finally:
            held.release()

    def _read(self) -> dict[str, Login]:
        try:
            # A copy or a backup may have opened it to others.
            with contextlib.suppress(OSError):
                self.file.chmod(0o600)
            document = json.loads(self.file.read_bytes())
            return {key: Login.of(login) for key, login in document["logins"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SettingsError(
                f"{self.file}, where sign-ins are kept, cannot be read.",
                hint="Look at its permissions; where it is damaged, delete it and sign in again: reverse-etl login",
            ) from None

    def _write(self, logins: dict[str, Login]) -> None:
        """Write the file anew beside itself, readable by its owner alone, and put it in its place."""
        document = {"version": 1, "logins": {key: asdict(login) for key, login in logins.items()}}
        beside = self._folder / "sign_in.json.new"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # What a process left that was killed here; no other process writes while the lock is held.
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(document, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.file)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> DestinationError:
        return DestinationError(
            f"The sign-in cannot be kept in {self._folder}: {error.strerror}.",
            hint="Without a place to keep it, set MICROSOFT_ADS_REFRESH_TOKEN or MICROSOFT_ADS_ACCESS_TOKEN instead.",
        )


class EnvironmentStore:
    """A refresh token that the environment gives. What Microsoft puts in its place lives as long as this process."""

    def __init__(self, refresh_token: str) -> None:
        now = time.time()
        self._login = Login(refresh_token, "", now, now, now)

    def load(self, key: str) -> Login:
        """The sign-in."""
        return self._login

    def save(self, key: str, login: Login) -> None:
        """Keep it for this process."""
        self._login = login

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """No other process knows of it."""
        yield
