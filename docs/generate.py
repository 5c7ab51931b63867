"""Write the pages and schemas of docs/ that come from the program itself: the first half of `make docs`."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
import yaml
from typer.testing import CliRunner

from docs import decisions, documents, exposures, macros, reasons, schemas
from reverse_etl.cli.app import app
from reverse_etl.core.errors import EXIT_CODES
from reverse_etl.core.receipt import RowOutcome
from reverse_etl.destinations.microsoft_ads.codes import CODES, Code, OnCall
from reverse_etl.report.words import CLASS_WORDS, REASON_WORDS
from reverse_etl.warehouse.exposures import KEYS

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference.md"
ERRORS = ROOT / "docs" / "errors.md"
ENVIRONMENT = {
    "MICROSOFT_ADS_DEVELOPER_TOKEN": "the developer token; needed unless the environment is `local`",
    "MICROSOFT_ADS_CLIENT_ID": "the app that signs in, as Microsoft knows it: needed for `reverse-etl login`",
    "MICROSOFT_ADS_CLIENT_SECRET": "its secret, where it is a web app; a public client has none",
    "MICROSOFT_ADS_TENANT": "the tenant to sign in at; `common`, which is any, where it is not set",
    "MICROSOFT_ADS_REFRESH_TOKEN": "a refresh token for machines that keep nothing, such as CI; goes before `login`",
    "MICROSOFT_ADS_ACCESS_TOKEN": "one access token; goes before both, and is not renewed",
    "MICROSOFT_ADS_LOGIN_ENDPOINT": "only for the environment `local`: signs in at this address of this machine",
    "MICROSOFT_ADS_CUSTOMER_ID": "the customer, where the exposure does not say",
    "MICROSOFT_ADS_ACCOUNT_ID": "the account, where the exposure does not say",
    "MICROSOFT_ADS_ENDPOINT": "another address: loopback by http, or https to a host under bingads.microsoft.com",
    "REVERSE_ETL_WEBHOOK": "a secret address that `push` and `attribution` post [alerts](scheduling.md#alerts) to",
    "REVERSE_ETL_WEBHOOK_FORMAT": "what they post: `json`, which is the default, `slack` or `teams`",
    "REVERSE_ETL_LOG_FORMAT": "as `--log-format`",
    "DBT_PROJECT_DIR": "as `--project-dir`",
    "DBT_PROFILES_DIR": "as `--profiles-dir`",
    "DBT_PROFILE": "as `--profile`",
    "DBT_TARGET": "as `--target`",
    "DBT_TARGET_PATH": "as `--target-path`",
    "DBT_LOG_PATH": "dbt's own; the folder of its log",
    "DBT_LOG_FORMAT": "dbt's own; `--log-format json` sets it for the dbt that it starts",
    "NO_COLOR": "no colours, whatever its value",
}
_DOC = re.compile(r"\{% docs (\w+) %\}\s*(.*?)\s*\{% enddocs %\}", re.DOTALL)
_DOC_NAME = re.compile(r"doc\('(\w+)'\)")


def main() -> None:
    """Write the files."""
    # The reference lists the schemas.
    schemas.write()
    exposures.write()
    REFERENCE.write_text(reference())
    ERRORS.write_text(errors_page())
    decisions.write()
    macros.write()
    reasons.write()
    documents.write()


def reference() -> str:
    """The whole page."""
    return "\n".join(_parts()).rstrip() + "\n"


def errors_page() -> str:
    """The page on Microsoft's error codes, from the table that decides what becomes of rows and calls."""
    return "\n".join(_error_parts()).rstrip() + "\n"


def _error_parts() -> Iterator[str]:
    yield "# What each error means and what to do\n"
    yield "Made by `make docs` from the table in the code that decides what a push does. Which rows an error has met,"
    yield "`reverse-etl rejected` and `reverse-etl why` tell. What names no row and is no error of a whole call"
    yield "splits the call until its row is found. A code that is not here is taken for an error of a row that does not"
    yield "name its flaw, as 113 and 201 do not, nor a message that the service could not read (HTTP 400 by REST,"
    yield "DeserializationFailed): it holds a row where others beside it are taken. Where it meets every row of a call"
    yield "alike, the run stops and no row is held.\n"
    yield "## Errors of a row\n"
    yield from _codes(
        lambda code: code.call is OnCall.BISECT, lambda code: _ON_ROW[code.row] if code.flaw else _FLAWLESS
    )
    yield "## Errors of a whole call\n"
    yield from _codes(lambda code: code.call is not OnCall.BISECT, lambda code: _ON_CALL[code.call])
    yield from _table("## The tool's own exit codes", "code", EXIT_CODES)


