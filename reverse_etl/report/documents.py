"""Documents for programs: what their types share. `make docs` writes docs/schemas/ from these types."""

import math
from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from reverse_etl.core.sync import Sync


class Says:
    """What a schema says of a field beside its type: a description, and JSON Schema's own keywords."""

    def __init__(self, description: str = "", **keywords: Any) -> None:
        self.says = ({"description": description} if description else {}) | keywords

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> Any:
        """As pydantic asks for it."""
        return handler(core_schema) | self.says


Count = Annotated[int, Says(minimum=0)]
Date = Annotated[str, Says(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Time = Annotated[
    str,
    Says("UTC; blank where it is not known.", pattern=r"^(-?[0-9]+-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$"),
]
Side = Literal["source", "ledger"]
ClassName = Literal[
    "new",
    "deferred",
    "in_doubt",
    "restate",
    "move",
    "replace",
    "retract",
    "accepted",
    "retracted",
    "rejected",
    "unchanged",
    "held",
    "invalid",
    "expired",
    "waiting",
    "duplicate",
    "aged_out",
]


class OfSync(TypedDict):
    """The head of a document: its version, which rises when a field changes its meaning, and whose it is."""

    version: Literal[1]
    sync: str
    destination: str
    environment: Literal["local", "sandbox", "production"]
    account_id: str


class ErrorJson(TypedDict):
    """With several syncs a command goes on with the next one; the document of the one that stopped is this. `version`
    rises when a field changes its meaning.
    """

    version: Literal[1]
    sync: str
    account_id: Annotated[
        str,
        Says("The account that the sync sends to; empty where it is set by the environment, or was not found."),
    ]
    error: Annotated[str, Says("What happened.")]
    hint: Annotated[str, Says("What to do next; empty where there is nothing to say.")]
    exit_code: Literal[1, 2, 4, 5]


def head(sync: Sync) -> OfSync:
    """The head of a document about a sync."""
    return {
        "version": 1,
        "sync": sync.name,
        "destination": sync.destination,
        "environment": sync.environment.value,
        "account_id": sync.account_id,
    }


def number(value: float | None) -> float | None:
    """A number as JSON can say it: what is none, as NaN is, becomes null."""
    return value if value is not None and math.isfinite(value) else None
