"""What a value from outside may be: text that can be sent, and an address of this very machine; and our own tables."""

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
    # Headers are where REST has them, and they carry nothing but ASCII.
    if not (value.isprintable() and value.isascii()):
        what = "a character beyond ASCII" if value.isprintable() else "a line break or another character"
        raise SettingsError(
            f"{label} holds {what} that no such value has.",
            hint="Look at how it is set; often a file has more in it than the value.",
        )


def read_table(name: str) -> list[dict[str, str]]:
    """The lines of one of the tables beside this file, by their columns."""
    with (files(__package__) / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
