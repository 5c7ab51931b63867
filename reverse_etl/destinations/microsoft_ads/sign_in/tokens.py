"""Access tokens: where they come from, when they are renewed, and a call made again where its token had expired."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from reverse_etl.core.check import CheckLine, Mark
from reverse_etl.core.errors import DestinationError, ReverseEtlError, SettingsError
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.destinations.microsoft_ads.codes import find
from reverse_etl.destinations.microsoft_ads.sign_in.identity import CLIENT_ID, Identity, signs_in
from reverse_etl.destinations.microsoft_ads.sign_in.protocol import LONGEST_EXCHANGE, SignInError, renew
from reverse_etl.destinations.microsoft_ads.sign_in.stores import EnvironmentStore, FileStore, Login
from reverse_etl.destinations.microsoft_ads.values import check_printable
from reverse_etl.destinations.microsoft_ads.wire.port import Faulted, Reply, ServiceError, Withheld, without_secrets

# Microsoft's code for an access token that has expired, and REST's status for a token that is not taken, where nothing
# more can be read: either way the call was turned away before it was processed.
_EXPIRED = ("AuthenticationTokenExpired", "HTTP 401")
# Seconds that a renewal takes at most; no try starts when only the time of one exchange is left.
RENEWAL = 60.0


@dataclass(frozen=True, slots=True)
class FixedToken:
    """One access token that somebody set; it cannot be renewed."""

    value: str = field(repr=False)
    # Seconds of a call that may pass before it leaves with a token that is good.
    allowance: float = 0.0

    def token(self) -> str:
        """The token."""
        return self.value

    def renew(self, expired: str) -> str | None:
        """Nothing: where it came from, nothing comes again."""


class RenewingTokens:
    """The tokens of one identity, for all workers of a process; other processes are kept out while it renews."""

    # A renewal, and a first answer.
    allowance = RENEWAL + 30.0

    def __init__(self, identity: Identity, store: FileStore | EnvironmentStore) -> None:
        self._identity = identity
        self._store = store
        self._guard = threading.Lock()
        self._current: Login | None = None
        self._failed: DestinationError | None = None

    def __repr__(self) -> str:
        return f"RenewingTokens({self._identity.key})"

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
        except SignInError as error:
            self._failed = error
            if isinstance(self._store, EnvironmentStore) and not error.again:
                # A sign-in that is kept would not be looked at.
                hint = f"Give {REFRESH_TOKEN} a new token; or unset it, and sign in: {self._identity.command}"
                self._failed = SignInError(error.message, hint=hint, number=error.number)
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
            fresh = replace(
                granted,
                refresh_token=granted.refresh_token or kept.refresh_token,
                signed_in_at=kept.signed_in_at,
                who=granted.who or kept.who,
            )
            # Until this returns, the store has the old refresh token, which Microsoft still takes.
            self._store.save(self._identity.key, fresh)
            return fresh

    def _kept(self) -> Login:
        login = self._store.load(self._identity.key)
        if login is None:
            raise DestinationError("There is no sign-in any more.", hint=f"Sign in again: {self._identity.command}")
        return login


# What gives access tokens, to several threads at once. Its `repr` shows no secret.
Credentials = FixedToken | RenewingTokens


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


ACCESS_TOKEN = "MICROSOFT_ADS_ACCESS_TOKEN"  # noqa: S105 - its name
REFRESH_TOKEN = "MICROSOFT_ADS_REFRESH_TOKEN"  # noqa: S105 - its name


@dataclass(frozen=True, slots=True)
class Access:
    """What gives access tokens, and where it comes from in words; `credentials` is None where nothing does.

    `wanted`: what to do then, for messages. `login`: the sign-in, where one was found.
    """

    credentials: Credentials | None = field(repr=False)
    source: str = ""
    wanted: str = ""
    login: Login | None = None

    @property
    def until(self) -> str:
        """The end of the access token at hand, UTC text; empty where it is unknown or there is none yet."""
        return utc(self.login.expires_at) if self.login is not None and self.login.access_token else ""


def find_credentials(environment: Environment, environ: Mapping[str, str]) -> Access:
    """Look for credentials; nothing is renewed, and nothing is sent.

    The environment `local` gets none that are real, unless its sign-in leads to this machine. Raises SettingsError for
    a value that cannot be one.
    """
    if not signs_in(environment, environ):
        return Access(FixedToken("local"), "default")
    given = environ.get(ACCESS_TOKEN, "").strip()
    if given and environment is not Environment.LOCAL:
        check_printable(ACCESS_TOKEN, given)
        return Access(FixedToken(given), f"{ACCESS_TOKEN} in the environment")
    refresh = environ.get(REFRESH_TOKEN, "").strip()
    if not environ.get(CLIENT_ID, "").strip():
        app = f"{CLIENT_ID}, the app that {REFRESH_TOKEN} was given to"
        return Access(None, wanted=app if refresh else f"{ACCESS_TOKEN} (or {CLIENT_ID} and `reverse-etl login`)")
    identity = Identity.of(environment, environ)
    if refresh:
        check_printable(REFRESH_TOKEN, refresh)
        store = EnvironmentStore(refresh)
        return Access(RenewingTokens(identity, store), f"{REFRESH_TOKEN} in the environment", login=store.load(""))
    file = FileStore()
    login = file.load(identity.key)
    if login is None:
        return Access(None, wanted=f"a sign-in of this app and tenant (`{identity.command}`)")
    return Access(RenewingTokens(identity, file), str(file.file), login=login)


def credentials_line(sync: Sync, environ: Mapping[str, str]) -> CheckLine:
    """The line of `check` about the credentials of a sync. Nothing is renewed and nothing is sent."""
    name = "credentials"
    try:
        access = find_credentials(sync.environment, environ)
    except ReverseEtlError as error:
        return CheckLine(sync.name, name, Mark.FAILED, error.message, error.hint or "Correct it.", exit_code=2)
    if access.credentials is None:
        return CheckLine(sync.name, name, Mark.FAILED, "missing", f"Needed: {access.wanted}.", exit_code=2)
    if access.source == "default":
        text = "not needed here"
    elif access.login is None:
        text = f"an access token (from {access.source}); it is not renewed"
    else:
        end = f"an access token until {access.until}" if access.until else "no access token yet"
        text = f"a sign-in (from {access.source}); {end}; a push renews it"
    return CheckLine(sync.name, name, Mark.OK, text)


def utc(seconds: float) -> str:
    """A time since 1970 as UTC text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
