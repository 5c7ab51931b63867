"""Send offline conversions from a dbt project to Microsoft Advertising."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reverse_etl.api import attribution as attribution
    from reverse_etl.api import check as check
    from reverse_etl.api import plan as plan
    from reverse_etl.api import push as push
    from reverse_etl.api import rejected as rejected
    from reverse_etl.api import status as status
    from reverse_etl.api import syncs as syncs

from reverse_etl.core.version import __version__ as __version__

__all__ = ["__version__", "attribution", "check", "plan", "push", "rejected", "status", "syncs"]


def __getattr__(name: str) -> Any:
    # The functions bring zeep with them, which `reverse-etl --help` must not wait for.
    if name in __all__:
        return getattr(import_module("reverse_etl.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
