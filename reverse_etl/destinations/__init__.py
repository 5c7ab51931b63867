"""The kinds of destinations, each in a folder of its own. What is common to all stands in `core/ports.py`."""

from __future__ import annotations

from collections.abc import Callable

from reverse_etl.core.ports import DestinationKind


def _microsoft_ads() -> DestinationKind:
    from reverse_etl.destinations.microsoft_ads.kind import MicrosoftAdsKind

    return MicrosoftAdsKind()


# By the name that an exposure has for it, each loaded when it is asked for.
KINDS: dict[str, Callable[[], DestinationKind]] = {"microsoft_ads": _microsoft_ads}


def kind_of(name: str) -> DestinationKind:
    """The kind of that name, which an exposure was allowed to have."""
    return KINDS[name]()
