"""dbt called in this process without a word, and what it or the warehouse raises made errors of ours."""

import contextlib
import errno
import io
import logging
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, TextIO

from reverse_etl.core.errors import LeaseHeldError, ReverseEtlError, SettingsError, WarehouseError

_SHORT_OF_MEMORY = "Out of Memory Error"
_LOCKED = re.compile(r"Conflicting lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
# Drivers quote the connection string that they could not use.
_PASSWORD = re.compile(r"""(?i)((?:password|token|secret)\s*=\s*|://[^\s:/@]*:)(?:'[^']*'|"[^"]*"|[^\s'"&;,)@]+)""")
# manifest.json is left as the user's own dbt commands write it.
_QUIET = ["--quiet", "--log-level", "none", "--log-level-file", "none", "--no-write-json"]

# Folders at a project's root that declare no exposures and change with each command. Further down dbt reads them.
_NOT_DECLARING = ("target", "logs", "dbt_packages")
# Nanoseconds. What dbt keeps bears the time at which a parse ended; a file may have been saved after it was read.
_PARSE_LASTS = 10 * 10**9


@dataclass(frozen=True, slots=True)
class DbtOptions:
    """Where the project is, as dbt's own options say it. Empty means dbt's default."""

    project_dir: Path
    profiles_dir: Path | None = None
    profile: str = ""
    target: str = ""
    target_path: str = ""
    vars: str = ""

    def as_arguments(self) -> list[str]:
        """The options as dbt's command line takes them."""
        pairs = [
            ("--project-dir", str(self.project_dir)),
            ("--profiles-dir", str(self.profiles_dir or "")),
            ("--profile", self.profile),
            ("--target", self.target),
            ("--target-path", self.target_path),
            ("--vars", self.vars),
        ]
        return [word for name, value in pairs if value for word in (name, value)]


class WithoutInterrupts(io.TextIOBase):
    """A stream for dbt's output that leaves out the traceback which dbt makes of Ctrl-C: that is no error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Pass a text on; dbt writes a record at a time."""
        if not ("Traceback (most recent call last)" in text and "KeyboardInterrupt" in text):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Pass on what is kept."""
        self._stream.flush()


def call_dbt(arguments: list[str], manifest: Any = None) -> Any:
    """Run a dbt command in this process without a word."""
    # dbt's own records go nowhere: rows and settings must not end in a log that was not asked for.
    logging.getLogger("dbt").setLevel(logging.CRITICAL)
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        return _runner(manifest).invoke([*_QUIET, *arguments])


def _runner(manifest: Any = None) -> Any:
    _clean_up_in_silence()
    from dbt.cli.main import dbtRunner
    from dbt_common.events.event_manager_client import cleanup_event_logger

    # The logger that dbt makes as it is imported says on standard output what keeps a call from beginning.
    cleanup_event_logger()
    return dbtRunner(manifest=manifest)


def _clean_up_in_silence() -> None:
    """Start the process in which Python cleans up dbt's locks: after an interrupt it would end in a warning of them."""
    said = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker:UserWarning"
    resource_tracker.ensure_running()
    if said is None:
        del os.environ["PYTHONWARNINGS"]
    else:
        os.environ["PYTHONWARNINGS"] = said


def build(options: DbtOptions, selection: Sequence[str], *, quiet: bool, verbose: bool) -> BaseException | None:
    """Run `dbt build`, whose words go to standard error as `Project.build` says; gives what kept it from running."""
    # The verdict is read from the file, and of all tests: also where the project's flags say otherwise.
    looks = ["--write-json", *(["--quiet"] if quiet else [] if verbose else ["--log-level", "warn"])]
    looks += ["--no-use-colors"] if os.environ.get("NO_COLOR") or not sys.stderr.isatty() else []
    logging.getLogger("dbt").setLevel(logging.NOTSET)
    with contextlib.redirect_stdout(WithoutInterrupts(sys.stderr)):
        words = ["build", "--indirect-selection", "eager", "--select", *selection, *options.as_arguments()]
        exception: BaseException | None = _runner().invoke([*looks, *words]).exception
    # From here on dbt is silent again: what a push does must not end in dbt's own log.
    call_dbt(["parse", *options.as_arguments()])
    return exception


def select_exposures(options: DbtOptions, manifest: Any, select: str) -> frozenset[str]:
    """The names of the exposures that dbt's selection syntax picks."""
    words = ["ls", "--resource-type", "exposure", "--output", "name", "--select", *select.split()]
    result = call_dbt([*words, *options.as_arguments()], manifest)
    if not result.success:
        raise SettingsError(
            f"dbt does not understand --select {select!r}: {first_words(result.exception)}",
            hint="The syntax is dbt's own, for example: --select tag:nightly exposure:my_sync",
        )
    return frozenset(result.result)


def parse(options: DbtOptions) -> Any:
    """The manifest of a project, of its files as they stand; raises SettingsError where dbt cannot make it."""
    fresh = [] if _kept_parse_is_newest(options) else ["--no-partial-parse"]
    result = call_dbt([*fresh, "parse", *options.as_arguments()])
    if result.success:
        return result.result
    message = first_words(result.exception) if result.exception else "dbt could not parse the project."
    hint = "Run `dbt parse` to see it with dbt's own output."
    if "DBT_ENV_SECRET_" in message or "Secret env vars" in message:
        hint = "An exposure may not use DBT_ENV_SECRET_ variables; secrets are read from the environment by the tool."
    elif any(f"[Errno {code}]" in message for code in (errno.EACCES, errno.ENOSPC, errno.EROFS)):
        hint = "dbt writes into its folders: name others by --target-path (or DBT_TARGET_PATH) and DBT_LOG_PATH."
    elif "dbt deps" in message:
        hint = "Run `dbt deps`, then `dbt build`."
    elif "target" in message and "does not have" in message:
        hint = "Name one of its targets with --target."
    elif "Could not find adapter type" in message:
        hint = "Install dbt's adapter of that type into the environment of reverse-etl, as dbt-postgres for postgres."
    elif "Credentials in profile" in message:
        hint = "Correct it in profiles.yml; `dbt debug` shows it with dbt's own output."
    elif "Env var required" in message:
        hint = "Set it, where the project or profiles.yml names it, or give it a default there."
    elif ("rofile" in message or ".dbt" in message) and "Syntax error" not in message:
        hint = "Name the folder of profiles.yml with --profiles-dir, or the profile with --profile."
    raise SettingsError(f"dbt cannot load this project: {message}", hint=hint)


def read_manifest(folder: Path) -> Any:
    """The manifest that a build left in a folder; raises SettingsError where there is none that dbt can read."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise SettingsError(
            f"There is no manifest.json in {folder}.",
            hint="Name the folder with the manifest that the other build left, for example a copy of its target/.",
        )
    from dbt.contracts.graph.manifest import Manifest, WritableManifest

    try:
        return Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(str(path)))
    except Exception as error:
        raise SettingsError(
            f"{path} cannot be read: {first_words(error)}", hint="Make it anew by `dbt parse`, with this dbt-core."
        ) from error


def _kept_parse_is_newest(options: DbtOptions) -> bool:
    """Is what dbt kept of an earlier parse, when that began, newer than every properties file: may it be built upon?

    dbt's partial parsing keeps an exposure whose name was rendered by Jinja after it was renamed or removed, and does
    not see changes of white space alone: an `enabled: false` that was indented into its place would not pause a sync.
    To read the whole project anew each time costs two seconds and more.
    """
    root = options.project_dir
    target = root / (options.target_path or os.environ.get("DBT_TARGET_PATH", "target"))
    try:
        begun = (target / "partial_parse.msgpack").stat().st_mtime_ns - _PARSE_LASTS
        for folder, folders, files in os.walk(root):
            if Path(folder) == root:
                folders[:] = [name for name in folders if not name.startswith(".") and name not in _NOT_DECLARING]
            folders[:] = [name for name in folders if Path(folder) / name != target]
            # A folder changes when a file leaves it. Either may be given an old mtime, and never an old ctime.
            changed = [*folders, *(name for name in files if name.lower().endswith((".yml", ".yaml")))]
            if any((Path(folder) / name).stat().st_ctime_ns >= begun for name in changed):
                return False
    except OSError:
        return False
    return True


class ShortOfMemoryError(WarehouseError):
    """A statement needs more memory than DuckDB may have."""


def translated(error: Exception) -> ReverseEtlError:
    message = first_words(error)
    locked = _LOCKED.search(str(error))
    if locked:
        return LeaseHeldError(
            f"The DuckDB file is in use by {locked['program']} (PID {locked['pid']}).",
            hint="Wait until it ends, or stop it; a DuckDB file takes one process at a time.",
        )
    said = f"The warehouse refused a statement: {message}"
    if _SHORT_OF_MEMORY in str(error):
        return ShortOfMemoryError(said, hint="Let DuckDB have more: `memory_limit` under `settings` in profiles.yml.")
    return WarehouseError(said, hint="Once that is corrected, run it again: a push goes on from its ledger.")


def first_words(error: BaseException | None) -> str:
    """An error's text in one line without dbt's decoration, statements and the passwords of connection strings."""
    # Behind a line of dashes stands a part of a file that dbt cannot read: profiles.yml has passwords.
    said = re.split(r"(?m)^\s*-{10,}$", str(error))[0]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    text = _PASSWORD.sub(r"\1(secret)", " ".join(lines[:8]))
    return text if len(text) <= 600 and len(lines) <= 8 else text[:600] + " ..."
