"""The kinds of destinations by the name that an exposure has for them. A new one is a line here."""

import importlib

from reverse_etl.core.ports import DestinationKind

# Where the class of each stands; it is loaded when a sync asks for it.
KINDS = {"microsoft_ads": "reverse_etl.destinations.microsoft_ads.kind:MicrosoftAdsKind"}


def kind_of(name: str) -> DestinationKind:
    """The kind of that name, which is one of KINDS."""
    module, _, class_name = KINDS[name].partition(":")
    kind: DestinationKind = getattr(importlib.import_module(module), class_name)()
    return kind
