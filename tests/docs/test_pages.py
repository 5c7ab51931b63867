"""The pages of docs/ hang together: each is in the site's contents, links lead somewhere, commands can be typed."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from docs.generate import command_names
from reverse_etl.cli.app import app

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.glob("*.md"))
READ = [*PAGES, REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md"]


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked to, as code hosts and the site make them."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", READ, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link within the project names a file that is there, and a heading that it has; others go by https."""
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if ":" in link:
            assert link.startswith("https://"), link
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_in_the_contents() -> None:
    """The site's contents name each page once, and none that is not there."""
    blocks = re.findall(r"```{toctree}\n(.*?)```", (DOCS / "index.md").read_text(), re.DOTALL)
    named = [line for block in blocks for line in block.splitlines() if line and not line.startswith(":")]
    assert sorted([*named, "index"]) == [page.stem for page in PAGES]


def test_pictures_load_nothing_and_are_described() -> None:
    """Each picture has a title, both colour schemes, and no address but that of its format; each is shown by a page."""
    shown = {name for page in PAGES for name in re.findall(r"!\[[^\]]{40,}\]\(pictures/([\w.]+)\)", page.read_text())}
    pictures = sorted((DOCS / "pictures").iterdir())
    assert pictures
    for picture in pictures:
        text = picture.read_text()
        assert "<title" in text
        assert "prefers-color-scheme: dark" in text
        assert set(re.findall(r"https?://[\w./]+", text)) == {"http://www.w3.org/2000/svg"}
        assert picture.name in shown


def commands() -> dict[tuple[str, ...], set[str]]:
    """The options that each command takes, by the command's words."""
    found = {}
    for words in command_names():
        # Of whichever click typer brings.
        command: Any = typer.main.get_command(app)
        for word in words:
            command = command.commands[word]
        found[words] = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    return found


OPTIONS = commands()
TYPED = re.compile(r"(?:^ *(?:\$ )?|`|&& |[A-Z]=\S+ )reverse-etl ([a-z-][^`\n#|&>,]*)", re.MULTILINE)


@pytest.mark.parametrize("page", [page for page in READ if page.name != "reference.md"], ids=lambda page: page.name)
def test_every_command_is_one_of_the_program(page: Path) -> None:
    """Where a page has `reverse-etl`, a command of the program follows, with options that it takes."""
    for line in TYPED.findall(page.read_text()):
        given = line.split()
        words = max((words for words in OPTIONS if tuple(given[: len(words)]) == words), key=len)
        options = {word.partition("=")[0] for word in given if word.startswith("-") and word != "-"}
        assert words or options <= {*OPTIONS[()], "--json"}, line
        assert words or options, line
        assert not words or options <= OPTIONS[words], line
