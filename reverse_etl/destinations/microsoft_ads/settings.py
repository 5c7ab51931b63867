"""Settings of Microsoft Advertising: secrets from the environment, and an address that is checked before use."""

from __future__ import annotations

import re
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
_MICROSOFT = ".bingads.microsoft.com"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_ADDRESS = re.compile(r"[A-Za-z]+://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._/-]*)?", re.ASCII)


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
        # The local sandbox wants the headers, not what is in them; real secrets never go there.
        developer_token = "local" if local else environ["MICROSOFT_ADS_DEVELOPER_TOKEN"].strip()
        access_token = "local" if local else environ["MICROSOFT_ADS_ACCESS_TOKEN"].strip()
        for name, text in (
            ("MICROSOFT_ADS_DEVELOPER_TOKEN", developer_token),
            ("MICROSOFT_ADS_ACCESS_TOKEN", access_token),
            ("The account id", account_id),
            ("The customer id", customer_id),
        ):
            if not text.isprintable():
                raise SettingsError(
                    f"{name} holds a line break or another character that no such value has.",
                    hint="Look at how it is set; often a file has more in it than the value.",
                )
        return cls(
            environment=sync.environment,
            endpoint=_endpoint(sync.environment, environ.get("MICROSOFT_ADS_ENDPOINT", "").strip()),
            account_id=account_id,
            customer_id=customer_id,
            developer_token=developer_token,
            access_token=access_token,
        )


def account_of(sync: Sync, environ: Mapping[str, str]) -> str:
    """The account of a sync: the exposure's, else the environment variable's, else `local` in the environment local."""
    local = "local" if sync.environment is Environment.LOCAL else ""
    return sync.account_id or environ.get("MICROSOFT_ADS_ACCOUNT_ID", "").strip() or local


def is_loopback(endpoint: str) -> bool:
    """Does an address lead to this very machine?"""
    return (urlsplit(endpoint).hostname or "") in _LOOPBACK


def _endpoint(environment: Environment, given: str) -> str:
    if not given:
        return _HOSTS.get(environment, LOCAL_ADDRESS) + SERVICE_PATH
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("what is not an address") from None
    # One reader of addresses may see another host than the next where there are characters that no host has.
    if not _ADDRESS.fullmatch(given) or "@" in parts.netloc:
        raise _refused(f"{parts.scheme or 'no scheme'}://{host or 'no host'}")
    if host in _LOOPBACK and parts.scheme == "http":
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
    return given if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}{SERVICE_PATH}"


def _refused(where: str) -> SettingsError:
    return SettingsError(
        f"MICROSOFT_ADS_ENDPOINT leads to {where}, which is refused.",
        hint="Use http to 127.0.0.1 (the local sandbox) or https to a host under bingads.microsoft.com.",
    )
