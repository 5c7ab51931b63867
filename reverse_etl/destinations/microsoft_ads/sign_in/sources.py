"""Where the access token of a sync comes from: the environment first, then what `reverse-etl login` has kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reverse_etl.core.check import CheckLine, Mark
from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.destinations.microsoft_ads.sign_in.identity import CLIENT_ID, Identity, signs_in
from reverse_etl.destinations.microsoft_ads.sign_in.stores import EnvironmentStore, FileStore, Login
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import Credentials, FixedToken, RenewingTokens
from reverse_etl.destinations.microsoft_ads.values import check_printable

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
