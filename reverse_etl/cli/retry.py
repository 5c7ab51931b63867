"""The command `retry`: makes refused rows sendable again."""

from typing import Annotated

import typer

from reverse_etl.cli.console import agreed
from reverse_etl.cli.options import DbtOptions, Json, SyncName, Yes, takes_dbt_options
from reverse_etl.cli.syncs import on_one
from reverse_etl.core.errors import SettingsError


@takes_dbt_options
def retry(
    dbt: DbtOptions,
    *,
    sync: SyncName = None,
    all_: Annotated[bool, typer.Option("--all", help="Every refused row.")] = False,
    code: Annotated[
        list[str] | None, typer.Option("--code", help="Rows refused with this code, number or name; may be repeated.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option("--key", help="The row with this unique key; may be repeated.")
    ] = None,
    maybe_taken: Annotated[
        bool,
        typer.Option(
            "--maybe-taken", help="Also rows of which an earlier try may have been taken: they could count twice."
        ),
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Make refused rows sendable again; the next push sends them. The reason of each refusal is kept.

    Example: reverse-etl retry --code 5617
    """
    from reverse_etl.commands import retry as command
    from reverse_etl.core.upkeep import RetryChoice
    from reverse_etl.report.retry import retry_json, retry_text

    if all_ == bool(code or key):
        raise SettingsError(
            "A retry takes --all, or --code and --key." if all_ else "Say which refused rows to retry.",
            hint="--all, --code CODE (a number or a name) or --key KEY; `reverse-etl rejected` lists the rows.",
        )
    # A blank key would be that of every row that has none.
    if not all(one.strip() for one in (*(code or ()), *(key or ()))):
        raise SettingsError("--code and --key take what is not blank.")
    choice = RetryChoice(tuple(code or ()), tuple(key or ()), maybe_taken)
    with on_one(dbt, sync, as_json=as_json) as (session, results):
        ledger = session.upkeep()
        report = command.look_at_retry(ledger, choice)
        if report.rows:
            if not agreed(retry_text(session.sync, report), "Make them sendable again?", yes=yes):
                return
            report = command.retry(ledger, choice, shown=None if yes else report)
        results.show(retry_json, retry_text, session.sync, report)
