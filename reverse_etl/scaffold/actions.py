"""What `init` does to files: a plan of frozen actions, and the one function that carries them out."""

from __future__ import annotations

import enum
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reverse_etl.core.errors import SettingsError

_TEMPORARY = ".reverse-etl-tmp"


def is_unfinished(path: Path) -> bool:
    """Is this a file that a run was stopped in the middle of?"""
    return path.name.endswith(_TEMPORARY)


class Kind(enum.Enum):
    """What happens to a file."""

    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Action:
    """One change of one file. `before` is what the plan saw there, so that nothing else is ever overwritten."""

    kind: Kind
    path: Path
    content: bytes = b""
    before: bytes | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: what happens to what, and a few words on it."""

    verb: str
    path: str
    words: str = ""


def carry_out(actions: Iterable[Action], root: Path) -> None:
    """Carry the actions out in their order; each is whole or not at all, and the rest may be done by a later run.

    Raises SettingsError where a file changed since the plan was made, or cannot be written.
    """
    for action in actions:
        try:
            _do(action, root)
        except OSError as error:
            raise SettingsError(
                f"{action.path} could not be changed: {error.strerror or error}.",
                hint="Make it writable and run `reverse-etl init` again; it goes on from here.",
            ) from error


def read(path: Path) -> bytes | None:
    """A file's bytes, or None where there is no file."""
    return path.read_bytes() if path.is_file() else None


def _do(action: Action, root: Path) -> None:
    if read(action.path) != action.before:
        raise SettingsError(
            f"{action.path} changed while init was at work; it was left alone.", hint="Run `reverse-etl init` again."
        )
    if action.kind in (Kind.CREATE, Kind.REPLACE):
        _write(action.path, action.content)
    else:
        action.path.unlink()
        _remove_empty(action.path.parent, root)


def _write(path: Path, content: bytes) -> None:
    # Where the file is a link, what it points to is written, and the link stays.
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}{_TEMPORARY}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and root in folder.parents and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
