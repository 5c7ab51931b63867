"""What a value from outside may be: text that can be sent, and an address of this very machine; and our own tables."""

from __future__ import annotations

import csv
from importlib.resources import files
from urllib.parse import urlsplit

from reverse_etl.core.errors import SettingsError

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def is_loopback(endpoint: str) -> bool:
    """Does an address lead to this very machine?"""
    return (urlsplit(endpoint).hostname or "") in LOOPBACK


def is_token(value: object) -> bool:
    """Can it be a token or a code? One is text of printable ASCII: headers carry nothing else."""
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable()


def check_printable(label: str, value: str) -> None:
    """Raise SettingsError, naming the value by its label, where it has characters that no such value has."""
    if not value.isprintable():
        raise SettingsError(
            f"{label} holds a line break or another character that no such value has.",
            hint="Look at how it is set; often a file has more in it than the value.",
        )
    # Headers are where REST has them, and they carry nothing else.
    if not value.isascii():
        raise SettingsError(
            f"{label} holds a character beyond ASCII, which no such value has.",
            hint="Look at how it is set; a character may have been changed on the way.",
        )


def read_table(name: str) -> list[dict[str, str]]:
    """The lines of one of the tables beside this file, by their columns."""
    with (files(__package__) / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
