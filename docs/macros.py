"""docs/macros.md: the public macros with examples that DuckDB worked out, and the generic tests."""

import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "macros.md"
_DESCRIPTIONS = ROOT / "macros" / "_macros.yml"
_HEAD = """# Macros and tests

Made by `make docs` from the dbt package. What an example gives was worked out by DuckDB; the other engines are held to
the same answers. In a model write `reverse_etl.` before each name. An argument is an SQL expression over the columns of
the relation, in quotes: `reverse_etl.hashed_email('email')`.

## Macros
"""
_TESTS_HEAD = """## Generic tests

`reverse-etl init` writes them down beside the model. A test of a column gets the column by itself; one of the whole row
stands under the model and takes the columns of the view unless it is given others. Arguments stand under `arguments:`
where the project sets dbt's flag `require_generic_test_arguments_property`; without it leave that line out.

```yaml
models:
  - name: offline_conversions
    data_tests:
      - reverse_etl.no_duplicate_identity:
          config: {severity: warn}
    columns:
      - name: conversion_name
        data_tests:
          - reverse_etl.known_goal_name:
              arguments: {goal_names: [Deal won, Lead qualified]}
```

Where a test fails that is an error, a push is refused. Tests that warn find rows that a plan holds back anyway.

| test | of | passes where | default |
|---|---|---|---|"""

_CLICK = "0123456789abcdef0123456789abcdef"
# Each call with values that it is given.
EXAMPLES: dict[str, list[tuple[str, Sequence[str]]]] = {
    "to_utc": [
        (
            "to_utc('closed_at', 'Europe/Berlin')",
            (
                "2026-11-20 10:00:00",
                "2026-07-20 10:00:00",
                "2026-10-25 02:30:00",
                "2026-03-29 02:30:00",
                "2026-11-20T10:00:00-05:00",
                "2026-11-20",
                "20.11.2026",
            ),
        ),
        ("to_utc('closed_at', 'America/New_York')", ("2026-11-20 10:00:00",)),
    ],
    "click_id_from_url": [
        (
            "click_id_from_url('landing_page_url')",
            (
                f"https://www.example.com/offer?utm_source=bing&msclkid={_CLICK}",
                f"https://www.example.com/#/offer?MSCLKID={_CLICK.upper()}&step=2",
                f"https://go.example.com/?to=https%3A%2F%2Fwww.example.com%2F%3Fmsclkid%3D{_CLICK}",
                f"utm_source=bing&amp;msclkid={_CLICK}",
                "https://www.example.com/?msclkid=oops",
                "https://www.example.com/?msclkid=",
                "https://www.example.com/offer",
            ),
        )
    ],
    "hashed_email": [
        (
            "hashed_email('email')",
            (
                "anna.smith@example.com",
                " Anna.Smith+ads@Example.com ",
                "<mailto:ANNASMITH@example.com>",
                "ánna.smith@example.com",
                "anna.smith@example",
                "anna@example.com, ben@example.com",
                "",
            ),
        )
    ],
    "hashed_phone": [
        ("hashed_phone('phone')", ("+49 (0)30 901820", "0049 30 901820", "030 901820", "+49 30 901820 ext. 4")),
        ("hashed_phone('phone', default_country_code='49')", ("030 901820", "+49 30 901820", "+44 20 7946 0911")),
    ],
}
_COLUMNS = ("deal_id", "goal", "closed_at", "landing_page_url", "email", "amount", "currency")
_DEALS = (
    ("D-1", "Deal won", "2026-11-20 10:00:00", f"https://www.example.com/?msclkid={_CLICK}", "", "1200.50", "eur"),
    (
        "D-2",
        " Deal won ",
        "2026-11-20T12:00:00+02:00",
        "https://www.example.com/",
        "anna.smith@example.com",
        "1,200",
        "",
    ),
)
_VIEW = """reverse_etl.offline_conversions(
    'won_deals',
    conversion_name='goal',
    conversion_time=reverse_etl.to_utc('closed_at', 'Europe/Berlin'),
    microsoft_click_id=reverse_etl.click_id_from_url('landing_page_url'),
    hashed_email_address=reverse_etl.hashed_email('email'),
    conversion_value='amount',
    conversion_currency_code='currency',
    extra_columns=['deal_id'],
)"""


def page() -> str:
    """The whole page as it should be."""
    return "\n".join(_parts()).rstrip() + "\n"


def write() -> None:
    """Write the page."""
    PAGE.write_text(page())


def described() -> dict[str, dict[str, Any]]:
    """What macros/_macros.yml says of each macro, by its name."""
    return {macro["name"]: macro for macro in yaml.safe_load(_DESCRIPTIONS.read_text())["macros"]}


def _parts() -> Iterator[str]:
    yield _HEAD
    answers = _answers()
    for name, macro in described().items():
        if not name.startswith("test_"):
            yield from _macro(name, macro, answers)
    yield _TESTS_HEAD
    for name, macro in described().items():
        if name.startswith("test_"):
            yield _test(name.removeprefix("test_"), macro)


