"""Words and columns that all texts share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reverse_etl.core.plan import CLASSES
from reverse_etl.core.sync import Sync
from reverse_etl.report.words import STANDING_WORDS

OUTCOMES = ("accepted", "rejected", "deferred", "in_doubt")
LEDGER_SIDE = "Sent before, and no longer in the source as it was sent:"


def safe(text: str) -> str:
    """Text from outside without what would steer a terminal or forge a line; at most 200 characters of it."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= 200 else shown[:197] + "..."


def title(sync: Sync) -> str:
    """One line that says which sync this is and where it goes."""
    return safe(f"{sync.name} -> {sync.destination}, {sync.environment.value}, account {sync.account_id}")


def columns(rows: Iterable[Sequence[str]], right: int = 0) -> list[str]:
    """Rows in columns; the column counted `right` from 1 stands at the right of its place."""
    cells = list(rows)
    if not cells:
        return []
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    return [
        (
            "  " + "  ".join(f"{cell:>{w}}" if n == right else f"{cell:<{w}}" for n, cell, w in _cells(row, widths))
        ).rstrip()
        for row in cells
    ]


def _cells(row: Sequence[str], widths: Sequence[int]) -> Iterable[tuple[int, str, int]]:
    return ((n, cell, width) for n, (cell, width) in enumerate(zip(row, widths, strict=True), start=1))


def standing_rows(counts: Mapping[str, int]) -> Iterable[tuple[str, str, str]]:
    """Rows per standing with its words, in the order in which people read them."""
    order = [
        "accepted",
        "rejected",
        "deferred",
        "in_doubt",
        "not_reached",
        *(c for c in CLASSES if c != "new"),
    ]
    return ((name, f"{counts[name]:,}", STANDING_WORDS[name]) for name in dict.fromkeys(order) if counts.get(name))


def count_lines(counts: Mapping[str, int], words: Mapping[str, str]) -> list[str]:
    """Numbers that are not 0, each with its name and words, in the order of these."""
    return columns([(name, f"{counts[name]:,}", text) for name, text in words.items() if counts.get(name)], right=2)


def sent_words(sent: Mapping[str, int]) -> str:
    """What became of the records that left in a run."""
    return ", ".join(f"{sent[name]:,} {name}" for name in OUTCOMES if sent.get(name)) or "nothing sent"


def rows_word(count: int) -> str:
    """The word for a number of rows."""
    return "row" if count == 1 else "rows"


def rows_of(count: int) -> str:
    """A number of rows, in words."""
    return f"{count:,} {rows_word(count)}"
