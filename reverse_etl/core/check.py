"""One line of what `check` found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
