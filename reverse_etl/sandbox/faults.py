"""Faults that a test may ask for: their kinds, the settings of each, and how they are read from JSON or text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from reverse_etl.sandbox import codes
from reverse_etl.sandbox.codes import Code
from reverse_etl.sandbox.errors import SandboxError
from reverse_etl.sandbox.request import ADJUSTMENTS, CONVERSIONS, GOALS, PROPERTIES, REPORT, SET_PROPERTIES

OPERATIONS = {
    "conversions": CONVERSIONS,
    "adjustments": ADJUSTMENTS,
    "goals": GOALS,
    "properties": PROPERTIES,
    "set_properties": SET_PROPERTIES,
    "report": REPORT,
}
SHAPES = ("platform", "request")


@dataclass(frozen=True, slots=True)
class Kind:
    """The settings of a kind of fault, and whether the books take the batch although the caller sees a fault."""

    options: tuple[str, ...] = ()  # beyond those of every kind
    needs: tuple[str, ...] = ()
    takes: bool = False  # the books take the batch, whatever the caller sees
    answers: bool = False  # something other than the judge's answer goes back
    of_rows: bool = False  # met by rows, in every call that holds them
    code: int | None = None


# Every kind but those of rows knows these: whether and when a call meets it.
_OF_CALLS = ("rate", "nth")
_OF_ALL = ("kind", "operation", "count", "match", "row", "value", "share")
_ERROR = ("code", "error_code", "message")


def _fault(number: int) -> Kind:
    return Kind(("taken", "shape", "retry_after", *_ERROR[1:]), answers=True, code=number)


KINDS: dict[str, Kind] = {
    "fault_0": _fault(0),
    "fault_105": _fault(105),
    "fault_106": _fault(106),
    "fault_109": _fault(109),
    "fault_117": _fault(117),
    "fault_202": _fault(202),
    "fault_5601": _fault(5601),
    "fault_5612": _fault(5612),
    "fault_5614": _fault(5614),
    "fault_5615": _fault(5615),
    "fault_unknown": _fault(codes.UNKNOWN.number),
    "status_200_fault": Kind(("taken", "shape", "retry_after", *_ERROR), answers=True, code=117),
    "html_502": Kind(("taken",), answers=True),
    "empty_503": Kind(("taken",), answers=True),
    "redirect": Kind(("taken", "to"), answers=True),
    "dtd": Kind(("taken",), answers=True),
    "huge": Kind(("taken", "megabytes"), answers=True),
    "reset_before": Kind(answers=True),
    "reset_after": Kind(answers=True, takes=True),
    "reset_late": Kind(("seconds",), takes=True),
    "timeout_before": Kind(("seconds",), answers=True),
    "timeout_after": Kind(("seconds",), takes=True),
    "lands_late": Kind(("seconds",), takes=True),
    "hold_before": Kind(("seconds",), takes=True),
    "hold_after": Kind(("seconds",), takes=True),
    "half_answer": Kind(takes=True),
    "slow": Kind(("seconds",), needs=("seconds",), takes=True),
    "clock_skew": Kind(("hours",), needs=("hours",), takes=True),
    "bad_index": Kind(takes=True),
    "same_index": Kind(takes=True),
    "refuse": Kind(_ERROR, needs=("code",), takes=True, of_rows=True),
    "poison": Kind(("shape", *_ERROR), of_rows=True),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that is asked for.

    Which calls: `operation`, a text that their bodies hold (`match`), and a row that they hold, by click id or
    conversion name (`row`), by value (`value`) or as a share of all rows drawn by the seed (`share`). Of these it meets
    `count`, beginning with the `nth`, or each with the chance `rate`.
    """

    kind: str
    operation: str = ""
    count: int | None = None
    match: str = ""
    row: str = ""
    value: float | None = None
    share: float | None = None
    rate: float | None = None
    nth: int = 1
    seconds: float | None = None
    code: int | None = None
    error_code: str = ""
    message: str = ""
    shape: str = ""
    retry_after: int | None = None
    taken: bool = False
    hours: float = 0.0
    megabytes: int = 256
    to: str = "http://elsewhere.invalid/"

    @property
    def limit(self) -> int | None:
        """How many calls meet it at most; None where it stays until it is cleared."""
        stays = self.kind == "poison" or not (self.rate is None and self.share is None and self.value is None)
        return self.count if self.count is not None or stays else 1

    @property
    def takes(self) -> bool:
        """Do the books take the batch? `taken` asks for it where the kind leaves it out."""
        return self.taken or KINDS[self.kind].takes

    @property
    def answers(self) -> bool:
        """Does something other than the judge's answer go back?"""
        return KINDS[self.kind].answers

    @property
    def of_rows(self) -> bool:
        """Is it met by rows, rather than by calls?"""
        return KINDS[self.kind].of_rows

    @property
    def error(self) -> Code | None:
        """The code that it answers with, None for kinds without one."""
        number = KINDS[self.kind].code if self.code is None else self.code
        if number is None:
            return None
        known = codes.BY_NUMBER.get(number, codes.UNKNOWN)
        return Code(number, self.error_code or known.name, self.message or known.message)

    @property
    def by_platform(self) -> bool:
        """Is its code answered as AdApiFaultDetail, rather than as ApiFaultDetail?"""
        return self.shape == "platform" if self.shape else self.error is None or self.error.number < 1000


