"""As whom to sign in: the app, the tenant and the environment, and the two addresses that belong to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Environment
from reverse_etl.destinations.microsoft_ads.values import check_printable, is_loopback

CLIENT_ID = "MICROSOFT_ADS_CLIENT_ID"
CLIENT_SECRET = "MICROSOFT_ADS_CLIENT_SECRET"  # noqa: S105 - its name
TENANT = "MICROSOFT_ADS_TENANT"
LOGIN_ENDPOINT = "MICROSOFT_ADS_LOGIN_ENDPOINT"
# Work and personal accounts alike.
ANY_TENANT = "common"
_MICROSOFT = "https://login.microsoftonline.com"
_RESOURCES = {
    Environment.PRODUCTION: "https://ads.microsoft.com/msads.manage",
    Environment.SANDBOX: "https://si.ads.microsoft.com/msads.manage",
    Environment.LOCAL: "https://ads.microsoft.com/msads.manage",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}", re.ASCII)
_ADDRESS = re.compile(r"http://[A-Za-z0-9.:\[\]-]+/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identity:
    """The app that signs in. `client_secret` is empty for a public client. `origin`: scheme, host and port."""

    environment: Environment
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    origin: str

    @property
    def key(self) -> str:
        """What tells its sign-in from others in a store."""
        return f"{self.environment.value}/{self.tenant}/{self.client_id}"

    @property
    def scope(self) -> str:
        """What is asked for; `profile` brings the user's name for `login --status`."""
        return f"openid profile offline_access {_RESOURCES[self.environment]}"

    def address(self, what: str) -> str:
        """Where a person signs in (`authorize`), or where tokens are given out (`token`)."""
        return f"{self.origin}/{self.tenant}/oauth2/v2.0/{what}"

    @property
    def command(self) -> str:
        """What signs in, as it is typed."""
        more = "" if self.environment is Environment.PRODUCTION else f" --environment {self.environment.value}"
        return f"reverse-etl login{more}"

    @classmethod
    def of(cls, environment: Environment, environ: Mapping[str, str]) -> Identity:
        """Read it from the environment; raises SettingsError for what is missing or cannot be."""
        found = {name: environ.get(name, "").strip() for name in (CLIENT_ID, TENANT, CLIENT_SECRET)}
        origin = _origin(environment, environ.get(LOGIN_ENDPOINT, "").strip())
        if not found[CLIENT_ID]:
            raise SettingsError(
                f"{CLIENT_ID} is not set: the id of the app that you registered at Microsoft.",
                hint="docs/signing-in.md tells how to register one.",
            )
        tenant = found[TENANT] or ANY_TENANT
        for name, value in ((CLIENT_ID, found[CLIENT_ID]), (TENANT, tenant)):
            if not _NAME.fullmatch(value):
                raise SettingsError(
                    f"{name} has characters that no such value has.",
                    hint="It is an id like 01234567-89ab-..., or a name.",
                )
        check_printable(CLIENT_SECRET, found[CLIENT_SECRET])
        return cls(environment, tenant, found[CLIENT_ID], found[CLIENT_SECRET], origin)


def signs_in(environment: Environment, environ: Mapping[str, str]) -> bool:
    """Does this environment need an access token? `local` does only where its sign-in is to be tried, too."""
    return environment is not Environment.LOCAL or bool(environ.get(LOGIN_ENDPOINT, "").strip())


def _origin(environment: Environment, given: str) -> str:
    if environment is not Environment.LOCAL:
        if given:
            raise SettingsError(
                f"{LOGIN_ENDPOINT} is set, and only the environment local may sign in elsewhere than at Microsoft.",
                hint="Unset it, or sign in for the environment local.",
            )
        return _MICROSOFT
    if not given:
        raise SettingsError(
            "The environment local needs no sign-in.",
            hint=f"To try one against the local sandbox, set {LOGIN_ENDPOINT}=http://127.0.0.1:8765",
        )
    try:
        parts = urlsplit(given)
        fits = bool(_ADDRESS.fullmatch(given)) and is_loopback(given) and parts.port is not None
    except ValueError:
        fits = False
    if not fits:
        raise SettingsError(
            f"{LOGIN_ENDPOINT} does not lead to this machine.", hint="Use http to 127.0.0.1 and a port."
        )
    return f"http://{parts.netloc}"
