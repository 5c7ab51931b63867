"""The line of `check` about the credentials: where they come from, and until when they are good."""

from __future__ import annotations

from collections.abc import Mapping

from reverse_etl.core.check import CheckLine, Mark
from reverse_etl.core.errors import ReverseEtlError
from reverse_etl.core.sync import Sync
from reverse_etl.destinations.microsoft_ads.sign_in.sources import find_credentials

NAME = "credentials"


def credentials_line(sync: Sync, environ: Mapping[str, str]) -> CheckLine:
    """What gives a sync its access tokens. Nothing is renewed and nothing is sent."""
    try:
        access = find_credentials(sync.environment, environ)
    except ReverseEtlError as error:
        return CheckLine(sync.name, NAME, Mark.FAILED, error.message, error.hint or "Correct it.", exit_code=2)
    if access.credentials is None:
        return CheckLine(sync.name, NAME, Mark.FAILED, "missing", f"Needed: {access.wanted}.", exit_code=2)
    return CheckLine(sync.name, NAME, Mark.OK, _told(access.source, access.until, access.login is not None))


def _told(source: str, until: str, renews: bool) -> str:
    if source == "default":
        return "not needed here"
    if not renews:
        return f"an access token (from {source}); it is not renewed"
    end = f"an access token until {until}" if until else "no access token yet"
    return f"a sign-in (from {source}); {end}; a push renews it"
