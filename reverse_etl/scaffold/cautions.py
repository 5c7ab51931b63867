"""What in a project would stop the build or endanger the ledger, each with the lines or the step that correct it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reverse_etl.scaffold.package_list import PACKAGE
from reverse_etl.scaffold.profile import Output
from reverse_etl.scaffold.project import DbtProject, inside

# The warehouses that the macros are written for.
ENGINES = ("duckdb", "postgres")
DBT_FROM = (1, 10, 0)
_MATERIALIZED = re.compile(r"materialized='(\w+)'")


@dataclass(frozen=True, slots=True)
class Caution:
    """A text of one or more lines; `edit` is the file without whose change the build stops."""

    text: str
    edit: str = ""


def cautions(project: DbtProject, outputs: Sequence[Output], files: Mapping[str, bytes]) -> tuple[Caution, ...]:
    """Every caution, what stops the build first."""
    return (
        *_root_settings(project, files),
        *_ledger_in_clean_targets(project, outputs),
        *_other_engines(outputs),
        *_old_dbt(project),
    )


def _root_settings(project: DbtProject, files: Mapping[str, bytes]) -> Iterator[Caution]:
    """A setting directly under `models:` overrides even what our models say of themselves."""
    models = _package_models(files)
    tables = [model for model, materialized in models.items() if materialized == "incremental"]
    wrong = []
    if any(_effective(project.models, m, "materialized") not in (None, wanted) for m, wanted in models.items()):
        wrong.append("+materialized")
    if any(_effective(project.models, m, "full_refresh") not in (None, False) for m in tables):
        wrong.append("+full_refresh")
    if not wrong:
        return
    lines = ["models:", f"  {PACKAGE}:", *(["    +materialized: view"] if "+materialized" in wrong else [])]
    lines += [f"    {table}: {{+materialized: incremental, +full_refresh: false}}" for table in tables]
    yield Caution(
        "\n".join(
            [
                f"dbt_project.yml sets {' and '.join(wrong)} directly under `models:`, for every package. It would"
                " empty the ledger, so the ledger's models refuse to build. Add there, under the same `models:`:",
                "",
                *(f"    {line}" for line in lines),
            ]
        ),
        edit="dbt_project.yml",
    )


def _package_models(files: Mapping[str, bytes]) -> dict[str, str]:
    """The package's models with how each is materialized."""
    models = {}
    for name, content in files.items():
        found = _MATERIALIZED.search(content.decode("utf-8")) if name.startswith("models/") else None
        if found and name.endswith(".sql"):
            models[name.rsplit("/", 1)[-1].removesuffix(".sql")] = found[1]
    return models


def _effective(models: Mapping[str, Any], model: str, key: str) -> Any:
    """A setting of one of our models as the project's own file makes it; None where the file says nothing."""
    value = None
    levels: Any = models
    for step in (PACKAGE, model, None):
        if not isinstance(levels, dict):
            break
        value = levels.get(f"+{key}", levels[key] if _plain(levels.get(key)) else value)
        levels = levels.get(step)
    return value


def _plain(value: Any) -> bool:
    # Without the plus, a mapping under the same name is a folder.
    return value is not None and not isinstance(value, dict)


def _ledger_in_clean_targets(project: DbtProject, outputs: Sequence[Output]) -> Iterator[Caution]:
    known = {path.resolve() for output in outputs for path in output.files}
    for folder in project.clean_targets:
        lying = {path.resolve() for path in folder.rglob("*.duckdb")} if folder.is_dir() else set()
        for path in sorted(known | lying):
            if inside(path, folder.resolve()):
                yield Caution(
                    f"The DuckDB file {project.relative(path)} lies in {project.relative(folder)}/, which is among"
                    " clean-targets: `dbt clean` deletes it, and with it the ledger of what was sent.\n"
                    "Move it elsewhere and change `path` in profiles.yml before the first push."
                )


def _other_engines(outputs: Sequence[Output]) -> Iterator[Caution]:
    for output in outputs:
        if output.type not in ENGINES:
            yield Caution(
                f"The target {output.target} is on {output.type}. reverse-etl is written for"
                f" {' and '.join(ENGINES)} so far; on others its models and tests stop with an error that says so."
            )


def _old_dbt(project: DbtProject) -> Iterator[Caution]:
    for text in project.dbt_versions:
        for sign, version in re.findall(r"(<=?)\s*v?(\d+(?:\.\d+)*)", text):
            highest = tuple(int(number) for number in version.split("."))
            if highest < DBT_FROM or (sign == "<" and highest == DBT_FROM):
                yield Caution(
                    f"dbt_project.yml has require-dbt-version {text}; reverse-etl needs dbt 1.10 or newer."
                    " Widen it, and run dbt from the environment that reverse-etl is installed in."
                )
