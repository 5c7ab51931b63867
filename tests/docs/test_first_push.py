"""docs/first-push.md: its commands are the program's, in the order that it promises, and its links lead somewhere."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from reverse_etl.cli.app import app

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "first-push.md").read_text()
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
NAMED = re.findall(r"`reverse-etl ([a-z][^`]*)`", PAGE)


@pytest.mark.parametrize("line", [*LINES, *(f"reverse-etl {words}" for words in NAMED)])
def test_every_command_is_one_of_the_program(line: str) -> None:
    """Its options are read as they stand."""
    _, name, *arguments = [word for word in shlex.split(line) if "=" not in word]
    # Of whichever click typer brings.
    command: Any = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    command.make_context(command.name, list(arguments), resilient_parsing=True)
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in arguments if word.startswith("-")} <= known


def test_the_steps_send_more_and_more() -> None:
    """Nothing, one row, twenty, a thousand, all; and the first pushes are recorded, each in a folder of its own."""
    pushes = [line for line in LINES if line.startswith("reverse-etl push")]
    assert LINES[0] == "reverse-etl check"
    assert [re.findall(r"--limit (\d+)", line) for line in pushes] == [["1"], ["20"], ["1000"], []]
    folders = re.findall(r"--record (\S+)", "\n".join(LINES))
    assert len(folders) == len(set(folders)) == 3


def test_links_lead_to_pages() -> None:
    """And the README leads here."""
    assert all((DOCS / link).is_file() for link in re.findall(r"\]\(([^)#]+)\)", PAGE))
    assert "docs/first-push.md" in (DOCS.parent / "README.md").read_text()
