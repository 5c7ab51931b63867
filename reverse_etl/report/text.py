"""Words and columns that all texts share, and their fit to the screen."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from reverse_etl.core.plan import CLASSES
from reverse_etl.core.sync import Sync
from reverse_etl.report.words import STANDING_WORDS

OUTCOMES = ("accepted", "rejected", "deferred", "in_doubt")
LEDGER_SIDE = "Sent before, and no longer in the source as it was sent:"
# The last of several columns, which stand at least two blanks apart.
_COLUMN = re.compile(r"\s{2,}(?=\S)")
# Room that a column must leave for words.
_ROOM = 24
# A command between backticks, which stays on one line, to be copied; and what stands for its blanks meanwhile.
_COMMAND = re.compile(r"`[^`]*`")
_KEPT = "\u00a0"


def safe(text: str, longest: int = 200) -> str:
    """Text from outside without what would steer a terminal or forge a line; at most `longest` characters of it."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."


def title(sync: Sync) -> str:
    """One line that says which sync this is and where it goes."""
    return safe(f"{sync.name} -> {sync.destination}, {sync.environment.value}, account {sync.account_id}")


def named(key: str, name: str, time: str) -> str:
    return f"{key or '(no key)'}  {name or '(no name)'}  {time or '(no time)'}"


def refusal(code: int | None, error_code: str) -> str:
    """The destination's name and number for a refusal."""
    return safe(error_code or "no code") + (f" ({code})" if code else "")


def columns(rows: Iterable[Sequence[str]], right: int = 0) -> list[str]:
    """Rows in columns; the column counted `right` from 1 stands at the right of its place."""
    cells = list(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    sides = [">" if n == right else "<" for n in range(1, len(widths) + 1)]
    return [
        ("  " + "  ".join(f"{cell:{side}{w}}" for cell, side, w in zip(row, sides, widths, strict=True))).rstrip()
        for row in cells
    ]


def standing_lines(counts: Mapping[str, int]) -> list[str]:
    """Rows per standing with its words, in the order in which people read them."""
    order = ("accepted", "rejected", "deferred", "in_doubt", "not_reached", *(c for c in CLASSES if c != "new"))
    return count_lines(counts, {name: STANDING_WORDS[name] for name in order})


def count_lines(counts: Mapping[str, int], words: Mapping[str, str]) -> list[str]:
    """Numbers that are not 0, each with its name and words, in the order of these."""
    return columns([(name, f"{counts[name]:,}", text) for name, text in words.items() if counts.get(name)], right=2)


def sent_words(sent: Mapping[str, int]) -> str:
    return ", ".join(f"{sent[name]:,} {name}" for name in OUTCOMES if sent.get(name)) or "nothing sent"


def rows_of(count: int, kind: str = "") -> str:
    return f"{count:,} {kind}{'row' if count == 1 else 'rows'}"


def fit(text: str, width: int | None) -> str:
    """The text with no line longer than `width`, as far as its words allow; None leaves it as it is.

    What is too long goes on below where its last column begins.
    """
    return text if width is None else "\n".join(_fit_line(line, width) for line in text.split("\n"))


def _fit_line(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = len(line) - len(line.lstrip())
    starts = [match.end() for match in _COLUMN.finditer(line) if match.end() <= width - _ROOM]
    below = starts[-1] if starts and starts[-1] > indent else indent + (2 if indent else 0)
    kept = _COMMAND.sub(lambda command: command[0].replace(" ", _KEPT), line)
    # Long names and ids stay in one piece, too.
    lines = textwrap.wrap(kept, width, subsequent_indent=" " * below, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_KEPT, " ")
