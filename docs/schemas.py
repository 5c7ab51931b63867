"""docs/schemas/, a JSON Schema of each document that `--json` prints, from the types that the reports return."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from reverse_etl.report import (
    alert,
    attribution,
    baseline,
    check,
    documents,
    export,
    forget,
    goals,
    login,
    plan,
    push,
    rejected,
    retry,
    runs,
    status,
    why,
)

FOLDER = Path(__file__).parent / "schemas"
# Each with the type of its document and what prints it. That of the local sandbox is its own, and written by hand.
DOCUMENTS: dict[str, tuple[Any, str]] = {
    "alert": (alert.AlertJson, "reverse-etl push and attribution, to REVERSE_ETL_WEBHOOK"),
    "attribution": (attribution.AttributionJson, "reverse-etl attribution --json"),
    "baseline": (baseline.BaselineJson, "reverse-etl baseline --json"),
    "check": (check.CheckJson, "reverse-etl check --json"),
    "error": (documents.ErrorJson, "reverse-etl --json, for one of several syncs that stopped by itself"),
    "forget": (forget.ForgetJson, "reverse-etl forget --json"),
    "goals": (goals.GoalsJson, "reverse-etl goals --json"),
    "login": (login.LoginJson, "reverse-etl login --json, with or without --status"),
    "logout": (login.LogoutJson, "reverse-etl logout --json"),
    "plan": (plan.PlanJson, "reverse-etl plan --json"),
    "plan_line": (export.ExportedLineJson, "A line of reverse-etl plan --output FILE.jsonl"),
    "push": (push.PushJson, "reverse-etl push --json"),
    "rejected": (rejected.RejectedJson, "reverse-etl rejected --json"),
    "retry": (retry.RetryJson, "reverse-etl retry --json"),
    "run": (runs.RunJson, "reverse-etl runs RUN --json"),
    "runs": (runs.RunsJson, "reverse-etl runs --json"),
    "status": (status.StatusJson, "reverse-etl status --json"),
    "why": (why.WhyJson, "reverse-etl why KEY --json"),
}


def schema(name: str) -> dict[str, Any]:
    """The schema of that name: nothing but what the type names may stand in a document."""
    document, title = DOCUMENTS[name]
    made = TypeAdapter(document).json_schema()
    for part in _objects(made):
        part.pop("title", None)
        if "description" in part:
            part["description"] = " ".join(part["description"].split())
        for field in part.get("properties", {}).values():
            field.pop("title", None)
        if "properties" in part:
            part["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **made}


def write() -> None:
    """Write every schema."""
    for name in DOCUMENTS:
        (FOLDER / f"{name}.json").write_text(json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n")


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for one in part.values():
            yield from _objects(one)
    elif isinstance(part, list):
        for one in part:
            yield from _objects(one)
