"""The command `why`: why a row is where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reverse_etl.cli.console import Results, each, read_line
from reverse_etl.cli.options import DbtOptions, Json, SyncOption, takes_dbt_options
from reverse_etl.core.errors import SettingsError

if TYPE_CHECKING:
    from reverse_etl.core.results import WhyReport
    from reverse_etl.core.sync import Sync


@takes_dbt_options
def why(
    dbt: DbtOptions,
    *,
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY",
            help="A unique key, a click id, a hashed e-mail or phone, or an e-mail address. "
            "What you type stays in your shell's history; with - the key is read from standard input.",
        ),
    ],
    sync: SyncOption = None,
    as_json: Json = False,
) -> None:
    """Tell why a row is where it is: its class, every try to deliver it, and what would change it. Reads only.

    Example: reverse-etl why D-1042
    """
    from reverse_etl.commands.why import why as command
    from reverse_etl.report.why import kinds_in_words, why_json, why_text
    from reverse_etl.session import open_workspace

    key = read_line().rstrip("\r\n") if key == "-" else key
    if not key.strip():
        raise SettingsError("The key is empty.")
    with open_workspace(dbt) as workspace:
        syncs = workspace.chosen(sync)
        results = Results(as_json=as_json, several=len(syncs) > 1)
        reports: list[WhyReport] = []

        def work(one: Sync) -> int:
            session = workspace.open(one)
            report = command(session, key)
            reports.append(report)
            if report.rows:
                session.check_account()
                results.show(why_json, why_text, report)
            return 0

        code = each(syncs, work, results)
        if not code and not any(report.rows for report in reports):
            kinds = reports[-1].readings
            for one in {one.name: one for one in syncs}.values():
                if workspace.names_no_account(one, key):
                    raise SettingsError(
                        f"The row of this key names no account in {one.account_column}: {one.name} sends it to none.",
                        hint=f"Fill {one.account_column} in the model.",
                    )
            names = ", ".join(one.label for one in syncs)
            no_address = "@" in key and "email" not in kinds
            raise SettingsError(
                f"Nothing has this key in {names}: neither the source as it is now nor the ledger of what was sent. "
                f"It was looked for as {kinds_in_words(kinds)}."
                + (" It is no e-mail address that could be hashed." if no_address else ""),
                hint="Keys are compared exactly, click ids in any case, with or without dashes.",
            )
        results.close()
    raise typer.Exit(code)
