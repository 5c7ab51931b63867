"""Microsoft Advertising as a kind of destination: what is known without credentials, and how one is opened."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from reverse_etl.core import clocks
from reverse_etl.core.check import CheckLine, Mark, failed, found
from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.core.pace import Patience
from reverse_etl.core.ports import Recorder
from reverse_etl.core.sync import Environment, Sync
from reverse_etl.destinations.microsoft_ads import codes
from reverse_etl.destinations.microsoft_ads.answering import check_service, local_sandbox_notes
from reverse_etl.destinations.microsoft_ads.destination import MicrosoftAds
from reverse_etl.destinations.microsoft_ads.recording import Recording
from reverse_etl.destinations.microsoft_ads.settings import (
    PATHS,
    SWITCH_HINT,
    MicrosoftAdsSettings,
    Setting,
    account_of,
    find_endpoint,
    find_settings,
    soap_warning,
    spoken,
)
from reverse_etl.destinations.microsoft_ads.sign_in.tokens import credentials_line


class MicrosoftAdsKind:
    """The DestinationKind port for Microsoft Advertising."""

    # By Microsoft's pages of ApplyOfflineConversions, August 2026.
    max_age_days = 90

    account_of = staticmethod(account_of)
    advice = staticmethod(codes.advice)
    goes_at = staticmethod(codes.goes_at)
    explain = staticmethod(codes.explain)

    def open(
        self,
        sync: Sync,
        environ: Mapping[str, str],
        *,
        note: Callable[[str], None] = lambda _: None,
        patience: Patience | None = None,
        recorder: Recorder | None = None,
        today: date | None = None,
    ) -> MicrosoftAds:
        """The service for a sync; raises SettingsError naming what is missing.

        `today`: the day (UTC) that decides the protocol where the exposure does not; left out, this machine's.
        """
        settings = MicrosoftAdsSettings.load(sync, environ, today)
        recording = recorder if isinstance(recorder, Recording) else None
        return MicrosoftAds(settings, note=note, patience=patience, recording=recording)

    def recorder(self, folder: Path, note: Callable[[str], None]) -> Recorder:
        """What keeps each call in a new folder."""
        return Recording(folder, note)

    def notice(self, sync: Sync, today: date) -> tuple[str, str]:
        """That SOAP ends, to a sync that speaks it."""
        warning = soap_warning(sync, today)
        return warning, SWITCH_HINT if warning else ""

    def declared(self, sync: Sync, today: date) -> Mapping[str, str]:
        """The protocol that a sync speaks on a day (UTC)."""
        return {"protocol": spoken(sync, today).value}

    def settings(self, sync: Sync, environ: Mapping[str, str], today: date) -> Iterator[CheckLine]:
        """Ids, developer token, credentials and address, each with where it comes from."""
        for setting in find_settings(sync, environ).values():
            # Where each row names its account, none is set.
            if setting.name != "account_id" or not sync.account_column:
                yield _setting_line(setting, sync.name)
        yield credentials_line(sync, environ)
        try:
            protocol = spoken(sync, today)
            endpoint = find_endpoint(sync, environ, protocol)
            # The path is the service's own; people look at the host.
            yield _setting_line(replace(endpoint, value=endpoint.value.removesuffix(PATHS[protocol])), sync.name)
        except ReverseEtlError as error:
            yield failed("endpoint", error, subject=sync.name)

    def check_account(self, sync: Sync, environ: Mapping[str, str]) -> None:
        """Raise SettingsError where the account of a sync is no number."""
        find_settings(sync, environ)["account_id"].check()

    def answers(self, sync: Sync, environ: Mapping[str, str], today: date, accepted: int) -> Iterator[CheckLine]:
        """Does the address answer: the local sandbox with its books, Microsoft's service without credentials."""
        try:
            endpoint = find_endpoint(sync, environ, spoken(sync, today)).value
        except ReverseEtlError:
            # It has a line of its own among the settings.
            return
        try:
            if sync.environment is Environment.LOCAL:
                see, notes = "See `reverse-etl status`.", local_sandbox_notes(endpoint, accepted)
                yield from (found("destination", note, see, subject=sync.label) for note in notes)
                yield found("destination", "the local sandbox answers", subject=sync.label)
            else:
                host, ahead = check_service(endpoint)
                if warning := clocks.warning(f"{host}'s", ahead):
                    yield found("clock", warning, clocks.HINT, subject=sync.label)
                yield found("destination", f"{host} answers", subject=sync.label)
        except ReverseEtlError as error:
            yield failed("destination", error, subject=sync.label)


def _setting_line(setting: Setting, subject: str) -> CheckLine:
    try:
        setting.check()
    except ReverseEtlError as error:
        return failed(setting.name, error, subject=subject)
    if not setting.value:
        return CheckLine(subject, setting.name, Mark.FAILED, "missing", f"Set {setting.wanted}.", exit_code=2)
    source = "by default" if setting.source == "default" else f"from {setting.source}"
    if setting.secret:
        text = f"set ({source})" if setting.source != "default" else "not needed here"
        return CheckLine(subject, setting.name, Mark.OK, text)
    return CheckLine(subject, setting.name, Mark.OK, f"{setting.value} ({source})")
