"""docs/scheduling.md: its commands, codes, reasons and metrics are the program's, and its links lead somewhere."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from reverse_etl.cli.app import app
from reverse_etl.core import alert
from reverse_etl.core.errors import EXIT_CODES
from reverse_etl.report.alert import FORMS
from reverse_etl.report.openmetrics import FAMILIES
from tests.support.schemas import validate

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scheduling.md").read_text()
NAMED = [*re.findall(r"`reverse-etl ([a-z][^`]*)`", PAGE), *re.findall(r"^reverse-etl (.*?) >", PAGE, re.MULTILINE)]


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("line", NAMED)
def test_every_command_is_one_of_the_program(line: str) -> None:
    """Its options are read as they stand."""
    name, *arguments = shlex.split(line)
    # Of whichever click typer brings.
    command: Any = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    command.make_context(command.name, list(arguments), resilient_parsing=True)
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in arguments if word.startswith("-")} <= known


def test_every_exit_code_of_a_push_has_what_to_do() -> None:
    """And those that post an alert, and with which reason, are those of the table of reasons."""
    codes = {int(code): {one.strip(" `") for one in reasons.split(",")} - {""} for code, *_, reasons in rows(CODES)}
    assert set(codes) == set(EXIT_CODES) - {6}
    posted: dict[int, set[str]] = {code: set() for code in codes}
    for reason, when in rows("Alerts"):
        posted[int(re.findall(r"\((\d)\)|exit code (\d)", when)[0][0] or 1)].add(reason)
    assert {reason for reasons in posted.values() for reason in reasons} == set(alert.AlertReason)
    posted[0].discard("match_rate_fell")
    assert posted == codes


CODES = "What to do at each exit code"


def test_the_alert_that_is_shown_is_one() -> None:
    """By its schema; and each form is named."""
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    validate("alert", json.loads(shown))
    assert all(f"`{form}`" in PAGE for form in FORMS)


def test_the_rule_of_a_fall_is_that_of_the_code() -> None:
    """Its numbers are those that the page gives."""
    assert (alert.RECENT_DAYS, alert.FELL_BY, alert.STANDARD_ERRORS) == (3, 0.1, 3.0)
    assert (alert.FEWEST, alert.SETTLES_IN.total_seconds()) == (50, 24 * 3600)
    for words in ("newest three days", "ten points", "three standard errors", "24 hours after", "50 reported"):
        assert words in PAGE


def test_every_metric_is_in_the_table() -> None:
    """In the order in which they are printed."""
    assert [name for name, *_ in rows("Metrics")] == [f"reverse_etl_{name}" for name in FAMILIES]


def test_links_lead_to_pages() -> None:
    """The examples among them; and the README leads here."""
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert len(links) > 5
    for link in links:
        assert (ROOT / "docs" / link).is_file(), link
    assert "(docs/scheduling.md)" in (ROOT / "README.md").read_text()
