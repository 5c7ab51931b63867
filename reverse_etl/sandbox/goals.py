"""The goals and clicks that the local sandbox judges by, read from the file that a user gives."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from reverse_etl.sandbox.clock import now
from reverse_etl.sandbox.codes import CURRENCIES
from reverse_etl.sandbox.errors import SandboxError, first_mistake

MAX_NAME = 100
MAX_VALUE = 999_999_999_999


def _known(currency: str) -> str:
    if currency not in CURRENCIES:
        raise ValueError("the service takes no such currency code")
    return currency


# A time without a zone is one of UTC, as in rows.
_Time = Annotated[datetime, AfterValidator(lambda at: at if at.tzinfo else at.replace(tzinfo=UTC))]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Revenue(_Part):
    """What a conversion without a value of its own is worth."""

    type: Literal["FixedValue", "VariableValue", "NoValue"] = "NoValue"
    value: float | None = Field(default=None, ge=0, le=MAX_VALUE)
    currency: Annotated[str, AfterValidator(_known)] | None = None


class Goal(_Part):
    """An offline conversion goal as the file has it."""

    name: Annotated[str, StringConstraints(max_length=MAX_NAME, pattern=r"\S")]
    count_type: Literal["All", "Unique"] = "All"
    window_minutes: int = Field(default=43200, ge=1, le=129600)
    revenue: Revenue = Revenue()
    created_at: _Time | None = None
    age_hours: float | None = Field(default=None, ge=0, lt=1e6)
    enhanced: bool = False
    external_attribution: bool = False
    status: Literal["Active", "Paused", "Deleted"] = "Active"
    id: int | None = Field(default=None, gt=0, lt=2**63)
    scope: Literal["Account", "Customer"] = "Account"
    category: str = "Purchase"

    @model_validator(mode="after")
    def _age(self) -> "Goal":
        if self.age_hours is not None:
            if self.created_at is not None:
                raise ValueError("age_hours must be left out where created_at is given")
            self.created_at = now() - timedelta(hours=self.age_hours)
        return self


def learnt_goal(name: str) -> Goal:
    """A goal that a row has named: it takes all that a goal may."""
    return Goal(name=name, revenue=Revenue(type="VariableValue"), enhanced=True, external_attribution=True)


class _Click(_Part):
    click_id: Annotated[str, StringConstraints(pattern=r"\S")]
    time: _Time


class GoalsFile(_Part):
    """What the file may hold."""

    goals: list[Goal] = []
    clicks: list[_Click] | None = None
    learn: bool = False
    auto_tagging: bool = True

    @model_validator(mode="after")
    def _goals_apart(self) -> "GoalsFile":
        keys = Counter([key for goal in self.goals for key in (goal.name, goal.id) if key is not None])
        key, times = max(keys.items(), key=lambda one: one[1], default=("", 0))
        if times > 1:
            raise ValueError(f"two goals have the name or id {key!r}")
        return self


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
        file = GoalsFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SandboxError(f"The goals file {path} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        raise SandboxError(f"In the goals file {path}, {first_mistake(error)}.") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise SandboxError(f"The goals file {path}{where} is not valid YAML.") from None
    clicks = None if file.clicks is None else {click_key(one.click_id): one.time for one in file.clicks}
    return World({goal.name: goal for goal in file.goals}, clicks, file.learn, file.auto_tagging)
