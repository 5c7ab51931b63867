"""One line of what `check` found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reverse_etl.core.errors import LeaseHeldError, ReverseEtlError, SettingsError

# What to do about errors that do not say it themselves.
_HINTS = {
    "exposure": "Change it in the exposure.",
    "database": "Look at this target in profiles.yml, and whether the database runs; `dbt debug` tells more.",
}


class Mark(StrEnum):
    """What a check found: fine, worth a look, or wrong."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One thing that was looked at. `subject` is a sync's name, or empty for what all share; `hint` says what to do."""

    subject: str
    name: str
    mark: Mark
    text: str
    hint: str = ""
    exit_code: int = 0


def found(name: str, text: str, hint: str = "", *, subject: str = "") -> CheckLine:
    """A warning where there is something to do, else a tick."""
    return CheckLine(subject, name, Mark.WARNING if hint else Mark.OK, text, hint)


def failed(name: str, error: ReverseEtlError, *, subject: str = "") -> CheckLine:
    """A cross with what an error says."""
    code = LeaseHeldError.exit_code if isinstance(error, LeaseHeldError) else SettingsError.exit_code
    hint = error.hint or _HINTS.get(name, "Correct what it says, then check again.")
    return CheckLine(subject, name, Mark.FAILED, error.message, hint, code)


def or_failed(name: str, lines: Iterable[CheckLine], *, subject: str = "") -> Iterator[CheckLine]:
    """The lines of a check, up to an error, which becomes the last."""
    try:
        yield from lines
    except ReverseEtlError as error:
        yield failed(name, error, subject=subject)
