"""Settings of Microsoft Advertising: secrets from the environment, and an address that is checked before use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from reverse_etl.errors import SettingsError
from reverse_etl.sync import Environment, Sync

SERVICE_PATH = "/Api/Advertiser/CampaignManagement/v13/CampaignManagementService.svc"
LOCAL_ADDRESS = "http://127.0.0.1:8765"
_HOSTS = {
    Environment.PRODUCTION: "https://campaign.api.bingads.microsoft.com",
    Environment.SANDBOX: "https://campaign.api.sandbox.bingads.microsoft.com",
}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class MicrosoftAdsSettings:
    """Where to call and as whom. Secrets do not show in `repr`."""

    environment: Environment
    endpoint: str
    account_id: str
    customer_id: str
    developer_token: str = field(repr=False)
    access_token: str = field(repr=False)

    @classmethod
    def load(cls, sync: Sync, environ: Mapping[str, str]) -> MicrosoftAdsSettings:
        """Settings of a sync from its exposure and the environment; raises SettingsError naming what is missing.

        The environment `local` needs none: the local sandbox takes any account.
        """
        local = sync.environment is Environment.LOCAL
        missing = (
            []
            if local
            else [
                name
                for name in ("MICROSOFT_ADS_DEVELOPER_TOKEN", "MICROSOFT_ADS_ACCESS_TOKEN")
                if not environ.get(name, "").strip()
            ]
        )
        account_id = account_of(sync, environ)
        customer_id = (
            sync.customer_id or environ.get("MICROSOFT_ADS_CUSTOMER_ID", "").strip() or ("local" if local else "")
        )
        if not account_id:
            missing.append("MICROSOFT_ADS_ACCOUNT_ID (or account_id in the exposure)")
        if not customer_id:
            missing.append("MICROSOFT_ADS_CUSTOMER_ID (or customer_id in the exposure)")
        if missing:
            raise SettingsError(
                f"Environment {sync.environment.value} needs settings that are not there: {', '.join(missing)}.",
                hint="Set them as environment variables. Secrets are read from nowhere else.",
            )
        return cls(
            environment=sync.environment,
            endpoint=_endpoint(sync.environment, environ.get("MICROSOFT_ADS_ENDPOINT", "").strip()),
            account_id=account_id,
            customer_id=customer_id,
            # The local sandbox wants the headers, not what is in them; real secrets never go there.
            developer_token="local" if local else environ["MICROSOFT_ADS_DEVELOPER_TOKEN"].strip(),
            access_token="local" if local else environ["MICROSOFT_ADS_ACCESS_TOKEN"].strip(),
        )


def account_of(sync: Sync, environ: Mapping[str, str]) -> str:
    """The account of a sync: the exposure's, else the environment variable's, else `local` in the environment local."""
    local = "local" if sync.environment is Environment.LOCAL else ""
    return sync.account_id or environ.get("MICROSOFT_ADS_ACCOUNT_ID", "").strip() or local


def _endpoint(environment: Environment, given: str) -> str:
    if not given:
        return _HOSTS.get(environment, LOCAL_ADDRESS) + SERVICE_PATH
    parts = urlsplit(given)
    host = (parts.hostname or "").lower()
    loopback = host in _LOOPBACK
    microsoft = parts.scheme == "https" and host.endswith(".bingads.microsoft.com") and not parts.username
    if not (microsoft or (loopback and parts.scheme == "http" and not parts.username)):
        raise SettingsError(
            f"MICROSOFT_ADS_ENDPOINT leads to {parts.scheme or 'no scheme'}://{host or 'no host'}, which is refused.",
            hint="Use http to 127.0.0.1 (the local sandbox) or https to a host under bingads.microsoft.com.",
        )
    if loopback != (environment is Environment.LOCAL):
        raise SettingsError(
            f"MICROSOFT_ADS_ENDPOINT leads to {host}, but the sync's environment is {environment.value}.",
            hint="The environment local goes to loopback, the others to Microsoft: unset the variable or change one.",
        )
    return given if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}{SERVICE_PATH}"
