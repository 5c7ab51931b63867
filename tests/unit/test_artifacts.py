"""What dbt left in its target folder may be damaged in any way: then it is not known, and never an error."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reverse_etl.warehouse.artifacts import limited_build, run_results

MODEL = "model.shop.offline_conversions"
GOOD: dict[str, Any] = {
    "metadata": {"generated_at": "2026-03-01T10:00:05Z", "invocation_started_at": "2026-03-01T10:00:00Z"},
    "args": {"which": "build", "empty": True},
    "results": [{"unique_id": MODEL, "status": "success", "failures": None, "relation_name": '"main"."o"'}],
    "elapsed_time": 3.5,
}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


def dated(**metadata: Any) -> dict[str, Any]:
    return GOOD | {"metadata": metadata}


DAMAGED: dict[str, Any] = {
    "empty": "",
    "deep": "[" * 200_000,
    "no text": b"\xff\xfe\x00{",
    "cut": json.dumps(GOOD)[:-20],
    "a number": 7,
    "a list": [GOOD],
    "no metadata": without("metadata"),
    "no results": without("results"),
    "no arguments": without("args"),
    "results of another shape": GOOD | {"results": ["passed"]},
    "an id that is a list": GOOD | {"results": [{"unique_id": [], "failures": "many"}]},
    "failures without end": GOOD | {"results": [{"unique_id": MODEL, "failures": float("inf")}]},
    "year 1": dated(generated_at="0001-01-01T00:00:00Z"),
    "year 1 elsewhere": dated(generated_at="0001-01-01T00:00:00+05:00"),
    "year 9999 elsewhere": dated(generated_at="9999-12-31T23:59:59-05:00"),
    "a time without end": dated(generated_at="2026-03-01T10:00:05Z") | {"elapsed_time": 1e300},
    "a date that is none": dated(generated_at="yesterday"),
}


def project_with(folder: Path, content: Any) -> Any:
    """As much of a project as the reader looks at. The model was built by dbt into a file that is no text either."""
    raw = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else None
    (folder / "run_results.json").write_bytes(json.dumps(content).encode() if raw is None else raw)
    run = folder / "run/shop/models"
    run.mkdir(parents=True)
    (run / "o.sql").write_bytes(b"select '\xff'")
    node = SimpleNamespace(package_name="shop", original_file_path="models/o.sql", depends_on=SimpleNamespace(nodes=[]))
    return SimpleNamespace(target_folder=folder, manifest=SimpleNamespace(nodes={MODEL: node}))


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_run_results_file_tells_nothing(tmp_path: Path, content: Any) -> None:
    """Neither a result nor the flag of a build is read from it."""
    project = project_with(tmp_path, content)
    assert run_results(project) is None
    assert limited_build(project, MODEL) == ""


def test_a_whole_one_is_read(tmp_path: Path) -> None:
    """Command, times and results are there, and the flag by which the model was built in part."""
    project = project_with(tmp_path, GOOD)
    read = run_results(project)
    assert read is not None
    assert (read.command, read.results[MODEL].status, (read.ended - read.began).total_seconds()) == (
        "build",
        "success",
        5,
    )
    assert limited_build(project, MODEL) == "--empty"
