"""The commands of the local sandbox: run it, and read its books."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reverse_etl.cli.console import echo
from reverse_etl.cli.options import ProjectDir
from reverse_etl.core.errors import SettingsError
from reverse_etl.core.folders import project_folder

if TYPE_CHECKING:
    from reverse_etl.sandbox import ReceivedAdjustment, ReceivedRow

app = typer.Typer(rich_markup_mode=None)

# Where commands look for it by default.
PORT = 8765
Books = Annotated[
    Path | None,
    typer.Option("--books", help="File that keeps what was received; left out, .reverse_etl/ in the project."),
]


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1.")] = PORT,
    goals: Annotated[
        Path | None, typer.Option("--goals", help="YAML file of goals and clicks; left out, goals are learnt.")
    ] = None,
    books: Books = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="KIND[:KEY=VALUE,..]",
            help="Fault to play, such as reset_after:rate=0.1 or fault_117:nth=3; may be repeated. "
            "docs/local-sandbox.md lists kinds and keys.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="What the chances of faults are drawn from.")] = 0,
    project_dir: ProjectDir = Path(),
) -> None:
    """Run the local sandbox until Ctrl-C: it judges conversions as Microsoft documents it, and needs no account.

    Example: reverse-etl sandbox --goals goals.yml
    """
    if context.invoked_subcommand:
        return
    from reverse_etl.sandbox import LocalSandbox, SandboxError, parse_fault

    try:
        faults = [parse_fault(text) for text in fault or []]
        sandbox = LocalSandbox(_books(books, project_dir), port=port, goals=goals, faults=faults, seed=seed)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: sandbox.stop())
        with sandbox:
            typer.echo(f"The local sandbox is ready at {sandbox.url} (a page for people, too). Ctrl-C ends it.")
            if port != PORT:
                typer.echo(f"Commands find it where their environment has MICROSOFT_ADS_ENDPOINT={sandbox.url}")
            if faults:
                typer.echo(f"It plays faults, by seed {seed}; {sandbox.url}/control/faults tells how often.")
            sandbox.serve_forever()
    except SandboxError as error:
        raise SettingsError(error.message, hint=error.hint) from error


@app.command()
def received(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", help="Only what was counted, duplicate, ignored, refused, restated or retracted."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many rows, the newest.")] = 20,
    books: Books = None,
    project_dir: ProjectDir = Path(),
) -> None:
    """Tell what the local sandbox received: what counted, what was a duplicate, what was refused or ignored, and why,
    and what adjustments have made of it.

    Example: reverse-etl sandbox received --outcome refused
    """
    from reverse_etl.core.plan import figure
    from reverse_etl.sandbox import SandboxError, read_adjustments, read_received, summary

    path = _books(books, project_dir)
    try:
        totals, rows = summary(path), read_received(path, outcome=outcome, limit=limit)
        adjustments = read_adjustments(path, outcome=outcome, limit=limit)
    except SandboxError as error:
        raise SettingsError(error.message, hint=error.hint) from error
    if as_json:
        document = {"version": 1, "summary": asdict(totals)}
        lists = {"rows": [asdict(r) for r in rows], "adjustments": [asdict(a) for a in adjustments]}
        typer.echo(json.dumps(document | lists, indent=2))
        return
    echo(
        f"{_many(totals.received, 'row')} received: {totals.counted:,} counted, "
        f"{_many(totals.duplicates, 'duplicate')}, {totals.ignored:,} ignored, {totals.refused:,} refused"
    )
    by_rest = f" ({totals.by_rest:,} by REST)" if totals.by_rest else ""
    with_rows = totals.calls - totals.lookups
    echo(f"{_many(totals.calls, 'call')}{by_rest}: {with_rows:,} with rows, {_many(totals.lookups, 'look-up')}")
    _echo_reasons(totals.reasons)
    if totals.adjustments:
        echo("Adjustments")
    _echo_reasons(totals.adjustments)
    echo("Goals")
    for goal in totals.goals:
        learnt = " (learnt)" if goal["learnt"] else ""
        worth = f", {figure(goal['value'])} {goal['currency'] or '(no currency)'}" if goal["value"] else ""
        echo(f"  {goal['counted']:>8,}  {goal['name']}{learnt}{worth}")
    echo(f"{_newest(rows, 'row')}: conversion time, click id, goal, value, outcome" if rows else "No such rows.")
    for row in reversed(rows):
        echo(_row_line(row))
    if adjustments:
        echo(f"{_newest(adjustments, 'adjustment')}: conversion time, click id, goal, change, its time, outcome")
    for adjustment in reversed(adjustments):
        echo(_adjustment_line(adjustment))


def _echo_reasons(reasons: Sequence[Mapping[str, Any]]) -> None:
    for one in reasons:
        code = f" ({one['code']})" if one["code"] else ""
        reason = f": {one['reason']}" if one["reason"] else ""
        echo(f"  {one['rows']:>8,}  {one['outcome']}{code}{reason}")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _newest(rows: Sequence[object], noun: str) -> str:
    return f"Newest {noun}" if len(rows) == 1 else f"Newest {_many(len(rows), noun)}"


def _row_line(row: ReceivedRow) -> str:
    worth = f"{row.conversion_value or 'no value'} {row.currency or ''}".strip()
    line = f"  {row.conversion_time}  {_click(row)}  {row.conversion_name}  {worth}  {row.outcome}"
    if row.retracted:
        return f"{line}, now retracted"
    latest = f"{row.latest_value} {row.latest_currency or ''}".strip()
    if row.restated:
        return f"{line}, now {latest}"
    return line + (f": {row.reason}" if row.reason else "")


def _adjustment_line(one: ReceivedAdjustment) -> str:
    change = " ".join(text for text in (one.adjustment_type, one.adjustment_value, one.currency) if text)
    line = (
        f"  {one.conversion_time}  {_click(one)}  {one.conversion_name}  {change}  {one.adjustment_time}  {one.outcome}"
    )
    return line + (f": {one.reason}" if one.reason else "")


def _click(row: ReceivedRow | ReceivedAdjustment) -> str:
    return f"{row.click_id[:8]}.." if row.click_id else "(hashes)  "


def _books(given: Path | None, project_dir: Path) -> Path:
    return given or project_folder(project_dir) / ".reverse_etl" / "local_sandbox.sqlite"
