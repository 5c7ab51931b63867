"""The command `runs`: the newest runs, and one in detail."""

from typing import Annotated

import typer

from reverse_etl.cli.console import Results, each
from reverse_etl.cli.options import DbtOptions, Json, SyncOption, takes_dbt_options
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Sync


@takes_dbt_options
def runs(
    dbt: DbtOptions,
    *,
    run: Annotated[
        int | None, typer.Argument(metavar="[RUN]", min=1, help="A run's number, to see it in detail.")
    ] = None,
    sync: SyncOption = None,
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, help="How many runs to list, the newest first.")] = 20,
) -> None:
    """List the newest runs, or tell all that is known of one. Reads only.

    Example: reverse-etl runs 12
    """
    from reverse_etl.commands import runs as command
    from reverse_etl.report import runs as report
    from reverse_etl.session import open_workspace

    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        results = Results(as_json=as_json, several=len(syncs) > 1)
        missing: list[SettingsError] = []

        def work(one: Sync) -> int:
            session = workspace.open(one)
            if run is None:
                results.show(report.runs_json, report.runs_text, command.runs(session, limit=limit))
                return 0
            try:
                results.show(report.run_json, report.run_text, command.run(session, run))
            except SettingsError as error:
                # Each sync counts its own runs: of several, only those that have this number are meant.
                missing.append(error)
            return 0

        code = each(syncs, work, results)
        if len(missing) == len(syncs):
            raise missing[0]
        results.close()
    raise typer.Exit(code)
