"""What `init` reads of the user's dbt project: dbt_project.yml, without loading dbt."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import jinja2.sandbox
import yaml

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.folders import where_else

# The keys of dbt_project.yml that name folders which dbt searches, with dbt's defaults.
SEARCHED = {
    "model-paths": ["models"],
    "macro-paths": ["macros"],
    "seed-paths": ["seeds"],
    "snapshot-paths": ["snapshots"],
    "analysis-paths": ["analyses"],
    "test-paths": ["tests"],
    "function-paths": ["functions"],
    "docs-paths": [],
    "asset-paths": [],
}
# Where YAML files may declare models and exposures.
PROPERTIES = ("model-paths", "seed-paths", "snapshot-paths", "analysis-paths")


@dataclass(frozen=True, slots=True)
class DbtProject:
    """A dbt project as its dbt_project.yml says it. Paths are absolute."""

    folder: Path
    name: str
    profile: str
    searched: Mapping[str, tuple[Path, ...]]
    clean_targets: tuple[Path, ...]
    install_path: Path
    models: Mapping[str, Any]
    dbt_versions: tuple[str, ...]

    def all_searched(self) -> Iterator[tuple[str, Path]]:
        """Each searched folder with the key that names it."""
        for key, paths in self.searched.items():
            for path in paths:
                yield key, path

    def relative(self, path: Path) -> str:
        """A path as it is written in the project's files and in messages."""
        return Path(os.path.relpath(path, self.folder)).as_posix()


def read_project(folder: Path, environment: Mapping[str, str]) -> DbtProject:
    """The dbt project of a folder; raises SettingsError where there is none, or it cannot be read."""
    file = folder / "dbt_project.yml"
    if not file.is_file():
        raise SettingsError(
            f"There is no dbt project in {folder.resolve()}: dbt_project.yml is missing.", hint=where_else(folder)
        )
    try:
        settings = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(
            f"{file} cannot be read: {first_line(error)}", hint="Run `dbt parse` to see it with dbt's own output."
        ) from error
    if not isinstance(settings, dict):
        raise SettingsError(f"{file} does not hold settings.", hint="Run `dbt parse` to see it with dbt's own output.")
    return _project(folder.resolve(), settings, environment)


def render(text: Any, environment: Mapping[str, str], **names: Any) -> str:
    """A setting with its Jinja rendered, as far as that needs nothing but environment variables and defaults.

    Raises jinja2.TemplateError for anything else.
    """

    def env_var(name: str, default: str | None = None) -> str:
        value = environment.get(name, default)
        if value is None:
            raise jinja2.UndefinedError(f"the environment variable {name} is not set")
        return value

    def var(name: str, default: Any = None) -> Any:
        # Without dbt's command line there is only the default.
        if default is None:
            raise jinja2.UndefinedError(f"the variable {name} has no default")
        return default

    templates = jinja2.sandbox.SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)
    return templates.from_string(str(text)).render(env_var=env_var, var=var, **names)


def first_line(error: Exception) -> str:
    """An error's text in one line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}: {error.problem or error.context}."
    return (str(error).splitlines() or [type(error).__name__])[0]


def inside(path: Path, folder: Path) -> bool:
    """Is a path this folder, or in it?"""
    return path == folder or folder in path.parents


def _project(folder: Path, settings: Mapping[str, Any], environment: Mapping[str, str]) -> DbtProject:
    def rendered(key: str, value: Any) -> str:
        try:
            return render(value, environment)
        except jinja2.TemplateError as error:
            raise SettingsError(
                f"dbt_project.yml: {key} cannot be read: {error}.",
                hint="Set what it needs, as for dbt itself, and run `reverse-etl init` again.",
            ) from error

    def paths(key: str, default: list[str]) -> tuple[Path, ...]:
        value = settings.get(key)
        listed = default if value is None else value if isinstance(value, list) else [value]
        return tuple(Path(os.path.normpath(folder / rendered(key, item))) for item in listed)

    target_path = environment.get("DBT_TARGET_PATH") or settings.get("target-path") or "target"
    versions = settings.get("require-dbt-version") or []
    models = settings.get("models")
    return DbtProject(
        folder=folder,
        name=rendered("name", settings.get("name", "")),
        profile=environment.get("DBT_PROFILE") or rendered("profile", settings.get("profile") or ""),
        searched={key: paths(key, default) for key, default in SEARCHED.items()},
        clean_targets=paths("clean-targets", [str(target_path)]),
        install_path=paths("packages-install-path", ["dbt_packages"])[0],
        models=models if isinstance(models, dict) else {},
        dbt_versions=tuple(str(v) for v in (versions if isinstance(versions, list) else [versions])),
    )