def _macro(name: str, macro: dict[str, Any], answers: dict[str, list[tuple[str, ...]]]) -> Iterator[str]:
    text = (ROOT / "macros" / "public" / f"{name}.sql").read_text()
    # What the source says of it, which is more than the line that dbt shows.
    (comment,) = re.findall(r"\A{#-\n(.*?)\n-#}", text, re.DOTALL)
    # A list ends with a blank line; without one the next sentence would belong to its last item.
    text_of = re.sub(r"(\n(?:- |  ).*)\n(?=\w)", r"\1\n\n", textwrap.dedent(comment))
    yield f"### {name}\n\n{text_of}\n"
    (given,) = re.findall(rf"{{% macro {name}\((.*?)\) %}}", text, re.DOTALL)
    defaults = _defaults(given)
    yield "| argument | meaning | left out |"
    yield "|---|---|---|"
    for argument in macro["arguments"]:
        default = defaults[argument["name"]]
        yield f"| `{argument['name']}` | {' '.join(argument['description'].split())} | {default} |"
    yield ""
    if name == "offline_conversions":
        yield f"```sql\n{{{{ {_VIEW} }}}}\n```\n"
        yield "makes of these rows\n"
        yield from _rows(_COLUMNS, _DEALS)
        yield "this view (with the other columns, which are null):\n"
        yield from _rows(answers["columns"][0], answers["view"])
    for call, values in EXAMPLES.get(name, ()):
        yield from _rows((f"`{call}` of", "gives"), zip(values, (answer for (answer,) in answers[call]), strict=True))


def _test(name: str, macro: dict[str, Any]) -> str:
    (given, severity), *_ = [
        found
        for path in sorted((ROOT / "macros" / "tests").glob("*.sql"))
        for found in re.findall(
            rf"{{% test {name}\((.*?)\) %}}\s*{{{{ config\(severity='(\w+)'\) }}}}", path.read_text(), re.DOTALL
        )
    ]
    defaults = _defaults(given)
    on = "a column" if "column_name" in defaults else "the row"
    own = [
        f"`{argument['name']}`: {' '.join(argument['description'].split())}"
        for argument in macro["arguments"]
        if argument["name"] not in ("model", "column_name") and defaults[argument["name"]] != f"`{argument['name']}`"
    ]
    words = " ".join(macro["description"].split()).removeprefix("Passes where ")
    words = re.sub(r" (Warns|An error) by default\.", "", words)
    return f"| `{name}` | {on} | {' '.join([words, *own])} | {severity} |"


def _defaults(given: str) -> dict[str, str]:
    """The arguments of a signature with what stands in where one is left out."""
    parts = [part.strip().partition("=") for part in given.split(",")]
    words = {"none": "none", "": "must be given"}
    return {name: words.get(default, f"`{default.strip(chr(39))}`") for name, _, default in parts}


def _rows(head: Sequence[str], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(f'`{_short(cell)}`' if cell else '' for cell in row)} |"
    yield ""


def _short(text: str) -> str:
    """A hash by its beginning: who compares two needs no more."""
    return f"{text[:12]}..." if re.fullmatch("[0-9a-f]{64}", text) else text


def _answers() -> dict[str, list[tuple[str, ...]]]:
    """What each example gives, as text, and the view of the deals with the names of its columns."""
    found: dict[str, list[tuple[str, ...]]] = {}
    selects = {call: _select(call, values) for examples in EXAMPLES.values() for call, values in examples}
    selects["view"] = (
        f"with won_deals as (select * from ({_values(_DEALS)}) as deals({', '.join(_COLUMNS)}))\n{{{{ {_VIEW} }}}}"
    )
    compiled = _compile("\n;\n".join(selects.values())).split("\n;\n")
    with duckdb.connect() as connection:
        for name, statement in zip(selects, compiled, strict=True):
            done = connection.execute(statement)
            names = [column[0] for column in done.description or []]
            rows = [["" if cell is None else str(cell) for cell in row] for row in done.fetchall()]
            if name == "view":
                kept = [n for n in range(len(names)) if any(row[n] for row in rows)]
                found["columns"] = [tuple(names[n] for n in kept)]
                rows = [[row[n] for n in kept] for row in rows]
            found[name] = [tuple(row) for row in rows]
    return found


def _select(call: str, values: Sequence[str]) -> str:
    """What a call makes of each value, in their order; its column is named in its first argument."""
    (column, *_) = re.findall(r"'(\w+)'", call)
    given = f"({_values([*enumerate(values)])}) as given(number, {column})"
    return f"select cast({{{{ reverse_etl.{call} }}}} as varchar) as answer from {given} order by number"


def _values(rows: Sequence[Sequence[object]]) -> str:
    return "values " + ", ".join(
        "(" + ", ".join(str(cell) if isinstance(cell, int) else f"'{cell}'" for cell in row) + ")" for row in rows
    )


def _compile(text: str) -> str:
    """Jinja as dbt renders it on DuckDB, with the package at hand."""
    with tempfile.TemporaryDirectory() as folder:
        quiet = ["--quiet", "--no-use-colors", "--no-write-json", "--log-path", folder, "--target-path", folder]
        places = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT / "profiles"), "--profile", "reverse_etl"]
        done = subprocess.run(  # noqa: S603 - dbt of this environment
            [
                sys.executable,
                "-c",
                "from dbt.cli.main import cli; cli()",
                "compile",
                "--inline",
                text,
                *quiet,
                *places,
            ],
            env=os.environ | {"REVERSE_ETL_DUCKDB_PATH": ":memory:", "DO_NOT_TRACK": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


if __name__ == "__main__":
    write()
