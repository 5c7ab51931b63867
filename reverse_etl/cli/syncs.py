"""What each command does around its own work: open the project, pick the syncs, work on each, print, leave."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn

import typer

from reverse_etl.cli.console import Results, each, echo
from reverse_etl.core.errors import SettingsError

if TYPE_CHECKING:
    from reverse_etl.core.sync import Sync
    from reverse_etl.session import Session
    from reverse_etl.warehouse.dbt_calls import DbtOptions


def on_each(
    dbt: DbtOptions,
    sync: str | None,
    work: Callable[[Session, Results], int],
    *,
    as_json: bool,
    file_option: str = "",
) -> NoReturn:
    """Do a command's work for the sync of that name, or every enabled one, and leave with the worst exit code.

    `file_option`: the option, where one was given, that makes a file for the rows of one sync.
    """
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        if file_option:
            _only_one(syncs, file_option)
        results = Results(as_json=as_json, several=len(syncs) > 1)
        code = each(syncs, lambda one: work(workspace.open(one), results), results)
        results.close()
        paused = [one.name for one in workspace.syncs if not one.enabled]
        if sync is None and paused and not as_json:
            echo(f"\nPaused, and shown only when named: {', '.join(paused)}.", err=True)
    raise typer.Exit(code)


@contextlib.contextmanager
def on_one(dbt: DbtOptions, sync: str | None, *, as_json: bool = False) -> Iterator[tuple[Session, Results]]:
    """The sync of that name, or the only one, opened; what is shown is printed at the end of the block."""
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        results = Results(as_json=as_json, several=False)
        yield workspace.open(workspace.pick(sync)), results
        results.close()


def _only_one(syncs: Sequence[Sync], option: str) -> None:
    """Raise SettingsError where rows of several syncs would stand in one file."""
    if len(syncs) > 1:
        raise SettingsError(
            f"{option} holds the rows of one sync and account, and there are {len(syncs)}.",
            hint="Name one of them: " + ", ".join(sync.label for sync in syncs),
        )
