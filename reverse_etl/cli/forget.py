"""The command `forget`: blanks the identifiers of a person in the ledger."""

from typing import Annotated

import typer

from reverse_etl.cli.console import Results, agreed, each, read_line
from reverse_etl.cli.options import DbtOptions, Json, SyncName, Yes, takes_dbt_options
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Sync


@takes_dbt_options
def forget(
    dbt: DbtOptions,
    *,
    sync: SyncName = None,
    key: Annotated[
        str,
        typer.Option(
            "--key",
            metavar="KEY",
            help="A unique key, a click id, a hash or an e-mail address. "
            "What you type stays in your shell's history; with - it is read from standard input.",
        ),
    ] = "",
    phone: Annotated[
        str, typer.Option("--phone", metavar="NUMBER", help="A phone number, with + and country code.")
    ] = "",
    all_: Annotated[bool, typer.Option("--all", help="In the ledger of every sync, paused ones too.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Blank a person's identifiers in the ledger, once the source holds the person no more. The counts stay.

    Example: reverse-etl forget --key D-1042
    """
    from reverse_etl.commands import forget as command
    from reverse_etl.report.forget import forget_json, forget_text
    from reverse_etl.session import open_workspace

    key, phone = (read_line() if text == "-" else text for text in (key, phone))
    key, phone = key.strip(), phone.strip()
    if bool(key) == bool(phone):
        raise SettingsError("A forget takes --key KEY or --phone NUMBER.")
    if all_ and sync is not None:
        raise SettingsError("A forget takes a SYNC or --all, and only one of them.")
    with open_workspace(dbt) as workspace:
        chosen = workspace.by_account(workspace.syncs) if all_ else [workspace.pick(sync)]
        found = command.Search(workspace, chosen, key, phone)
        results = Results(as_json=as_json, several=all_)

        def work(one: Sync) -> int:
            session, ledger, person = found.of(one)
            report = command.look_at_forget(ledger, person)
            if report.records:
                if not agreed(forget_text(session.sync, report), "Blank them for good?", yes=yes):
                    return 0
                report = command.forget(ledger, person, shown=None if yes else report)
            results.show(forget_json, forget_text, session.sync, report)
            return 0

        try:
            code = each(chosen, work, results)
        finally:
            results.close()
    raise typer.Exit(code)
