"""docs/schemas/exposures.json, by which editors check a sync's settings, from what the program reads them by."""

import json
import re
from pathlib import Path
from typing import Any

from reverse_etl.core.kinds import KINDS
from reverse_etl.core.sync import Environment, WireProtocol
from reverse_etl.warehouse.exposures import ADJUSTMENTS, KEYS, META_KEY, PERCENT, SPAN

FILE = Path(__file__).parent / "schemas" / "exposures.json"


def _of(pattern: re.Pattern[str]) -> dict[str, Any]:
    """A text of a pattern, as the regular expressions of editors know it: without names of groups."""
    bare = re.sub(r"\?P<\w+>", "", pattern.pattern)
    return {"type": "string", "pattern": f"^({bare})$"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}


_ROWS = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+$"}]}
_TEXT = {"type": ["string", "integer"]}
_NAMES = {"type": "array", "items": {"type": "string"}}
SHAPES: dict[str, dict[str, Any]] = {
    "destination": {"enum": list(KINDS)},
    "enabled": {"type": "boolean"},
    "environment": {"enum": [one.value for one in Environment]},
    "max_age": {"anyOf": [_of(SPAN), _object(warn_after=_of(SPAN), error_after=_of(SPAN))]},
    "targets": _NAMES,
    "account_id": _TEXT,
    "account_column": _TEXT,
    "customer_id": _TEXT,
    "unique_key": _TEXT,
    "adjustments": {"type": "array", "items": {"enum": list(ADJUSTMENTS)}},
    "max_retractions": {"anyOf": [_ROWS, _of(PERCENT), _object(rows=_ROWS, share=_of(PERCENT))]},
    "max_restatements": {"anyOf": [_ROWS, _of(PERCENT), _object(rows=_ROWS, share=_of(PERCENT), change=_ROWS)]},
    "adjust_after": _of(SPAN),
    "hold_refusable": {"type": "boolean"},
    "protocol": {"enum": [one.value for one in WireProtocol]},
}
# What dbt renders is not known to an editor.
_JINJA = {"type": "string", "pattern": r"\{\{|\{%"}


def schema() -> dict[str, Any]:
    """The schema of a YAML file with exposures; whatever is not ours may stand there."""
    settings = _object(**{key: {"description": text, "anyOf": [SHAPES[key], _JINJA]} for key, text in KEYS.items()})
    settings |= {"description": "A sync of reverse-etl.", "required": ["destination", "environment"]}
    meta = {"type": "object", "properties": {META_KEY: settings}}
    exposure = {
        "type": "object",
        "properties": {"meta": meta, "config": {"type": "object", "properties": {"meta": meta}}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Exposures of a dbt project with syncs of reverse-etl",
        "description": "Made by `make docs` from what the program reads.",
        "type": "object",
        "properties": {"exposures": {"type": "array", "items": exposure}},
    }


def write() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(schema(), indent=2) + "\n")
