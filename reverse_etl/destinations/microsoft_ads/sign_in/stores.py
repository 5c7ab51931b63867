"""Where sign-ins are kept: the operating system's keyring where there is one, else a file that only the user reads."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from reverse_etl.core.errors import DestinationError, SettingsError
from reverse_etl.destinations.microsoft_ads.values import is_token

SERVICE = "reverse-etl"
# How long another process may take to renew before this one gives up. Seconds.
LOCK_TIMEOUT = 30.0
# How long a call of the keyring may take; somebody may have to unlock it. Seconds.
KEYRING_TIMEOUT = 20.0
KEYRING = "the keyring"
# A number or a time beyond these is damage: no clock has brought it, and no date shows it.
_SERIALS_END = 2**63
_TIME_ENDS = 253_402_300_800  # with the year 9999
_ELSEWHERE = "Without a place to keep it, set MICROSOFT_ADS_REFRESH_TOKEN or MICROSOFT_ADS_ACCESS_TOKEN instead."


@dataclass(frozen=True, slots=True)
class Login:
    """One sign-in as it is kept. Times are seconds since 1970, UTC; `who` is the user's name at Microsoft, if known.

    `serial` rises with each change: of two copies the higher is the newer, also where one was written unseen by the
    other, for it is no less than the time in microseconds.
    """

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    obtained_at: float
    expires_at: float
    signed_in_at: float
    who: str = field(default="", repr=False)
    serial: int = 0

    def is_fresh(self, now: float) -> bool:
        """Is the access token good for a call yet? Shortly before its end it no longer is."""
        margin = min(120.0, (self.expires_at - self.obtained_at) / 10)
        return bool(self.access_token) and now < self.expires_at - margin

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Login:
        """Read one out of a store; raises ValueError or TypeError where it is damaged."""
        login = cls(**kept)
        tokens = (login.refresh_token, login.access_token)
        times = (login.obtained_at, login.expires_at, login.signed_in_at)
        if not (
            all(token == "" or is_token(token) for token in tokens)
            and all(type(when) in (int, float) and 0 <= when < _TIME_ENDS for when in times)
            and (isinstance(login.who, str) and login.who.isprintable())
            and (type(login.serial) is int and 0 <= login.serial < _SERIALS_END)
        ):
            raise ValueError
        return login


class Stores:
    """Keyring and file as one store. Each change is whole or not there, whatever happens to the process.

    Whoever changes something holds the lock.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _own_folder()
        self._keyring_hangs = False

    @property
    def file(self) -> Path:
        """The file that is written where there is no keyring."""
        return self._folder / "sign_in.json"

    def load(self, key: str) -> tuple[Login | None, str]:
        """The sign-in of a key and the place that it was found in; raises SettingsError where the file is damaged."""
        found = [
            (login, place)
            for login, place in ((self._from_keyring(key), KEYRING), (self._read().get(key), str(self.file)))
            if login is not None
        ]
        return max(found, key=lambda one: one[0].serial, default=(None, ""))

    def save(self, key: str, login: Login) -> str:
        """Keep a sign-in in the place of an earlier one, which goes only when the new one is kept; gives the place.

        Raises DestinationError where it cannot be kept.
        """
        before, _ = self.load(key)
        # The copy in a keyring that is locked just now is not known: by the clock its number is lower all the same.
        login = replace(login, serial=max(before.serial + 1 if before else 1, int(time.time() * 1e6)))
        if self._to_keyring(key, login):
            if key in self._read():
                self._write({name: one for name, one in self._read().items() if name != key})
            return KEYRING
        self._write(self._read() | {key: login})
        # An older one in the keyring loses against the file's by its number.
        with contextlib.suppress(DestinationError):
            self._drop_from_keyring(key)
        return str(self.file)

    def remove(self, key: str) -> list[str]:
        """Forget a sign-in; gives the places that it was in.

        Raises DestinationError where a keyring fails, so that it is unknown whether it is in there yet; the file has it
        no more then.
        """
        places, failed = [], None
        try:
            if self._drop_from_keyring(key):
                places.append(KEYRING)
        except DestinationError as error:
            failed = error
        logins = self._read()
        if logins.pop(key, None) is not None:
            self._write(logins)
            places.append(str(self.file))
        if failed is not None:
            raise failed
        return places

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """One process at a time; raises DestinationError after `timeout` seconds. A killed process holds nothing."""
        import filelock

        self._make_folder()
        try:
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
        self._make_folder()
        document = {"version": 1, "logins": {key: asdict(login) for key, login in logins.items()}}
        beside = self._folder / "sign_in.json.new"
        try:
            # What a process left that was killed here; no other process writes while the lock is held.
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(document, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.file)
            _sync_folder(self._folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise self._unwritable(error) from None

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> DestinationError:
        return DestinationError(f"The sign-in cannot be kept in {self._folder}: {error.strerror}.", hint=_ELSEWHERE)

    def _from_keyring(self, key: str) -> Login | None:
        try:
            backend = self._backend()
            return Login.of(json.loads(self._ask(backend.get_password, SERVICE, key) or "null")) if backend else None
        except Exception:  # a keyring that fails, in whatever way of its own, is none, and so is a damaged copy
            return None

    def _to_keyring(self, key: str, login: Login) -> bool:
        text = json.dumps(asdict(login))
        try:
            backend = self._backend()
            if backend is None:
                return False
            self._ask(backend.set_password, SERVICE, key, text)
            # Some take everything and keep nothing.
            return bool(self._ask(backend.get_password, SERVICE, key) == text)
        except Exception:  # locked, out of reach, or a value too long for it
            return False

    def _drop_from_keyring(self, key: str) -> bool:
        """Was it there? Then it no longer is; raises DestinationError where the keyring fails."""
        with contextlib.suppress(Exception):  # locked, out of reach, or it lets nothing go
            backend = self._backend()
            if backend is None or self._ask(backend.get_password, SERVICE, key) is None:
                return False
            self._ask(backend.delete_password, SERVICE, key)
            if self._ask(backend.get_password, SERVICE, key) is None:
                return True
        raise DestinationError(
            f"The keyring failed and may still hold the sign-in; {SERVICE} keeps it nowhere else on this machine.",
            hint="Unlock it and run the command again, or delete what it has under the name "
            f"{SERVICE} with the system's own program for keyrings.",
        )

    def _backend(self) -> Any:
        """The keyring, or None where there is none; raises TimeoutError."""
        return self._ask(_find_backend)

    def _ask(self, call: Callable[..., Any], *arguments: str) -> Any:
        """What a call of the keyring gives; raises what it raises, and TimeoutError where it takes too long.

        One that does is not asked again: it may wait to be unlocked at a machine without a user.
        """
        if self._keyring_hangs:
            raise TimeoutError
        answer: Future[Any] = Future()

        def work() -> None:
            try:
                answer.set_result(call(*arguments))
            except BaseException as error:  # raised where it is waited for
                answer.set_exception(error)

        # The process's end does not wait for this thread.
        threading.Thread(target=work, name="keyring", daemon=True).start()
        try:
            return answer.result(KEYRING_TIMEOUT)
        except TimeoutError:
            self._keyring_hangs = True
            raise


class EnvironmentStore:
    """A refresh token that the environment gives. What Microsoft puts in its place lives as long as this process."""

    def __init__(self, refresh_token: str) -> None:
        now = time.time()
        self._given = refresh_token
        self._login = Login(refresh_token, "", now, now, now)

    @property
    def rotated(self) -> bool:
        """Has Microsoft given another refresh token, which the environment does not have?"""
        return self._login.refresh_token != self._given

    def load(self, key: str) -> tuple[Login, str]:
        """The sign-in."""
        return self._login, "MICROSOFT_ADS_REFRESH_TOKEN in the environment"

    def save(self, key: str, login: Login) -> str:
        """Keep it for this process."""
        self._login = login
        return self.load(key)[1]

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """No other process knows of it."""
        yield


def _own_folder() -> Path:
    from platformdirs import user_config_path

    return user_config_path(SERVICE, appauthor=False)


def _find_backend() -> Any:
    """The keyring, or None where there is none: without a desktop there often is not."""
    try:
        import keyring
        from keyring.backends import fail

        backend = keyring.get_keyring()
    except Exception:  # backends are found by entry points, and any of them may fail
        return None
    return None if isinstance(backend, fail.Keyring) else backend


def _sync_folder(folder: Path) -> None:
    """Make the new name last, where the system lets a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
