"""A project to scaffold in: the package's files in two versions, and what `init` does in words."""

from collections.abc import Callable, Mapping
from pathlib import Path

from reverse_etl.scaffold import InitPlan, carry_out_plan, plan_init, plan_text

FOLDER = "dbt_reverse_etl"
OLD = {
    "dbt_project.yml": b"name: reverse_etl\nversion: '1.0.0'\n",
    "macros/same.sql": b"same\n",
    "macros/better.sql": b"good\n",
    "macros/old/gone.sql": b"gone\n",
}
NEW = {
    "dbt_project.yml": b"name: reverse_etl\nversion: '1.1.0'\n",
    "macros/same.sql": b"same\n",
    "macros/better.sql": b"better\n",
    "macros/fresh.sql": b"fresh\n",
}

Write = Callable[..., Path]


def plan(
    folder: Path,
    files: Mapping[str, bytes] = OLD,
    version: str = "1.0.0",
    *,
    sync: str = "",
    upgrade: bool = False,
    where: str = "",
) -> InitPlan:
    return plan_init(folder, files=files, version=version, sync=sync, upgrade=upgrade, where=where)


def init(
    folder: Path,
    files: Mapping[str, bytes] = OLD,
    version: str = "1.0.0",
    *,
    sync: str = "",
    upgrade: bool = False,
    where: str = "",
) -> str:
    """Plan, carry out, and give the words."""
    made = plan(folder, files, version, sync=sync, upgrade=upgrade, where=where)
    carry_out_plan(made)
    return plan_text(made, dry=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def words(text: str) -> str:
    """A text with each run of white space as one space."""
    return " ".join(text.split())
