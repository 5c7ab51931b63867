"""The pages on adding a command, a warehouse or a destination, and CONTRIBUTING, name what is there."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docs.generate import command_names
from docs.schemas import DOCUMENTS
from reverse_etl.cli.app import app
from reverse_etl.core import kinds, ports

REPOSITORY = Path(__file__).parents[2]
PAGES = ("docs/adding-a-command.md", "docs/adding-a-destination.md", "docs/adding-a-warehouse.md", "CONTRIBUTING.md")
NAMED = re.compile(r"`((?:reverse_etl|tests|macros|docs|models|benchmarks)/[\w./-]*)`")
# What each layer lacks: sign-in belongs to one destination, and these write no document or do nothing to a sync.
LACKS = {
    "commands": {"init", "login", "logout", "demo", "sandbox"},
    "report": {"init", "logout", "demo", "sandbox"},
    "cli": {"logout", "demo"},
}


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    """Paths in backticks lead somewhere; one with NAME in it is a pattern."""
    named = [path for path in NAMED.findall((REPOSITORY / page).read_text()) if "NAME" not in path]
    assert named
    assert [path for path in named if not (REPOSITORY / path).exists()] == []


@pytest.mark.parametrize("layer", sorted(LACKS))
def test_every_command_has_its_file_in_each_layer(layer: str) -> None:
    """A newcomer finds the room of a change from the command's name."""
    commands = {words[0] for words in command_names() if words} - LACKS[layer]
    assert commands
    files = {path.stem for path in (REPOSITORY / "reverse_etl" / layer).glob("*.py")}
    assert commands - files == set()


def test_every_command_that_prints_json_has_a_schema() -> None:
    """What `DOCUMENTS` of docs/schemas.py lacks is a document that programs read and no schema describes."""
    said = [title for _, title in DOCUMENTS.values()]
    helped = {words: CliRunner().invoke(app, [*words, "--help"]).stdout for words in command_names() if words}
    printing = [words for words, text in helped.items() if "--json" in text]
    assert len(printing) > 10
    missing = [words for words in printing if not any(f"reverse-etl {' '.join(words)}" in title for title in said)]
    assert missing == [("sandbox", "received")]


def test_the_ports_that_the_page_names_exist() -> None:
    """What docs/adding-a-destination.md says to write has these names in the code."""
    page = (REPOSITORY / "docs" / "adding-a-destination.md").read_text()
    for name in ("DestinationKind", "Destination", "HasGoals", "HasAutoTagging"):
        assert f"`{name}`" in page
        assert hasattr(ports, name)
    assert "`KINDS`" in page
    assert kinds.KINDS
