"""The package and a first sync put into a user's dbt project: `init` plans, shows the plan, and carries it out.

It writes files that are missing, lists what differs, and says what to add by hand. No file is overwritten, but for the
package's own folder where that is asked for.
"""

import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.folders import project_folder
from reverse_etl.core.version import __version__
from reverse_etl.scaffold import package, starter
from reverse_etl.scaffold.package import ENTRY, FOLDER, PACKAGE
from reverse_etl.scaffold.project import DbtProject, read_project

__all__ = ["InitPlan", "carry_out_plan", "plan_init", "plan_text"]

_PAST = {"create": "created", "upgrade": "upgraded"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: what happens to what, and a few words on it."""

    verb: str
    path: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class InitPlan:
    """Everything that a run of init does, and the words for it.

    `new_package`: files for the package's folder, in the place of all that is there. `by_hand`: a file and what to
    change in it.
    """

    project: DbtProject
    shown_folder: Path
    new_package: Mapping[str, bytes]
    new_files: Mapping[Path, bytes]
    lines: tuple[Line, ...]
    by_hand: tuple[tuple[str, str], ...]
    cautions: tuple[str, ...]
    new_sync: starter.Starter | None


def plan_init(
    folder: Path,
    *,
    files: Mapping[str, bytes] | None = None,
    version: str = __version__,
    sync: str = "",
    upgrade: bool = False,
    where: str = "",
) -> InitPlan:
    """What init would do in a project. Writes nothing; raises SettingsError for what it cannot do safely.

    `sync`: the name of one more sync to write, beside those that the project declares. `upgrade`: bring the copy of the
    package to this version. `where`: the git address or the name on the hub that dbt takes it from.
    """
    entry = package.entry_of(where, version)
    if sync and not re.fullmatch(r"[A-Za-z_]\w*", sync, re.ASCII):
        raise SettingsError(
            f"{sync!r} cannot be a sync's name.", hint="dbt takes letters, digits and underscores, for example refunds."
        )
    try:
        found = package.package_files() if files is None else files
        return _plan(folder, found, version, sync, upgrade=upgrade, entry=entry)
    except OSError as error:
        raise SettingsError(
            f"{error.filename} could not be read: {error.strerror}.", hint="Nothing was written. Make it readable."
        ) from error


def _plan(folder: Path, files: Mapping[str, bytes], version: str, sync: str, *, upgrade: bool, entry: str) -> InitPlan:
    folder = project_folder(folder)
    project = read_project(folder)
    if project.name == PACKAGE:
        raise SettingsError(
            f"The dbt project in {project.folder} is called {PACKAGE}, the name of the package itself.",
            hint="Run init in your own dbt project; name its folder with --project-dir.",
        )
    new_files: dict[Path, bytes] = {}
    new_package: Mapping[str, bytes] = {}
    by_hand = []
    list_file, listed = package.find_list(project)
    list_name = project.relative(list_file)
    if listed and listed.removeprefix("./") != FOLDER:
        words = f"lists the package already, by {listed}; bring it to version {version} yourself"
        lines = [Line("unchanged", list_name, words)]
    else:
        lines = []
        if entry == ENTRY:
            copy = package.read_copy(project, files)
            if not copy.version or (upgrade and (copy.missing or copy.changed or copy.others)):
                new_package = files
            elif copy.version == version:
                new_files |= {copy.folder / name: files[name] for name in copy.missing}
            lines += _package_lines(copy, files, version, upgrade=upgrade)
        if listed:
            lines += [Line("unchanged", list_name, "lists it")]
        elif list_file.exists():
            lines += [Line("edit", list_name, f"yourself: it does not list the package, {entry}")]
            by_hand.append((list_name, f"add to its `packages`, in a line of its own: {entry}"))
        else:
            new_files[list_file] = f"packages:\n  {entry}\n".encode()
            lines += [Line("create", list_name, entry)]
    names = starter.read_names(project)
    new_sync = None
    if names.sync_path and not sync:
        words = f"declares the sync {names.sync}, so no other is written; --sync NAME writes one more"
        lines += [Line("unchanged", project.relative(names.sync_path), words)]
    else:
        new_sync = starter.plan_starter(project, names, listed or (FOLDER if entry == ENTRY else entry), sync)
        missing = {path: content for path, content in new_sync.contents.items() if not path.exists()}
        new_files |= missing
        lines += _starter_lines(project, new_sync, missing)
    cautions = tuple(_ledger_in_clean_targets(project))
    return InitPlan(project, folder, new_package, new_files, tuple(lines), tuple(by_hand), cautions, new_sync)


def carry_out_plan(plan: InitPlan) -> None:
    """Write what the plan says; raises SettingsError where a file cannot be written, or came about in between."""
    try:
        if plan.new_package:
            package.replace_copy(plan.project.folder / FOLDER, plan.new_package)
        for path, content in plan.new_files.items():
            package.write_new(path, content)
    except OSError as error:
        raise SettingsError(
            f"{error.filename} could not be written: {error.strerror or error}.",
            hint="Make it writable and run `reverse-etl init` again; it goes on from here.",
        ) from error


def plan_text(plan: InitPlan, *, dry: bool) -> str:
    """The plan in words: what was done, or with `dry` what would be."""
    title = f"dbt project {plan.project.name} in {plan.project.folder}"
    if not (plan.new_package or plan.new_files or plan.by_hand):
        title += ": nothing to do"
    elif dry:
        title += ": a dry run, nothing is written"
    out = [title, ""]
    verbs = [line.verb if dry else _PAST.get(line.verb, line.verb) for line in plan.lines]
    widths = max(len(verb) for verb in verbs), max(len(line.path) for line in plan.lines if line.words)
    for verb, line in zip(verbs, plan.lines, strict=True):
        out += [f"  {verb:<{widths[0]}}  {line.path:<{widths[1]}}  {line.words}".rstrip()]
    for caution in plan.cautions:
        out += ["", *textwrap.wrap(f"Caution: {caution}", 118, break_on_hyphens=False)]
    if steps := _steps(plan):
        width = max(len(command) for command, _ in steps)
        out += ["", "What to do next"]
        out += [f"  {number}. {command:<{width}}  {text}".rstrip() for number, (command, text) in enumerate(steps, 1)]
    return "\n".join(out)


def _package_lines(copy: package.Copy, files: Mapping[str, bytes], version: str, *, upgrade: bool) -> Iterator[Line]:
    """What happens to the copy of the package, and how it differs file by file."""
    path, of_version = f"{FOLDER}/", f"the dbt package, version {version}"
    if not copy.version:
        yield Line("create", path, f"{of_version}, {len(files)} files")
        return
    if not (copy.missing or copy.changed or copy.others):
        yield Line("unchanged", path, of_version)
        return
    if upgrade:
        yield Line("upgrade", path, f"the dbt package, version {copy.version} to {version}")
    elif copy.version != version or copy.changed or copy.others:
        words = f"version {copy.version} of the dbt package, from {version}; `init --upgrade` replaces the folder"
        yield Line("differs", path, words)
    sign = "+" if upgrade or copy.version != version else "created"
    yield from (Line("", f"  {sign} {name}") for name in copy.missing)
    yield from (Line("", f"  ~ {name}") for name in copy.changed)
    yield from (Line("", f"  - {name}") for name in copy.others)


def _starter_lines(project: DbtProject, new_sync: starter.Starter, missing: Mapping[Path, bytes]) -> Iterator[Line]:
    words = ("the source model: it builds at once, and holds no rows yet", "its tests")
    what = zip(new_sync.contents, (*words, "the sync, declared in an exposure"), strict=True)
    for path, word in what:
        new = path in missing
        yield Line("create" if new else "unchanged", project.relative(path), word if new else "is there already")


def _ledger_in_clean_targets(project: DbtProject) -> Iterator[str]:
    for folder in project.paths("clean-targets", str(project.settings.get("target-path") or "target")):
        for path in sorted(folder.rglob("*.duckdb")):
            yield (
                f"The DuckDB file {project.relative(path)} lies in {project.relative(folder)}/, which is among"
                " clean-targets: `dbt clean` deletes it, and with it the ledger of what was sent."
                " Move it elsewhere and change `path` in profiles.yml before the first push."
            )


def _steps(plan: InitPlan) -> list[tuple[str, str]]:
    """The commands to type, with the folder where the user stands elsewhere."""
    elsewhere = plan.shown_folder.resolve() != Path.cwd()
    where = f" --project-dir {shlex.quote(str(plan.shown_folder))}" if elsewhere else ""
    stands = plan.shown_folder if elsewhere else Path()
    edits = [(f"edit {stands / file}", what) for file, what in plan.by_hand]
    listed = any(FOLDER in path.parts or path.name == "packages.yml" for path in plan.new_files)
    built = plan.new_package or plan.by_hand or listed
    deps = [*edits, (f"dbt deps{where}", "")] if built else edits
    if plan.new_sync is None:
        return [*deps, (f"dbt build --select package:{PACKAGE}{where}", "")] if deps else []
    model, exposure = (
        (stands / plan.project.relative(path)).as_posix() for path in (plan.new_sync.model, plan.new_sync.exposure)
    )
    return [
        *deps,
        (f"dbt build{where}", "passes as it is"),
        (f"edit {model}", "say where your conversions are; its comments guide you"),
        (f"edit {exposure}", "owner, account, and which target is production"),
        (f"dbt build{where}", ""),
        (f"reverse-etl sandbox{where}", "in another terminal; it keeps its books in .reverse_etl/, for .gitignore"),
        (f"reverse-etl check{where}", "what a push needs, a tick or a cross per line"),
        (f"reverse-etl plan{where}", "what a push would do, row by row"),
        (f"reverse-etl push{where}", "to the local sandbox, until you build and push with the production target"),
    ]
