"""A source model in the warehouse: is it built, and does it have the columns and types of an offline conversion."""

import difflib
from collections.abc import Mapping
from typing import Any

from reverse_etl.core.errors import SettingsError
from reverse_etl.warehouse.project import Project

# The columns of a source model, each with the kinds of type that it may have.
SOURCE_COLUMNS = {
    "conversion_name": ("text",),
    "conversion_time": ("timestamp", "text"),
    "microsoft_click_id": ("text",),
    "hashed_email_address": ("text",),
    "hashed_phone_number": ("text",),
    "conversion_value": ("number", "text"),
    "conversion_currency_code": ("text",),
    "external_attribution_credit": ("number", "text"),
    "external_attribution_model": ("text",),
}
# What a source model may have besides, which is read and never sent.
CLICK_TIME = "click_time"
OPTIONAL_COLUMNS = {CLICK_TIME: ("timestamp", "text")}
# How the engines' type names begin. A name that is not here is let pass: the engine will say if it does not fit.
_KINDS = {
    "text": ("varchar", "text", "char", "string", "nvarchar", "nchar"),
    "timestamp": ("timestamp", "datetime"),
    "number": (
        "double",
        "float",
        "real",
        "decimal",
        "numeric",
        "number",
        "int",
        "bigint",
        "smallint",
        "tinyint",
        "hugeint",
    ),
    "boolean": ("bool",),
    "date": ("date",),
}
_BUILD_HINT = "Build the view with {{ reverse_etl.offline_conversions(...) }}, which makes and casts every column."


def built_columns(project: Project, unique_id: str) -> dict[str, str]:
    """Names and types of a source model's columns; raises SettingsError where it is not built."""
    model = unique_id.split(".", 2)[-1]
    # What stands under its name is of an earlier build.
    if project.manifest.nodes[unique_id].config.materialized == "ephemeral":
        raise SettingsError(
            f"The source model {model} is ephemeral: the warehouse has no rows of it.",
            hint="Materialize it as a view or a table, and build it.",
        )
    columns = project.columns(unique_id)
    if columns is None:
        raise SettingsError(
            f"The source model {project.relation(unique_id)} is not built yet in {project.database}.",
            hint=f"Run `{project.build_command(f'+{model}')}`, then try again.",
        )
    return columns


def column_problems(relation: Any, columns: Mapping[str, str], *named: str | None) -> list[SettingsError]:
    """Each column that is missing, or whose kind of type does not fit. `named`: columns that the exposure names."""
    problems = []
    spelling = _spelling(columns)
    optional = [column for column in OPTIONAL_COLUMNS if column in spelling]
    for column in [*SOURCE_COLUMNS, *optional, *filter(None, named)]:
        if column.lower() not in spelling:
            near = difflib.get_close_matches(column, columns, n=1)
            message = f"The source model {relation} has no column {column}." + (f" It has {near[0]}." if near else "")
            problems.append(SettingsError(message, hint=_BUILD_HINT if column in SOURCE_COLUMNS else _key_hint(column)))
            continue
        type_name = columns[spelling[column.lower()]]
        kind, fitting = kind_of(type_name), (SOURCE_COLUMNS | OPTIONAL_COLUMNS).get(column)
        if kind and fitting and kind not in fitting:
            problems.append(
                SettingsError(
                    f"The source model {relation} has {column} as {type_name}; it must be a {' or '.join(fitting)}.",
                    hint=_BUILD_HINT,
                )
            )
    return problems


def kinds_of(columns: Mapping[str, str], *named: str | None) -> dict[str, str]:
    """The kind of type of each column that a sync reads, as far as it is there; the engine's name where unknown."""
    spelling = _spelling(columns)
    wanted = dict.fromkeys([*SOURCE_COLUMNS, *OPTIONAL_COLUMNS, *filter(None, named)])
    found = {column: columns[spelling[column.lower()]] for column in wanted if column.lower() in spelling}
    return {column: kind_of(type_name) or type_name for column, type_name in found.items()}


def check_columns(relation: Any, columns: Mapping[str, str], *named: str | None) -> None:
    """Raise SettingsError for the first column that is wrong, and say how many more are."""
    problems = column_problems(relation, columns, *named)
    if problems:
        first, more = problems[0], len(problems) - 1
        others = f" `reverse-etl check` names {more} more." if more else ""
        raise SettingsError(first.message, hint=first.hint + others)


def spelled(columns: Mapping[str, str], name: str | None) -> str | None:
    """A column's own spelling, which is the one to quote: engines fold names without quotes to lower or upper case."""
    return _spelling(columns)[name.lower()] if name else None


def click_time_of(columns: Mapping[str, str]) -> str | None:
    """The column of click times in its own spelling, or None where the model has none."""
    return _spelling(columns).get(CLICK_TIME)


def kind_of(type_name: str) -> str:
    """The kind of a type, or nothing where its name is not known. Of several the longest beginning decides."""
    name = type_name.lower()
    beginnings = [(len(start), kind) for kind, starts in _KINDS.items() for start in starts if name.startswith(start)]
    return max(beginnings, default=(0, ""))[1]


def _spelling(columns: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): name for name in columns}


def _key_hint(column: str) -> str:
    return f"Select {column} in the model (extra_columns of the macro), or name another column in the exposure."
