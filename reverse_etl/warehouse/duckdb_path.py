"""What the path of a DuckDB profile leads to: a file, memory, or a service."""

import re
from pathlib import Path

from reverse_etl.core.errors import SettingsError

# What a path begins with that is not only a file: `md:`, `ducklake:postgres:`, `https:`. One letter is a drive.
_KIND = re.compile(r"(?:[A-Za-z]\w+:)+")


def shown(path: str) -> str:
    """The path without secrets, which may stand behind a question mark or tell DuckLake of its catalog's server."""
    path = path.partition("?")[0]
    kind = _KIND.match(path)
    return kind[0] if kind and re.search("[=@]", path) else path


def check(path: str) -> None:
    """Raise SettingsError for a missing file, before the engine would make an empty one."""
    if path.startswith(":memory:") or _KIND.match(path) or Path(path).exists():
        return
    raise SettingsError(
        f"There is no DuckDB file {Path(path).absolute()}.",
        hint="A relative path in profiles.yml is taken from the folder that you are in. If it is the right one, "
        "run `dbt build` first.",
    )