class FaultsError(SandboxError):
    """What was asked for is not a fault; the text says where."""


_Check = tuple[type | tuple[type, ...], Callable[[Any], bool], str]


def _text(*words: str) -> _Check:
    if words:
        return str, lambda value: value in words, f"one of {', '.join(words)}"
    return str, bool, "a text"


def _number(low: float, high: float, wanted: str) -> _Check:
    return (int, float), lambda value: low < value <= high, wanted


_WHOLE: _Check = (int, lambda value: value >= 1, "1 or more")
_SHARE = _number(0, 1, "above 0 and at most 1")
_CHECKS: Mapping[str, _Check] = {
    "kind": _text(*KINDS),
    "operation": _text(*OPERATIONS),
    "count": _WHOLE,
    "match": _text(),
    "row": _text(),
    "value": _number(-1e12, 1e12, "a number"),
    "share": _SHARE,
    "rate": _SHARE,
    "nth": _WHOLE,
    "seconds": _number(0, 86400, "above 0 and at most 86400"),
    "code": (int, lambda value: value >= 0, "0 or more"),
    "error_code": _text(),
    "message": _text(),
    "shape": _text(*SHAPES),
    "retry_after": (int, lambda value: value >= 0, "0 or more whole seconds"),
    "taken": (bool, lambda _: True, "true or false"),
    "hours": _number(-10000, 10000, "a number of hours"),
    "megabytes": _WHOLE,
    "to": _text(),
}


def read_faults(body: bytes) -> tuple[list[Fault], int | None]:
    """Read what a test posts: a list of faults, or a mapping of `faults` and `seed`; gives both."""
    try:
        content = json.loads(body)
    except ValueError:
        raise FaultsError("The body is not JSON.") from None
    seed = None
    if isinstance(content, dict) and {"faults"} <= set(content) <= {"faults", "seed"}:
        seed, content = content.get("seed"), content["faults"]
        if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
            raise FaultsError("seed must be a whole number.")
    if not isinstance(content, list):
        raise FaultsError("The body is not a list of faults.")
    return [_checked(item, f"[{index}]") for index, item in enumerate(content)], seed


def parse_fault(text: str) -> Fault:
    """Read a fault as it is typed: KIND, or KIND:KEY=VALUE,KEY=VALUE."""
    kind, _, rest = text.partition(":")
    item: dict[str, Any] = {"kind": kind}
    for part in rest.split(",") if rest else []:
        key, given, value = part.partition("=")
        if not given:
            raise FaultsError(f"In --fault {text}, {part!r} is not KEY=VALUE.")
        item[key] = _typed(key, value)
    return _checked(item, f"--fault {text}: ")


def _typed(key: str, value: str) -> Any:
    """A typed value as its key wants it; what cannot be read so stays a text, to be refused by the check."""
    wanted = _CHECKS[key][0] if key in _CHECKS else str
    if wanted is bool:
        return {"true": True, "false": False}.get(value, value)
    for kind in wanted if isinstance(wanted, tuple) else (wanted,):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def _checked(item: object, where: str) -> Fault:
    dot = "" if where.endswith(" ") else "."
    if not isinstance(item, dict) or item.get("kind") not in KINDS:
        given = item.get("kind") if isinstance(item, dict) else None
        raise FaultsError(f"{where}{dot}kind must be one of {', '.join(KINDS)}.", _nearest(given, KINDS))
    kind = KINDS[item["kind"]]
    known = (*_OF_ALL, *(() if kind.of_rows else _OF_CALLS), *kind.options)
    for key, value in item.items():
        if key not in known:
            text = f"{where}{dot}{key} is not known for {item['kind']}. Known: {', '.join(known[1:])}."
            raise FaultsError(text, _nearest(key, known))
        types, test, wanted = _CHECKS[key]
        if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
            raise FaultsError(f"{where}{dot}{key} has the wrong type; it must be {wanted}.")
        if not test(value):
            raise FaultsError(f"{where}{dot}{key} must be {wanted}.")
    for key in kind.needs:
        if key not in item:
            raise FaultsError(f"{where}{dot}{key} is needed for {item['kind']}.")
    if kind.of_rows and not {"row", "value", "share"} & set(item):
        raise FaultsError(f"{where}{dot}row, value or share is needed for {item['kind']}.")
    return Fault(**item)


def _nearest(given: object, known: Any) -> str:
    near = get_close_matches(str(given), known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else ""
