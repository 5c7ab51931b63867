"""Holding documents against the JSON Schemas of docs/schemas."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from tests.support.shop import REPOSITORY

FOLDER = REPOSITORY / "docs" / "schemas"


def schema(name: str) -> dict[str, Any]:
    """The schema of that name."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def validate(name: str, document: Any) -> Any:
    """Raise where a document is not as its schema says, and give it back."""
    Draft202012Validator(schema(name)).validate(document)
    return document
