"""The page on size names steps and columns that are there."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs/scale.md").read_text()


def macros(folder: str) -> str:
    return "".join(path.read_text() for path in (REPOSITORY / "macros" / folder).glob("*.sql"))


def test_every_step_that_reads_is_one() -> None:
    """The table of reads begins each line with a step of the plan."""
    reads = PAGE.partition("## What a plan reads")[2].partition("| together |")[0]
    named = set(re.findall(r"^\| `(\w+)`", reads, re.MULTILINE))
    assert len(named) > 5
    assert named <= set(re.findall(r"macro _step_(\w+)\(", macros("plan")))


def test_every_column_that_a_warehouse_should_order_by_is_one() -> None:
    """What a user copies into dbt_project.yml names columns of the ledger."""
    columns = set(re.findall(r"^        \['(\w+)', ", macros("ledger"), re.MULTILINE))
    lists = re.findall(r"\+(?:cluster_by|liquid_clustered_by|sort|order_by): \[([^\]]+)\]", PAGE)
    named = {name for text in lists for name in re.findall(r"\w+", re.sub(r'".*?\((\w+),.*?"', r"\1", text))}
    assert {"sync", "conversion_time"} <= named <= columns | {"to_date", "left"}
