"""The list of a project's dbt packages: where it stands, whether ours is in it, and the text with ours added.

The text is inserted, never written anew: every byte of the user's stays. The result is parsed before it counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
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
_LINE_BREAKS = "\r\n"
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
    """The file with an entry for our folder added to its packages; raises CannotInsertError, saying why."""
    try:
        text = (content or b"").decode("utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        old = yaml.safe_load(text) or {}
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CannotInsertError(f"it cannot be read as YAML: {first_line(error)}") from error
    if not isinstance(old, dict):
        raise CannotInsertError("it does not hold settings by name")
    index, piece = _insertion(text, root, folder)
    new = text[:index] + piece + text[index:]
    try:
        found = yaml.safe_load(new)
    except yaml.YAMLError as error:
        raise CannotInsertError("its layout is not one that a line can be added to for certain") from error
    if found != old | {"packages": [*(old.get("packages") or []), {"local": folder}]}:
        raise CannotInsertError("its layout is not one that a line can be added to for certain")
    return new.encode("utf-8")


def lines_by_hand(folder: str) -> str:
    """What to add where we must not."""
    return f"packages:\n  - local: {folder}"


def _settings(content: bytes | None) -> dict[str, Any]:
    try:
        found = yaml.safe_load((content or b"").decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


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


def _insertion(text: str, root: yaml.Node | None, folder: str) -> tuple[int, str]:
    """Where to insert which text, by the places that the parser gives; the caller checks the result."""
    newline = "\r\n" if "\r\n" in text else "\n"
    line = f"- local: {folder}{_COMMENT}{newline}"
    if not isinstance(root, yaml.MappingNode):
        return _at_the_end(text, f"packages:{newline}  {line}", newline)
    found = [(key, value) for key, value in root.value if key.value == "packages"]
    if root.flow_style or (found and isinstance(found[-1][1], yaml.SequenceNode) and found[-1][1].flow_style):
        return _insertion_in_flow(text, root, found[-1][1] if found else None, folder)
    if not found:
        margin = " " * root.value[0][0].start_mark.column
        return _at_the_end(text, f"{margin}packages:{newline}{margin}  {line}", newline)
    key, value = found[-1]
    if isinstance(value, yaml.ScalarNode) and value.value == "" and value.start_mark.index == value.end_mark.index:
        return _below(text, key.end_mark.index, " " * (key.start_mark.column + 2) + line, newline)
    if not isinstance(value, yaml.SequenceNode):
        raise CannotInsertError("its `packages` is not a list")
    margin = " " * _dash_column(text, value)
    return _below(text, _end(text, value.value[-1]), margin + line, newline)


def _insertion_in_flow(text: str, root: yaml.MappingNode, value: yaml.Node | None, folder: str) -> tuple[int, str]:
    """The same for brackets and braces; inside braces as JSON, since such a file may be read as JSON elsewhere."""
    if value is None:
        return root.start_mark.index + 1, f'"packages": [{{"local": "{folder}"}}]' + (", " if root.value else "")
    if not isinstance(value, yaml.SequenceNode):
        raise CannotInsertError("its `packages` is not a list")
    entry = f'{{"local": "{folder}"}}' if root.flow_style else f"{{local: {folder}}}"
    if not value.value:
        return text.index("[", value.start_mark.index) + 1, entry
    return _end(text, value.value[-1]), f", {entry}"


def _at_the_end(text: str, piece: str, newline: str) -> tuple[int, str]:
    return len(text), (newline if text and text[-1] not in _LINE_BREAKS else "") + piece


def _below(text: str, index: int, line: str, newline: str) -> tuple[int, str]:
    """Below the line of a place, and below comments that are indented deeper than what is inserted."""
    margin = len(line) - len(line.lstrip(" "))
    end = text.find("\n", index)
    if end < 0:
        return len(text), newline + line
    while comment := re.compile(rf" {{{margin + 1},}}#[^\n]*(\n|\Z)").match(text, end + 1):
        if not comment[1]:
            return len(text), newline + line
        end = comment.end() - 1
    return end + 1, line


def _dash_column(text: str, sequence: yaml.SequenceNode) -> int:
    mark = sequence.start_mark
    if text[mark.index] == "-":
        return int(mark.column)
    # With an anchor the list begins there; the last entry has its own dash in front.
    start = sequence.value[-1].start_mark.index
    before = text[text.rfind("\n", 0, start) + 1 : start]
    if not before.lstrip(" ").startswith("-"):
        raise CannotInsertError("its layout is not one that a line can be added to for certain")
    return len(before) - len(before.lstrip(" "))


def _end(text: str, node: yaml.Node) -> int:
    """Where a node's own text ends. The parser's end of a block lies behind the comments and blank lines after it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return max(_end(text, one) for pair in node.value for one in pair)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return max(_end(text, one) for one in node.value)
    return len(text[: node.end_mark.index].rstrip())
