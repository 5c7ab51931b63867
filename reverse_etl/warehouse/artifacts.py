"""What dbt's own files tell about how a model was last built."""

from __future__ import annotations

import json
import re
from typing import Any

from reverse_etl.warehouse.project import Project

# What dbt puts in the place of a relation with --empty.
_EMPTY = re.compile(r"\(select \* from \S+ where false limit 0\)")


def limited_build(project: Project, unique_id: str) -> str:
    """The flag by which a model, or one that it reads, was last built in part: `--empty`, `--sample` or nothing.

    run_results.json tells of the last command alone; what `--empty` made of the model itself stays in its SQL.
    """
    lineage = with_parents(project.manifest, unique_id)
    try:
        results = json.loads((project.target_folder / "run_results.json").read_text())
        arguments = dict(results["args"])
        built = {
            result["unique_id"] for result in results["results"] if arguments.get("which") in ("build", "run", "retry")
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        built, arguments = set(), {}
    if built & lineage:
        if arguments.get("empty"):
            return "--empty"
        if arguments.get("sample"):
            return "--sample"
    for node_id in lineage:
        node = project.manifest.nodes[node_id]
        path = project.target_folder / "run" / node.package_name / node.original_file_path
        try:
            if _EMPTY.search(path.read_text()):
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
