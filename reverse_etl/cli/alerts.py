"""Alerts to a webhook, posted at the end of a command; one that does not arrive is said, and changes nothing."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
import typer

from reverse_etl.cli.console import echo
from reverse_etl.core.alert import Alert, of_error
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Sync
from reverse_etl.report.alert import FORMS

ADDRESS, FORM = "REVERSE_ETL_WEBHOOK", "REVERSE_ETL_WEBHOOK_FORMAT"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Seconds: to connect, and for an answer; and between the tries.
_TIMEOUTS = 5.0, 10.0
_WAITS = 1.0, 3.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where alerts go, and in which form. The whole address is a secret: neither a host nor an error of it is shown."""

    address: str = field(repr=False)
    form: str

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Webhook | None:
        """The webhook of the environment, None where there is none; raises SettingsError where it may not be used."""
        address, form = environ.get(ADDRESS, "").strip(), environ.get(FORM, "").strip() or "json"
        if not address:
            return None
        if form not in FORMS:
            raise SettingsError(f"{FORM} is none of {', '.join(FORMS)}.", hint="Set it to one, or leave it out: json.")
        if not _may_be_used(address):
            raise SettingsError(
                f"{ADDRESS} is no address that alerts may go to.",
                hint="Use https to any host, or http to this machine (127.0.0.1).",
            )
        return cls(address, form)

    def post(self, alert: Alert) -> str:
        """Post an alert, and again where that may help; gives why it did not arrive, blank where it did."""
        document, why = FORMS[self.form](alert), ""
        # It logs the path of each address.
        log = logging.getLogger("urllib3.connectionpool")
        before, log.disabled = log.disabled, True
        try:
            for wait in (0.0, *_WAITS):
                time.sleep(wait)
                why, final = self._try(document)
                if final:
                    break
        finally:
            log.disabled = before
        return why

    def _try(self, document: Mapping[str, object]) -> tuple[str, bool]:
        """Why a document did not arrive, and whether that is final."""
        try:
            with requests.Session() as session:
                # Proxies may be set by the environment, credentials for the host (.netrc) must not be.
                session.auth = lambda request: request
                session.trust_env = urlsplit(self.address).scheme == "https"
                # Not followed: a redirect would lead elsewhere. The content of the answer is not read.
                answer = session.post(
                    self.address, json=document, timeout=_TIMEOUTS, allow_redirects=False, stream=True
                )
                code = answer.status_code
                return f"it answered HTTP {code}" if code >= 300 else "", code < 500 and code not in (408, 429)
        except Exception as error:
            # Its text would name the address.
            return type(error).__name__, False


def _may_be_used(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))


class Alerts:
    """The alerts of a command so far."""

    def __init__(self, command: str) -> None:
        self._command = command
        self._watched: Exception | None = None
        self.found: list[Alert] = []

    def add(self, alert: Alert | None) -> None:
        """Keep an alert, where there is one, until the end."""
        self.found += [alert] if alert else []

    @contextlib.contextmanager
    def watch(self, sync: Sync | None = None) -> Iterator[None]:
        """Make an alert of what ends the block, of the innermost block that it ends."""
        try:
            yield
        except typer.Exit:
            raise
        except Exception as error:
            if error is not self._watched:
                self._watched = error
                self.add(of_error(self._command, sync, error))
            raise


@contextlib.contextmanager
def alerting(command: str) -> Iterator[Alerts]:
    """Post the alerts of a command at the end of the block, where the environment has a webhook.

    Raises SettingsError where it may not be used.
    """
    webhook = Webhook.find(os.environ)
    alerts = Alerts(command)
    try:
        with alerts.watch():
            yield alerts
    finally:
        for why in map(webhook.post, alerts.found) if webhook else ():
            if why:
                echo(f"Warning: The alert did not reach the webhook of {ADDRESS}: {why}.", err=True)
