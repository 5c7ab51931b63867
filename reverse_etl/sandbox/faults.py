"""Faults that a test may ask for: their kinds, the settings of each, and how they are read from JSON or text."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.errors import SandboxError, first_mistake


@dataclass(frozen=True, slots=True)
class Kind:
    """The settings of a kind of fault, and whether the books take the batch although the caller sees a fault."""

    options: tuple[str, ...] = ()  # beyond those of every kind
    needs: tuple[str, ...] = ()
    takes: bool = False  # the books take the batch, whatever the caller sees
    answers: bool = False  # something other than the judge's answer goes back
    of_rows: bool = False  # met by rows, in every call that holds them
    code: int | None = None


# Every kind but those of rows knows the first: whether and when a call meets it.
_OF_CALLS = ("rate", "nth")
_OF_ALL = ("kind", "operation", "count", "row", "value", "share")
_ERROR = ("code", "error_code", "message")
_NUMBERED = ("taken", "shape", "retry_after", "error_code", "message")
_GATEWAY = Kind(("taken",), answers=True)
_LATE = Kind(("seconds",), takes=True)
_TAKEN = Kind(takes=True)
KINDS: dict[str, Kind] = {
    **{
        f"fault_{number}": Kind(_NUMBERED, answers=True, code=number)
        for number in (0, 105, 106, 109, 117, 202, 5601, 5612, 5614, 5615)
    },
    "fault_unknown": Kind(_NUMBERED, answers=True, code=codes.UNKNOWN.number),
    "status_200_fault": Kind((*_NUMBERED, "code"), answers=True, code=117),
    "html_502": _GATEWAY,
    "empty_503": _GATEWAY,
    "redirect": Kind(("taken", "to"), answers=True),
    "dtd": _GATEWAY,
    "huge": Kind(("taken", "megabytes"), answers=True),
    "reset_before": Kind(answers=True),
    "reset_after": Kind(answers=True, takes=True),
    "reset_late": _LATE,
    "timeout_before": Kind(("seconds",), answers=True),
    "timeout_after": _LATE,
    "lands_late": _LATE,
    "hold_before": _LATE,
    "hold_after": _LATE,
    "half_answer": _TAKEN,
    "slow": Kind(("seconds",), needs=("seconds",), takes=True),
    "clock_skew": Kind(("hours",), needs=("hours",), takes=True),
    "bad_index": _TAKEN,
    "same_index": _TAKEN,
    "refuse": Kind(_ERROR, needs=("code",), takes=True, of_rows=True),
    "poison": Kind(("shape", *_ERROR), of_rows=True),
}
_Chance = Annotated[float, Field(gt=0, le=1)]


class Fault(BaseModel):
    """One fault that is asked for.

    Which calls: `operation`, and a row that they hold, by click id or
    conversion name (`row`), by value (`value`) or as a share of all rows drawn by the seed (`share`). Of these it meets
    `count`, beginning with the `nth`, or each with the chance `rate`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: str
    operation: Literal["", "conversions", "adjustments", "goals", "properties", "set_properties", "report"] = ""
    count: int | None = Field(default=None, ge=1)
    row: str = ""
    value: float | None = None
    share: _Chance | None = None
    rate: _Chance | None = None
    nth: int = Field(default=1, ge=1)
    seconds: float | None = Field(default=None, gt=0, le=86400)
    code: int | None = Field(default=None, ge=0)
    error_code: str = ""
    message: str = ""
    shape: Literal["", "platform", "request"] = ""
    retry_after: int | None = Field(default=None, ge=0)
    taken: bool = False
    hours: float = Field(default=0.0, ge=-10000, le=10000)
    megabytes: int = Field(default=256, ge=1)
    to: str = "http://elsewhere.invalid/"

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Fault":
        kind = KINDS.get(self.kind)
        if kind is None:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        given = self.model_fields_set
        for key in given - {*_OF_ALL, *(() if kind.of_rows else _OF_CALLS), *kind.options}:
            raise ValueError(f"{key} is not known for {self.kind}")
        for key in set(kind.needs) - given:
            raise ValueError(f"{key} is needed for {self.kind}")
        if kind.of_rows and not {"row", "value", "share"} & given:
            raise ValueError(f"row, value or share is needed for {self.kind}")
        return self

    @property
    def settings(self) -> Kind:
        """What its kind knows and does."""
        return KINDS[self.kind]

    @property
    def limit(self) -> int | None:
        """How many calls meet it at most; None where it stays until it is cleared."""
        stays = self.kind == "poison" or not (self.rate is None and self.share is None and self.value is None)
        return self.count if self.count is not None or stays else 1

    @property
    def takes(self) -> bool:
        """Do the books take the batch? `taken` asks for it where the kind leaves it out."""
        return self.taken or self.settings.takes

    @property
    def error(self) -> Code | None:
        """The code that it answers with, None for kinds without one."""
        number = self.settings.code if self.code is None else self.code
        if number is None:
            return None
        known = codes.BY_NUMBER.get(number, codes.UNKNOWN)
        return Code(number, self.error_code or known.name, self.message or known.message)

    @property
    def by_platform(self) -> bool:
        """Is its code answered as AdApiFaultDetail, rather than as ApiFaultDetail?"""
        return self.shape == "platform" if self.shape else self.error is None or self.error.number < 1000


class Faults(BaseModel):
    """What a test posts; without a seed the one before stays."""

    model_config = ConfigDict(extra="forbid")

    faults: list[Fault]
    seed: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _list_alone(cls, given: Any) -> Any:
        return {"faults": given} if isinstance(given, list) else given


def parse_fault(text: str) -> Fault:
    """Read a fault as it is typed: KIND, or KIND:KEY=VALUE,KEY=VALUE."""
    kind, _, rest = text.partition(":")
    item = {"kind": kind}
    for part in rest.split(",") if rest else []:
        key, given, value = part.partition("=")
        if not given:
            raise SandboxError(f"In --fault {text}, {part!r} is not KEY=VALUE.")
        item[key] = value
    try:
        return Fault.model_validate(item)
    except ValidationError as error:
        raise SandboxError(f"In --fault {text}, {first_mistake(error)}.") from None
