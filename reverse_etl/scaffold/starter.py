"""The first sync of a project: a source model that builds at once, its tests, and the exposure that declares it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import yaml

from reverse_etl.core.errors import SettingsError
from reverse_etl.scaffold.actions import Action, Kind, read
from reverse_etl.scaffold.package_list import PACKAGE
from reverse_etl.scaffold.profile import Output
from reverse_etl.scaffold.project import PROPERTIES, DbtProject, inside

MODEL_NAMES = ("offline_conversions", "microsoft_ads_conversions", "reverse_etl_offline_conversions")
EXPOSURE_NAMES = ("microsoft_ads_offline_conversions", "reverse_etl_microsoft_ads")
PRODUCTION_NAMES = ("prod", "production", "prd", "live")
_SNAPSHOT = re.compile(r"\{%-?\s*snapshot\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that the project already uses, and the sync that it already declares."""

    resources: frozenset[str]
    described: frozenset[str]
    exposures: frozenset[str]
    sync: str = ""
    sync_path: Path | None = None


@dataclass(frozen=True, slots=True)
class Starter:
    """The files of the first sync. `existing` are those that stay as they are."""

    model: Path
    exposure: Path
    actions: tuple[Action, ...]
    existing: tuple[Path, ...]


def read_names(project: DbtProject) -> Names:
    """Names by file name and by a plain read of the YAML files; what cannot be read is left to dbt to complain of."""
    resources: set[str] = set()
    described: set[str] = set()
    exposures: set[str] = set()
    sync, sync_path = "", None
    for path in _files(project):
        if path.suffix in {".yml", ".yaml"}:
            document = _document(path)
            described |= {name for name, _ in _named(document, "models")}
            # What is declared in YAML alone.
            resources |= {name for key in ("snapshots", "seeds") for name, _ in _named(document, key)}
            for name, exposure in _named(document, "exposures"):
                exposures.add(name)
                if not sync and _declares_sync(exposure):
                    sync, sync_path = name, path
        else:
            resources.add(path.stem)
            if any(inside(path, folder) for folder in project.searched["snapshot-paths"]):
                resources |= set(_SNAPSHOT.findall(path.read_text(encoding="utf-8", errors="replace")))
    return Names(frozenset(resources), frozenset(described), frozenset(exposures), sync, sync_path)


def plan_starter(project: DbtProject, names: Names, outputs: Sequence[Output], package: str, sync: str = "") -> Starter:
    """The files to write, under names that clash with nothing. What an earlier run wrote is left as it is.

    `sync`: the name of one more sync; its model is called after it.
    """
    home = _home(project)
    if sync in names.exposures:
        raise SettingsError(f"The project has an exposure {sync} already.", hint="Give --sync a name that is free.")
    if sync:
        model, reused = _free((f"{sync}_conversions",), names.resources | names.described), False
    else:
        model, reused = _model_name(home, names)
    exposure = sync or _free(EXPOSURE_NAMES, names.exposures)
    declared = next(path for path in _exposure_paths(home, exposure) if not path.exists())
    paths = {"model": home / f"{model}.sql", "tests": home / f"{model}.yml", "exposure": declared}
    production = _production(outputs)
    values = {"model": model, "exposure": exposure, "production": production, "package": package}
    actions, existing = [], []
    for kind, path in paths.items():
        described = kind == "tests" and reused and model in names.described
        if path.exists():
            existing.append(path)
        elif not described:
            actions.append(Action(Kind.CREATE, path, _text(kind, values).encode()))
    return Starter(paths["model"], paths["exposure"], tuple(actions), tuple(existing))


def _home(project: DbtProject) -> Path:
    """A folder in the first of the model paths that lies in the project."""
    paths = project.searched["model-paths"]
    own = [path for path in paths if inside(path, project.folder)]
    return (own or paths)[0] / PACKAGE


def _model_name(home: Path, names: Names) -> tuple[str, bool]:
    """A free name; or that of the model which an earlier run wrote, and the user may have changed since."""
    for name in MODEL_NAMES:
        if "reverse_etl." in (read(home / f"{name}.sql") or b"").decode("utf-8", "replace"):
            return name, True
    return _free(MODEL_NAMES, names.resources | names.described), False


def _exposure_paths(home: Path, exposure: str) -> Iterator[Path]:
    yield home / "exposures.yml"
    yield home / f"{exposure}.yml"
    yield from (home / f"{exposure}_{number}.yml" for number in range(2, 1000))


def _free(wanted: Sequence[str], taken: frozenset[str]) -> str:
    lower = {name.lower() for name in taken}
    numbered = (f"{wanted[0]}_{number}" for number in range(2, 1000))
    return next(name for name in (*wanted, *numbered) if name not in lower)


def _production(outputs: Sequence[Output]) -> str:
    """The target that the user calls production: `prod`, unless the profile has another of the usual names only."""
    targets = [output.target for output in outputs]
    return next((name for name in PRODUCTION_NAMES if name in targets), "prod")


def _text(kind: str, values: dict[str, str]) -> str:
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
    name = {"model": "model.sql.j2", "tests": "tests.yml.j2", "exposure": "exposure.yml.j2"}[kind]
    template = files("reverse_etl") / "scaffold" / "templates" / name
    return templates.from_string(template.read_text(encoding="utf-8")).render(values)


def _files(project: DbtProject) -> Iterator[Path]:
    """SQL, Python, CSV and YAML files of the project, and the models of its installed packages."""
    folders = {path for key in PROPERTIES for path in project.searched[key]}
    for folder in sorted(folders):
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".sql", ".py", ".csv", ".yml", ".yaml"} and path.is_file():
                yield path
    for package in sorted(project.install_path.glob("*")):
        if package.name != PACKAGE:
            yield from sorted(one for one in (package / "models").rglob("*.sql") if one.is_file())


def _document(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8", errors="replace")
    # Most files of a large project say nothing that matters here, and parsing is slow.
    if not any(word in text for word in ("exposures", "snapshots", *MODEL_NAMES)):
        return {}
    try:
        found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _named(document: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    listed = document.get(key)
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and "name" in one:
            yield str(one["name"]), one


def _declares_sync(exposure: dict[str, Any]) -> bool:
    config = exposure.get("config")
    metas = (exposure.get("meta"), config.get("meta") if isinstance(config, dict) else None)
    return any(isinstance(meta, dict) and PACKAGE in meta for meta in metas)
