"""docs/json.md: every field of every document that `--json` prints, from the schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "schemas"
PAGE = Path(__file__).parent / "json.md"
_HEAD = """# JSON

Made by `make docs` from the schemas, which the program's own types give. Every document has a `version`, which rises
when a field changes its meaning; new fields may come without that. Where several syncs are shown, the output is a list
of such documents. `[]` in a name stands for each item of a list, `.*` for each value of an object.
"""
# The head of the page says it.
_ONCE = "`version` rises when a field changes its meaning."


def page() -> str:
    """The whole page as it should be."""
    return "\n".join(_parts()).rstrip() + "\n"


def write() -> None:
    """Write the page."""
    PAGE.write_text(page())


def _parts() -> Iterator[str]:
    yield _HEAD
    for path in sorted(FOLDER.glob("*.json")):
        # How an exposure is written is another page's matter.
        if path.stem == "exposures":
            continue
        schema = json.loads(path.read_text())
        yield f"## {path.stem}\n"
        words = _words(schema).replace(_ONCE, "").strip()
        yield f"`{schema['title']}` ([schema](schemas/{path.name})). {words}\n"
        yield "| field | is | meaning |"
        yield "|---|---|---|"
        for name, field in _fields(schema, schema):
            yield f"| `{name}` | {_kind(field)} | {_words(field)} |"
        yield ""


def _fields(part: dict[str, Any], schema: dict[str, Any], before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field below a part of a schema with its dotted name."""
    for name, field in part.get("properties", {}).items():
        yield before + name, field
        for one in (field, *field.get("anyOf", ())):
            for mark, inner in ((".", one), ("[].", one.get("items", {})), (".*.", one.get("additionalProperties"))):
                if isinstance(inner, dict):
                    yield from _fields(_resolved(inner, schema), schema, f"{before}{name}{mark}")


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
    return found


def _kind(field: dict[str, Any]) -> str:
    """What a field is, in a word or two."""
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(_kind(one) for one in field["anyOf"]))
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return "one of " + ", ".join(f"`{json.dumps(value)}`" for value in field["enum"])
    kind = field.get("type", "object")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _words(field: dict[str, Any]) -> str:
    return " ".join(field.get("description", "").split()).replace("|", "\\|")
