"""Text for a screen of a given width: what is too long goes on below where its last column begins."""

from __future__ import annotations

import re
import textwrap

# The last of several columns, which stand at least two blanks apart.
_COLUMN = re.compile(r"\s{2,}(?=\S)")
# Room that a column must leave for words.
_ROOM = 24


def fit(text: str, width: int | None) -> str:
    """The text with no line longer than `width`, as far as its words allow; None leaves it as it is."""
    if width is None:
        return text
    return "\n".join(_fit_line(line, width) for line in text.split("\n"))


def _fit_line(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = len(line) - len(line.lstrip())
    starts = [match.end() for match in _COLUMN.finditer(line) if match.end() <= width - _ROOM]
    below = starts[-1] if starts and starts[-1] > indent else indent + (2 if indent else 0)
    # Long names and ids stay in one piece, to be copied.
    lines = textwrap.wrap(line, width, subsequent_indent=" " * below, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)
