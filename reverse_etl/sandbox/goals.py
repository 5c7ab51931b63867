"""The goals and clicks that the local sandbox judges by, read from the file that a user gives."""

import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from reverse_etl.sandbox.clock import now, read_date_time
from reverse_etl.sandbox.codes import CURRENCIES
from reverse_etl.sandbox.errors import SandboxError

MAX_NAME = 100
MAX_VALUE = 999_999_999_999
# The categories that the service description has.
CATEGORIES = (
    "None",
    "Purchase",
    "AddToCart",
    "BeginCheckout",
    "Subscribe",
    "SubmitLeadForm",
    "BookAppointment",
    "Signup",
    "RequestQuote",
    "GetDirections",
    "OutboundClick",
    "Contact",
    "PageView",
    "Download",
    "Other",
)


@dataclass(frozen=True, slots=True)
class Goal:
    """An offline conversion goal; the defaults are those of a goal that is learnt."""

    name: str
    count_type: str = "All"
    window_minutes: int = 43200
    revenue_type: str = "VariableValue"
    revenue_value: float | None = None
    revenue_currency: str | None = None
    created_at: datetime | None = None
    enhanced: bool = True
    external_attribution: bool = True
    status: str = "Active"
    id: int | None = None
    scope: str = "Account"
    category: str = "Purchase"


@dataclass(frozen=True, slots=True)
class World:
    """What the service knows before the first call: goals, clicks if any are given, and whether to learn.

    `auto_tagging`: are click ids appended to landing pages, until somebody sets it.
    """

    goals: Mapping[str, Goal] = field(default_factory=dict)
    clicks: Mapping[str, datetime] | None = None
    learn: bool = True
    auto_tagging: bool = True


def click_key(click_id: str) -> str:
    """A click id as it is compared: lower case, without dashes."""
    return click_id.replace("-", "").lower()


