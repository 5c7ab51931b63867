"""Faults that a test may ask for: their kinds, how they are read from JSON or text, and which call meets which."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.errors import SandboxError, first_mistake
from reverse_etl.sandbox.goals import click_key
from reverse_etl.sandbox.request import LOOKUPS, Operation, Row

HTML = "text/html; charset=utf-8"
_GLANCE = 0.02  # seconds between two looks at what a call waits for


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


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP; `fault` is set where it does not leave whole, at once and in order.

    `then` is what is still to be done when it has left. `endless`: what goes on behind the body.
    """

    status: int
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    fault: Fault | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Callable[[], object] | None = None
    endless: bytes = b""


@dataclass(slots=True)
class _Asked:
    """A fault with what has come of it: `seen` are the calls that fit it, `met` those that it was used on."""

    fault: Fault
    place: int
    seen: int = 0
    met: int = 0

    @property
    def left(self) -> int | None:
        return None if self.fault.limit is None else self.fault.limit - self.met


@dataclass(frozen=True, slots=True)
class Met:
    """A fault that a call has met, with the gate that stood then: a release that comes at once is not missed."""

    fault: Fault
    gate: threading.Event


class Injection:
    """The faults in the order in which they were asked for. A call meets the first that fits, its rows meet theirs.

    All chances are drawn from the seed: by the number of a call among those that fit, or by a row's identity, so that
    a row meets its fault in whatever call it comes.
    """

    def __init__(self, faults: Sequence[Fault] = (), seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._gate = threading.Event()
        self._held = 0
        self._seed = seed
        self.put(faults)

    def put(self, faults: Sequence[Fault], seed: int | None = None) -> None:
        """Replace the faults. Calls that are held stay held."""
        with self._lock:
            self._seed = self._seed if seed is None else seed
            self._asked = [_Asked(fault, place) for place, fault in enumerate(faults)]

    def clear(self) -> None:
        """Drop the faults, and let every call go on that waits."""
        self.put([])
        self.release()

    def release(self) -> int:
        """Let every call go on that waits, and give their number. The faults stay."""
        with self._lock:
            self._gate.set()
            self._gate = threading.Event()
            return self._held

    def state(self) -> dict[str, Any]:
        """The faults as they were asked for, each with how often it was met and may still be."""
        with self._lock:
            asked = [
                one.fault.model_dump(exclude_defaults=True) | {"fired": one.met, "left": one.left}
                for one in self._asked
            ]
            return {"seed": self._seed, "held": self._held, "faults": asked}

    def meet(self, operation: str, rows: Sequence[Row | None]) -> Met | None:
        """The fault that this call meets, if any."""
        with self._lock:
            fitting = [
                one for one in self._asked if not one.fault.settings.of_rows and self._fits(one, operation, rows)
            ]
            for one in fitting:
                one.seen += 1
            for one in fitting:
                if self._is_due(one):
                    one.met += 1
                    return Met(one.fault, self._gate)
        return None

    def meet_rows(self, operation: str, rows: Sequence[Row | None]) -> tuple[list[Fault], dict[int, Code]]:
        """The faults that the rows of this call meet, and the rows that are to be refused, by index."""
        faults: list[Fault] = []
        refusals: dict[int, Code] = {}
        with self._lock:
            for one in self._asked:
                if not one.fault.settings.of_rows or one.left == 0 or not self._fits(one, operation, rows):
                    continue
                if one.fault.kind == "refuse" and one.fault.error:
                    hit = [index for index, row in enumerate(rows) if self._hits(one, row)]
                    refusals = dict.fromkeys(hit, one.fault.error) | refusals
                one.met += 1
                faults.append(one.fault)
        return faults, refusals

    def hold(self, met: Met) -> None:
        """Wait until released, or as long as the fault says."""
        with self._lock:
            self._held += 1
        met.gate.wait(met.fault.seconds)
        with self._lock:
            self._held -= 1

    def wait_for(self, is_gone: Callable[[], bool], met: Met, seconds: float) -> None:
        """Wait until the caller has gone, at most so long; a release ends it, too."""
        end = time.monotonic() + seconds
        while not is_gone() and time.monotonic() < end and not met.gate.wait(_GLANCE):
            pass

    def pause(self, seconds: float) -> None:
        """Wait so long, unless released."""
        self._gate.wait(seconds)

    def _fits(self, one: _Asked, operation: str, rows: Sequence[Row | None]) -> bool:
        fault = one.fault
        # What is asked for calls is asked for those that deliver: a lookup before them must not use it up.
        if (Operation[fault.operation.upper()] != operation) if fault.operation else operation in LOOKUPS:
            return False
        picks = fault.row or fault.value is not None or fault.share is not None
        return not picks or any(self._hits(one, row) for row in rows)

    def _hits(self, one: _Asked, row: Row | None) -> bool:
        fault = one.fault
        if row is None or (fault.row and fault.row not in (row.click_id, row.conversion_name)):
            return False
        if fault.value is not None and row.amount != fault.value:
            return False
        if fault.share is None:
            return True
        time = row.time.text if row.time else ""
        identity = (click_key(row.click_id or ""), row.conversion_name, time, row.hashed_email, row.hashed_phone)
        return self._chance(one, *identity) < fault.share

    def _is_due(self, one: _Asked) -> bool:
        if one.left == 0 or one.seen < one.fault.nth:
            return False
        return one.fault.rate is None or self._chance(one, one.seen) < one.fault.rate

    def _chance(self, one: _Asked, *parts: str | int | None) -> float:
        """A number from 0 to 1 that is the same for the same seed, fault and parts."""
        text = "\x1f".join(
            "" if part is None else str(part) for part in (self._seed, one.fault.kind, one.place, *parts)
        )
        return float(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64)
