"""What `init` reads of the user's profile: each target's kind of warehouse, and its DuckDB files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import yaml

from reverse_etl.scaffold.project import DbtProject, render


@dataclass(frozen=True, slots=True)
class Output:
    """One target of the profile. `files` are DuckDB files; a path that needs more than the environment is left out."""

    target: str
    type: str
    files: tuple[Path, ...] = ()


def read_outputs(project: DbtProject, environment: Mapping[str, str]) -> tuple[Output, ...]:
    """The targets of the project's profile; none where it cannot be found or read, which dbt itself will say."""
    folder = _profiles_folder(project, environment)
    if folder is None:
        return ()
    try:
        profiles = yaml.safe_load((folder / "profiles.yml").read_text(encoding="utf-8"))
        outputs = profiles[project.profile]["outputs"]
        return tuple(
            Output(str(target), str(output["type"]), tuple(_files(output, project, folder, environment)))
            for target, output in outputs.items()
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError):
        return ()


def _profiles_folder(project: DbtProject, environment: Mapping[str, str]) -> Path | None:
    named = environment.get("DBT_PROFILES_DIR")
    folders = [Path(named).expanduser()] if named else [Path.cwd(), project.folder, Path.home() / ".dbt"]
    return next((folder for folder in folders if (folder / "profiles.yml").is_file()), None)


def _files(
    output: Mapping[str, Any], project: DbtProject, folder: Path, environment: Mapping[str, str]
) -> Iterator[Path]:
    if output["type"] != "duckdb":
        return
    attached = [one.get("path") for one in output.get("attach") or [] if isinstance(one, dict)]
    for path in (output.get("path"), *attached):
        try:
            text = render(path or ":memory:", environment, flags=SimpleNamespace(PROFILES_DIR=str(folder)))
        except jinja2.TemplateError:
            continue
        if not text.startswith((":memory:", "md:", "motherduck:")) and "://" not in text:
            # dbt takes a relative path from the folder that it is started in: the project's, as a rule.
            yield project.folder / Path(text).expanduser()