_ON_ROW = {
    RowOutcome.REJECTED: "refused, and held until it changes",
    RowOutcome.DEFERRED: "put off; the next push tries it again",
    RowOutcome.IN_DOUBT: "in doubt; the next push settles it",
}
_FLAWLESS = "refused, and held until it changes; where every row of a call is, the run stops and none is held"
_ON_CALL = {
    OnCall.STOP: "the run stops",
    OnCall.THROTTLE: "all calls of the customer wait, then go on with half as many at once",
    OnCall.RETRY: "tried again; without an answer its rows are in doubt",
}


def _codes(wanted: Callable[[Code], bool], becomes: Callable[[Code], str]) -> Iterator[str]:
    yield "| code | name | what becomes of it | what to do |"
    yield "|---|---|---|---|"
    for code in sorted(filter(wanted, CODES), key=lambda code: (code.number is None, code.number or 0, code.name)):
        yield f"| {'' if code.number is None else code.number} | {code.name} | {becomes(code)} | {code.advice} |"
    yield ""


def _parts() -> Iterator[str]:
    yield "# Reference\n"
    yield "Made by `make docs` from the program itself. `sync` is the same program; scripts say `reverse-etl`, since"
    yield "Unix has a `sync` of its own.\n"
    yield "## Commands\n"
    for words in command_names():
        yield f"### {' '.join(words)}\n" if words else "### reverse-etl\n"
        yield f"```text\n{_help(words)}\n```\n"
    yield from _table("## Exit codes", "code", EXIT_CODES)
    keys = "## Keys of an exposure\n\nUnder `config.meta.reverse_etl`; dbt renders Jinja there."
    yield from _table(keys, "key", _quoted(KEYS))
    yield from _table("## Environment variables", "variable", _quoted(ENVIRONMENT))
    yield from _table("## Classes of a plan", "class", CLASS_WORDS)
    yield from _table("## Reasons", "reason", REASON_WORDS)
    yield "## Tables and views\n"
    texts = dict(_DOC.findall((ROOT / "models" / "_columns.md").read_text()))
    for model in yaml.safe_load((ROOT / "models" / "_models.yml").read_text())["models"]:
        title = f"### {model['name']}\n\n{' '.join(model['description'].split())}"
        columns = {column["name"]: _text(column["description"], texts) for column in model["columns"]}
        yield from _table(title, "column", _quoted(columns))
    yield "## JSON\n"
    yield "Every `--json` document has a `version` and a JSON Schema; [field by field](json.md).\n"
    yield "| schema | printed by |"
    yield "|---|---|"
    for path in sorted((ROOT / "docs" / "schemas").glob("*.json")):
        yield f"| [{path.stem}](schemas/{path.name}) | {json.loads(path.read_text())['title']} |"


def command_names() -> list[tuple[str, ...]]:
    """Every command by its words after the program's name; the program itself first."""
    names: list[tuple[str, ...]] = [()]

    def collect(group: object, before: tuple[str, ...]) -> None:
        for name, command in getattr(group, "commands", {}).items():
            names.append((*before, name))
            collect(command, (*before, name))

    collect(typer.main.get_command(app), ())
    return names


def _help(words: tuple[str, ...]) -> str:
    shown = CliRunner().invoke(
        app, [*words, "--help"], prog_name="reverse-etl", env={"COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    )
    if shown.exit_code:
        raise RuntimeError(shown.output)
    return "\n".join(line.rstrip() for line in shown.stdout.strip().splitlines())


def _text(description: str, texts: dict[str, str]) -> str:
    return " ".join(_DOC_NAME.sub(lambda match: texts[match[1]], description).strip("{} ").split())


def _quoted(rows: Mapping[str, str]) -> dict[str, str]:
    return {f"`{name}`": text for name, text in rows.items()}


def _table(title: str, head: str, rows: Mapping[Any, str]) -> Iterator[str]:
    yield f"{title}\n\n| {head} | meaning |"
    yield "|---|---|"
    for name, text in rows.items():
        yield f"| {name} | {text} |".replace("||", "\\|\\|")
    yield ""


if __name__ == "__main__":
    main()
