"""docs/decisions.md, the table of what is done with each record, from the rules that the plan's SQL comes from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "decisions.md"
MACROS = ROOT / "macros" / "plan" / "_decisions.sql"
_HEAD = """# What is done with each record

Made by `make docs` from `macros/plan/_decisions.sql`, from which the plan's SQL comes, too. Of the rules below the
first that fits decides. `sent` is the operation that leaves: `repeat` sends what may have left before, with the
ledger's bytes. A rule that needs a kind of correction is passed over where the sync's `adjustments` do not allow it.
▲ marks rules that were switched off in a model of the protocol, whereupon something was lost or counted twice.

After these rules the other conversions of the same key have a say: nothing goes while one of them is in doubt
(`held`, `key_in_doubt`), nor what takes the place of one that left the source and still counts (`held`,
`key_sent_before`).

`reverse-etl plan --step source_decisions` prints the SQL that shows the columns which the conditions name, row by row,
with the number of the rule; so does `--step ledger_decisions` for the second table.
"""


def rules(macro: str) -> list[list[str]]:
    """The rules that a macro of data returns."""
    found: list[Any] = []
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 — no page is made of it
    environment.from_string(f"{MACROS.read_text()}{{{{ {macro}() }}}}").render({"return": found.append})
    return [list(rule) for rule in found[0]]


def page() -> str:
    """The whole page as it should be."""
    return "\n".join(_lines())


def write() -> None:
    """Write the page."""
    PAGE.write_text(page())


def _lines() -> Iterator[str]:
    yield _HEAD
    for title, macro in (
        ("## Source rows", "_source_decisions"),
        ("## Conversions that stand in no row which could be sent", "_ledger_decisions"),
    ):
        yield f"{title}\n"
        yield "| | when | class | reason | sent | needs | why |"
        yield "|---|---|---|---|---|---|---|"
        for number, (when, class_, reason, operation, needs, why) in enumerate(rules(macro), start=1):
            shown = "the broken rules" if reason.endswith("_reasons") else reason
            yield f"| {number} | `{when}` | {class_} | {shown} | {operation} | {needs} | {why} |"
        yield ""
