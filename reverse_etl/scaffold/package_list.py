"""The list of a project's dbt packages: where it stands, whether ours is in it, and the text with ours added.

A line is appended where that makes the list one entry longer and changes nothing else; else the user adds it by hand.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml

from reverse_etl.core.errors import SettingsError
from reverse_etl.scaffold.actions import read
from reverse_etl.scaffold.project import DbtProject, first_line, render

PACKAGE = "reverse_etl"
_OUR_REPOSITORIES = {"reverse_etl", "dbt_reverse_etl"}
_COMMENT = "  # reverse-etl: written and upgraded by `reverse-etl init`"
# A list without an entry, as it is often begun.
_EMPTY = re.compile(r"^packages:[ ]*\[[ ]*\]", re.MULTILINE)
# Each alias can double what is before it: a list with many would take for ever to compare.
_ALIASES = 16


class CannotInsertError(Exception):
    """The text cannot be extended for certain; says why."""


@dataclass(frozen=True, slots=True)
class PackageList:
    """The file that lists the packages, and our entry if it is there: a local folder, or another source in words."""

    path: Path
    content: bytes | None
    folder: Path | None = None
    elsewhere: str = ""


def read_list(project: DbtProject, ours: tuple[Path, ...], environment: Mapping[str, str]) -> PackageList:
    """The project's list of packages; `ours` are the folders that init itself would use.

    Raises SettingsError where `packages` stands in both files, which dbt refuses too, and for a file with many aliases.
    """
    packages, dependencies = project.folder / "packages.yml", project.folder / "dependencies.yml"
    contents = {path: read(path) for path in (packages, dependencies)}
    for path, content in contents.items():
        if _aliases(content) > _ALIASES:
            raise SettingsError(
                f"{path.name} has more than {_ALIASES} YAML aliases (*name), and `init` follows no more.",
                hint="Write out what they stand for and run `reverse-etl init` again.",
            )
        if _keys(content).count("packages") > 1:
            raise SettingsError(
                f"{path.name} has the key `packages` twice, of which dbt takes the last.",
                hint="Put all packages into one list and run `reverse-etl init` again.",
            )
    holding = [path for path, content in contents.items() if "packages" in _settings(content)]
    if len(holding) == 2:
        raise SettingsError(
            "`packages` stands in both packages.yml and dependencies.yml, which dbt does not allow.",
            hint="Move the packages into one of them and run `reverse-etl init` again.",
        )
    path = holding[0] if holding else packages
    content = contents[path]
    listed = _settings(content).get("packages")
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict):
            folder, elsewhere = _our_entry(entry, project, ours, environment)
            if folder or elsewhere:
                return PackageList(path, content, folder, elsewhere)
    # In a file that is no YAML to us, our own line is still recognised, so that it can be added by hand.
    text = (content or b"").decode("utf-8", "replace")
    for folder in ours:
        name = re.escape(project.relative(folder))
        if re.search(rf"^\s*-\s+local:\s*[\"']?(\./)?{name}/?[\"']?\s*(#.*)?\r?$", text, re.MULTILINE):
            return PackageList(path, content, folder)
    return PackageList(path, content)


def package_name(folder: Path) -> str:
    """The name of the dbt package in a folder, or nothing."""
    return str(_settings(read(folder / "dbt_project.yml")).get("name", ""))


def package_version(folder: Path) -> str:
    """The version of the dbt package in a folder, or nothing."""
    return str(_settings(read(folder / "dbt_project.yml")).get("version", ""))


def with_entry(content: bytes | None, folder: str) -> bytes:
    """The file with a line for our folder at its end; raises CannotInsertError where that is not enough."""
    try:
        text = (content or b"").decode("utf-8")
        old = yaml.safe_load(text) or {}
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CannotInsertError(f"it cannot be read as YAML: {first_line(error).rstrip('.')}") from error
    if not isinstance(old, dict):
        raise CannotInsertError("it does not hold settings by name")
    newline = "\r\n" if "\r\n" in text else "\n"
    start = text if not text or text.endswith("\n") else text + newline
    line = f"- local: {folder}{_COMMENT}{newline}"
    wanted = old | {"packages": [*_listed(old), {"local": folder}]}
    # After the last of a list that ends the file, by its indent, or as a new list.
    candidates: list[str] = [start + " " * indent + line for indent in (2, 0, 1, *range(3, 9))]
    candidates += [
        f"{start}packages:{newline}  {line}",
        _EMPTY.sub(f"packages:{newline}  {line}".rstrip(), text, count=1),
    ]
    for longer in candidates:
        with suppress(yaml.YAMLError):
            if yaml.load(longer, Loader=_Strict) == wanted:  # noqa: S506 - a SafeLoader
                return longer.encode("utf-8")
    raise CannotInsertError("its list of packages does not end the file with one entry a line")


def _listed(settings: Mapping[str, Any]) -> list[Any]:
    listed = settings.get("packages")
    return listed if isinstance(listed, list) else []


class _Strict(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML takes the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found = super().construct_mapping(node, deep=deep)
        if len(found) != len(node.value):
            raise yaml.YAMLError("a key stands twice")
        return found


def lines_by_hand(folder: str) -> str:
    """The list as it should end, where we must not write it."""
    return f"packages:\n  # what is there already, one entry a line\n  - local: {folder}"


def _settings(content: bytes | None) -> dict[str, Any]:
    try:
        found = yaml.safe_load((content or b"").decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _keys(content: bytes | None) -> list[str]:
    """The keys of the file as they stand there; none where it is no mapping."""
    try:
        root = yaml.compose((content or b"").decode("utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return []
    return [str(key.value) for key, _ in root.value] if isinstance(root, yaml.MappingNode) else []


def _aliases(content: bytes | None) -> int:
    try:
        events = yaml.parse((content or b"").decode("utf-8"), Loader=yaml.SafeLoader)
        return sum(isinstance(event, yaml.AliasEvent) for event in events)
    except (yaml.YAMLError, UnicodeDecodeError):
        return 0


def _our_entry(
    entry: Mapping[str, Any], project: DbtProject, ours: tuple[Path, ...], environment: Mapping[str, str]
) -> tuple[Path | None, str]:
    if "local" in entry:
        try:
            folder = Path(os.path.normpath(project.folder / render(entry["local"], environment)))
        except jinja2.TemplateError:
            return None, ""
        # Our own folder counts before it is there: the line may have been added by hand, or a run cut off.
        return (folder if folder in ours or package_name(folder) == PACKAGE else None), ""
    for key in ("git", "package", "private"):
        last = re.split(r"[/:]", str(entry.get(key, "")).rstrip("/").removesuffix(".git"))[-1]
        if last.replace("-", "_") in _OUR_REPOSITORIES:
            return None, f"{key}: {entry[key]}"
    if "tarball" in entry and entry.get("name") == PACKAGE:
        return None, f"tarball: {entry['tarball']}"
    return None, ""
