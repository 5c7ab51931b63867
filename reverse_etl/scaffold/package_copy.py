"""The copy of the dbt package in a user's project: where it goes, and what an upgrade does to each of its files.

The copy holds a record of its version and of each file's hash as it was copied. So a later `init` knows a file that the
user changed from one that is merely old, and overwrites no change.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.resources import PACKAGE_PARTS, package_folder
from reverse_etl.scaffold.actions import Action, Kind, is_unfinished, read
from reverse_etl.scaffold.package_list import PACKAGE, package_name
from reverse_etl.scaffold.project import DbtProject, inside

# Two names, so that a project whose settings already use the first has another.
FOLDERS = ("dbt_reverse_etl", "reverse_etl_dbt_package")
RECORD = ".reverse-etl-package.json"
README = "README.md"
_README_TEXT = """\
The dbt package of reverse-etl, copied here by `reverse-etl init`. Commit it with your project.
To upgrade it, install the new version of reverse-etl and run `reverse-etl init` again.
A file that you change here stays as it is; an upgrade that would change it, too, names it and writes nothing.
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy as it is: its folder, and its record, which is empty where nothing was copied yet."""

    folder: Path
    version: str = ""
    hashes: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What the copy becomes. Paths are relative to it."""

    copy: Copy
    version: str
    actions: tuple[Action, ...]
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    left_changed: tuple[str, ...] = ()


def package_files() -> dict[str, bytes]:
    """The files of the dbt package that belongs to this version of the tool."""
    source = package_folder()
    files = {README: _README_TEXT.encode()}
    for part in PACKAGE_PARTS:
        paths = sorted((source / part).rglob("*")) if (source / part).is_dir() else [source / part]
        for path in paths:
            name = path.relative_to(source)
            if path.is_file() and not any(word.startswith(".") for word in name.parts):
                files[name.as_posix()] = path.read_bytes()
    return files


def candidates(project: DbtProject) -> tuple[Path, ...]:
    """The folders that a copy may lie in."""
    return tuple(project.folder / name for name in FOLDERS)


def choose_folder(project: DbtProject) -> Path:
    """The folder for the copy: one with a copy in it, or the first that dbt neither searches nor cleans.

    Raises SettingsError where there is none.
    """
    folders = candidates(project)
    for folder in folders:
        if (folder / RECORD).is_file():
            return folder
    reasons = []
    for folder in folders:
        conflict = _conflict(project, folder)
        if not conflict:
            return folder
        reasons.append(f"{folder.name}/ {conflict}")
    raise SettingsError(
        f"There is no place for the dbt package in this project: {'; '.join(reasons)}.",
        hint="Give the models and the like folders of their own in dbt_project.yml, such as models/, and run "
        "`reverse-etl init` again.",
    )


def is_by_hand(folder: Path) -> bool:
    """Does a folder hold the package without init having put it there: a clone, or a copy made by hand?"""
    return not (folder / RECORD).is_file() and package_name(folder) == PACKAGE


def open_copy(folder: Path, project: DbtProject) -> Copy:
    """The copy in a folder, or an empty one; raises SettingsError where the folder holds something else."""
    conflict = _conflict(project, folder)
    if conflict:
        raise SettingsError(
            f"The dbt package is in {project.relative(folder)}/, which {conflict}.",
            hint="Change that setting in dbt_project.yml and run `reverse-etl init` again.",
        )
    content = read(folder / RECORD)
    if content is None:
        # What a run left that was stopped at its first file is its own.
        if folder.exists() and (not folder.is_dir() or any(not is_unfinished(path) for path in folder.iterdir())):
            raise SettingsError(
                f"{project.relative(folder)}/ exists, and init did not make it.",
                hint="Move it away, or, if it is the dbt package reverse_etl, list it in packages.yml yourself.",
            )
        return Copy(folder)
    try:
        record = json.loads(content)
        return Copy(folder, str(record["version"]), {str(k): str(v) for k, v in record["files"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{project.relative(folder / RECORD)} is damaged, so that init cannot tell your changes from ours.",
            hint="Restore it from version control; or move the folder away, run `reverse-etl init` again, and compare.",
        ) from error


def plan_upgrade(copy: Copy, files: Mapping[str, bytes], version: str) -> Upgrade:
    """What brings a copy to a version.

    Raises SettingsError where the copy is newer than that, or holds changes that would be lost.
    """
    if copy.version and _order(copy.version) > _order(version):
        raise SettingsError(
            f"{copy.folder.name}/ is version {copy.version}, and this tool is {version}: init does not go back.",
            hint=f"Install reverse-etl {copy.version} or newer.",
        )
    old = copy.hashes or {}
    actions: list[Action] = []
    added, changed, removed, left = [], [], [], []
    theirs: list[str] = []
    for name in sorted({*files, *old}):
        path, wanted = copy.folder / name, files.get(name)
        found = read(path)
        if found is None:
            if wanted is not None:
                actions.append(Action(Kind.CREATE, path, wanted))
                added.append(name)
        elif wanted is not None and digest(found) == digest(wanted):
            continue
        elif digest(found) == old.get(name):
            # As it was copied: the user has not touched it.
            if wanted is None:
                actions.append(Action(Kind.REMOVE, path, before=found))
                removed.append(name)
            else:
                actions.append(Action(Kind.REPLACE, path, wanted, before=found))
                changed.append(name)
        elif wanted is not None and digest(wanted) == old.get(name):
            # The user's change, and nothing new from us.
            left.append(name)
        else:
            theirs.append(name)
    if theirs:
        raise SettingsError(
            f"Version {version} would overwrite what was changed in {copy.folder.name}/: {', '.join(theirs)}. "
            "Nothing was written.",
            hint="Commit your version, so that git keeps it, and delete the file; then run `reverse-etl init` again.",
        )
    record = _record(copy, files, version)
    # The first time the record goes first, so that a copy which was cut off is known as ours.
    actions = [*record, *actions] if copy.hashes is None else [*actions, *record]
    return Upgrade(
        copy,
        version,
        tuple(actions),
        tuple(added),
        tuple(changed),
        tuple(removed),
        tuple(left),
    )


def digest(content: bytes) -> str:
    """A file's hash, whichever line ends version control gave it."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _record(copy: Copy, files: Mapping[str, bytes], version: str) -> list[Action]:
    path = copy.folder / RECORD
    record = {
        "note": "Written by `reverse-etl init`, which compares the files with it. Commit it; do not edit it.",
        "version": version,
        "files": {name: digest(content) for name, content in sorted(files.items())},
    }
    if record["files"] == copy.hashes and version == copy.version:
        return []
    before = read(path)
    content = (json.dumps(record, indent=1) + "\n").encode()
    return [Action(Kind.CREATE if before is None else Kind.REPLACE, path, content, before=before)]


def _conflict(project: DbtProject, folder: Path) -> str:
    """Why a folder cannot hold the package, or nothing."""
    for key, path in project.all_searched():
        if inside(folder, path) or inside(path, folder):
            return f"is within {key} of dbt_project.yml ({project.relative(path)})"
    for path in project.clean_targets:
        if inside(folder, path):
            return f"is within clean-targets of dbt_project.yml ({project.relative(path)})"
    if inside(folder, project.install_path) or inside(project.install_path, folder):
        return "is within packages-install-path of dbt_project.yml"
    return ""


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("+")[0])[:3])
