"""docs/reference.md names everything that a user can type, set, query or get back."""

import json
import re
from pathlib import Path

import pytest
import yaml

from docs import decisions, documents, generate, macros, schemas
from reverse_etl.core import errors
from reverse_etl.core.errors import EXIT_CODES, ReverseEtlError
from reverse_etl.destinations.microsoft_ads.codes import CODES
from reverse_etl.sandbox.goals import Goal, load_world

REPOSITORY = Path(__file__).parents[2]
NAMES = re.compile(r"\b(?:MICROSOFT_ADS|REVERSE_ETL|DBT)_[A-Z_]+[A-Z]\b")
# Not ours to set: the start of names that dbt keeps secret.
NOT_VARIABLES = {"DBT_ENV_SECRET"}


def test_the_reference_is_what_the_program_says() -> None:
    """The file equals what `make docs` would write now: every command, option, exit code, key, class and reason."""
    assert generate.REFERENCE.read_text() == generate.reference(), "run `make docs`"


def test_the_page_of_errors_is_what_the_table_says() -> None:
    """The file equals what `make docs` would write now, and has every code once."""
    page = generate.ERRORS.read_text()
    assert page == generate.errors_page(), "run `make docs`"
    names = re.findall(r"^\| \d* \| (\w+) \|", page, re.MULTILINE)
    assert sorted(names) == sorted(code.name for code in CODES)


def test_the_page_of_decisions_is_what_the_plan_is_made_from() -> None:
    """The file equals what `make docs` would write now."""
    assert decisions.PAGE.read_text() == decisions.page(), "run `make docs`"


def test_the_page_of_macros_is_what_the_package_gives() -> None:
    """The file equals what `make docs` would write now: each example's answer is what DuckDB makes of its input."""
    assert macros.PAGE.read_text() == macros.page(), "run `make docs`"


def test_every_public_macro_and_generic_test_is_documented() -> None:
    """Each macro that is not private has a heading, its arguments and an example; each generic test has a line."""
    page = macros.PAGE.read_text()
    for path in (REPOSITORY / "macros/public").glob("*.sql"):
        for name, given in re.findall(r"{% macro ([a-z]\w+)\((.*?)\) %}", path.read_text(), re.DOTALL):
            part = page.partition(f"### {name}\n")[2].partition("\n### ")[0]
            for argument in re.findall(r"(\w+)(?:=[^,]*)?(?:,|$)", " ".join(given.split())):
                assert f"| `{argument}` | " in part, (name, argument)
            assert f"`{name}(" in part or f"reverse_etl.{name}(" in part, name
    tests = "".join(path.read_text() for path in (REPOSITORY / "macros/tests").glob("*.sql"))
    named = re.findall(r"{% test (\w+)\(", tests)
    assert sorted(named) == sorted(re.findall(r"^\| `(\w+)` \| (?:a column|the row) \|", page, re.MULTILINE))


def test_every_environment_variable_is_documented() -> None:
    """Each variable that the source reads stands in the table, and each in the table is read."""
    read = set()
    for path in (REPOSITORY / "reverse_etl").rglob("*.py"):
        for line in path.read_text().splitlines():
            strings = re.findall(r"\"([^\"]*)\"", line)
            read |= {name for text in strings for name in NAMES.findall(text)}
    # rich and dbt read this one.
    assert read - NOT_VARIABLES | {"NO_COLOR"} == set(generate.ENVIRONMENT)


def test_every_exit_code_is_documented() -> None:
    """Each error's exit code is in the table, and the table says nothing of others."""
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ReverseEtlError)]
    assert {one.exit_code for one in kinds} <= set(EXIT_CODES)
    assert set(EXIT_CODES) == set(range(7))


def test_every_command_has_an_example() -> None:
    """Each command's help ends its description with a line that can be typed."""
    text = generate.reference()
    for words in generate.command_names():
        if words:
            part = text[text.index(f"### {' '.join(words)}\n") :]
            assert f"Example: reverse-etl {' '.join(words)}" in part[: part.index("Options:")], words


def test_the_goals_file_in_the_docs_is_one(tmp_path: Path) -> None:
    """The example of docs/local-sandbox.md is read as it stands, and names every key that a goal may have."""
    text = (REPOSITORY / "docs/local-sandbox.md").read_text()
    example = text.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "goals.yml").write_text(example)
    world = load_world(tmp_path / "goals.yml")
    assert set(world.goals) == {"Lead qualified", "Deal won"}
    assert not world.learn
    assert set(yaml.safe_load(example)["goals"][1]) | {"created_at"} == set(Goal.model_fields)


def test_the_page_of_documents_is_what_the_schemas_say() -> None:
    """The file equals what `make docs` would write now, and has each field of each document."""
    page = documents.PAGE.read_text()
    assert page == documents.page(), "run `make docs`"
    for name in schemas.DOCUMENTS:
        part = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        schema = schemas.schema(name)
        fields = {field for one in (schema, *schema.get("$defs", {}).values()) for field in one.get("properties", {})}
        assert fields == set(re.findall(r"^\| `(?:[\w.*\[\]]+\.)?(\w+)` \|", part, re.MULTILINE)), name


@pytest.mark.parametrize("name", sorted(schemas.DOCUMENTS))
def test_schemas_are_those_of_the_types(name: str) -> None:
    """docs/schemas/ is what `make docs` writes."""
    written = json.loads((schemas.FOLDER / f"{name}.json").read_text())
    assert written == json.loads(json.dumps(schemas.schema(name))), "run `make docs`"
