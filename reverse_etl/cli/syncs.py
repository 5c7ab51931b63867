"""What each command does around its own work: open the project, pick the syncs, work on each, print, leave."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import typer

from reverse_etl.cli.console import Results, each, echo
from reverse_etl.cli.options import DbtOptions, Session
from reverse_etl.core.errors import SettingsError


def on_each(
    dbt: DbtOptions,
    sync: str | None,
    work: Callable[[Session, Results], int | None],
    *,
    as_json: bool,
    file_option: str = "",
    state: Path | None = None,
    end: Callable[[Results], None] = lambda _: None,
) -> NoReturn:
    """Do a command's work for the sync of that name, or every enabled one, and leave with the worst exit code.

    `file_option`: the option, where one was given, that makes a file for the rows of one sync. `state`: the folder of
    another build, whose ledger is looked at. `end` is called when all are worked on.
    """
    from reverse_etl.session import open_workspace

    with open_workspace(dbt, state=state) as workspace:
        syncs = workspace.chosen(sync)
        if file_option and len(syncs) > 1:
            raise SettingsError(
                f"{file_option} holds the rows of one sync and account, and there are {len(syncs)}.",
                hint="Name one of them: " + ", ".join(one.label for one in syncs),
            )
        results = Results(as_json=as_json, several=len(syncs) > 1)
        code = each(syncs, lambda one: work(workspace.open(one), results) or 0, results)
        results.close()
        end(results)
        paused = [one.name for one in workspace.syncs if not one.enabled] if sync is None else []
        if paused and not as_json:
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
