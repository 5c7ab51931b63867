"""What `init` did, or would do, as text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from reverse_etl.scaffold.actions import Line
from reverse_etl.scaffold.cautions import Caution
from reverse_etl.scaffold.package_copy import Upgrade

PAST = {"create": "created", "add": "added", "upgrade": "upgraded", "update": "updated"}


def report(
    title: str, lines: list[Line], cautions: tuple[Caution, ...], steps: list[tuple[str, str]], *, dry: bool
) -> str:
    """The whole text: lines per file, cautions, and what to do next."""
    out = [title, ""]
    verbs = [line.verb if dry else PAST.get(line.verb, line.verb) for line in lines]
    widths = max(len(verb) for verb in verbs), max((len(line.path) for line in lines if line.words), default=0)
    for verb, line in zip(verbs, lines, strict=True):
        out += [f"  {verb:<{widths[0]}}  {line.path:<{widths[1]}}  {line.words}".rstrip()]
    for caution in cautions:
        out += ["", *_wrapped(f"Caution: {caution.text}")]
    if steps:
        width = max(len(command) for command, _ in steps)
        out += ["", "What to do next"]
        out += [f"  {number}. {command:<{width}}  {text}".rstrip() for number, (command, text) in enumerate(steps, 1)]
    return "\n".join(out)


def package_lines(folder: str, upgrade: Upgrade) -> list[Line]:
    """What happens to the copy of the package, file by file where there was one before."""
    old, new = upgrade.copy.version, upgrade.version
    counts = f"{_count(upgrade.added, 'added')}, {len(upgrade.changed)} changed, {len(upgrade.removed)} removed"
    lines = []
    if upgrade.copy.hashes is None:
        lines += [Line("create", f"{folder}/", f"the dbt package, version {new}, {len(upgrade.added)} files")]
    elif old != new:
        lines += [Line("upgrade", f"{folder}/", f"the dbt package, version {old} to {new}: {counts}")]
    elif upgrade.actions:
        lines += [Line("update", f"{folder}/", f"the dbt package, version {new}: {counts}")]
    else:
        lines += [Line("unchanged", f"{folder}/", f"the dbt package, version {new}")]
    if upgrade.copy.hashes is not None:
        for sign, names in (("+", upgrade.added), ("~", upgrade.changed), ("-", upgrade.removed)):
            lines += [Line("", f"  {sign} {name}") for name in names]
    lines += [
        Line("left", f"{folder}/{name}", "as you changed it; this version brings nothing new there")
        for name in upgrade.left_changed
    ]
    return lines


def _wrapped(text: str) -> Iterator[str]:
    """Lines that fit a terminal; those that begin with a space are to be copied, and stay as they are."""
    for line in text.splitlines():
        yield from [line] if line[:1] in ("", " ") else textwrap.wrap(line, 118, break_on_hyphens=False)


def _count(names: tuple[str, ...], word: str) -> str:
    return f"{len(names)} {'file' if len(names) == 1 else 'files'} {word}"
