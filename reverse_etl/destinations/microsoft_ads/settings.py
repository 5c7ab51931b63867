"""Settings of Microsoft Advertising: secrets from the environment, the protocol, and an address that may be called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlsplit

from reverse_etl.core import clocks
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Environment, Sync, WireProtocol
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import Credentials, find_credentials
from reverse_etl.destinations.microsoft_ads.values import LOOPBACK, check_printable

SERVICE_PATH = "/Api/Advertiser/CampaignManagement/v13/CampaignManagementService.svc"
# What every operation's own path begins with.
REST_PATH = "/CampaignManagement/v13"
PATHS = {WireProtocol.SOAP: SERVICE_PATH, WireProtocol.REST: REST_PATH}
LOCAL_ADDRESS = "http://127.0.0.1:8765"
_HOSTS = {
    Environment.PRODUCTION: "https://campaign.api.bingads.microsoft.com",
    Environment.SANDBOX: "https://campaign.api.sandbox.bingads.microsoft.com",
}
# The day from which Microsoft no longer promises SOAP (UTC); its announcement of 2026-09-30.
SOAP_ENDS = date(2027, 1, 31)
# How long before that day a push by SOAP says so.
WARN_BEFORE = timedelta(days=90)
SWITCH_HINT = "Set `protocol: rest` in the exposure: nothing is sent again."
_MICROSOFT = ".bingads.microsoft.com"
# Microsoft's ids are 64 bits. With a zero before it, an account would have two ledgers.
_NUMBER = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z]+://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._/-]*)?", re.ASCII)


def spoken(sync: Sync, today: date) -> WireProtocol:
    """What a sync speaks on a day (UTC): what its exposure says, else SOAP until its end and REST from that day on."""
    if sync.protocol is not None:
        return sync.protocol
    return WireProtocol.SOAP if today < SOAP_ENDS else WireProtocol.REST


def soap_warning(sync: Sync, today: date) -> str:
    """What to tell a sync that speaks SOAP in the last days of SOAP or after them; nothing where there is no need."""
    if spoken(sync, today) is not WireProtocol.SOAP or today < SOAP_ENDS - WARN_BEFORE:
        return ""
    return f"SOAP {'ends' if today < SOAP_ENDS else 'was to end'} on {SOAP_ENDS}, and this sync speaks it."


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it was found: its value, which may be a secret, and where it comes from.

    `source`: "the exposure", "NAME in the environment", "default", or empty where the setting is missing. `variable`:
    the environment variable that may hold it.
    `secret`: it must never be shown, and no exposure may say it. `is_id`: it must be a number.
    """

    name: str
    value: str = field(repr=False)
    source: str
    variable: str
    secret: bool = False
    is_id: bool = False

    @property
    def wanted(self) -> str:
        """What to set, for messages."""
        return self.variable if self.secret else f"{self.variable} (or {self.name} in the exposure)"

    def check(self) -> None:
        """Raise SettingsError where the value cannot be one."""
        words = self.name.replace("_", " ")
        check_printable(self.variable if self.secret else f"The {words}", self.value)
        if self.value and self.is_id and not _NUMBER.fullmatch(self.value):
            raise SettingsError(
                f"The {words} {self.value!r} is none: it is a whole number.",
                hint="Microsoft Advertising shows it in the address of the account's page, as aid (account) or cid "
                "(customer). The account's number with letters, like X1234567, is another.",
            )


def find_settings(sync: Sync, environ: Mapping[str, str]) -> dict[str, Setting]:
    """Account, customer and developer token: the exposure goes first, then the environment, then what `local` needs.

    The environment `local` needs none: the local sandbox wants the headers, not what is in them. Real secrets never
    go there.
    """
    local = sync.environment is Environment.LOCAL
    found = {}
    for name, variable, declared in (
        ("account_id", "MICROSOFT_ADS_ACCOUNT_ID", sync.account_id),
        ("customer_id", "MICROSOFT_ADS_CUSTOMER_ID", sync.customer_id),
        ("developer_token", "MICROSOFT_ADS_DEVELOPER_TOKEN", ""),
    ):
        secret = name == "developer_token"
        value, source = declared, "the exposure"
        if not value and not (local and secret):
            value, source = environ.get(variable, "").strip(), f"{variable} in the environment"
        if not value:
            value, source = ("local", "default") if local else ("", "")
        # The local sandbox takes any id; what rows name is judged as it will be in production.
        is_id = not secret and not (local and not (name == "account_id" and sync.account_column))
        found[name] = Setting(name, value, source, variable, secret, is_id)
    return found