def load_world(path: Path | None) -> World:
    """Read the goals file; without one, every goal is learnt from the rows that name it."""
    if path is None:
        return World()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SandboxError(f"The goals file {path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise SandboxError(f"The goals file {path}{where} is not valid YAML.") from None
    return _Reader(path).world(content)


_Check = tuple[Callable[[Any], bool], str]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _one_of(*words: str) -> _Check:
    return (lambda value: value in words, f"one of {', '.join(words)}")


_TEXT: _Check = (lambda value: isinstance(value, str) and bool(value.strip()), "a text, in quotes")
_YES_NO: _Check = (lambda value: isinstance(value, bool), "true or false")
_TIME: _Check = (
    lambda value: isinstance(value, datetime) or (isinstance(value, str) and read_date_time(value) is not None),
    "a time such as 2026-11-20T10:00:00Z",
)
_FILE: dict[str, _Check] = {
    "goals": (lambda value: isinstance(value, list), "a list"),
    "clicks": (lambda value: isinstance(value, list), "a list"),
    "learn": _YES_NO,
    "auto_tagging": _YES_NO,
}
_GOAL: dict[str, _Check] = {
    "name": (
        lambda value: isinstance(value, str) and bool(value.strip()) and len(value) <= MAX_NAME,
        f"a text of 1 to {MAX_NAME} characters",
    ),
    "count_type": _one_of("All", "Unique"),
    "window_minutes": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 129600,
        "a whole number from 1 to 129600",
    ),
    "revenue": (lambda value: isinstance(value, dict), "a mapping of type, value and currency"),
    "age_hours": (lambda value: _number(value) and 0 <= value < 1e6, "a number of hours, 0 or more"),
    "created_at": _TIME,
    "enhanced": _YES_NO,
    "external_attribution": _YES_NO,
    "status": _one_of("Active", "Paused", "Deleted"),
    "id": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63,
        "a whole number, 1 or more",
    ),
    "scope": _one_of("Account", "Customer"),
    "category": _one_of(*CATEGORIES),
}
_REVENUE: dict[str, _Check] = {
    "type": _one_of("FixedValue", "VariableValue", "NoValue"),
    "value": (lambda value: _number(value) and 0 <= value <= MAX_VALUE, f"a number from 0 to {MAX_VALUE}"),
    "currency": (
        lambda value: isinstance(value, str) and value in CURRENCIES,
        "a currency code that the service takes, such as EUR",
    ),
}
_CLICK: dict[str, _Check] = {"click_id": _TEXT, "time": _TIME}


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path

    def world(self, content: object) -> World:
        file = self._checked(content, "", _FILE)
        goals: dict[str, Goal] = {}
        for index, item in enumerate(file.get("goals", [])):
            goal = self._goal(item, f"goals[{index}]")
            if goal.name in goals:
                raise SandboxError(f"In the goals file {self.path}, goals[{index}].name is there twice: {goal.name!r}.")
            if goal.id is not None and goal.id in {other.id for other in goals.values()}:
                raise SandboxError(f"In the goals file {self.path}, goals[{index}].id is there twice: {goal.id}.")
            goals[goal.name] = goal
        clicks: dict[str, datetime] | None = None
        if "clicks" in file:
            clicks = {}
            for index, item in enumerate(file["clicks"]):
                click = self._checked(item, f"clicks[{index}]", _CLICK, required=("click_id", "time"))
                clicks[click_key(click["click_id"])] = _time(click["time"])
        return World(goals, clicks, learn=file.get("learn", False), auto_tagging=file.get("auto_tagging", True))

    def _goal(self, item: object, where: str) -> Goal:
        goal = self._checked(item, where, _GOAL, required=("name",))
        revenue = self._checked(goal.get("revenue", {}), f"{where}.revenue", _REVENUE)
        if "age_hours" in goal and "created_at" in goal:
            raise self._wrong(f"{where}.age_hours", "left out where created_at is given")
        created_at = _time(goal["created_at"]) if "created_at" in goal else None
        if "age_hours" in goal:
            created_at = now() - timedelta(hours=goal["age_hours"])
        return Goal(
            name=goal["name"],
            count_type=goal.get("count_type", "All"),
            window_minutes=goal.get("window_minutes", 43200),
            revenue_type=revenue.get("type", "NoValue"),
            revenue_value=revenue.get("value"),
            revenue_currency=revenue.get("currency"),
            created_at=created_at,
            enhanced=goal.get("enhanced", False),
            external_attribution=goal.get("external_attribution", False),
            status=goal.get("status", "Active"),
            id=goal.get("id"),
            scope=goal.get("scope", "Account"),
            category=goal.get("category", "Purchase"),
        )

    def _checked(
        self, item: object, where: str, checks: dict[str, _Check], required: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        if not isinstance(item, dict):
            raise self._wrong(where or "the file", f"a mapping with the keys {', '.join(checks)}", item)
        dot = f"{where}." if where else ""
        for key, value in item.items():
            if key not in checks:
                raise SandboxError(
                    f"In the goals file {self.path}, {dot}{key} is not known.", f"Known: {', '.join(checks)}."
                )
            test, wanted = checks[key]
            if not test(value):
                raise self._wrong(f"{dot}{key}", wanted, value)
        for key in required:
            if key not in item:
                raise SandboxError(f"In the goals file {self.path}, {dot}{key} is missing.")
        return item

    def _wrong(self, where: str, wanted: str, value: object = ...) -> SandboxError:
        # In short: a few lines of YAML can name lists within lists that no memory holds as text.
        given = "" if value is ... else f", not {reprlib.repr(value)[:100]}"
        return SandboxError(f"In the goals file {self.path}, {where} must be {wanted}{given}.")


def _time(value: datetime | str) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    moment = read_date_time(value)
    if moment is None:
        raise ValueError(value)  # _TIME has seen to it that this cannot be
    return moment.at
