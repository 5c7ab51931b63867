"""The one reader of dbt's own files: what cannot be read is not known, and never an error."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reverse_etl.warehouse.project import Project

# What content from outside raises that is not of the shape it should have.
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
# What dbt puts in the place of a relation with --empty.
_EMPTY = re.compile(r"\(select \* from \S+ where false limit 0\)")


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What a command made of one node. `failures`: rows that failed a test."""

    status: str
    failures: int
    relation_name: str | None


@dataclass(frozen=True, slots=True)
class RunResults:
    """run_results.json. `began` and `ended` are UTC times of the command that wrote it; `results` by unique id."""

    command: str
    arguments: Mapping[str, Any]
    results: Mapping[str, NodeResult]
    began: datetime
    ended: datetime


def read_json(path: Path) -> Any:
    """The content of a file of dbt; None where it is missing or no JSON."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, *MALFORMED):
        return None


def run_results(project: Project) -> RunResults | None:
    """What the last command left that runs nodes; None where it left nothing, or nothing that can be read."""
    path = project.target_folder / "run_results.json"
    return _run_results(path, written_at(path))


@functools.lru_cache(maxsize=1)
def _run_results(path: Path, written: float) -> RunResults | None:
    """The file as it was written then: every sync of a project asks for it."""
    content = read_json(path)
    try:
        ended = _moment(content["metadata"]["generated_at"])
        began = content["metadata"].get("invocation_started_at")
        return RunResults(
            command=str(content["args"].get("which", "")),
            arguments=dict(content["args"]),
            results={str(result["unique_id"]): _result(result) for result in content["results"]},
            # Not every version of dbt says when the command began to read the project.
            began=_moment(began) if began else ended - timedelta(seconds=float(content.get("elapsed_time") or 0)),
            ended=ended,
        )
    except MALFORMED:
        return None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _result(result: Mapping[str, Any]) -> NodeResult:
    name = result.get("relation_name")
    return NodeResult(str(result.get("status")), int(result.get("failures") or 0), None if name is None else str(name))


def written_at(path: Path) -> float:
    """When a file was written, in seconds since 1970; minus infinity where it is not there."""
    try:
        return path.stat().st_mtime
    except OSError:
        return float("-inf")


def limited_build(project: Project, unique_id: str) -> str:
    """The flag by which a model, or one that it reads, was last built in part: `--empty`, `--sample` or nothing.

    run_results.json tells of the last command alone; what `--empty` made of the model itself stays in its SQL.
    """
    lineage = with_parents(project.manifest, unique_id)
    last = run_results(project)
    if last is not None and last.command in ("build", "run", "retry") and any(one in last.results for one in lineage):
        if last.arguments.get("empty"):
            return "--empty"
        if last.arguments.get("sample"):
            return "--sample"
    for node_id in lineage:
        node = project.manifest.nodes[node_id]
        path = project.target_folder / "run" / node.package_name / node.original_file_path
        try:
            if _EMPTY.search(path.read_text(encoding="utf-8", errors="replace")):
                return "--empty"
        except OSError:
            continue
    return ""


def with_parents(manifest: Any, unique_id: str) -> set[str]:
    """A model and all models that it reads, directly or not."""
    found: set[str] = set()
    waiting = [unique_id]
    while waiting:
        node_id = waiting.pop()
        if node_id in manifest.nodes and node_id not in found:
            found.add(node_id)
            # A seed depends on macros alone.
            waiting += getattr(manifest.nodes[node_id].depends_on, "nodes", [])
    return found
