"""The commands of the local sandbox: run it, and read its books."""

from __future__ import annotations

import json
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from reverse_etl.cli.console import echo
from reverse_etl.errors import SettingsError

app = typer.Typer(rich_markup_mode=None)

ProjectDir = Annotated[Path, typer.Option("--project-dir", envvar="DBT_PROJECT_DIR", help="Folder of dbt_project.yml.")]
Books = Annotated[
    Path | None,
    typer.Option("--books", help="File that keeps what was received; left out, .reverse_etl/ in the project."),
]


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1.")] = 8765,
    goals: Annotated[
        Path | None, typer.Option("--goals", help="YAML file of goals and clicks; left out, goals are learnt.")
    ] = None,
    books: Books = None,
    project_dir: ProjectDir = Path(),
) -> None:
    """Run the local sandbox until Ctrl-C: it judges conversions as Microsoft documents it, and needs no account.

    Example: reverse-etl sandbox --goals goals.yml
    """
    if context.invoked_subcommand:
        return
    from reverse_etl.sandbox import LocalSandbox, SandboxError

    sandbox = LocalSandbox(_books(books, project_dir), port=port, goals=goals)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sandbox.stop())
    try:
        with sandbox:
            typer.echo(f"The local sandbox is ready at {sandbox.url} (a page for people, too). Ctrl-C ends it.")
            sandbox.serve_forever()
    except SandboxError as error:
        raise SettingsError(error.message, hint=error.hint) from error


@app.command()
def received(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    outcome: Annotated[
        str | None, typer.Option("--outcome", help="Only rows that were counted, duplicate, ignored or refused.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many rows, the newest.")] = 20,
    books: Books = None,
    project_dir: ProjectDir = Path(),
) -> None:
    """Tell what the local sandbox received: what counted, what was a duplicate, what was refused or ignored, and why.

    Example: reverse-etl sandbox received --outcome refused
    """
    from reverse_etl.sandbox import SandboxError, read_received, summary

    path = _books(books, project_dir)
    try:
        totals, rows = summary(path), read_received(path, outcome=outcome, limit=limit)
    except SandboxError as error:
        raise SettingsError(error.message, hint=error.hint) from error
    if as_json:
        typer.echo(json.dumps({"version": 1, "summary": asdict(totals), "rows": [asdict(r) for r in rows]}, indent=2))
        return
    calls = f"{totals.calls:,} {'call' if totals.calls == 1 else 'calls'}"
    echo(
        f"{totals.received:,} rows received in {calls}: {totals.counted:,} counted, "
        f"{totals.duplicates:,} duplicates, {totals.ignored:,} ignored, {totals.refused:,} refused"
    )
    for reason in totals.reasons:
        code = f" ({reason.code})" if reason.code else ""
        echo(f"  {reason.rows:>8,}  {reason.outcome}{code}: {reason.reason}")
    echo("Goals")
    for goal in totals.goals:
        learnt = " (learnt)" if goal.learnt else ""
        worth = f", {goal.value:,.2f} {goal.currency or '(no currency)'}" if goal.value else ""
        echo(f"  {goal.counted:>8,}  {goal.name}{learnt}{worth}")
    echo(f"Newest {len(rows):,} rows: conversion time, click id, goal, value, outcome" if rows else "No such rows.")
    for row in reversed(rows):
        worth = f"{row.conversion_value or 'no value'} {row.currency or ''}".strip()
        click_id = f"{row.click_id[:8]}.." if row.click_id else "(hashes)  "
        line = f"  {row.conversion_time}  {click_id}  {row.conversion_name}  {worth}  {row.outcome}"
        echo(line + (f": {row.reason}" if row.reason else ""))


def _books(given: Path | None, project_dir: Path) -> Path:
    return given or project_dir / ".reverse_etl" / "local_sandbox.sqlite"
