"""The dbt package in a user's project: the copy of its files, and its entry in the list of packages."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.resources import PACKAGE_PARTS, package_folder
from reverse_etl.scaffold.project import DbtProject

PACKAGE = "reverse_etl"
FOLDER = "dbt_reverse_etl"
ENTRY = f"- local: {FOLDER}"
_README_TEXT = """\
The dbt package of reverse-etl, copied here by `reverse-etl init`. Commit it with your project.
To upgrade it, install the new version of reverse-etl and run `reverse-etl init --upgrade`, which replaces this folder.
"""
# A line of a list of packages that names ours: a folder, a repository, or a name. `#` begins a comment.
_LISTED = re.compile(
    r"^[^#\n]*\b(?:local|git|package|private|name):\s*[\"']?((?:[^#\n]*[/:])?(?:dbt[-_])?reverse[-_]etl)(?![\w-])",
    re.MULTILINE,
)
# OWNER/NAME on dbt's package hub; an address that git clones from.
_HUB = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_-]+")
_GIT = re.compile(r"(\w+://|git@)[^\s,{}]+")
_HAS_PACKAGES = re.compile(r"^packages\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy in a project, held against this version's files. Names are relative to it.

    `version`: of the copy, empty where there is none. `missing` are files of ours, `changed` differ from ours, and
    `others` are none of ours.
    """

    folder: Path
    version: str
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def package_files() -> dict[str, bytes]:
    """The files of the dbt package that belongs to this version of the tool."""
    source = package_folder()
    files = {"README.md": _README_TEXT.encode()}
    for part in PACKAGE_PARTS:
        paths = sorted((source / part).rglob("*")) if (source / part).is_dir() else [source / part]
        for path in paths:
            name = path.relative_to(source)
            if path.is_file() and not any(word.startswith(".") for word in name.parts):
                files[name.as_posix()] = path.read_bytes()
    return files


def read_copy(project: DbtProject, files: Mapping[str, bytes]) -> Copy:
    """The copy in a project; raises SettingsError where its folder holds something else."""
    folder = project.folder / FOLDER
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return Copy(folder, "", tuple(files))
    try:
        settings = yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))
        name, version = settings["name"], str(settings["version"])
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        name, version = "", ""
    if name != PACKAGE:
        raise SettingsError(
            f"{FOLDER}/ exists, and holds something else than the dbt package {PACKAGE}.",
            hint="Move it away and run `reverse-etl init` again.",
        )
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return Copy(
        folder,
        version,
        tuple(name for name in files if name not in found),
        tuple(name for name in files if name in found and _lines(found[name].read_bytes()) != _lines(files[name])),
        tuple(name for name in found if name not in files),
    )


def entry_of(where: str, version: str) -> str:
    """The entry of the package in a list of packages, in YAML; `where`: blank for the copy in the project.

    Raises SettingsError where it is neither an address of a git repository nor OWNER/NAME on dbt's package hub.
    """
    if not where:
        return ENTRY
    if _GIT.fullmatch(where):
        return f"- {{git: {where}, revision: v{version}}}"
    if _HUB.fullmatch(where):
        return f"- {{package: {where}, version: {version}}}"
    raise SettingsError(
        f"--package {where} is neither a git address nor a name on dbt's package hub.",
        hint="Write https://HOST/OWNER/reverse-etl.git, or OWNER/reverse_etl; left out, init copies the package.",
    )


def replace_copy(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put these files in the place of whatever is in the folder. They are whole before the old ones go."""
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    for name, content in files.items():
        write_new(beside / name, content)
    if folder.exists():
        shutil.rmtree(folder)
    beside.rename(folder)


def write_new(path: Path, content: bytes) -> None:
    """Write a file where there is none; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)


def find_list(project: DbtProject) -> tuple[Path, str]:
    """The file that lists the project's packages, and how it names ours; empty where it does not.

    Read as text: such a file may have Jinja between its lines.
    """
    packages, dependencies = project.folder / "packages.yml", project.folder / "dependencies.yml"
    text = {file: file.read_text("utf-8", "replace") if file.is_file() else "" for file in (packages, dependencies)}
    elsewhere = not packages.exists() and _HAS_PACKAGES.search(text[dependencies])
    file = dependencies if elsewhere else packages
    listed = _LISTED.search(text[file])
    return file, listed[1] if listed else ""


def _lines(content: bytes) -> bytes:
    """A file's content, whichever line ends version control gave it."""
    return content.replace(b"\r\n", b"\n")