@dataclass(frozen=True, slots=True)
class MicrosoftAdsSettings:
    """Where to call, by which protocol, and as whom. Secrets do not show in `repr`.

    `endpoint`: by SOAP the address of the service, by REST what the paths of its operations are put behind.
    """

    environment: Environment
    protocol: WireProtocol
    endpoint: str
    account_id: str
    customer_id: str
    developer_token: str = field(repr=False)
    credentials: Credentials = field(repr=False)

    @classmethod
    def load(cls, sync: Sync, environ: Mapping[str, str], today: date | None = None) -> MicrosoftAdsSettings:
        """Settings of a sync from its exposure and the environment; raises SettingsError naming what is missing.

        `today`: the day (UTC) that decides the protocol where the exposure does not; left out, this machine's.
        """
        found = find_settings(sync, environ)
        access = find_credentials(sync.environment, environ)
        missing = [setting.wanted for setting in found.values() if not setting.value]
        if missing or access.credentials is None:
            needed = ", ".join([*missing, *([access.wanted] if access.credentials is None else [])])
            raise SettingsError(
                f"Environment {sync.environment.value} needs what is not there: {needed}.",
                hint="Settings are environment variables, and a sign-in is what `reverse-etl login` keeps.",
            )
        for setting in found.values():
            setting.check()
        protocol = spoken(sync, today or clocks.now().date())
        return cls(
            environment=sync.environment,
            protocol=protocol,
            endpoint=find_endpoint(sync, environ, protocol).value,
            credentials=access.credentials,
            **{name: setting.value for name, setting in found.items()},
        )


def account_of(sync: Sync, environ: Mapping[str, str]) -> str:
    """The account of a sync: the exposure's, else the environment variable's, else `local` in the environment local."""
    return find_settings(sync, environ)["account_id"].value


def find_endpoint(sync: Sync, environ: Mapping[str, str], protocol: WireProtocol) -> Setting:
    """The address to call by a protocol; raises SettingsError where it may not be called."""
    variable = "MICROSOFT_ADS_ENDPOINT"
    given = environ.get(variable, "").strip()
    source = f"{variable} in the environment" if given else "default"
    return Setting("endpoint", _endpoint(sync.environment, given, protocol), source, variable)


def _endpoint(environment: Environment, given: str, protocol: WireProtocol) -> str:
    if not given:
        return _HOSTS.get(environment, LOCAL_ADDRESS) + PATHS[protocol]
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("what is not an address") from None
    # One reader of addresses may see another host than the next where there are characters that no host has.
    if not _ADDRESS.fullmatch(given) or "@" in parts.netloc:
        raise _refused(f"{parts.scheme or 'no scheme'}://{host or 'no host'}")
    if host in LOOPBACK and parts.scheme == "http":
        leads_to = Environment.LOCAL
    elif host.endswith(_MICROSOFT) and parts.scheme == "https":
        leads_to = Environment.SANDBOX if host.endswith(f".sandbox{_MICROSOFT}") else Environment.PRODUCTION
    else:
        raise _refused(f"{parts.scheme or 'no scheme'}://{host or 'no host'}")
    if leads_to is not environment:
        raise SettingsError(
            f"MICROSOFT_ADS_ENDPOINT leads to {host}, but the sync's environment is {environment.value}.",
            hint="The environment local goes to loopback, sandbox to a host under sandbox.bingads.microsoft.com, "
            "production to another under bingads.microsoft.com: unset the variable or change one.",
        )
    path = parts.path.rstrip("/")
    if path in PATHS.values() and path != PATHS[protocol]:
        raise SettingsError(
            f"MICROSOFT_ADS_ENDPOINT has the path of another protocol than {protocol.value}, which this sync speaks.",
            hint=f"Leave the path out ({parts.scheme}://{parts.netloc}): each protocol has its own. "
            "Or set protocol in the exposure.",
        )
    return given if path else f"{parts.scheme}://{parts.netloc}{PATHS[protocol]}"


def _refused(where: str) -> SettingsError:
    return SettingsError(
        f"MICROSOFT_ADS_ENDPOINT leads to {where}, which is refused.",
        hint="Use http to 127.0.0.1 (the local sandbox) or https to a host under bingads.microsoft.com.",
    )
