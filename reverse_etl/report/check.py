"""Checks for people, a mark and a line each, and for programs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal, cast

from typing_extensions import TypedDict

from reverse_etl.core.check import CheckLine, Mark
from reverse_etl.report.documents import Count, Says
from reverse_etl.report.text import fit, safe

_SYMBOLS = {Mark.OK: "✓", Mark.WARNING: "!", Mark.FAILED: "✗"}
# For terminals that cannot print the symbols.
_PLAIN = {Mark.OK: "ok", Mark.WARNING: "! ", Mark.FAILED: "x "}
_COLOURS = {Mark.OK: "32", Mark.WARNING: "33", Mark.FAILED: "31"}
# As wide as the longest name of a check, so that all texts begin in one column.
_NAMES = len("production_target")
# Characters of a text from outside, such as a message of the warehouse.
_LONGEST = 5000


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


def checks_text(
    lines: Iterable[CheckLine], *, encoding: str = "utf-8", width: int | None = None, colour: bool = False, quiet: bool
) -> Iterator[str]:
    """Each line as soon as it is there, under its sync's name, and the sums at the end; `quiet`: not what is fine."""
    try:
        "".join(_SYMBOLS.values()).encode(encoding)
        symbols = _SYMBOLS
    except (UnicodeEncodeError, LookupError):
        symbols = _PLAIN
    subject = ""
    marks: Counter[Mark] = Counter()
    for line in lines:
        marks[line.mark] += 1
        if quiet and line.mark is Mark.OK:
            continue
        if line.subject != subject:
            subject = line.subject
            yield f"\n{_one_line(subject)}"
        mark = symbols[line.mark]
        text = fit(f"{mark} {line.name:<{_NAMES}}  {_one_line(line.text)}", width)
        yield text.replace(mark, f"\x1b[{_COLOURS[line.mark]}m{mark}\x1b[0m", 1) if colour else text
        if line.hint:
            yield fit(f"{'':<{len(mark) + _NAMES + 3}}-> {_one_line(line.hint)}", width)
    parts = {"fine": marks[Mark.OK], "to look at": marks[Mark.WARNING], "to correct": marks[Mark.FAILED]}
    yield "\n" + ", ".join(f"{count} {what}" for what, count in parts.items() if count or what == "fine") + "."
    if marks[Mark.FAILED]:
        yield "What depends on a failed check was left out: check again then."


def checks_json(lines: Sequence[CheckLine], exit_code: int) -> CheckJson:
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


def _one_line(text: str) -> str:
    """Text from outside, each line break and tab a blank."""
    return safe(" ".join(text.split()), _LONGEST)
