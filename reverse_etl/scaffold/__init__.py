"""The package and a first sync put into a user's dbt project: `init` plans, shows the plan, and carries it out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.folders import project_folder
from reverse_etl.core.version import __version__
from reverse_etl.scaffold import package_copy, package_list, starter, words
from reverse_etl.scaffold.actions import Action, Kind, Line, carry_out
from reverse_etl.scaffold.cautions import Caution, cautions
from reverse_etl.scaffold.package_list import PACKAGE
from reverse_etl.scaffold.profile import read_outputs
from reverse_etl.scaffold.project import DbtProject, read_project

__all__ = ["InitPlan", "carry_out_plan", "plan_init", "plan_text"]


@dataclass(frozen=True, slots=True)
class InitPlan:
    """Everything that a run of init does, in order, and the words for it."""

    project: DbtProject
    shown_folder: Path
    actions: tuple[Action, ...]
    lines: tuple[Line, ...]
    cautions: tuple[Caution, ...]
    new_sync: starter.Starter | None
    needs_build: bool


def plan_init(
    folder: Path,
    environment: Mapping[str, str],
    *,
    files: Mapping[str, bytes] | None = None,
    version: str = __version__,
    sync: str = "",
) -> InitPlan:
    """What init would do in a project. Writes nothing; raises SettingsError for what it cannot do safely.

    `sync`: the name of one more sync to write, beside those that the project declares.
    """
    if sync and not re.fullmatch(r"[A-Za-z_]\w*", sync, re.ASCII):
        raise SettingsError(
            f"{sync!r} cannot be a sync's name.", hint="dbt takes letters, digits and underscores, for example refunds."
        )
    try:
        return _plan(folder, environment, files, version, sync)
    except OSError as error:
        raise SettingsError(
            f"{error.filename} could not be read: {error.strerror}.", hint="Nothing was written. Make it readable."
        ) from error


def _plan(
    folder: Path, environment: Mapping[str, str], files: Mapping[str, bytes] | None, version: str, sync: str
) -> InitPlan:
    files = package_copy.package_files() if files is None else files
    folder = project_folder(folder)
    project = read_project(folder, environment)
    if project.name == PACKAGE:
        raise SettingsError(
            f"The dbt project in {project.folder} is called {PACKAGE}, the name of the package itself.",
            hint="Run init in your own dbt project; name its folder with --project-dir.",
        )
    outputs = read_outputs(project, environment)
    actions, lines, package, built = _plan_package(project, files, version, environment)
    names = starter.read_names(project)
    new_sync = None
    if names.sync_path and not sync:
        words_ = f"declares the sync {names.sync}, so no other is written; --sync NAME writes one more"
        lines += [Line("unchanged", project.relative(names.sync_path), words_)]
    else:
        new_sync = starter.plan_starter(project, names, outputs, package, sync)
        actions += new_sync.actions
        lines += [Line("unchanged", project.relative(path), "is there already") for path in new_sync.existing]
        lines += _starter_lines(project, new_sync)
    return InitPlan(
        project, folder, tuple(actions), tuple(lines), cautions(project, outputs, files), new_sync, bool(built)
    )


def carry_out_plan(plan: InitPlan) -> None:
    """Write what the plan says; raises SettingsError where a file changed in between or cannot be written."""
    carry_out(plan.actions, plan.project.folder)


def plan_text(plan: InitPlan, *, dry: bool) -> str:
    """The plan in words: what was done, or with `dry` what would be."""
    title = f"dbt project {plan.project.name} in {plan.project.folder}"
    if not plan.actions:
        title += ": nothing to do"
    elif dry:
        title += ": a dry run, nothing is written"
    return words.report(title, list(plan.lines), plan.cautions, _steps(plan), dry=dry)


def _plan_package(
    project: DbtProject, files: Mapping[str, bytes], version: str, environment: Mapping[str, str]
) -> tuple[list[Action], list[Line], str, bool]:
    """Actions and lines for the copy and its entry, the package's folder in words, and whether to build it anew."""
    listed = package_list.read_list(project, package_copy.candidates(project), environment)
    file = project.relative(listed.path)
    if listed.elsewhere:
        words_ = f"lists the package already, by {listed.elsewhere}; bring it to version {version} yourself"
        return [], [Line("unchanged", file, words_)], f"{project.relative(project.install_path)}/{PACKAGE}", False
    if listed.folder is not None and package_copy.is_by_hand(listed.folder):
        found = package_list.package_version(listed.folder)
        name = project.relative(listed.folder)
        same = "the same as this tool" if found == version else f"and this tool is {version}: bring both to one"
        words_ = f"lists the package already, by local: {name}, version {found}, {same}"
        return [], [Line("unchanged", file, words_)], name, False
    folder = listed.folder or package_copy.choose_folder(project)
    name = project.relative(folder)
    upgrade = package_copy.plan_upgrade(package_copy.open_copy(folder, project), files, version)
    actions, lines = list(upgrade.actions), words.package_lines(name, upgrade)
    if listed.folder is not None:
        lines += [Line("unchanged", file, "lists it")]
    else:
        try:
            content = package_list.with_entry(listed.content, name)
        except package_list.CannotInsertError as error:
            raise SettingsError(
                f"{file} was left alone, and nothing was written: {error}.",
                hint="Write the one list of packages like this, and run `reverse-etl init` again:\n\n"
                + package_list.lines_by_hand(name),
            ) from error
        kind = Kind.CREATE if listed.content is None else Kind.REPLACE
        actions += [Action(kind, listed.path, content, before=listed.content)]
        lines += [Line("create" if listed.content is None else "add", file, f"- local: {name}")]
    return actions, lines, name, bool(actions)


def _starter_lines(project: DbtProject, new_sync: starter.Starter) -> list[Line]:
    what = {
        new_sync.model: "the source model: it builds at once, and holds no rows yet",
        new_sync.exposure: "the sync, declared in an exposure",
    }
    return [
        Line("create", project.relative(action.path), what.get(action.path, "its tests")) for action in new_sync.actions
    ]


def _steps(plan: InitPlan) -> list[tuple[str, str]]:
    """The commands to type, with the folder where the user stands elsewhere."""
    elsewhere = plan.shown_folder.resolve() != Path.cwd()
    where = f" --project-dir {shlex.quote(str(plan.shown_folder))}" if elsewhere else ""
    stands = plan.shown_folder if elsewhere else Path()
    edits = [(f"edit {stands / caution.edit}", "add the lines above") for caution in plan.cautions if caution.edit]
    deps = [*edits, (f"dbt deps{where}", "")] if plan.needs_build else edits
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
