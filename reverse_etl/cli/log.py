"""Standard error as a log for programs: a JSON object for each line that a command, dbt or Python writes there."""

import contextlib
import io
import json
import os
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

# How our lines begin, and dbt's names for levels.
_LEVELS = {"Error": "error", "Warning": "warning", "Note": "warning", "Traceback": "error"}
_DBT_LEVELS = {"error": "error", "warn": "warning", "debug": "debug"}


class LogFormat(StrEnum):
    """What the lines on standard error are."""

    TEXT = "text"
    JSON = "json"


class JsonLog(io.TextIOBase):
    """A stream that writes each line as an object with time (UTC), level and message.

    `about`: what each object says besides; the sync that is worked on.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rest = ""
        self.about: dict[str, object] = {}

    def write(self, text: str) -> int:
        """Log what is whole of the lines so far, but for blank ones."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in filter(str.strip, lines):
            self._line(line)
        return len(text)

    def flush(self) -> None:
        """Log what has no end yet, as a question has none."""
        self.write("\n")
        self._stream.flush()

    def log(self, level: str, message: str, **more: object) -> None:
        """Log a message; `more` that is blank or None is left out."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = {name: value for name, value in (self.about | more).items() if value not in ("", None)}
        # One write each: lines of two threads do not mix.
        self._stream.write(json.dumps({"time": at, "level": level, "message": message, **said}) + "\n")

    def _line(self, line: str) -> None:
        if line.startswith("{"):
            # dbt's own log; its data, which may be more than a message, is left out.
            with contextlib.suppress(ValueError, LookupError, TypeError):
                info = json.loads(line)["info"]
                self.log(_DBT_LEVELS.get(info["level"], "info"), info["msg"], dbt=info["name"])
                return
        self.log(next((level for word, level in _LEVELS.items() if line.startswith(word)), "info"), line)


def log_as(form: LogFormat) -> None:
    """Let standard error be that from here on, and what dbt writes there."""
    if form is LogFormat.JSON and not isinstance(sys.stderr, JsonLog):
        sys.stderr = JsonLog(sys.stderr)
        os.environ["DBT_LOG_FORMAT"] = "json"


def log_about(**about: object) -> None:
    """Say of each line from here on what it is about, where it is a log for programs."""
    if isinstance(sys.stderr, JsonLog):
        sys.stderr.about = about


def log(level: str, message: str, **more: object) -> bool:
    """Log a message where standard error is a log for programs; False where it is not."""
    if isinstance(sys.stderr, JsonLog):
        sys.stderr.log(level, message, **more)
        return True
    return False
