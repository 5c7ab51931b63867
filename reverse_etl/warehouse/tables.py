"""The tables of the dbt package in the warehouse: are they built, and what do they hold of every scope."""

from collections.abc import Mapping, Sequence
from typing import Any

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Environment, Scope, Sync
from reverse_etl.warehouse.project import Project
from reverse_etl.warehouse.statements import PACKAGE

TABLES = ("ledger", "receipts", "runs")
# What dbt calls a relation that keeps the rows which are inserted; blank where it does not know.
_KEEPS_ROWS = ("table", "external", "unknown", "")
_NOT_PLAIN = (
    "On Spark they must be Delta or Iceberg: set `models: {reverse_etl: {+file_format: delta}}` in dbt_project.yml, "
    "drop the tables while nothing was sent to production, and build them anew."
)


def ledger_tables(project: Project, names: Sequence[str] = TABLES) -> dict[str, Any]:
    """The relations of the ledger by their short names; raises SettingsError naming what is not built, or is no table.

    `names`: which of the package's tables, where others are meant than those that every push needs.
    """
    ids = {name: f"model.{PACKAGE}.{PACKAGE}_{name}" for name in names}
    build = project.build_command(f"package:{PACKAGE}")
    disabled = [f"{PACKAGE}_{name}" for name, unique_id in ids.items() if unique_id not in project.manifest.nodes]
    if disabled:
        raise SettingsError(
            f"Models of the dbt package are disabled in this project: {', '.join(disabled)}.",
            hint=f"Enable what is disabled and run `{build}`.",
        )
    columns = {unique_id: project.package_columns(unique_id) for unique_id in ids.values()}
    missing = [str(project.relation(unique_id)) for unique_id, found in columns.items() if found is None]
    if missing:
        raise SettingsError(
            f"Tables of the package are not built yet in {project.database}: {', '.join(missing)}.",
            hint=f"Run `{project.build_command()}`, which builds them with your own models; or only them: `{build}`.",
        )
    kinds = {unique_id: project.kind(unique_id) for unique_id in ids.values()}
    views = [f"{project.relation(unique_id)} ({kind})" for unique_id, kind in kinds.items() if kind not in _KEEPS_ROWS]
    if views:
        raise SettingsError(
            f"What was sent is kept in tables of this target's own, and these are none: {', '.join(views)}.",
            hint="A view shows the history of another schema, as `dbt clone` leaves it. If this target was pushed from "
            f"before, restore its tables from a backup. If it never was, drop the views and run `{build}`.",
        )
    lacking = [
        f"{project.relation(unique_id)} has no column {column}"
        for unique_id, found in columns.items()
        for column in project.manifest.nodes[unique_id].columns
        if column not in {name.lower() for name in found or ()}
    ]
    if lacking:
        raise SettingsError(
            f"The ledger was built by an older version of the package: {', '.join(lacking)}.",
            hint=f"Run `{build}`: it adds what is missing and keeps every row.",
        )
    return {name: project.relation(unique_id) for name, unique_id in ids.items()}


def check_writers(project: Project, sync: Sync) -> None:
    """Raise SettingsError where a sync to production has its history in tables that lose one of two inserts at once."""
    if sync.environment is Environment.PRODUCTION and (plain := _plain_tables(project)):
        raise SettingsError(
            "No push to production: these tables could lose what two pushes write at once, so that both would send: "
            f"{plain}.",
            hint=_NOT_PLAIN,
        )


def check_updates(project: Project) -> None:
    """Raise SettingsError where the history stands in tables whose rows cannot be changed, as a forget has to."""
    if plain := _plain_tables(project):
        raise SettingsError(
            "A forget blanks identifiers in the rows that hold them, and the rows of these tables cannot be changed: "
            f"{plain}. Nothing was written.",
            hint=_NOT_PLAIN,
        )


def _plain_tables(project: Project) -> str:
    """The names of the tables that are plain files without transactions; blank where there is none."""
    return ", ".join(
        f"{PACKAGE}_{name}" for name in TABLES if not project.keeps_inserts(f"model.{PACKAGE}.{PACKAGE}_{name}")
    )


def accepted_by_scope(project: Project, tables: Mapping[str, Any]) -> dict[Scope, int]:
    """About how many records of each scope the destination accepted, ever."""
    rows = project.query("_accepted_by_scope", receipts=tables["receipts"])
    return {Scope(*(str(value) for value in scope)): int(accepted) for *scope, accepted in rows}
