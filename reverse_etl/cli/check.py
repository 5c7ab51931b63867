"""The command `check`: is everything there that a push needs."""

import itertools
import json
import os
import sys
from functools import partial
from typing import Annotated

import typer

from reverse_etl.cli.console import agreed, width_of
from reverse_etl.cli.options import DbtOptions, Json, Syncs, Yes, takes_dbt_options
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Sync


@takes_dbt_options
def check(
    dbt: DbtOptions,
    *,
    sync: Syncs = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only warnings and failures.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Ask to turn on auto-tagging of the click id where an account has it off.")
    ] = False,
    warehouse: Annotated[
        bool,
        typer.Option(
            "--warehouse",
            help="Prove the warehouse instead: ask it for known answers, let claims race for the lease, and keep the "
            "outcome in the runs table.",
        ),
    ] = False,
    yes: Yes = False,
) -> None:
    """Check what a push needs: versions, project, source, ledger, settings, destination, account, goals. Reads only,
    without --fix and --warehouse.

    Example: reverse-etl check --target prod
    """
    from reverse_etl.commands.check import exit_code, run_checks
    from reverse_etl.report.check import checks_json, checks_text

    if yes and not fix:
        raise SettingsError("--yes answers what --fix asks: give both.")
    if warehouse and (fix or sync):
        raise SettingsError("--warehouse looks at no sync: leave out its name and --fix.")
    # Text is shown as soon as it is there; the exit code needs all lines.
    ask = partial(_turn_on, yes=yes) if fix else None
    checks, lines = itertools.tee(run_checks(dbt, sync, os.environ, ask=ask, warehouse=warehouse))
    if as_json:
        found = list(checks)
        typer.echo(json.dumps(checks_json(found, exit_code(found)), indent=2))
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        encoding, width = sys.stdout.encoding or "ascii", width_of(sys.stdout)
        for text in checks_text(checks, encoding=encoding, width=width, colour=colour, quiet=quiet):
            typer.echo(text)
    raise typer.Exit(exit_code(lines))


def _turn_on(sync: Sync, *, yes: bool) -> bool:
    shown = (
        f"Auto-tagging is off in account {sync.account_id} ({sync.environment.value}). Turned on, Microsoft appends "
        "the parameter msclkid to the address of every landing page of the account."
    )
    return agreed(shown, "Turn it on?", yes=yes)
