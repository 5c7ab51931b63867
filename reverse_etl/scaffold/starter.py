"""The first sync of a project: a source model that builds at once, its tests, and the exposure that declares it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import yaml

from reverse_etl.core.errors import SettingsError
from reverse_etl.scaffold.package import FOLDER, PACKAGE
from reverse_etl.scaffold.project import DbtProject

MODEL = "offline_conversions"
EXPOSURE = "microsoft_ads_offline_conversions"
# What editors check an exposure's settings by, in the package's folder.
SCHEMA = "docs/schemas/exposures.json"


@dataclass(frozen=True, slots=True)
class Names:
    """The names that the project already uses, and the sync that it already declares, with its file."""

    models: frozenset[str]
    exposures: frozenset[str]
    sync: str = ""
    sync_path: Path | None = None


@dataclass(frozen=True, slots=True)
class Starter:
    """The files of one sync, with what each is to hold."""

    model: Path
    exposure: Path
    contents: dict[Path, bytes]


def read_names(project: DbtProject) -> Names:
    """Names by file name and by a plain read of the YAML files; what cannot be read is left to dbt to complain of."""
    models: set[str] = set()
    exposures: set[str] = set()
    sync, sync_path = "", None
    for path in _files(project):
        if path.suffix not in {".yml", ".yaml"}:
            # What an earlier run of init wrote is used again.
            if path.parent.name != PACKAGE:
                models.add(path.stem.lower())
            continue
        for exposure in _exposures(path):
            exposures.add(str(exposure["name"]))
            if not sync and _declares_sync(exposure):
                sync, sync_path = str(exposure["name"]), path
    return Names(frozenset(models), frozenset(exposures), sync, sync_path)


def plan_starter(project: DbtProject, names: Names, package: str, sync: str = "") -> Starter:
    """The files of a first sync, or of one more of the name `sync`, under names that clash with nothing."""
    if sync in names.exposures:
        raise SettingsError(f"The project has an exposure {sync} already.", hint="Give --sync a name that is free.")
    home = _home(project)
    model = _free(f"{sync}_conversions" if sync else MODEL, names.models)
    exposure = sync or _free(EXPOSURE, names.exposures)
    declared = home / "exposures.yml"
    paths = {
        "model.sql.j2": home / f"{model}.sql",
        "tests.yml.j2": home / f"{model}.yml",
        "exposure.yml.j2": home / f"{exposure}.yml" if declared.exists() else declared,
    }
    # Listed by a repository or a name, the package is where `dbt deps` puts it.
    folder = package if package == FOLDER or (project.folder / package).is_dir() else f"dbt_packages/{PACKAGE}"
    schema = Path(os.path.relpath(project.folder / folder / SCHEMA, home)).as_posix()
    values = {"model": model, "exposure": exposure, "package": package, "schema": schema}
    contents = {path: _text(template, values).encode() for template, path in paths.items()}
    return Starter(paths["model.sql.j2"], paths["exposure.yml.j2"], contents)


def _home(project: DbtProject) -> Path:
    """A folder in the first of the model paths that lies in the project."""
    paths = project.paths("model-paths", "models")
    if not paths:
        raise SettingsError(
            "dbt_project.yml has no model path that can be read without dbt.",
            hint="Name a folder in `model-paths` without Jinja, and run `reverse-etl init` again.",
        )
    return next((path for path in paths if path.is_relative_to(project.folder)), paths[0]) / PACKAGE


def _free(wanted: str, taken: frozenset[str]) -> str:
    numbered = (f"{wanted}_{number}" for number in range(2, 1000))
    return next(name for name in (wanted, *numbered) if name not in taken)


def _text(name: str, values: dict[str, str]) -> str:
    # Delimiters of our own, since dbt's Jinja is what the files are to hold.
    templates = jinja2.Environment(
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - SQL and YAML, not HTML
        keep_trailing_newline=True,
    )
    template = files("reverse_etl") / "scaffold" / "templates" / name
    return templates.from_string(template.read_text(encoding="utf-8")).render(values)


def _files(project: DbtProject) -> Iterator[Path]:
    """SQL, Python, CSV and YAML files of the project, and the models of its installed packages."""
    own = {
        path
        for key, default in (("model-paths", "models"), ("seed-paths", "seeds"), ("snapshot-paths", "snapshots"))
        for path in project.paths(key, default)
    }
    for folder in sorted(own):
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".sql", ".py", ".csv", ".yml", ".yaml"} and path.is_file():
                yield path
    for installed in project.paths("packages-install-path", "dbt_packages"):
        yield from (path for path in installed.glob("*/models/**/*.sql") if PACKAGE not in path.parts)


def _exposures(path: Path) -> Iterator[dict[str, Any]]:
    text = path.read_text(encoding="utf-8", errors="replace")
    # Most files of a large project declare none, and parsing is slow.
    if "exposures" not in text:
        return
    try:
        found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError:
        return
    listed = found.get("exposures") if isinstance(found, dict) else None
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and "name" in one:
            yield one


def _declares_sync(exposure: dict[str, Any]) -> bool:
    config = exposure.get("config")
    metas = (exposure.get("meta"), config.get("meta") if isinstance(config, dict) else None)
    return any(isinstance(meta, dict) and PACKAGE in meta for meta in metas)
