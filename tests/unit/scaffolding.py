"""A project to scaffold in: the package's files in two versions, and what `init` does in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from reverse_etl.scaffold import InitPlan, carry_out_plan, plan_init, plan_text

REPOSITORY = Path(__file__).parents[2]
FOLDER = "dbt_reverse_etl"
LINE = "- local: dbt_reverse_etl  # reverse-etl: written and upgraded by `reverse-etl init`"
LEDGER = b"{{ config(materialized='incremental', full_refresh=false) }}\nselect 1\n"
OLD = {
    "dbt_project.yml": b"name: reverse_etl\nversion: '1.0.0'\n",
    "macros/same.sql": b"same\n",
    "macros/better.sql": b"good\n",
    "macros/old/gone.sql": b"gone\n",
    "models/reverse_etl_ledger.sql": LEDGER,
    "models/reverse_etl_records.sql": b"{{ config(materialized='view') }}\nselect 1\n",
}
NEW = {name: content for name, content in OLD.items() if "gone" not in name} | {
    "dbt_project.yml": b"name: reverse_etl\nversion: '1.1.0'\n",
    "macros/better.sql": b"better\n",
    "macros/fresh.sql": b"fresh\n",
}

Write = Callable[..., Path]


def plan(folder: Path, files: Mapping[str, bytes] = OLD, version: str = "1.0.0", **environment: str) -> InitPlan:
    return plan_init(folder, {"DBT_PROFILES_DIR": str(folder)} | environment, files=files, version=version)


def init(folder: Path, files: Mapping[str, bytes] = OLD, version: str = "1.0.0") -> str:
    """Plan, carry out, and give the words."""
    made = plan(folder, files, version)
    carry_out_plan(made)
    return plan_text(made, dry=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def words(text: str) -> str:
    """A text with each run of white space as one space."""
    return " ".join(text.split())
