"""Checks for people, a mark and a line each, and for programs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.check import CheckLine, Mark
from reverse_etl.report.documents import Count, Says

VERSION = 1
_SYMBOLS = {Mark.OK: "✓", Mark.WARNING: "!", Mark.FAILED: "✗"}
# For terminals that cannot print the symbols.
_PLAIN = {Mark.OK: "ok", Mark.WARNING: "!", Mark.FAILED: "x"}
_COLOURS = {Mark.OK: "32", Mark.WARNING: "33", Mark.FAILED: "31"}
# As wide as the longest name of a check, so that all texts begin in one column.
_NAMES = len("production_target")
# Stands for a blank inside a command while lines are broken: a command that is copied must be whole.
_KEPT = "\u00a0"


class CountsJson(TypedDict):
    """How many lines have each mark."""

    ok: Count
    warning: Count
    failed: Count


class LineJson(TypedDict):
    sync: Annotated[str, Says("The sync's name; empty for what all syncs share.")]
    name: Annotated[
        str,
        Says(
            "What was looked at. Several lines may have one name, such as `columns`; names may be added.",
            pattern=r"^[a-z][a-z0-9_]*$",
        ),
    ]
    mark: Annotated[
        Literal["ok", "warning", "failed"],
        Says("ok: fine. warning: worth a look, and check does not fail for it. failed: a push would not work."),
    ]
    text: Annotated[str, Says("What was found. Never a secret, nor a part of one.", minLength=1)]
    hint: Annotated[str, Says("What to do; of a failed line never empty.")]


class CheckJson(TypedDict):
    """What a push needs, a line for each thing that was looked at. `version` rises when a field changes its meaning."""

    version: Literal[1]
    exit_code: Annotated[
        Literal[0, 2, 4, 5],
        Says(
            "0: nothing failed. 2: something failed. 4: another process holds the DuckDB file, so that much "
            "could not be looked at. 5: a guard would refuse a push.",
        ),
    ]
    counts: Annotated[CountsJson, Says("How many lines have each mark.")]
    lines: Annotated[list[LineJson], Says(minItems=1)]


@dataclass(frozen=True, slots=True)
class Style:
    """How lines may look on the terminal at hand."""

    marks: Mapping[Mark, str]
    width: int = 80
    colour: bool = False

    @classmethod
    def fitting(cls, encoding: str, *, width: int, colour: bool) -> Style:
        """Symbols where the encoding has them, words where not."""
        try:
            "".join(_SYMBOLS.values()).encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return cls(_PLAIN, width, colour)
        return cls(_SYMBOLS, width, colour)


def checks_text(lines: Iterable[CheckLine], style: Style, *, quiet: bool = False) -> Iterator[str]:
    """Each line as soon as it is there, under its sync's name, and the sums at the end; `quiet`: not what is fine."""
    subject = ""
    marks: Counter[Mark] = Counter()
    for line in lines:
        marks[line.mark] += 1
        if quiet and line.mark is Mark.OK:
            continue
        if line.subject != subject:
            subject = line.subject
            yield f"\n{_printable(subject)}"
        yield _line_text(line, style)
    parts = [f"{marks[Mark.OK]} fine"]
    if marks[Mark.WARNING]:
        parts.append(f"{marks[Mark.WARNING]} to look at")
    if marks[Mark.FAILED]:
        parts.append(f"{marks[Mark.FAILED]} to correct")
    yield f"\n{', '.join(parts)}."
    if marks[Mark.FAILED]:
        yield "What depends on a failed check was left out: check again then."


def checks_json(lines: Sequence[CheckLine], exit_code: int) -> CheckJson:
    """The checks for programs; docs/schemas/check.json describes it."""
    counts = Counter(line.mark for line in lines)
    return {
        "version": 1,
        "exit_code": cast(Any, exit_code),
        "counts": cast(CountsJson, {mark.value: counts[mark] for mark in Mark}),
        "lines": [
            {"sync": line.subject, "name": line.name, "mark": line.mark.value, "text": line.text, "hint": line.hint}
            for line in lines
        ],
    }


def _line_text(line: CheckLine, style: Style) -> str:
    marks = max(len(mark) for mark in style.marks.values())
    indent = " " * (marks + _NAMES + 2)
    mark = style.marks[line.mark]
    shown = f"\x1b[{_COLOURS[line.mark]}m{mark}\x1b[0m" if style.colour else mark
    out = _broken(line.text, style.width - len(indent))
    if line.hint:
        out += _broken(f"-> {line.hint}", style.width - len(indent))
    first = f"{shown}{' ' * (marks - len(mark))} {line.name:<{_NAMES}} {out[0]}"
    return "\n".join([first, *(indent + text for text in out[1:])])


def _broken(text: str, width: int) -> list[str]:
    """A text in lines of this width; a command between backticks stays on one."""
    parts = _printable(text).split("`")
    # A backtick without its partner opens no command.
    last = len(parts) - 1 if len(parts) % 2 == 0 else len(parts)
    kept = "`".join(part.replace(" ", _KEPT) if n % 2 and n < last else part for n, part in enumerate(parts))
    lines = textwrap.wrap(kept, max(width, 20), break_long_words=False, break_on_hyphens=False)
    return [line.replace(_KEPT, " ") for line in lines] or [""]


def _printable(text: str) -> str:
    """Text from outside without what would steer a terminal; each line break and tab a blank."""
    joined = " ".join(text.split())
    return "".join(character if character.isprintable() else "?" for character in joined)
