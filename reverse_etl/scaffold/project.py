"""What `init` reads of the user's dbt project: dbt_project.yml, without loading dbt."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.folders import where_else


@dataclass(frozen=True, slots=True)
class DbtProject:
    """A dbt project as its dbt_project.yml says it."""

    folder: Path
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The project's name."""
        return str(self.settings.get("name", ""))

    def paths(self, key: str, *default: str) -> tuple[Path, ...]:
        """The absolute paths of a setting; those with Jinja, which only dbt can render, are left out."""
        value = self.settings.get(key)
        listed = default if value is None else value if isinstance(value, list) else [value]
        return tuple(Path(os.path.normpath(self.folder / str(one))) for one in listed if "{" not in str(one))

    def relative(self, path: Path) -> str:
        """A path as it is written in the project's files and in messages."""
        return Path(os.path.relpath(path, self.folder)).as_posix()


def read_project(folder: Path) -> DbtProject:
    """The dbt project of a folder; raises SettingsError where there is none, or it cannot be read."""
    file = folder / "dbt_project.yml"
    if not file.is_file():
        raise SettingsError(
            f"There is no dbt project in {folder.resolve()}: dbt_project.yml is missing.", hint=where_else(folder)
        )
    hint = "Run `dbt parse` to see it with dbt's own output."
    try:
        settings = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        problem = " ".join(str(error).split())
        raise SettingsError(f"{file} cannot be read: {problem}.", hint=hint) from error
    if not isinstance(settings, dict):
        raise SettingsError(f"{file} does not hold settings.", hint=hint)
    return DbtProject(folder.resolve(), settings)
