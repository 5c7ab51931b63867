"""The page of guarantees names what is there: tests, commands and promises."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs/guarantees.md").read_text()
MAKEFILE = (REPOSITORY / "Makefile").read_text()
# A file or a target, and whether it is only on its way.
NAMED = re.findall(r"`((?:tests/[\w/.]*|make \w+))`( \(in preparation\))?", PAGE)


def is_there(name: str) -> bool:
    command, _, target = name.partition(" ")
    if command == "make":
        return re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) is not None
    return (REPOSITORY / name).exists()


def test_every_file_and_target_is_there() -> None:
    """What the page names exists; what it says is in preparation does not yet, so that no note outlives its day."""
    assert {"make test", "make soak"} <= {name for name, _ in NAMED}
    assert {name: is_there(name) for name, _ in NAMED} == {name: not mark for name, mark in NAMED}


def test_every_promise_is_tested_and_every_assumption_is_explained() -> None:
    """Each number of a promise has a row of tests, and each letter it rests on a row of its own."""
    promises, assumptions, tests = (
        re.findall(r"^\| (\w+)(?: \|)", part, re.MULTILINE) for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[:3]
    )
    assert promises == tests[1:] == [str(number) for number in range(1, len(promises) + 1)]
    rests = re.findall(r"\*\*.*\| ([A-G, ]+)(?:;.*)? \|$", PAGE, re.MULTILINE)
    assert {letter for text in rests for letter in text.split(", ")} == set(assumptions)
