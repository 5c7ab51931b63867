"""The command `unlock`: shuts out the run that holds a sync."""

from reverse_etl.cli.console import agreed, echo
from reverse_etl.cli.options import DbtOptions, SyncName, Yes, takes_dbt_options
from reverse_etl.cli.syncs import on_one


@takes_dbt_options
def unlock(dbt: DbtOptions, *, sync: SyncName = None, yes: Yes = False) -> None:
    """Shut out the run that holds a sync, where it is stuck or on a machine that is gone; the next push goes on.

    A run that is dead, or was not heard of for ten minutes, needs no unlock: a push takes over by itself.

    Example: reverse-etl unlock
    """
    from reverse_etl.commands.unlock import unlock as command
    from reverse_etl.report.unlock import holder_text

    with on_one(dbt, sync) as (session, _):
        held = session.ledger.holder()
        shown = holder_text(session.sync, held)
        if held is None or held.dead:
            echo(shown)
        elif agreed(shown, f"Shut run {held.run_seq} out?", yes=yes):
            run = command(session, held)
            if yes:
                echo(shown, err=True)
            echo(f"Run {held.run_seq} is shut out by run {run}. Push again.")
