"""The one reader of dbt's own files: what cannot be read is not known, and never an error."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reverse_etl.warehouse.project import Project

# What content from outside raises that is not of the shape it should have.
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
# What dbt-core 1 and dbt v2 put in the place of a relation, by the flag that makes them do so.
_IN_PART = {
    "--empty": re.compile(r"\(select \* from \S+ (?:where false )?limit 0\)"),
    "--sample": re.compile(
        r"\(select \* from \S+ where (?:[^()'\n]+|cast\([^()'\n]+ as timestamp\)) (?:>=|<) "
        r"(?:to_timestamp_tz\()?'\d{4}-\d\d-\d\d(?:T[^']*| [^']*\+00:00)'"
    ),
}
# The model of ours whose entry in manifest.json says the target; see models/_models.yml.
_MARKED = "model.reverse_etl.reverse_etl_run_history"


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What a command made of one node. `failures`: rows that failed a test."""

    status: str
    failures: int
    relation_name: str | None


@dataclass(frozen=True, slots=True)
class RunResults:
    """run_results.json. `began` and `ended` are UTC times of the command that wrote it; `results` by unique id.

    `target`: the one that the command named, blank for the default one, None where it is not known for which target the
    command was, or when it began: dbt v2 says both in manifest.json alone, which other commands write anew.
    """

    command: str
    arguments: Mapping[str, Any]
    results: Mapping[str, NodeResult]
    target: str | None
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
    path, manifest = (project.target_folder / name for name in ("run_results.json", "manifest.json"))
    return _run_results(path, manifest, written_at(path), written_at(manifest))


@functools.lru_cache(maxsize=1)
def _run_results(path: Path, manifest: Path, *_written: float) -> RunResults | None:
    """The files as they were written then: every sync of a project asks for them."""
    content = read_json(path)
    try:
        metadata, args = content["metadata"], content["args"]
        began, target = metadata.get("invocation_started_at"), args.get("target") or ""
        if str(metadata.get("dbt_version")).startswith("2."):
            began, target = _said_in(manifest, metadata["invocation_id"])
        return RunResults(
            command=str(args.get("which", "")),
            arguments=dict(args),
            results={str(result["unique_id"]): _result(result) for result in content["results"]},
            target=target if began else None,
            began=_moment(began or metadata["generated_at"]),
            ended=_moment(metadata["generated_at"]),
        )
    except MALFORMED:
        return None


def _said_in(path: Path, invocation: str) -> tuple[str | None, str | None]:
    """When a command began, and its target; None where the manifest is that of another command."""
    manifest = read_json(path)
    try:
        metadata, meta = manifest["metadata"], manifest["nodes"][_MARKED]["config"]["meta"]
        if metadata["invocation_id"] == invocation:
            return metadata["invocation_started_at"], meta["reverse_etl_target"]
    except MALFORMED:
        pass
    return None, None


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

    run_results.json tells of the last command alone, and where dbt v2 wrote it not of flags; what they made of a model
    stays in its SQL.
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
        path = statement_of(project, node)
        sql = path.read_text(encoding="utf-8", errors="replace") if path else ""
        for flag, pattern in _IN_PART.items():
            # A microbatch model always reads spans of time.
            spans = getattr(node.config, "incremental_strategy", None) == "microbatch" and flag == "--sample"
            if pattern.search(sql) and not spans:
                return flag
    return ""


def statement_of(project: Project, node: Any) -> Path | None:
    """The file with the statement that dbt last ran for a node; None where there is none.

    dbt-core 1 and dbt v2 have different folders for the generic tests of all, and for the models of packages.
    """
    target, file = project.target_folder, node.original_file_path
    run = target / "run" / node.package_name
    places = [run / file, run / project.packages_folder / node.package_name / file]
    if node.resource_type == "test":
        inside = target.relative_to(project.root) if target.is_relative_to(project.root) else ""
        places += [run / file / node.path, run / inside / "generic_tests" / node.path]
    return max((place for place in places if place.is_file()), key=written_at, default=None)


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
