"""Options that several commands share: the sync's name, `--json`, and dbt's own options."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from reverse_etl.cli.log import LogFormat, log_as
from reverse_etl.core.errors import SettingsError

if TYPE_CHECKING:
    from reverse_etl.session import Session as Session  # noqa: PLC0414
    from reverse_etl.warehouse.dbt_calls import DbtOptions as DbtOptions  # noqa: PLC0414
else:
    # Names for the type checker: `reverse-etl --help` must not wait for dbt.
    DbtOptions = Session = object

R = TypeVar("R")


SyncName = Annotated[
    str | None,
    typer.Argument(metavar="[SYNC]", help="The sync's name; left out, the only one."),
]
Syncs = Annotated[
    str | None,
    typer.Argument(metavar="[SYNC]", help="The sync's name; left out, all enabled ones."),
]
SyncOption = Annotated[str | None, typer.Option("--sync", help="The sync's name; left out, all enabled ones.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ProjectDir = Annotated[
    Path,
    typer.Option(
        "--project-dir",
        envvar="DBT_PROJECT_DIR",
        help="Folder of dbt_project.yml; left out, this folder or the nearest above that has one.",
    ),
]


def wants_json(format_: str | None, *, as_json: bool) -> bool:
    """Is the result to be JSON, by `--json` or by `--format json`? Raises SettingsError where they contradict."""
    if as_json and format_ not in (None, "json"):
        raise SettingsError("--json and --format ask for different things.", hint="Give one of them.")
    return as_json or format_ == "json"


def _dbt(
    *,
    project_dir: ProjectDir = Path(),
    profiles_dir: Annotated[
        Path | None, typer.Option("--profiles-dir", envvar="DBT_PROFILES_DIR", help="Folder of profiles.yml.")
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", envvar="DBT_PROFILE", help="The profile, if not the project's.")
    ] = "",
    target: Annotated[
        str, typer.Option("--target", "-t", envvar="DBT_TARGET", help="The dbt target, if not the default.")
    ] = "",
    target_path: Annotated[
        str, typer.Option("--target-path", envvar="DBT_TARGET_PATH", help="Folder of dbt's artifacts.")
    ] = "",
    vars: Annotated[str, typer.Option("--vars", help="Variables for dbt, as YAML.")] = "",
    log_format: Annotated[
        LogFormat,
        typer.Option(
            "--log-format",
            envvar="REVERSE_ETL_LOG_FORMAT",
            metavar="<str>",
            help="text, or json: an object for each line on standard error.",
        ),
    ] = LogFormat.TEXT,
) -> DbtOptions:
    """dbt's own options."""
    log_as(log_format)
    from reverse_etl.warehouse.dbt_calls import DbtOptions

    return DbtOptions(project_dir, profiles_dir, profile, target, target_path, vars)


def takes_dbt_options(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command dbt's own options in place of its parameter `dbt`, which takes them as a DbtOptions."""
    own, shared = (dict(inspect.signature(one, eval_str=True).parameters) for one in (command, _dbt))
    own.pop("dbt")

    @functools.wraps(command)
    def with_options(**given: Any) -> R:
        return command(_dbt(**{name: given.pop(name) for name in shared}), **given)

    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (own | shared).values()]
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    # What the typer reads of the command itself must not win over what was just put together.
    del with_options.__wrapped__
    return with_options
