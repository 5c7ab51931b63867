"""docs/attribution.md says what the code does."""

import re

import yaml

from docs import reasons
from reverse_etl.destinations.microsoft_ads.lookups import DAYS_AT_ONCE, GOALS_AT_ONCE
from tests.support.shop import REPOSITORY

PAGE = reasons.PAGE.read_text()


def test_reasons_are_those_of_the_code() -> None:
    """The table is the one in code: each reason with its meaning and what to do."""
    assert reasons.page() == PAGE, "run `make docs`"
    assert len(re.findall(r"^\| `\w+` \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)) == len(reasons.REASONS)


def test_limits_are_those_of_the_code() -> None:
    """The page names the limits that a fetch keeps to."""
    assert f"{GOALS_AT_ONCE} goals and {DAYS_AT_ONCE} days a call" in PAGE


def test_the_example_names_every_argument_with_its_default() -> None:
    """The test in the example takes these arguments, and the defaults it names are the macro's."""
    example = yaml.safe_load(PAGE.split("```yaml\n")[1].split("```")[0])
    (test,) = example["models"][0]["data_tests"]
    ((name, given),) = test.items()
    source = (REPOSITORY / "macros/tests/attribution.sql").read_text()
    ((macro, signature),) = re.findall(r"{% test (\w+)\((.*?)\) %}", source)
    assert name == f"reverse_etl.{macro}"
    arguments = dict(part.partition("=")[::2] for part in signature.split(", ")[1:])
    assert set(given["arguments"]) == set(arguments)
    for line in re.findall(r"(\w+): (\d+) .*the default", PAGE):
        assert arguments[line[0]] == line[1]
