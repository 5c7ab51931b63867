"""What dbt left in its target folder may be damaged in any way: then it is not known, and never an error."""

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
    "year 1 elsewhere": dated(generated_at="0001-01-01T00:00:00+05:00"),
    "year 9999 elsewhere": dated(generated_at="9999-12-31T23:59:59-05:00"),
    "a beginning that is none": dated(generated_at="2026-03-01T10:00:05Z", invocation_started_at="yesterday"),
    "a date that is none": dated(generated_at="yesterday"),
}


def project_with(folder: Path, content: Any, sql: bytes = b"select '\xff'", **config: str) -> Any:
    """As much of a project as the reader looks at. The model was built by dbt into a file that is no text either."""
    raw = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else None
    (folder / "run_results.json").write_bytes(json.dumps(content).encode() if raw is None else raw)
    run = folder / "run/shop/models"
    run.mkdir(parents=True)
    (run / "o.sql").write_bytes(sql)
    node = SimpleNamespace(package_name="shop", original_file_path="models/o.sql", depends_on=SimpleNamespace(nodes=[]))
    node.resource_type, node.config = "model", SimpleNamespace(**config)
    manifest = SimpleNamespace(nodes={MODEL: node})
    return SimpleNamespace(target_folder=folder, root=folder, packages_folder="dbt_packages", manifest=manifest)


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


def v2(**metadata: str) -> dict[str, Any]:
    said = {"dbt_version": "2.0.9", "generated_at": "2026-03-01T10:00:05.123456789Z", "invocation_id": "a"}
    return {"metadata": said | metadata, "args": {"which": "build"}, "results": [], "elapsed_time": 900.0}


def manifest(folder: Path, invocation: str, meta: dict[str, str]) -> None:
    metadata = {"invocation_id": invocation, "invocation_started_at": "2026-03-01T10:00:00Z"}
    nodes = {"model.reverse_etl.reverse_etl_run_history": {"config": {"meta": meta}}}
    (folder / "manifest.json").write_text(json.dumps({"metadata": metadata, "nodes": nodes}))


@pytest.mark.parametrize(
    ("invocation", "meta", "target", "seconds"),
    [
        ("a", {"reverse_etl_target": "prod"}, "prod", 5),
        ("b", {"reverse_etl_target": "prod"}, None, 0),
        ("a", {}, None, 0),
    ],
)
def test_of_dbt_2_the_manifest_of_the_same_command_says_target_and_beginning(
    tmp_path: Path, invocation: str, meta: dict[str, str], target: str | None, seconds: int
) -> None:
    """Neither is guessed where the manifest is of another command, or of a package that does not say it."""
    project = project_with(tmp_path, v2())
    manifest(tmp_path, invocation, meta)
    read = run_results(project)
    assert read is not None
    assert (read.target, int((read.ended - read.began).total_seconds())) == (target, seconds)


SPAN = "created_at >= '2026-03-01T10:00:00' and created_at < '2026-03-02T10:00:00'"
IN_PART = {
    "(select * from a.b where false limit 0)": "--empty",
    '(select * from "a"."b" limit 0)': "--empty",
    f"(select * from a.b where {SPAN})": "--sample",
    "(select * from a.b where t >= '2026-03-01 10:00:00+00:00' and t < '2026-03-02') _dbt_et": "--sample",
    "(select * from a.b where t >= to_timestamp_tz('2026-03-01T10:00:00+00:00'))": "--sample",
    "(select * from a.b where cast(t as timestamp) >= '2026-03-01T10:00:00')": "--sample",
    "(select * from a.b where t >= '2026-03-01' and t < '2026-03-02')": "",
    f"(select * from a.b where id in (1)) where {SPAN}": "",
    f"(select id from a.b where {SPAN})": "",
}


@pytest.mark.parametrize("sql", IN_PART)
def test_a_build_in_part_is_read_from_the_statement(tmp_path: Path, sql: str) -> None:
    """What either dbt writes for the flags is told from filters that people write."""
    assert limited_build(project_with(tmp_path, v2(), f"select *\nfrom {sql}".encode()), MODEL) == IN_PART[sql]


def test_a_microbatch_model_is_no_sample(tmp_path: Path) -> None:
    """It reads spans of time in each build."""
    sql = f"select * from (select * from a.b where {SPAN})".encode()
    assert limited_build(project_with(tmp_path, v2(), sql, incremental_strategy="microbatch"), MODEL) == ""
