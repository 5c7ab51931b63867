"""Write docs/reference.md from the program itself: `make docs`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import typer
import yaml
from typer.testing import CliRunner

from docs import reasons
from reverse_etl.cli.app import app
from reverse_etl.errors import EXIT_CODES
from reverse_etl.report.words import CLASS_WORDS, REASON_WORDS
from reverse_etl.warehouse.exposures import KEYS

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference.md"
ENVIRONMENT = {
    "MICROSOFT_ADS_DEVELOPER_TOKEN": "the developer token; needed unless the environment is `local`",
    "MICROSOFT_ADS_ACCESS_TOKEN": "the OAuth access token; needed unless the environment is `local`",
    "MICROSOFT_ADS_CUSTOMER_ID": "the customer, where the exposure does not say",
    "MICROSOFT_ADS_ACCOUNT_ID": "the account, where the exposure does not say",
    "MICROSOFT_ADS_ENDPOINT": "another address: loopback by http, or https to a host under bingads.microsoft.com",
    "DBT_PROJECT_DIR": "as `--project-dir`",
    "DBT_PROFILES_DIR": "as `--profiles-dir`",
    "DBT_PROFILE": "as `--profile`",
    "DBT_TARGET": "as `--target`",
    "DBT_TARGET_PATH": "as `--target-path`",
    "NO_COLOR": "no colours, whatever its value",
}
_DOC = re.compile(r"\{% docs (\w+) %\}\s*(.*?)\s*\{% enddocs %\}", re.DOTALL)
_DOC_NAME = re.compile(r"doc\('(\w+)'\)")


def main() -> None:
    """Write the file."""
    REFERENCE.write_text(reference())
    reasons.write()


def reference() -> str:
    """The whole page."""
    return "\n".join(_parts()).rstrip() + "\n"


def _parts() -> Iterator[str]:
    yield "# Reference\n"
    yield "Made by `make docs` from the program itself. `sync` is the same program; scripts say `reverse-etl`, since"
    yield "Unix has a `sync` of its own.\n"
    yield "## Commands\n"
    for words in command_names():
        yield f"### {' '.join(words)}\n" if words else "### reverse-etl\n"
        yield f"```text\n{_help(words)}\n```\n"
    yield "## Exit codes\n"
    yield from _table(("code", "meaning"), ((str(code), text) for code, text in EXIT_CODES.items()))
    yield "## Keys of an exposure\n"
    yield "Under `config.meta.reverse_etl`; dbt renders Jinja there.\n"
    yield from _table(("key", "meaning"), ((f"`{key}`", text) for key, text in KEYS.items()))
    yield "## Environment variables\n"
    yield from _table(("variable", "meaning"), ((f"`{name}`", text) for name, text in ENVIRONMENT.items()))
    yield "## Classes of a plan\n"
    yield from _table(("class", "meaning"), CLASS_WORDS.items())
    yield "## Reasons\n"
    yield from _table(("reason", "meaning"), REASON_WORDS.items())
    yield "## Tables and views\n"
    texts = dict(_DOC.findall((ROOT / "models" / "_columns.md").read_text()))
    for model in yaml.safe_load((ROOT / "models" / "_models.yml").read_text())["models"]:
        yield f"### {model['name']}\n"
        yield " ".join(model["description"].split()) + "\n"
        columns = ((f"`{column['name']}`", _text(column["description"], texts)) for column in model["columns"])
        yield from _table(("column", "meaning"), columns)
    yield "## JSON\n"
    yield "Every `--json` document has a `version`, and a schema in [schemas/](schemas/). Where several syncs are"
    yield "shown, it is a list of such documents.\n"
    for path in sorted((ROOT / "docs" / "schemas").glob("*.json")):
        yield f"- [{path.stem}](schemas/{path.name})"


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


def _table(heads: tuple[str, str], rows: object) -> Iterator[str]:
    yield f"| {heads[0]} | {heads[1]} |"
    yield "|---|---|"
    for name, text in rows:  # type: ignore[attr-defined]
        yield f"| {name} | {text} |".replace("||", "\\|\\|")
    yield ""


if __name__ == "__main__":
    main()
