"""The command that looks at the account's goals."""

from reverse_etl.cli.console import Results, echo
from reverse_etl.cli.options import DbtOptions, Json, Session, Syncs, takes_dbt_options
from reverse_etl.cli.syncs import on_each


@takes_dbt_options
def goals(dbt: DbtOptions, *, sync: Syncs = None, as_json: Json = False) -> None:
    """List the account's offline conversion goals with the source's rows of each, and what to create where one is
    missing. Reads only.

    Example: reverse-etl goals
    """
    from reverse_etl.commands.goals import goals as command
    from reverse_etl.report.goals import goals_json, goals_text

    def work(session: Session, results: Results) -> None:
        results.show(goals_json, goals_text, command(session, note=lambda text: echo(text, err=True)))

    on_each(dbt, sync, work, as_json=as_json)
